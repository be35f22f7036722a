import CZeroMQ

/// One frame, in libzmq's own memory: read and written in place, without a copy.
///
/// Make one and use it again and again: `receive(into:)` replaces what it holds, a `send` that took it leaves it empty.
/// One thread at a time may use it.
public final class Message {
    // A place of its own, so that the hot path pays for no exclusivity check and the address never changes.
    let pointer: UnsafeMutablePointer<zmq_msg_t>

    /// An empty frame.
    public init() {
        pointer = .allocate(capacity: 1)
        zmq_msg_init(pointer)
    }

    /// A frame of `count` bytes that are not set yet: see `withUnsafeMutableBytes`.
    public init(count: Int) {
        pointer = .allocate(capacity: 1)
        Self.initialize(pointer, count: count)
    }

    /// A frame with a copy of these bytes.
    public convenience init(_ bytes: some Collection<UInt8>) {
        self.init(count: bytes.count)
        withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    }

    /// A frame with a copy of this text's UTF-8.
    public convenience init(_ text: String) {
        self.init(text.utf8)
    }

    /// A frame that *is* this memory, without a copy.
    ///
    /// Leave the memory alone until `release` is called, once, when libzmq needs it no longer: perhaps long after
    /// the frame was sent, and on one of libzmq's I/O threads.
    public init(
        adopting memory: UnsafeMutableRawBufferPointer,
        release: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        pointer = .allocate(capacity: 1)
        let owner = Unmanaged.passRetained(AdoptedMemory(memory, release))
        // libzmq takes memory at no address for a constant, and would never release it.
        let address = memory.baseAddress ?? owner.toOpaque()
        let result = zmq_msg_init_data(
            pointer, address, memory.count,
            { _, owner in
                guard let owner else { return }
                Unmanaged<AdoptedMemory>.fromOpaque(owner).takeRetainedValue().end()
            }, owner.toOpaque())
        precondition(result == 0, "libzmq found no memory for a message")
    }

    deinit {
        zmq_msg_close(pointer)
        pointer.deallocate()
    }

    /// Like every allocation in Swift, one that fails ends the process.
    private static func initialize(_ pointer: UnsafeMutablePointer<zmq_msg_t>, count: Int) {
        let result = zmq_msg_init_size(pointer, count)
        precondition(result == 0, "libzmq found no memory for a message of \(count) bytes")
    }

    /// Replaces what the frame holds by `count` bytes that are not set yet.
    public func resize(to count: Int) {
        zmq_msg_close(pointer)
        Self.initialize(pointer, count: count)
    }

    /// Another frame with the same bytes: libzmq shares long ones, so that many copies cost little memory.
    /// Do not write into either from then on.
    public func copy() -> Message {
        let message = Message()
        zmq_msg_copy(message.pointer, pointer)
        return message
    }

    /// In bytes.
    public var count: Int { zmq_msg_size(pointer) }

    /// Whether it has no bytes: a REQ's delimiter, for example.
    public var isEmpty: Bool { count == 0 }

    /// Whether another frame of the same message follows. Of use on a received frame only.
    public var hasMore: Bool { zmq_msg_more(pointer) != 0 }

    /// The bytes, in place. Valid only inside `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: zmq_msg_data(pointer), count: count))
    }

    /// The bytes, in place, to be written. Valid only inside `body`; not for a frame that was copied by `copy()`.
    public func withUnsafeMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableRawBufferPointer(start: zmq_msg_data(pointer), count: count))
    }

    /// A copy of the bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The bytes as text, or nil when they are not UTF-8.
    public var text: String? { withUnsafeBytes { String(validating: $0, as: UTF8.self) } }

    /// What the connection says of itself, on a received frame: `Socket-Type`, `Peer-Address`, `Routing-Id`, `User-Id`, or a
    /// name that a ZAP handler gave. Nil when there is no such property: zmq_msg_gets(3).
    public func property(_ name: String) -> String? {
        zmq_msg_gets(pointer, name).map { String(cString: $0) }
    }
}

/// Keeps what an adopting `Message` has to do when libzmq is done with the memory.
private final class AdoptedMemory: Sendable {
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer
    private let release: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    init(
        _ memory: UnsafeMutableRawBufferPointer, _ release: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        self.memory = memory
        self.release = release
    }

    func end() { release(memory) }
}
