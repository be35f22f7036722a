import CZeroMQ

extension Socket {
    /// Passes whole messages on between this socket and another, both ways, until the context is shut down: zmq_proxy(3).
    /// What passes is sent to `capture` too. Blocks.
    ///
    /// Throws always: ETERM after `Context.shutdown()`, EINTR when a signal came while it waited, after which it can be
    /// called again.
    public func proxy(to backend: Socket, capture: Socket? = nil) throws(ZeroMQError) -> Never {
        // libzmq would look at a closed socket's freed memory.
        guard let handle, let other = backend.handle else { throw ZeroMQError(errno: ENOTSOCK, call: "zmq_proxy") }
        zmq_proxy(handle, other, capture?.handle)
        throw .last("zmq_proxy", type.name)
    }
}
