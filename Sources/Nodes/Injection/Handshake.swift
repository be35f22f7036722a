import ZeroMQ

/// Watches a port's connection come up, through a monitor of the socket. Make it before the port is opened.
struct Handshake {
    enum Outcome: Equatable {
        case succeeded
        /// The other end is there, and refuses.
        case refused
        /// Nothing came of it before the deadline; so often a connection was tried again.
        case missing(retries: Int)
        case interrupted
    }

    /// Seconds after which an ended connection that is not tried again counts as refused: libzmq waits 100 ms unless the
    /// socket's reconnect_ivl says otherwise.
    private static let refusalTime: Seconds = 0.5
    private let monitor: SocketMonitor

    init(of port: Port) throws {
        monitor = try SocketMonitor(port.socket)
    }

    func wait(until deadline: Seconds) throws -> Outcome {
        let poller = Poller()
        poller.add(monitor)
        var retries = 0
        // Socket types that do not go together end the connection without a word, and libzmq does not try again.
        var refusedAt: Seconds?
        var failures = 0
        while Clock.now < deadline {
            if Signals.mustStop { return .interrupted }
            if let refusedAt, Clock.now >= refusedAt { return .refused }
            let next = min(deadline, refusedAt ?? deadline)
            do throws(ZeroMQError) {
                try poller.wait(timeout: .seconds(max(0, next - Clock.now)))
                while let event = try monitor.next(wait: false) {
                    switch event.kind {
                    case .handshakeSucceeded: return .succeeded
                    case .handshakeFailedAuth, .handshakeFailedProtocol: return .refused
                    case .handshakeFailedNoDetail:
                        // It may have been killed just then: only who does it again refuses.
                        failures += 1
                        if failures > 1 { return .refused }
                    case .connectRetried:
                        retries += 1
                        refusedAt = nil
                    case .connectDelayed, .connected: refusedAt = nil
                    case .disconnected: refusedAt = Clock.now + Handshake.refusalTime
                    default: break
                    }
                }
            } catch {
                if !error.isInterrupted { throw error }
            }
        }
        return .missing(retries: retries)
    }

    /// Ends the watching.
    func stop() { monitor.stop() }
}
