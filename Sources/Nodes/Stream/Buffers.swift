import Synchronization
import ZeroMQ

/// Memory for messages that libzmq sends without a copy (zmq_msg_init_data): used again when libzmq has done with it, so
/// that making a message costs its number and nothing else.
final class Buffers: Sendable {
    /// Addresses of those that are free. libzmq gives them back on its I/O threads.
    private let free = Mutex<[UInt]>([])
    nonisolated(unsafe) private let payload: Payload

    /// For messages of this payload; only its owner's thread makes them.
    init(of payload: Payload) {
        self.payload = payload
    }

    deinit {
        free.withLock { addresses in
            for address in addresses { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
        }
    }

    /// How many wait to be used again.
    var spare: Int { free.withLock { $0.count } }

    /// The payload as it is now, its first `count` bytes.
    func message(count: Int) -> ZeroMQ.Message {
        let memory: UnsafeMutableRawPointer
        if let used = free.withLock({ $0.popLast() }).flatMap({ UnsafeMutableRawPointer(bitPattern: $0) }) {
            memory = used
            memory.copyMemory(from: payload.bytes, byteCount: payload.numberEnd)
        } else {
            memory = .allocate(byteCount: max(1, payload.capacity), alignment: 16)
            memory.copyMemory(from: payload.bytes, byteCount: payload.capacity)
        }
        return ZeroMQ.Message(adopting: .init(start: memory, count: count)) { [self] memory in
            guard let start = memory.baseAddress else { return }
            free.withLock { $0.append(UInt(bitPattern: start)) }
        }
    }
}
