/// `faults.json`: what the session has done to its links, nodes and sockets, for whoever watches.
public struct FaultBook: Codable, Equatable, Sendable {
    /// What a fault is about.
    public enum Subject: Codable, Hashable, Sendable {
        /// `a.x->b.y`, as the Snapshot names it.
        case link(String)
        /// A node's name, or that of a child.
        case node(String)
        /// `NODE.SOCKET`
        case socket(String)

        /// Its name alone.
        public var name: String {
            switch self {
            case .link(let name), .node(let name), .socket(let name): name
            }
        }
    }

    /// A fault that is in force.
    public struct Entry: Codable, Hashable, Sendable {
        /// What it is about.
        public var subject: Subject
        /// What is done to it.
        public var fault: Fault

        /// The two belong together.
        public init(subject: Subject, fault: Fault) {
            self.subject = subject
            self.fault = fault
        }
    }

    /// A fault that began or ended.
    public struct Event: Codable, Equatable, Sendable {
        /// From 0, without a gap.
        public var ordinal: Int
        /// CLOCK_MONOTONIC, in nanoseconds.
        public var time: UInt64
        /// It began; else it was healed.
        public var begins: Bool
        /// Which one, and of what.
        public var entry: Entry

        /// All of it.
        public init(ordinal: Int, time: UInt64, begins: Bool, entry: Entry) {
            self.ordinal = ordinal
            self.time = time
            self.begins = begins
            self.entry = entry
        }
    }

    /// How many events are kept.
    public static let eventCapacity = 256
    /// In the order in which they began.
    public private(set) var inForce: [Entry] = []
    /// The last ones, oldest first.
    public private(set) var events: [Event] = []
    private var eventTotal = 0

    /// No faults.
    public init() {}

    /// Adds a fault; one of the same name on the same subject gives way to it.
    public mutating func begin(_ entry: Entry, at time: UInt64) {
        inForce.removeAll { $0.subject == entry.subject && $0.fault.name == entry.fault.name }
        inForce.append(entry)
        note(entry, begins: true, at: time)
    }

    /// Takes those faults away that are to end, and returns them.
    public mutating func heal(at time: UInt64, where ends: (Entry) -> Bool) -> [Entry] {
        let healed = inForce.filter(ends)
        inForce.removeAll(where: ends)
        for entry in healed { note(entry, begins: false, at: time) }
        return healed
    }

    private mutating func note(_ entry: Entry, begins: Bool, at time: UInt64) {
        events.append(Event(ordinal: eventTotal, time: time, begins: begins, entry: entry))
        eventTotal += 1
        if events.count > Self.eventCapacity { events.removeFirst(events.count - Self.eventCapacity) }
    }
}
