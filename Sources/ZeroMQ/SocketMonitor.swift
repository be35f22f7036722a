import CZeroMQ
import Glibc
import Synchronization

/// What happens to a socket's connections, as events: tcp, ipc and tipc; inproc makes none.
///
/// It belongs to its socket's thread, and keeps the socket alive. A socket has one monitor: a second one replaces the first.
/// libzmq's I/O thread would stop for a monitor that nobody reads. This one has no limit instead: its events wait
/// in memory (a dead tcp endpoint makes about 20 a second), so read them, or `stop()` it.
public final class SocketMonitor {
    /// The socket that is monitored.
    public let socket: Socket
    let reader: Socket
    private let number: Int
    // A name is free again only some time after a monitor's end, so each has its own.
    private static let numbers = Atomic<Int>(0)

    /// Begins to monitor. Events from before are lost: begin before `bind` and `connect`.
    ///
    /// Throws EMFILE when the context has no sockets left (a monitor takes two), ETERM, ENOTSOCK.
    public init(_ socket: Socket, kinds: Set<SocketEvent.Kind> = Set(SocketEvent.Kind.allCases)) throws(ZeroMQError) {
        number = Self.numbers.add(1, ordering: .relaxed).newValue
        let endpoint = "inproc://monitor-\(number)"
        let reader = try socket.context.socket(.pair)
        // With a limit of 0 at one end an inproc pair has none.
        try reader.set(.rcvhwm, 0)
        try reader.set(.linger, .zero)
        self.socket = socket
        self.reader = reader
        let mask = kinds.reduce(Int32(0)) { $0 | Int32($1.rawValue) }
        guard zmq_socket_monitor(socket.handle, endpoint, mask) == 0 else {
            throw .last("zmq_socket_monitor", socket.type.name)
        }
        socket.monitor = number
        try reader.connect(endpoint)
    }

    deinit { stop() }

    /// Ends monitoring; a second time does nothing. Events that were not read are lost.
    public func stop() {
        guard reader.handle != nil else { return }
        // libzmq's end first: it would wait for ever for a reader that is gone.
        if socket.monitor == number, socket.handle != nil {
            zmq_socket_monitor(socket.handle, nil, 0)
            socket.monitor = nil
        }
        reader.close()
    }

    /// The next event. Nil: none is there (only with `wait: false`). Else it blocks until one is.
    ///
    /// After `monitorStopped` (the socket was closed, or has another monitor) none will come. Kinds that this wrapper does not
    /// know, of a newer libzmq, are passed over. Throws EINTR when a signal came first, ETERM, ENOTSOCK after `stop()`.
    public func next(wait: Bool = true) throws(ZeroMQError) -> SocketEvent? {
        while let frames = try reader.receiveMultipart(wait: wait) {
            guard frames.count == 2, frames[0].count == 6 else { continue }
            let (kind, value) = frames[0].withUnsafeBytes {
                ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: Int32.self))
            }
            guard let kind = SocketEvent.Kind(rawValue: kind) else { continue }
            return SocketEvent(kind: kind, rawValue: value, endpoint: String(decoding: frames[1], as: UTF8.self))
        }
        return nil
    }
}
