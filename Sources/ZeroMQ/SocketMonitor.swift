import CZeroMQ

/// What a socket monitor tells (zmq_socket_monitor(3)).
public struct SocketEvent: Hashable, Sendable {
    /// The events of libzmq's stable API, by its numbers.
    public enum Kind: UInt16, CaseIterable, Hashable, Sendable {
        case connected = 0x0001
        case connectDelayed = 0x0002
        case connectRetried = 0x0004
        case listening = 0x0008
        case bindFailed = 0x0010
        case accepted = 0x0020
        case acceptFailed = 0x0040
        case closed = 0x0080
        case closeFailed = 0x0100
        case disconnected = 0x0200
        case monitorStopped = 0x0400
        case handshakeFailedNoDetail = 0x0800
        case handshakeSucceeded = 0x1000
        case handshakeFailedProtocol = 0x2000
        case handshakeFailedAuth = 0x4000
    }

    public var kind: Kind
    /// A descriptor (connected, listening, accepted, closed, disconnected), an errno (connectDelayed, …Failed), or the
    /// milliseconds until the next attempt (connectRetried).
    public var value: Int
    public var endpoint: String
}

/// Receives a socket's events over a PAIR of the same context. One thread, which need not be the socket's own.
///
/// It must be read: libzmq blocks in the sending of an event once 2,000 wait.
public final class SocketMonitor {
    /// The PAIR, for a `Poller`.
    public let socket: Socket

    /// Starts to monitor; a monitor that the socket has already is replaced.
    ///
    /// - Parameter kinds: the events wanted; all when empty.
    /// - Throws: `ZeroMQError`.
    public init(_ monitored: Socket, of context: Context, kinds: Set<SocketEvent.Kind> = []) throws(ZeroMQError) {
        // A socket's address is unique while it lives.
        let endpoint = "inproc://monitor-\(UInt(bitPattern: monitored.handle))"
        let mask = kinds.isEmpty ? ZMQ_EVENT_ALL : kinds.reduce(0) { $0 | Int32($1.rawValue) }
        guard zmq_socket_monitor(monitored.handle, endpoint, mask) == 0 else {
            throw .last("zmq_socket_monitor", endpoint)
        }
        socket = try context.socket(.pair)
        try socket.connect(endpoint)
    }

    /// Stops a socket's monitor; its reader sees `monitorStopped`. Call it before the monitored socket closes when the
    /// monitor's end is to be seen.
    public static func stop(_ monitored: Socket) { zmq_socket_monitor(monitored.handle, nil, 0) }

    /// The next event.
    ///
    /// - Returns: nil when there is none (with `wait: false`).
    /// - Throws: `ZeroMQError`; `isInterrupted` when a signal came.
    public func next(wait: Bool = true) throws(ZeroMQError) -> SocketEvent? {
        while let frames = try socket.receiveMultipart(wait: wait) {
            guard frames.count == 2, frames[0].count == 6 else { continue }
            let head = frames[0].withUnsafeBytes {
                ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: Int32.self))
            }
            guard let kind = SocketEvent.Kind(rawValue: head.0) else { continue }
            return SocketEvent(kind: kind, value: Int(head.1), endpoint: String(decoding: frames[1], as: UTF8.self))
        }
        return nil
    }
}
