public import RunDirectory

/// All that is known of a session at one moment: what the dashboard draws, what `--json` prints (one object a line) and
/// what `--until` and `--fail-on` judge. The names are those of the JSON. Seconds, bytes, messages per second.
/// Every optional is written as `null` when it is unknown: never a guess, never a false zero.
public struct Snapshot: Codable, Equatable, Sendable {
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
    public var topology: String
    public var nodes: [Node]
    public var sockets: [Socket]
    public var links: [Link]
    /// Monitor events since the previous snapshot, oldest first.
    public var events: [Event]
    /// Events that were overwritten before they were read, since the session began.
    public var eventsDropped: Int
    public var verdicts: [Verdict]

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
    public struct Node: Codable, Equatable, Sendable {
        /// Where the figures come from.
        public enum Source: String, Codable, Equatable, Sendable { case tap, wire, kernel, none }

        public var name: String
        public var kind: String
        public var group: String
        public var replica: Int?
        /// The node that started this process, for a child of a node.
        public var parent: String?
        public var source: Source
        public var state: NodeStatus.State
        public var pid: Int32?
        public var restarts: Int
        public var exit: NodeStatus.Exit?
        /// Share of one core over the last interval; nil unless running.
        public var cpu: Double?
        /// Resident bytes.
        public var rss: Int?
        public var gauges: [String: Double]
        /// A sentence about what went wrong, with the last lines of its output.
        public var reason: String?
        /// `elapsed` of the next planned start.
        public var nextStart: Double?

        public init(
            name: String, kind: String, group: String, replica: Int? = nil, parent: String? = nil,
            source: Source = .none, state: NodeStatus.State, pid: Int32? = nil, restarts: Int = 0,
            exit: NodeStatus.Exit? = nil, cpu: Double? = nil, rss: Int? = nil, gauges: [String: Double] = [:],
            reason: String? = nil, nextStart: Double? = nil
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
        }
    }

    public struct Socket: Codable, Equatable, Sendable {
        public struct HighWaterMark: Codable, Equatable, Sendable {
            /// Messages; 0 is unbounded, nil unknown.
            public var send: Int?
            public var receive: Int?

            public init(send: Int?, receive: Int?) {
                self.send = send
                self.receive = receive
            }
        }

        /// A call that a thread is inside of.
        public struct Blocked: Codable, Equatable, Sendable {
            /// `zmq_send`
            public var call: String
            /// Seconds.
            public var `for`: Double
            /// Ids of the sockets at the other ends that it waits for.
            public var on: [String]

            public init(call: String, for: Double, on: [String]) {
                self.call = call
                self.for = `for`
                self.on = on
            }
        }

        /// `NODE.NAME`, or `NODE.TYPE#n` for one that no file declares.
        public var id: String
        public var node: String
        public var name: String
        public var type: String
        public var declared: Bool
        public var observed: Bool
        public var endpoints: [String]
        /// Messages accepted by send and delivered by receive.
        public var sent: Int?
        public var received: Int?
        public var sentBytes: Int?
        public var receivedBytes: Int?
        public var sendRate: Double?
        public var receiveRate: Double?
        public var wouldBlock: Int?
        /// Messages in ZeroMQ's own queues of this socket, all its connections together.
        public var sendQueue: Int?
        public var receiveQueue: Int?
        public var lost: Int?
        public var discarded: Int?
        public var hwm: HighWaterMark
        public var blocked: Blocked?

        public init(
            id: String, node: String, name: String, type: String, declared: Bool, observed: Bool,
            endpoints: [String] = [], sent: Int? = nil, received: Int? = nil, sentBytes: Int? = nil,
            receivedBytes: Int? = nil, sendRate: Double? = nil, receiveRate: Double? = nil, wouldBlock: Int? = nil,
            sendQueue: Int? = nil, receiveQueue: Int? = nil, lost: Int? = nil, discarded: Int? = nil,
            hwm: HighWaterMark = .init(send: nil, receive: nil), blocked: Blocked? = nil
        ) {
            self.id = id
            self.node = node
            self.name = name
            self.type = type
            self.declared = declared
            self.observed = observed
            self.endpoints = endpoints
            self.sent = sent
            self.received = received
            self.sentBytes = sentBytes
            self.receivedBytes = receivedBytes
            self.sendRate = sendRate
            self.receiveRate = receiveRate
            self.wouldBlock = wouldBlock
            self.sendQueue = sendQueue
            self.receiveQueue = receiveQueue
            self.lost = lost
            self.discarded = discarded
            self.hwm = hwm
            self.blocked = blocked
        }
    }

    public struct Link: Codable, Equatable, Sendable {
        /// - `declared`: nothing seen yet; `connecting`; `retrying`: an attempt failed
        /// - `connected`: transport, no handshake; `up`: handshake succeeded; `down`: was up; `refused`: handshake failed
        public enum State: String, Codable, Equatable, Sendable, CaseIterable {
            case declared, connecting, retrying, connected, up, down, refused
        }

