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
    /// A node: a process of the session, or a child of one.
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

        /// A node; what is left out is unknown.
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

    /// A socket, over all incarnations of its node.
    public struct Socket: Codable, Equatable, Sendable {
        /// Limits of its queues.
        public struct HighWaterMark: Codable, Equatable, Sendable {
            /// Messages; 0 is unbounded, nil unknown.
            public var send: Int?
            /// Messages; 0 is unbounded, nil unknown.
            public var receive: Int?

            /// Limits in messages.
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

            /// A call, the seconds it has lasted, and whom it waits for.
            public init(call: String, for: Double, on: [String]) {
                self.call = call
                self.for = `for`
                self.on = on
            }
        }

        /// An option that the program has set.
        public struct Option: Codable, Equatable, Sendable {
            /// In lower case, as in the manual without the ZMQ_ prefix.
            public var name: String
            /// In decimal, as text, or `hex:…`; a secret is `•••`.
            public var value: String
            /// It was set after the socket's first bind or connect.
            public var late: Bool

            /// It acts on later binds and connects alone, and there was one before.
            public var isTooLate: Bool { late && !SocketOptionText.actsAtOnce.contains(name) }

            /// A name, what it was set to, and whether that was after the first bind or connect.
            public init(name: String, value: String, late: Bool) {
                self.name = name
                self.value = value
                self.late = late
            }
        }

        /// `NODE.NAME`, or `NODE.TYPE#n` for one that no file declares.
        public var id: String
        /// Name of its node.
        public var node: String
        /// The last part of its id.
        public var name: String
        /// `DEALER`.
        public var type: String
        /// The file declares it.
        public var declared: Bool
        /// A process has made it.
        public var observed: Bool
        /// Where it is bound or connected now; before it was seen, as declared.
        public var endpoints: [String]
        /// Messages accepted by send and delivered by receive.
        public var sent: Int?
        /// Messages delivered by receive.
        public var received: Int?
        /// Bytes of the bodies.
        public var sentBytes: Int?
        /// Bytes of the bodies.
        public var receivedBytes: Int?
        /// Messages a second, over the last two seconds; nil while no process has it.
        public var sendRate: Double?
        /// Messages a second, over the last two seconds; nil while no process has it.
        public var receiveRate: Double?
        /// Sends that gave EAGAIN.
        public var wouldBlock: Int?
        /// Messages in ZeroMQ's own queues of this socket, all its connections together.
        public var sendQueue: Int?
        /// Messages off the wire and not yet delivered.
        public var receiveQueue: Int?
        /// Messages lost at the socket, which no link accounts for.
        public var lost: Int?
        /// Messages taken off the wire that were never delivered.
        public var discarded: Int?
        /// As set now.
        public var hwm: HighWaterMark
        /// The send, close or terminate that a thread is inside of; an idle receive is no fault.
        public var blocked: Blocked?
        /// What the program has set, in the order in which it first set them; nil when nobody saw it do so.
        public var options: [Option]?

        /// A socket; what is left out is unknown.
        public init(
            id: String, node: String, name: String, type: String, declared: Bool, observed: Bool,
            endpoints: [String] = [], sent: Int? = nil, received: Int? = nil, sentBytes: Int? = nil,
            receivedBytes: Int? = nil, sendRate: Double? = nil, receiveRate: Double? = nil, wouldBlock: Int? = nil,
            sendQueue: Int? = nil, receiveQueue: Int? = nil, lost: Int? = nil, discarded: Int? = nil,
            hwm: HighWaterMark = .init(send: nil, receive: nil), blocked: Blocked? = nil, options: [Option]? = nil
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
            self.options = options
        }
    }

    /// A link: one connect of a socket, over all its connections.
    public struct Link: Codable, Equatable, Sendable {
        /// - `declared`: nothing seen yet; `connecting`; `retrying`: an attempt failed
        /// - `connected`: transport, no handshake; `up`: handshake succeeded; `down`: was up; `refused`: handshake failed
        public enum State: String, Codable, Equatable, Sendable, CaseIterable {
            case declared, connecting, retrying, connected, up, down, refused
        }

        /// Which start of its node each end belongs to, from 1; nil unknown.
        public struct Incarnations: Codable, Equatable, Sendable {
            /// Of the connecting end.
            public var from: Int?
            /// Of the bound end.
            public var to: Int?

            /// The numbers of both ends.
            public init(from: Int?, to: Int?) {
                self.from = from
                self.to = to
            }
        }

        /// `from` is the socket that connects, `to` the one that is bound: `FROM->TO`.
        public var id: String
        /// Id of the connecting socket, or what is known of a stranger.
        public var from: String
        /// Id of the bound socket, or its endpoint.
        public var to: String
        /// Where it connects to.
        public var endpoint: String
        /// `tcp`, `ipc`, `inproc`.
        public var transport: String
        /// Where its figures come from: the better of what its two ends give.
        public var source: Node.Source
        /// Where it stands.
        public var state: State
        /// `elapsed` when it came into this state.
        public var since: Double?
        /// Of the current or last processes at its ends.
        public var incarnation: Incarnations
        /// Handshakes that succeeded after the link had been up.
        public var reconnects: Int
        /// CONNECT_RETRIED events.
        public var attempts: Int
        /// Seconds until the next attempt, while `retrying` or `down`; nil unknown.
        public var retryIn: Double?
        /// Names of the faults that are in force on it.
        public var faults: [String]
        /// From `from` to `to`.
        public var out: Direction
        /// From `to` to `from`.
        public var back: Direction

        /// A link; what is left out is unknown.
        public init(
            id: String, from: String, to: String, endpoint: String, transport: String, source: Node.Source = .tap,
            state: State, since: Double? = nil, incarnation: Incarnations = .init(from: nil, to: nil),
            reconnects: Int = 0,
            attempts: Int = 0, retryIn: Double? = nil, faults: [String] = [], out: Direction = .init(),
            back: Direction = .init()
        ) {
            self.id = id
            self.from = from
            self.to = to
            self.endpoint = endpoint
            self.transport = transport
            self.source = source
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

            /// Messages by stage; nil unknown.
            public init(sendQueue: Int? = nil, kernel: Int? = nil, receiveQueue: Int? = nil) {
                self.sendQueue = sendQueue
                self.kernel = kernel
                self.receiveQueue = receiveQueue
            }
        }

        /// Seconds.
        public struct Latency: Codable, Equatable, Sendable {
            /// The median.
            public var p50: Double
            /// Nine of ten are faster.
            public var p90: Double
            /// 99 of 100 are faster.
            public var p99: Double
            /// The slowest one.
            public var max: Double
            /// How many messages were measured.
            public var samples: Int
            /// How many took how long: sixteen buckets, two a decade, from 1 µs (and what was faster) to 100 s (and what
            /// was slower); nil unknown.
            public var buckets: [Int]?

            /// Where the buckets begin, in seconds; the first one holds what was faster too.
            public static let bucketStarts: [Double] = (0..<16).map { step in
                let decade = (0..<(step / 2)).reduce(1e-6) { value, _ in value * 10 }
                return step % 2 == 0 ? decade : decade * 3.1622776601683795
            }

            /// Seconds, and how many messages they are taken from.
            public init(
                p50: Double, p90: Double, p99: Double, max: Double, samples: Int, buckets: [Int]? = nil
            ) {
                self.p50 = p50
                self.p90 = p90
                self.p99 = p99
                self.max = max
                self.samples = samples
                self.buckets = buckets
            }
        }

        /// On the wire + known send queue + what was lost between.
        public var sent: Int?
        /// Left the sender's queue.
        public var onWire: Int?
        /// Entered the receiver's queue.
        public var offWire: Int?
        /// Delivered.
        public var received: Int?
        /// Messages a second delivered (or what is known nearest to it).
        public var rate: Double?
        /// Bytes of the bodies.
        public var bytes: Int?
        /// The sum of the stages; nil when one of them is unknown.
        public var depth: Int?
        /// Where `depth` lies.
        public var stages: Stages
        /// Accepted, and known never to arrive.
        public var lost: Int?
        /// Taken off the wire and never delivered.
        public var discarded: Int?
        /// From send() at one end to recv() at the other: over the last ten seconds; nil when nothing was measured.
        public var latency: Latency?
        /// From zmq_send at one end to zmq_recv at the other, queues included; nil where either is not known per connection.
        public var deliveryLatency: Latency?
        /// From a PUB or XPUB: messages that the subscriptions of this subscriber match; nil elsewhere and when unknown.
        public var matched: Int?
        /// `lost` of a PUB or XPUB is an estimate while its queue is not known to be empty.
        public var lostEstimated: Bool
        /// Bytes in the kernel's queues of both ends (Send-Q and Recv-Q); where the kernel is the only source.
        public var kernelBytes: Int?

        /// One way; what is left out is unknown.
        public init(
            sent: Int? = nil, onWire: Int? = nil, offWire: Int? = nil, received: Int? = nil, rate: Double? = nil,
            bytes: Int? = nil, depth: Int? = nil, stages: Stages = .init(), lost: Int? = nil, discarded: Int? = nil,
            latency: Latency? = nil, deliveryLatency: Latency? = nil, matched: Int? = nil, lostEstimated: Bool = false,
            kernelBytes: Int? = nil
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
            self.deliveryLatency = deliveryLatency
            self.matched = matched
            self.lostEstimated = lostEstimated
            self.kernelBytes = kernelBytes
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
