import CZeroMQ
import RunDirectory

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
    private static let endpoint = "inproc://handshake"
    private let monitor: Port

    init(of port: Port, context: Context) throws {
        try port.monitor(
            at: Handshake.endpoint,
            events: ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
                | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_CONNECT_RETRIED
                | ZMQ_EVENT_CONNECT_DELAYED | ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED)
        monitor = try Port(
            .init(name: "monitor", type: "PAIR", connects: [.init(endpoint: Handshake.endpoint)]), context: context)
        try monitor.open()
    }

    func wait(until deadline: Seconds) throws -> Outcome {
        var retries = 0
        // Socket types that do not go together end the connection without a word, and libzmq does not try again.
        var refusedAt: Seconds?
        while Clock.now < deadline {
            if Signals.mustStop { return .interrupted }
            // The event's number, 2 bytes in this machine's order, then its value; the endpoint in a second frame.
            while let frames = try monitor.receive() {
                guard frames[0].count >= 2 else { continue }
                switch Int32(frames[0].withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) }) {
                case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .succeeded
                case ZMQ_EVENT_CONNECT_RETRIED:
                    retries += 1
                    refusedAt = nil
                case ZMQ_EVENT_CONNECT_DELAYED, ZMQ_EVENT_CONNECTED: refusedAt = nil
                case ZMQ_EVENT_DISCONNECTED: refusedAt = Clock.now + Handshake.refusalTime
                default: return .refused
                }
            }
            if let refusedAt, Clock.now >= refusedAt { return .refused }
            try Port.wait([(monitor, .input)], until: min(deadline, refusedAt ?? deadline))
        }
        return .missing(retries: retries)
    }

    func close(_ port: Port) {
        port.stopMonitor()
        monitor.close()
    }
}

extension Port {
    fileprivate func monitor(at endpoint: String, events: Int32) throws {
        if zmq_socket_monitor(raw, endpoint, events) != 0 {
            throw Port.error("socket \(declared.name): cannot watch its connection")
        }
    }

    fileprivate func stopMonitor() {
        zmq_socket_monitor(raw, nil, 0)
    }
}
