extension Snapshot {
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
        /// The faults that are in force on it: `drop 3`.
        public var faults: [String]

        /// A socket; what is left out is unknown.
        public init(
            id: String, node: String, name: String, type: String, declared: Bool, observed: Bool,
            endpoints: [String] = [], sent: Int? = nil, received: Int? = nil, sentBytes: Int? = nil,
            receivedBytes: Int? = nil, sendRate: Double? = nil, receiveRate: Double? = nil, wouldBlock: Int? = nil,
            sendQueue: Int? = nil, receiveQueue: Int? = nil, lost: Int? = nil, discarded: Int? = nil,
            hwm: HighWaterMark = .init(send: nil, receive: nil), blocked: Blocked? = nil, options: [Option]? = nil,
            faults: [String] = []
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
            self.faults = faults
        }
    }
}
