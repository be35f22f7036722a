import RunDirectory
import Telemetry

/// What happened, oldest first: the monitors' events and the nodes' changes of state. Bounded; retries are folded.
struct EventLog: Equatable, Sendable {
    enum What: Equatable, Sendable {
        /// libzmq's name without ZMQ_EVENT_, and its value.
        case socket(event: String, value: Int)
        case node(NodeStatus.State, detail: String)
    }

    struct Entry: Equatable, Sendable {
        /// Ordinal since the dashboard began; never reused.
        var id: Int
        /// Seconds of the session, of the newest of those folded.
        var elapsed: Double
        var node: String
        var socket: String?
        var endpoint: String
        var what: What
        /// How often: above 1 where repeats were folded.
        var count: Int

        /// `engine-1.work`, or the node alone.
        var subject: String { socket.map { "\(node).\($0)" } ?? node }
    }

    /// Entries kept.
    static let capacity = 500

    private(set) var entries: [Entry] = []
    /// Entries ever made: the id of the next one.
    private var made = 0
    /// The newest entry of each socket and endpoint, when that is a retry and may take more.
    private var retrying: [Place: Int] = [:]

    private struct Place: Hashable, Sendable {
        var node: String
        var socket: String?
        var endpoint: String
    }

    init() {}

    /// Adds an event of a socket. While an endpoint cannot be reached libzmq repeats CONNECT_DELAYED, CLOSED,
    /// CONNECT_RETRIED: these repeats become one entry whose `count` is the number of retries.
    mutating func append(_ event: Snapshot.Event) {
        let place = Place(node: event.node, socket: event.socket, endpoint: event.endpoint)
        if let id = retrying[place], let index = index(of: id) {
            switch event.event {
            case "CONNECT_RETRIED":
                entries[index].count += 1
                entries[index].elapsed = event.elapsed
                entries[index].what = .socket(event: event.event, value: event.value)
                return
            case "CONNECT_DELAYED", "CLOSED":
                return
            default:
                retrying[place] = nil
            }
        }
        add(
            node: event.node, socket: event.socket, endpoint: event.endpoint, elapsed: event.elapsed,
            what: .socket(event: event.event, value: event.value))
        if event.event == "CONNECT_RETRIED" { retrying[place] = made - 1 }
    }

    /// Adds a node's change of state, as it was seen between two snapshots.
    mutating func append(node: String, state: NodeStatus.State, detail: String, elapsed: Double) {
        add(node: node, socket: nil, endpoint: "", elapsed: elapsed, what: .node(state, detail: detail))
    }

    private mutating func add(node: String, socket: String?, endpoint: String, elapsed: Double, what: What) {
        entries.append(
            Entry(id: made, elapsed: elapsed, node: node, socket: socket, endpoint: endpoint, what: what, count: 1))
        made += 1
        guard entries.count > Self.capacity + Self.capacity / 4 else { return }
        entries.removeFirst(entries.count - Self.capacity)
        let oldest = entries.first?.id ?? made
        retrying = retrying.filter { $0.value >= oldest }
    }

    /// The entry with this id, while it is kept.
    func entry(_ id: Int) -> Entry? { index(of: id).map { entries[$0] } }

    /// Ids are consecutive, so an entry's place follows from its id.
    private func index(of id: Int) -> Int? {
        guard let first = entries.first?.id, id >= first, id - first < entries.count else { return nil }
        return id - first
    }
}
