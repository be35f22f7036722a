import CZeroMQ

/// Waits for several sockets and descriptors at once (zmq_poll). One thread; no allocation while it waits.
public struct Poller: ~Copyable {
    /// What to wait for, and what has come.
    public struct Events: OptionSet, Hashable, Sendable {
        public let rawValue: Int16
        public init(rawValue: Int16) { self.rawValue = rawValue }
        /// At least one message can be received.
        public static let input = Events(rawValue: 1)
        /// At least one message can be sent.
        public static let output = Events(rawValue: 2)
        /// A descriptor has an error or was hung up.
        public static let error = Events(rawValue: 4)
    }

    private var items: [zmq_pollitem_t] = []
    private var sockets: [Socket] = []

    public init() {}

    /// Adds a socket.
    ///
    /// - Returns: the index by which `ready` knows it.
    @discardableResult
    public mutating func add(_ socket: Socket, _ events: Events = .input) -> Int {
        sockets.append(socket)
        items.append(zmq_pollitem_t(socket: socket.handle, fd: 0, events: events.rawValue, revents: 0))
        return items.count - 1
    }

    /// Adds a descriptor of the operating system; it stays the caller's.
    ///
    /// - Returns: the index by which `ready` knows it.
    @discardableResult
    public mutating func add(descriptor: Int32, _ events: Events = .input) -> Int {
        items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: events.rawValue, revents: 0))
        return items.count - 1
    }

    /// Changes what is waited for at an index.
    public mutating func setEvents(_ events: Events, at index: Int) { items[index].events = events.rawValue }

    /// Blocks until something is ready.
    ///
    /// - Parameter timeout: nil waits for ever; zero only looks; rounded up to milliseconds.
    /// - Returns: how many are ready; 0 when the time is over.
    /// - Throws: `ZeroMQError`; `isInterrupted` when a signal came.
    public mutating func wait(timeout: Duration? = nil) throws(ZeroMQError) -> Int {
        let milliseconds = timeout.map { $0.roundedUpMilliseconds } ?? -1
        let ready = zmq_poll(&items, Int32(items.count), milliseconds)
        guard ready >= 0 else { throw .last("zmq_poll") }
        return Int(ready)
    }

    /// What the last `wait` found at an index.
    public func ready(_ index: Int) -> Events { Events(rawValue: items[index].revents) }
}

extension Duration {
    var roundedUpMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: max(0, seconds)) * 1000 + Int(max(0, attoseconds) + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
