public import CZeroMQ
import Glibc

/// One frame of a message, held by libzmq: its bytes are read in place. One owner, one thread at a time.
///
/// A message that is received into again is reused: a loop with one `Message` allocates nothing.
public struct Message: ~Copyable {
    @usableFromInline var raw: zmq_msg_t

    /// An empty frame.
    public init() {
        raw = zmq_msg_t()
        zmq_msg_init(&raw)
    }

    /// A frame with a copy of these bytes.
    ///
    /// - Throws: `ZeroMQError` (ENOMEM).
    public init(copying bytes: UnsafeRawBufferPointer) throws(ZeroMQError) {
        var raw = zmq_msg_t()
        guard zmq_msg_init_size(&raw, bytes.count) == 0 else { throw .last("zmq_msg_init_size", "\(bytes.count) bytes") }
        if let source = bytes.baseAddress { memcpy(zmq_msg_data(&raw), source, bytes.count) }
        self.raw = raw
    }

    /// A frame with a copy of these bytes.
    ///
    /// - Throws: `ZeroMQError` (ENOMEM).
    public init(_ bytes: some Collection<UInt8>) throws(ZeroMQError) {
        let array = Array(bytes)
        var raw = zmq_msg_t()
        guard zmq_msg_init_size(&raw, array.count) == 0 else {
            throw .last("zmq_msg_init_size", "\(array.count) bytes")
        }
        array.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { memcpy(zmq_msg_data(&raw), source, bytes.count) }
        }
        self.raw = raw
    }

    /// A frame with the UTF-8 bytes of a text.
    ///
    /// - Throws: `ZeroMQError` (ENOMEM).
    public init(_ text: String) throws(ZeroMQError) { try self.init(text.utf8) }

    /// A frame that lies in the caller's memory, without a copy.
    ///
    /// - Parameters:
    ///   - bytes: must stay valid and unchanged until `release` is called.
    ///   - release: called once, on a thread of libzmq's choice, when libzmq needs the bytes no more.
    /// - Throws: `ZeroMQError` (ENOMEM); `release` has been called then.
    public init(
        adopting bytes: UnsafeMutableRawBufferPointer, release: @escaping @Sendable () -> Void
    ) throws(ZeroMQError) {
        let hint = Unmanaged.passRetained(Release(release)).toOpaque()
        var raw = zmq_msg_t()
        let status = zmq_msg_init_data(
            &raw, bytes.baseAddress, bytes.count,
            { _, hint in if let hint { Unmanaged<Release>.fromOpaque(hint).takeRetainedValue().call() } }, hint)
        guard status == 0 else {
            let error = ZeroMQError.last("zmq_msg_init_data", "\(bytes.count) bytes")
            Unmanaged<Release>.fromOpaque(hint).takeRetainedValue().call()
            throw error
        }
        self.raw = raw
    }

    deinit {
        var raw = raw
        zmq_msg_close(&raw)
    }

    /// Bytes of the frame.
    public var count: Int {
        mutating get { zmq_msg_size(&raw) }
    }

    /// Whether more frames of the same message follow (of a received one).
    public var more: Bool {
        mutating get { zmq_msg_more(&raw) != 0 }
    }

    /// Reads the bytes where libzmq has them; the pointer is good inside `body` only.
    public mutating func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let size = zmq_msg_size(&raw)
        return try body(UnsafeRawBufferPointer(start: zmq_msg_data(&raw), count: size))
    }

    /// A copy of the bytes.
    public var bytes: [UInt8] {
        mutating get { withUnsafeBytes { Array($0) } }
    }

    /// A property that came with the message or its connection: `Socket-Type`, `Routing-Id`, `Peer-Address`, or one
    /// of the peer's metadata; nil when there is none of that name.
    public mutating func property(_ name: String) -> String? {
        zmq_msg_gets(&raw, name).map { String(cString: $0) }
    }
}

/// What is to be done when libzmq lets go of borrowed memory.
private final class Release {
    let call: @Sendable () -> Void

    init(_ call: @escaping @Sendable () -> Void) { self.call = call }
}
