public import RunDirectory

/// All that is known of a session at one moment: what the dashboard draws, what `--json` prints (one object a line) and
/// what `--until` and `--fail-on` judge. The names are those of the JSON. Seconds, bytes, messages per second.
/// Every optional is written as `null` when it is unknown: never a guess, never a false zero.
public struct Snapshot: Codable, Equatable, Sendable {
    /// Of this format.
    public var version = 1
    /// The session's id.
    public var session: String
    /// Ordinal of this snapshot, from 1.
    public var seq: Int
    /// Set on the last one of a run.
    public var final: Bool
    /// ISO 8601, UTC, milliseconds.
    public var time: String
    /// Seconds since the session began.
    public var elapsed: Double
    /// The topology's name.
    public var topology: String
    /// Declared ones in the order of the file, then those that were seen.
    public var nodes: [Node]
    /// By node, declared ones first.
    public var sockets: [Socket]
    /// Declared ones in the order of the file, then those that were seen.
    public var links: [Link]
    /// Monitor events since the previous snapshot, oldest first.
    public var events: [Event]
    /// Events that were overwritten before they were read, since the session began.
    public var eventsDropped: Int
    /// What is wrong; each is true now.
    public var verdicts: [Verdict]

    /// A snapshot; what is left out is empty.
    public init(
        session: String, seq: Int, final: Bool = false, time: String, elapsed: Double, topology: String,
        nodes: [Node] = [], sockets: [Socket] = [], links: [Link] = [], events: [Event] = [], eventsDropped: Int = 0,
        verdicts: [Verdict] = []
    ) {
        self.session = session
        self.seq = seq
        self.final = final
        self.time = time
        self.elapsed = elapsed
        self.topology = topology
        self.nodes = nodes
        self.sockets = sockets
        self.links = links
        self.events = events
        self.eventsDropped = eventsDropped
        self.verdicts = verdicts
    }
}

extension Snapshot {
    /// A node: a process of the session, a child of one, or a thread of one.
    public struct Node: Codable, Equatable, Sendable {
        /// Where the figures come from.
        public enum Source: String, Codable, Equatable, Sendable { case tap, wire, kernel, none }

        /// Unique: `engine-1`; a child is `PARENT/NAME`, and one of several at once `PARENT/NAME-2`.
        public var name: String
        /// `engine`, `command`, `external`, `injector`.
        public var kind: String
        /// The name in the file: `engine`.
        public var group: String
        /// From 1; nil when the file asks for no replicas.
        public var replica: Int?
        /// The node whose process this one was born of, for a child of a node; it may be a child itself.
        public var parent: String?
        /// Where its figures come from.
        public var source: Source
        /// As the session knows it; `paused` also when /proc says so.
        public var state: NodeStatus.State
        /// Of the running process.
        public var pid: Int32?
        /// Starts after the first one.
        public var restarts: Int
        /// Of the last process that ended.
        public var exit: NodeStatus.Exit?
        /// Share of one core over the last interval; nil unless running.
        public var cpu: Double?
        /// Resident bytes.
        public var rss: Int?
        /// Figures that the program itself reports, by name.
        public var gauges: [String: Double]
        /// A sentence about what went wrong, with the last lines of its output.
        public var reason: String?
        /// `elapsed` of the next planned start.
        public var nextStart: Double?
        /// The faults that are in force on it: `slow 10ms`.
        public var faults: [String]
        /// Where the node is a thread: its process. `cpu` is then that of its thread, and `rss` nil.
        public var process: SharedProcess?

        /// A process that several nodes are threads of, as a whole: the same at each of them.
        public struct SharedProcess: Codable, Equatable, Sendable {
            /// As in the file.
            public var name: String
            /// Share of one core over the last interval, libzmq's I/O thread included; nil unless running.
            public var cpu: Double?
            /// Resident bytes.
            public var rss: Int?

            /// What is left out is unknown.
            public init(name: String, cpu: Double? = nil, rss: Int? = nil) {
                self.name = name
                self.cpu = cpu
                self.rss = rss
            }
        }

        /// A node; what is left out is unknown.
        public init(
            name: String, kind: String, group: String, replica: Int? = nil, parent: String? = nil,
            source: Source = .none, state: NodeStatus.State, pid: Int32? = nil, restarts: Int = 0,
            exit: NodeStatus.Exit? = nil, cpu: Double? = nil, rss: Int? = nil, gauges: [String: Double] = [:],
            reason: String? = nil, nextStart: Double? = nil, faults: [String] = [], process: SharedProcess? = nil
        ) {
            self.name = name
            self.kind = kind
            self.group = group
            self.replica = replica
            self.parent = parent
            self.source = source
            self.state = state
            self.pid = pid
            self.restarts = restarts
            self.exit = exit
            self.cpu = cpu
            self.rss = rss
            self.gauges = gauges
            self.reason = reason
            self.nextStart = nextStart
            self.faults = faults
            self.process = process
        }
    }

    /// A monitor event.
    public struct Event: Codable, Equatable, Sendable {
        /// Seconds since the session began.
        public var elapsed: Double
        /// Name of the node.
        public var node: String
        /// The socket's name; nil when it is not known.
        public var socket: String?
        /// `CONNECT_RETRIED`: libzmq's name without ZMQ_EVENT_.
        public var event: String
        /// As libzmq reports it.
        public var endpoint: String
        /// libzmq's value: a descriptor, an errno, an interval.
        public var value: Int

        /// An event.
        public init(elapsed: Double, node: String, socket: String?, event: String, endpoint: String, value: Int) {
            self.elapsed = elapsed
            self.node = node
            self.socket = socket
            self.event = event
            self.endpoint = endpoint
            self.value = value
        }
    }

    /// Something that is wrong, with its numbers.
    public struct Verdict: Codable, Equatable, Sendable {
        /// `stalled-link`
        public var rule: String
        /// Id of the link, socket or node.
        public var subject: String
        /// `elapsed` since when it holds.
        public var since: Double
        /// One sentence with the numbers in it.
        public var text: String

        /// A verdict.
        public init(rule: String, subject: String, since: Double, text: String) {
            self.rule = rule
            self.subject = subject
            self.since = since
            self.text = text
        }
    }
}
