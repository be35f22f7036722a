public import CZeroMQ
import Glibc

/// A ZeroMQ socket: a pattern, a state machine and queues, not a connection.
///
/// One owner and one thread at a time: it may be handed to another thread, and never shared. It closes when it is let
/// go of; messages accepted and not yet sent linger in the context as ZMQ_LINGER says.
public final class Socket {
    @usableFromInline let handle: UnsafeMutableRawPointer
    /// What kind of socket it is.
    public let type: SocketType
    // The context outlives its sockets.
    private let context: Context
    private var isOpen = true

    init(context: Context, type: SocketType) throws(ZeroMQError) {
        guard let handle = zmq_socket(context.handle, type.rawValue) else { throw .last("zmq_socket", type.name) }
        self.context = context
        self.handle = handle
        self.type = type
    }

    deinit { close() }

    /// Closes the socket; no other call may follow. Does not block: what lingers is the context's affair.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        zmq_close(handle)
    }

    // MARK: - Endpoints

    /// Binds to an endpoint (zmq_bind): `tcp://127.0.0.1:*`, `ipc:///path`, `inproc://name`.
    ///
    /// - Throws: `ZeroMQError` that names the endpoint (EADDRINUSE, EADDRNOTAVAIL, EINVAL, EPROTONOSUPPORT …).
    public func bind(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_bind(handle, endpoint) == 0 else { throw .last("zmq_bind", endpoint) }
    }

    /// Connects to an endpoint (zmq_connect), which need not be there yet. Does not block.
    ///
    /// - Throws: `ZeroMQError` that names the endpoint, for what is malformed; never because nobody listens.
    public func connect(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_connect(handle, endpoint) == 0 else { throw .last("zmq_connect", endpoint) }
    }

    /// Takes a bind back (zmq_unbind); the endpoint as `lastEndpoint` gave it.
    ///
    /// - Throws: `ZeroMQError` (ENOENT when it was not bound there).
    public func unbind(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_unbind(handle, endpoint) == 0 else { throw .last("zmq_unbind", endpoint) }
    }

    /// Takes a connect back (zmq_disconnect). What is queued for that peer is lost once ZMQ_LINGER is over.
    ///
    /// - Throws: `ZeroMQError` (ENOENT when it was not connected there).
    public func disconnect(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_disconnect(handle, endpoint) == 0 else { throw .last("zmq_disconnect", endpoint) }
    }

    // MARK: - Sending

    /// Sends one frame; the message is taken over and is gone afterwards, sent or not.
    ///
    /// - Parameters:
    ///   - more: more frames of the same message follow.
    ///   - wait: block while the queues are full; otherwise return at once.
    /// - Returns: false when it would block (or ZMQ_SNDTIMEO is over).
    /// - Throws: `ZeroMQError`; `isInterrupted` when a signal came.
    @discardableResult
    public func send(_ frame: consuming Message, more: Bool = false, wait: Bool = true) throws(ZeroMQError) -> Bool {
        guard zmq_msg_send(&frame.raw, handle, flags(more: more, wait: wait)) < 0 else { return true }
        return try wouldBlock("zmq_msg_send")
    }

    /// Sends a copy of these bytes as one frame (zmq_send). Allocates nothing of its own.
    ///
    /// - Returns: false when it would block.
    /// - Throws: as `send(_:more:wait:)`.
    @inlinable @discardableResult
    public func send(
        bytes: UnsafeRawBufferPointer, more: Bool = false, wait: Bool = true
    ) throws(ZeroMQError) -> Bool {
        guard zmq_send(handle, bytes.baseAddress, bytes.count, flags(more: more, wait: wait)) < 0 else { return true }
        return try wouldBlock("zmq_send")
    }

    /// Sends a whole message: all frames or none.
    ///
    /// - Parameter frames: at least one.
    /// - Returns: false when it would block; nothing of it has been sent then.
    /// - Throws: `ZeroMQError`, before the first frame was accepted.
    @discardableResult
    public func send(_ frames: [[UInt8]], wait: Bool = true) throws(ZeroMQError) -> Bool {
        precondition(!frames.isEmpty, "a message has at least one frame")
        for (index, frame) in frames.enumerated() {
            let more = index < frames.count - 1
            // Once its first frame is accepted, a message's others are too: a signal may only delay them.
            while true {
                do throws(ZeroMQError) {
                    let sent = try frame.withUnsafeBufferPointer { bytes throws(ZeroMQError) in
                        try send(bytes: UnsafeRawBufferPointer(bytes), more: more, wait: index == 0 ? wait : true)
                    }
                    if !sent && index == 0 { return false }
                    if sent { break }
                } catch {
                    guard index > 0, error.isInterrupted else { throw error }
                }
            }
        }
        return true
    }

    // MARK: - Receiving

    /// Receives one frame into a message, whose former bytes are let go of.
    ///
    /// - Returns: false when there is none (with `wait: false`, or when ZMQ_RCVTIMEO is over).
    /// - Throws: `ZeroMQError`; `isInterrupted` when a signal came.
    @inlinable
    public func receive(into message: inout Message, wait: Bool = true) throws(ZeroMQError) -> Bool {
        guard zmq_msg_recv(&message.raw, handle, wait ? 0 : ZMQ_DONTWAIT) < 0 else { return true }
        return try wouldBlock("zmq_msg_recv")
    }

    /// Receives one frame.
    ///
    /// - Returns: nil when there is none (with `wait: false`, or when ZMQ_RCVTIMEO is over).
    /// - Throws: as `receive(into:wait:)`.
    public func receive(wait: Bool = true) throws(ZeroMQError) -> Message? {
        var message = Message()
        if try receive(into: &message, wait: wait) { return message }
        return nil
    }

    /// Receives a whole message, as the bytes of its frames.
    ///
    /// - Returns: nil when there is none (with `wait: false`, or when ZMQ_RCVTIMEO is over).
    /// - Throws: as `receive(into:wait:)`, before the first frame was taken.
    public func receiveMultipart(wait: Bool = true) throws(ZeroMQError) -> [[UInt8]]? {
        var message = Message()
        guard try receive(into: &message, wait: wait) else { return nil }
        var frames = [message.bytes]
        while message.more {
            // The other frames are there already: a message arrives whole.
            do throws(ZeroMQError) {
                guard try receive(into: &message) else { continue }
            } catch {
                guard error.isInterrupted else { throw error }
                continue
            }
            frames.append(message.bytes)
        }
        return frames
    }

    // MARK: -

    @usableFromInline func flags(more: Bool, wait: Bool) -> Int32 {
        (more ? ZMQ_SNDMORE : 0) | (wait ? 0 : ZMQ_DONTWAIT)
    }

    /// - Returns: false for EAGAIN.
    @usableFromInline func wouldBlock(_ call: String) throws(ZeroMQError) -> Bool {
        let error = ZeroMQError.last(call, type.name)
        if error.number == EAGAIN { return false }
        throw error
    }
}
