import CTapSegment
import Glibc

/// A message that a node's own socket is to send: the tap does it on the thread that uses the socket, at its next call,
/// between two messages of the program.
///
/// Make it, look at its `state` now and then, and let it go: what has not been begun by then is withdrawn. To be used by
/// one thread, the one of its collector.
public final class SocketOrder {
    /// How far it has come.
    public enum State: Equatable, Sendable {
        /// The thread has made no call on the socket since. When it is known to be inside a blocking call: which one, and
        /// for how many seconds. `full`: so many times it came and found the socket's queue full.
        case waiting(call: String?, seconds: Double, full: Int)
        /// zmq_send has taken it.
        case sent
        /// It could not be sent: an errno, as zmq_send gives it. EFSM also for every REQ and REP, which take turns.
        case failed(Int32)
        /// The process has ended.
        case gone
    }

    /// Why there can be no order: one sentence.
    public struct Refusal: Error, Equatable, CustomStringConvertible {
        /// The sentence.
        public let description: String
    }

    private let collector: Collector
    private let instance: SocketInstance
    private let map: OrdersMap
    private let order: UnsafeMutablePointer<tap_order>

    /// Places it.
    /// - Parameters:
    ///   - socket: `NODE.SOCKET`, as the Snapshot has it. A ROUTER's first frame is the peer's routing id.
    ///   - frames: at most 16, of 65,312 bytes in sum.
    /// - Throws: `Refusal`.
    public init(_ collector: Collector, socket: String, frames: [[UInt8]]) throws(Refusal) {
        self.collector = collector
        guard !frames.isEmpty, frames.count <= Int(TAP_ORDER_FRAMES),
            frames.reduce(0, { $0 + $1.count }) <= Int(TAP_ORDER_BYTES)
        else {
            throw Refusal(
                description:
                    "A message through the tap has 1 to \(TAP_ORDER_FRAMES) frames of \(TAP_ORDER_BYTES) bytes in sum.")
        }
        let instances = collector.processes.flatMap { $0.sockets.values }.filter {
            $0.living && $0.socket?.id == socket
        }
        guard let instance = instances.max(by: { $0.process.started < $1.process.started }) else {
            throw Refusal(description: "\(socket) is no socket of a running, tapped process.")
        }
        guard let segment = instance.process.segment, let map = OrdersMap(segment) else {
            throw Refusal(description: "The segment of \(socket)'s process cannot be written to.")
        }
        let places = (0..<Int(TAP_ORDER_CAPACITY)).lazy.map { map.order($0) }
        guard let order = places.first(where: { OrdersMap.claim($0) }) else {
            throw Refusal(description: "\(TAP_ORDER_CAPACITY) orders wait in \(socket)'s process already.")
        }
        self.instance = instance
        self.map = map
        self.order = order
        let memory = UnsafeMutableRawPointer(order)
        order.pointee.kind = UInt32(TAP_ORDER_INJECT)
        order.pointee.socket_id = instance.row.id
        order.pointee.error = 0
        order.pointee.attempts = 0
        order.pointee.finished_ns = 0
        order.pointee.placed_ns = collector.surroundings.monotonic()
        order.pointee.frame_count = UInt32(frames.count)
        var offset = Int(TAP_ORDER_DATA)
        let sizes = memory + MemoryLayout<tap_order>.offset(of: \.frame_sizes)!
        for (index, frame) in frames.enumerated() {
            sizes.storeBytes(of: UInt32(frame.count), toByteOffset: index * 4, as: UInt32.self)
            frame.withUnsafeBytes { if let base = $0.baseAddress { memcpy(memory + offset, base, $0.count) } }
            offset += frame.count
        }
        tap_store32(stateField, UInt32(TAP_ORDER_PLACED))
        map.ask(UInt32(TAP_ATTENTION_ORDERS))
    }

    deinit {
        // Placed and not begun: taken back. Begun: it takes microseconds.
        if tap_exchange32(stateField, UInt32(TAP_ORDER_PLACED), UInt32(TAP_ORDER_FREE)) == 0 {
            var patience = 1000
            while tap_acquire32(stateField) == UInt32(TAP_ORDER_TAKEN), patience > 0, isAlive {
                usleep(1000)
                patience -= 1
            }
            tap_store32(stateField, UInt32(TAP_ORDER_FREE))
        }
        tap_store32(UnsafeMutableRawPointer(order), 0)
    }

    private var stateField: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(order) + MemoryLayout<tap_order>.offset(of: \.state)!
    }

    private var isAlive: Bool { kill(instance.process.pid, 0) == 0 || errno != ESRCH }

    /// Where it stands; after the collector has collected, also what its thread is doing.
    public var state: State {
        switch tap_acquire32(stateField) {
        case UInt32(TAP_ORDER_DONE): return .sent
        case UInt32(TAP_ORDER_FAILED): return .failed(order.pointee.error)
        default:
            guard instance.process.alive, isAlive else { return .gone }
            let row = instance.row
            let isBlocked = row.blockedSince != 0
            return .waiting(
                call: isBlocked ? callName(row.blockedCall) : nil,
                seconds: isBlocked ? seconds(from: row.blockedSince, to: collector.surroundings.monotonic()) : 0,
                full: Int(tap_load32(UnsafeMutableRawPointer(order) + MemoryLayout<tap_order>.offset(of: \.attempts)!)))
        }
    }
}
