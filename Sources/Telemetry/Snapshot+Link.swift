extension Snapshot {
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
}
