import CZeroMQ
import Glibc

/// What to wait for, or what is ready.
public struct PollEvents: OptionSet, Hashable, Sendable {
    /// libzmq's bits.
    public let rawValue: Int16

    /// From libzmq's bits.
    public init(rawValue: Int16) { self.rawValue = rawValue }

    /// At least one message can be received (descriptor: read) without blocking.
    public static let input = PollEvents(rawValue: Int16(ZMQ_POLLIN))
    /// At least one message can be sent (descriptor: written) without blocking.
    public static let output = PollEvents(rawValue: Int16(ZMQ_POLLOUT))
    /// Descriptors only: an error or a hang-up.
    public static let error = PollEvents(rawValue: Int16(ZMQ_POLLERR))
    /// Descriptors only: urgent data.
    public static let priority = PollEvents(rawValue: Int16(ZMQ_POLLPRI))
}

/// Waits for several sockets and descriptors at a time. It belongs to the thread that its sockets belong to.
///
///     let requests = poller.add(socket, .input)
///     while running {
///         try poller.wait(timeout: .milliseconds(100))
///         if poller[requests].contains(.input) { … }
///     }
public final class Poller {
    /// One socket or descriptor of a poller.
    public struct Member: Hashable, Sendable {
        fileprivate let slot: Int
    }

    // Slots keep their index, so that a Member stays valid; a free one has neither socket nor descriptor, which poll(2) skips.
    private var items: [zmq_pollitem_t] = []
    // Keeps the sockets alive that `items` points to.
    private var sockets: [Socket?] = []

    /// A poller that waits for nothing yet.
    public init() {}

    /// Adds a socket. The poller keeps it alive until `remove`.
    @discardableResult
    public func add(_ socket: Socket, _ events: PollEvents = .input) -> Member {
        add(zmq_pollitem_t(socket: socket.handle, fd: -1, events: events.rawValue, revents: 0), socket)
    }

    /// Adds a descriptor, which stays the caller's to close.
    @discardableResult
    public func add(descriptor: Int32, _ events: PollEvents = .input) -> Member {
        add(zmq_pollitem_t(socket: nil, fd: descriptor, events: events.rawValue, revents: 0), nil)
    }

    private func add(_ item: zmq_pollitem_t, _ socket: Socket?) -> Member {
        if let free = items.firstIndex(where: { $0.socket == nil && $0.fd == -1 }) {
            items[free] = item
            sockets[free] = socket
            return Member(slot: free)
        }
        items.append(item)
        sockets.append(socket)
        return Member(slot: items.count - 1)
    }

    /// Adds a monitor: ready for input when it has an event. The poller keeps it alive until `remove`.
    @discardableResult
    public func add(_ monitor: SocketMonitor) -> Member {
        add(monitor.reader, .input)
    }

    /// Changes what is waited for; an empty set pauses the member.
    public func modify(_ member: Member, _ events: PollEvents) {
        items[member.slot].events = events.rawValue
    }

    /// Waits for the member no longer. Its `Member` is not to be used again. Remove a socket before you close it.
    public func remove(_ member: Member) {
        items[member.slot] = zmq_pollitem_t(socket: nil, fd: -1, events: 0, revents: 0)
        sockets[member.slot] = nil
    }

    /// Blocks until a member is ready or `timeout` has passed (nil: for ever; rounded up to milliseconds), and tells how many are ready. No allocation.
    ///
    /// Throws EINTR when a signal came first, ETERM when a socket's context was shut down, ENOTSOCK when a socket was closed.
    @discardableResult
    public func wait(timeout: Duration? = nil) throws(ZeroMQError) -> Int {
        // libzmq would look at a closed socket's freed memory.
        for socket in sockets where socket != nil && socket?.handle == nil {
            throw ZeroMQError(errno: ENOTSOCK, call: "zmq_poll")
        }
        let milliseconds = timeout.map { Int($0.wholeMilliseconds) } ?? -1
        let count = items.withUnsafeMutableBufferPointer { items in
            zmq_poll(items.baseAddress, Int32(items.count), milliseconds)
        }
        guard count >= 0 else { throw .last("zmq_poll") }
        return Int(count)
    }

    /// What the last `wait` found ready; empty when nothing was.
    public subscript(member: Member) -> PollEvents {
        PollEvents(rawValue: items[member.slot].revents)
    }
}

extension Duration {
    /// Rounded up, so that a short time never becomes a busy loop; never negative, and within `Int32`.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return .max }
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: max(milliseconds, 0))
    }
}