        public struct Incarnations: Codable, Equatable, Sendable {
            public var from: Int?
            public var to: Int?

            public init(from: Int?, to: Int?) {
                self.from = from
                self.to = to
            }
        }

        /// `from` is the socket that connects, `to` the one that is bound: `FROM->TO`.
        public var id: String
        public var from: String
        public var to: String
        public var endpoint: String
        public var transport: String
        public var state: State
        /// `elapsed` when it came into this state.
        public var since: Double?
        public var incarnation: Incarnations
        /// Handshakes that succeeded after the link had been up.
        public var reconnects: Int
        /// CONNECT_RETRIED events.
        public var attempts: Int
        /// Seconds until the next attempt, while `retrying` or `down`; nil unknown.
        public var retryIn: Double?
        public var faults: [String]
        /// From `from` to `to`.
        public var out: Direction
        /// From `to` to `from`.
        public var back: Direction

        public init(
            id: String, from: String, to: String, endpoint: String, transport: String, state: State,
            since: Double? = nil, incarnation: Incarnations = .init(from: nil, to: nil), reconnects: Int = 0,
            attempts: Int = 0, retryIn: Double? = nil, faults: [String] = [], out: Direction = .init(),
            back: Direction = .init()
        ) {
            self.id = id
            self.from = from
            self.to = to
            self.endpoint = endpoint
            self.transport = transport
            self.state = state
            self.since = since
            self.incarnation = incarnation
            self.reconnects = reconnects
            self.attempts = attempts
            self.retryIn = retryIn
            self.faults = faults
            self.out = out
            self.back = back
        }
    }

    /// One way of a link. Totals of the session, in whole messages; they never go back.
    public struct Direction: Codable, Equatable, Sendable {
        /// Where messages lie at this moment.
        public struct Stages: Codable, Equatable, Sendable {
            /// Accepted by send, not yet on the wire.
            public var sendQueue: Int?
            /// On the wire, not yet off it.
            public var kernel: Int?
            /// Off the wire, not yet delivered.
            public var receiveQueue: Int?

            public init(sendQueue: Int? = nil, kernel: Int? = nil, receiveQueue: Int? = nil) {
                self.sendQueue = sendQueue
                self.kernel = kernel
                self.receiveQueue = receiveQueue
            }
        }

        /// Seconds.
        public struct Latency: Codable, Equatable, Sendable {
            public var p50: Double
            public var p90: Double
            public var p99: Double
            public var max: Double
            public var samples: Int

            public init(p50: Double, p90: Double, p99: Double, max: Double, samples: Int) {
                self.p50 = p50
                self.p90 = p90
                self.p99 = p99
                self.max = max
                self.samples = samples
            }
        }

        /// On the wire + known send queue + what was lost between.
        public var sent: Int?
        public var onWire: Int?
        public var offWire: Int?
        /// Delivered.
        public var received: Int?
        /// Messages a second delivered (or what is known nearest to it).
        public var rate: Double?
        public var bytes: Int?
        /// The sum of the stages; nil when one of them is unknown.
        public var depth: Int?
        public var stages: Stages
        public var lost: Int?
        public var discarded: Int?
        public var latency: Latency?

        public init(
            sent: Int? = nil, onWire: Int? = nil, offWire: Int? = nil, received: Int? = nil, rate: Double? = nil,
            bytes: Int? = nil, depth: Int? = nil, stages: Stages = .init(), lost: Int? = nil, discarded: Int? = nil,
            latency: Latency? = nil
        ) {
            self.sent = sent
            self.onWire = onWire
            self.offWire = offWire
            self.received = received
            self.rate = rate
            self.bytes = bytes
            self.depth = depth
            self.stages = stages
            self.lost = lost
            self.discarded = discarded
            self.latency = latency
        }
    }

    public struct Event: Codable, Equatable, Sendable {
        public var elapsed: Double
        public var node: String
        /// The socket's name; nil when it is not known.
        public var socket: String?
        /// `CONNECT_RETRIED`: libzmq's name without ZMQ_EVENT_.
        public var event: String
        public var endpoint: String
        public var value: Int

        public init(elapsed: Double, node: String, socket: String?, event: String, endpoint: String, value: Int) {
            self.elapsed = elapsed
            self.node = node
            self.socket = socket
            self.event = event
            self.endpoint = endpoint
            self.value = value
        }
    }

    public struct Verdict: Codable, Equatable, Sendable {
        /// `stalled-link`
        public var rule: String
        /// Id of the link, socket or node.
        public var subject: String
        /// `elapsed` since when it holds.
        public var since: Double
        /// One sentence with the numbers in it.
        public var text: String

        public init(rule: String, subject: String, since: Double, text: String) {
            self.rule = rule
            self.subject = subject
            self.since = since
            self.text = text
        }
    }
}
