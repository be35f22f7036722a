import RunDirectory
import Telemetry

/// What happened, oldest first: the monitors' events and the nodes' changes of state. Bounded; what repeats is one entry.
struct EventLog: Equatable, Sendable {
    enum What: Equatable, Sendable {
        /// libzmq's name without ZMQ_EVENT_, and its value.
        case socket(event: String, value: Int)
        case node(NodeStatus.State, detail: String)
    }

    struct Entry: Equatable, Sendable {
        /// Ordinal since the dashboard began; never reused.
        var id: Int
        /// Seconds of the session, of the first of those folded: entries stand in its order, and stay where they are.
        var first: Double
        /// Seconds of the session, of the newest of those folded.
        var elapsed: Double
        var node: String
        var socket: String?
        var endpoint: String
        var what: What
        /// How often: above 1 where repeats were folded.
        var count = 1
        /// Of several, the newest, oldest first.
        var parts: [Part] = []
        /// Whether it is one of several, as unfolding shows it.
        var isPart = false

        /// `engine-1.work`, or the node alone.
        var subject: String { socket.map { "\(node).\($0)" } ?? node }
    }

    /// One of several that were folded.
    struct Part: Equatable, Sendable {
        var id: Int
        var elapsed: Double
        var value: Int
    }

    /// Entries kept.
    static let capacity = 500
    /// Parts kept of an entry.
    static let partCapacity = 50
    /// Seconds after which a repeat is an entry of its own; of a retry that long after it was due.
    static let window = 10.0

    private(set) var entries: [Entry] = []
    /// Ids ever given: the next one.
    private var made = 0
    /// The newest entry of each kind of event at a place.
    private var newest: [Kind: Newest] = [:]

    private struct Kind: Hashable, Sendable {
        var node: String
        var socket: String?
        var endpoint: String
        var event: String
    }

    private struct Newest: Equatable, Sendable {
        var id: Int
        /// Until when a repeat belongs to it.
        var until: Double
    }

    init() {}

    /// Adds an event of a socket. The same event at the same socket and endpoint within `window` becomes one entry. While
    /// an endpoint cannot be reached libzmq repeats CONNECT_DELAYED, CLOSED, CONNECT_RETRIED: these are one entry, whose
    /// `count` is the number of retries.
    mutating func append(_ event: Snapshot.Event) {
        var kind = Kind(node: event.node, socket: event.socket, endpoint: event.endpoint, event: event.event)
        let isCompanion = event.event == "CONNECT_DELAYED" || event.event == "CLOSED"
        if isCompanion {
            kind.event = "CONNECT_RETRIED"
            if let open = newest[kind], event.elapsed <= open.until { return }
            kind.event = event.event
        }
        // A retry tells in how many milliseconds the next one is due.
        let wait = event.event == "CONNECT_RETRIED" ? max(0, Double(event.value) / 1000) : 0
        let until = event.elapsed + wait + Self.window
        if let open = newest[kind], event.elapsed <= open.until, let index = index(of: open.id) {
            entries[index].repeats(event, ids: &made)
            newest[kind]?.until = until
            return
        }
        add(
            node: event.node, socket: event.socket, endpoint: event.endpoint, elapsed: event.elapsed,
            what: .socket(event: event.event, value: event.value))
        newest[kind] = Newest(id: made - 1, until: until)
    }

    /// Adds a node's change of state, as it was seen between two snapshots. Each is an entry of its own.
    mutating func append(node: String, state: NodeStatus.State, detail: String, elapsed: Double) {
        add(node: node, socket: nil, endpoint: "", elapsed: elapsed, what: .node(state, detail: detail))
    }

    private mutating func add(node: String, socket: String?, endpoint: String, elapsed: Double, what: What) {
        entries.append(
            Entry(
                id: made, first: elapsed, elapsed: elapsed, node: node, socket: socket, endpoint: endpoint, what: what))
        made += 1
        guard entries.count > Self.capacity + Self.capacity / 4 else { return }
        entries.removeFirst(entries.count - Self.capacity)
        let oldest = entries.first?.id ?? made
        newest = newest.filter { $0.value.id >= oldest }
    }

    /// The entry with this id, while it is kept; for the id of a part, that part by itself.
    func entry(_ id: Int) -> Entry? {
        if let index = index(of: id) { return entries[index] }
        for entry in entries where entry.id < id {
            if let part = entry.parts.first(where: { $0.id == id }) { return entry.alone(part) }
        }
        return nil
    }

    /// Ids rise from entry to entry.
    private func index(of id: Int) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].id == id ? low : nil
    }
}

extension EventLog.Entry {
    /// Takes a repeat in.
    fileprivate mutating func repeats(_ event: Snapshot.Event, ids: inout Int) {
        func part(_ elapsed: Double, _ value: Int) -> EventLog.Part {
            defer { ids += 1 }
            return .init(id: ids, elapsed: elapsed, value: value)
        }
        if count == 1, case .socket(_, let value) = what { parts = [part(first, value)] }
        parts.append(part(event.elapsed, event.value))
        // Seldom, so that appending stays cheap.
        if parts.count > EventLog.partCapacity * 2 { parts.removeFirst(parts.count - EventLog.partCapacity) }
        count += 1
        elapsed = event.elapsed
        what = .socket(event: event.event, value: event.value)
    }

    fileprivate func alone(_ part: EventLog.Part) -> EventLog.Entry {
        var entry = self
        entry.id = part.id
        entry.first = part.elapsed
        entry.elapsed = part.elapsed
        entry.count = 1
        entry.parts = []
        entry.isPart = true
        if case .socket(let event, _) = what { entry.what = .socket(event: event, value: part.value) }
        return entry
    }
}
