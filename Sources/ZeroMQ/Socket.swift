import CZeroMQ
import Glibc

/// A ZeroMQ socket. It has one owner, and one thread at a time may use it; `sending` moves it to another.
///
/// It keeps its context alive. After `close()` every call throws ENOTSOCK.
public final class Socket {
    /// What it was made as.
    public let type: SocketType
    /// The context that it belongs to.
    public let context: Context
    // nil once closed: libzmq answers ENOTSOCK to it by itself.
    private(set) var handle: UnsafeMutableRawPointer?
    // The number of the SocketMonitor that watches it: only that one may stop watching.
    var monitor: Int?

    init(_ context: Context, _ type: SocketType) throws(ZeroMQError) {
        guard let handle = zmq_socket(context.handle, type.rawValue) else { throw .last("zmq_socket", type.name) }
        self.context = context
        self.type = type
        self.handle = handle
    }

    deinit { close() }

    /// Closes the socket; a second time does nothing. Does not block: what was not sent yet still goes out for as long as
    /// `linger` says, and the context's end waits for that.
    public func close() {
        guard let handle else { return }
        zmq_close(handle)
        self.handle = nil
    }

    // MARK: Endpoints

    /// Accepts peers at an endpoint, such as `tcp://127.0.0.1:5555`; `tcp://127.0.0.1:*` takes a free port, which `lastEndpoint` tells.
    ///
    /// Throws EADDRINUSE, EADDRNOTAVAIL, EACCES, ENODEV, EPROTONOSUPPORT, ENOCOMPATPROTO, EINVAL, ETERM.
    public func bind(_ endpoint: String) throws(ZeroMQError) {
        try call("zmq_bind", zmq_bind, endpoint)
    }

    /// Connects to an endpoint, in the background and for ever: nobody needs to be there yet.
    ///
    /// Throws EPROTONOSUPPORT, ENOCOMPATPROTO, EINVAL, ETERM; that nobody answers is no error.
    public func connect(_ endpoint: String) throws(ZeroMQError) {
        try call("zmq_connect", zmq_connect, endpoint)
    }

    /// Undoes `bind`. The endpoint is written as `lastEndpoint` told it.
    ///
    /// Throws ENOENT when it was not bound.
    public func unbind(_ endpoint: String) throws(ZeroMQError) {
        try call("zmq_unbind", zmq_unbind, endpoint)
    }

    /// Undoes `connect`. What waits to be sent there is dropped after `linger`.
    ///
    /// Throws ENOENT when it was not connected.
    public func disconnect(_ endpoint: String) throws(ZeroMQError) {
        try call("zmq_disconnect", zmq_disconnect, endpoint)
    }

    private func call(
        _ name: String, _ function: (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Int32, _ endpoint: String
    ) throws(ZeroMQError) {
        // A zero byte would end the endpoint early and silently mean another one.
        guard !endpoint.utf8.contains(0) else { throw ZeroMQError(errno: EINVAL, call: name, subject: endpoint) }
        guard function(handle, endpoint) == 0 else { throw .last(name, endpoint) }
    }

    // MARK: Sending

    /// Sends one frame; `more` when others of the same message follow. A frame that was taken is empty afterwards.
    ///
    /// False, and the frame unchanged: it would block (only with `wait: false` or after `sndtimeo`). Else it blocks until there is room.
    /// Throws EINTR when a signal came first, EFSM, EHOSTUNREACH, ENOTSUP, ETERM.
    public func send(_ frame: Message, more: Bool = false, wait: Bool = true) throws(ZeroMQError) -> Bool {
        try accepted(zmq_msg_send(frame.pointer, handle, Self.sendFlags(more: more, wait: wait)), "zmq_msg_send")
    }

    /// Sends one frame with a copy of these bytes; like `send(_:more:wait:)`, and quicker for short frames.
    public func send(
        bytes: UnsafeRawBufferPointer, more: Bool = false, wait: Bool = true
    ) throws(ZeroMQError) -> Bool {
        try accepted(
            zmq_send(handle, bytes.baseAddress, bytes.count, Self.sendFlags(more: more, wait: wait)), "zmq_send")
    }

    /// Sends a whole message of one frame or more.
    ///
    /// False, and nothing was sent: it would block, or the only peer went away in the middle (with `wait: false`).
    /// Throws like `send(_:more:wait:)`; EINVAL without any frame.
    public func send(_ frames: [[UInt8]], wait: Bool = true) throws(ZeroMQError) -> Bool {
        guard let last = frames.indices.last else {
            throw ZeroMQError(errno: EINVAL, call: "zmq_send", subject: "a message without a frame")
        }
        for (index, frame) in frames.enumerated() {
            let flags = Self.sendFlags(more: index != last, wait: wait)
            while true {
                let sent = frame.withUnsafeBytes { zmq_send(handle, $0.baseAddress, $0.count, flags) }
                // A signal between two frames must not leave half a message behind.
                if sent == -1, index > 0, zmq_errno() == EINTR { continue }
                guard try accepted(sent, "zmq_send") else { return false }
                break
            }
        }
        return true
    }

    private static func sendFlags(more: Bool, wait: Bool) -> Int32 {
        (more ? ZMQ_SNDMORE : 0) | (wait ? 0 : ZMQ_DONTWAIT)
    }

    // MARK: Receiving

    /// Receives one frame into `message`, which loses what it held. No allocation of its own.
    ///
    /// False: it would block (only with `wait: false` or after `rcvtimeo`). Else it blocks until a message is there.
    /// Throws EINTR when a signal came first, EFSM, ENOTSUP, ETERM.
    public func receive(into message: Message, wait: Bool = true) throws(ZeroMQError) -> Bool {
        try accepted(zmq_msg_recv(message.pointer, handle, wait ? 0 : ZMQ_DONTWAIT), "zmq_msg_recv")
    }

    /// Receives one frame. Nil: it would block. Else like `receive(into:wait:)`.
    public func receive(wait: Bool = true) throws(ZeroMQError) -> Message? {
        let message = Message()
        return try receive(into: message, wait: wait) ? message : nil
    }

    /// Receives a whole message. Nil: it would block. Else like `receive(into:wait:)`.
    ///
    /// A message arrives whole or not at all, so that only its first frame can be waited for.
    public func receiveMultipart(wait: Bool = true) throws(ZeroMQError) -> [[UInt8]]? {
        let message = Message()
        guard try receive(into: message, wait: wait) else { return nil }
        var frames = [message.bytes]
        while message.hasMore {
            while zmq_msg_recv(message.pointer, handle, 0) == -1 {
                // A signal between two frames must not split the message.
                guard zmq_errno() == EINTR else { throw .last("zmq_msg_recv") }
            }
            frames.append(message.bytes)
        }
        return frames
    }

    /// Would-block is a value, the rest are errors.
    @inline(__always)
    private func accepted(_ result: Int32, _ call: StaticString) throws(ZeroMQError) -> Bool {
        if result >= 0 { return true }
        guard zmq_errno() == EAGAIN else { throw .last(call.description, type.name) }
        return false
    }
}
