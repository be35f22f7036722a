import CTapSegment

/// One tapped process: a segment, and what it has shown so far.
final class TappedProcess {
    let file: String
    let node: String
    let incarnation: Int
    let pid: Int32
    let parent: Int32
    let started: UInt64
    let forked: Bool
    let program: String
    /// nil once it is dead: its last figures stand.
    var segment: SegmentFile?
    var alive: Bool { segment != nil }
    /// When its counters were last read.
    var readAt: UInt64 = 0 { didSet { if isStopped { stoppedAt = readAt } } }
    /// It is stopped by a signal: its queues stand still whatever is in them.
    var isStopped = false
    /// When it was last seen so.
    private(set) var stoppedAt: UInt64 = 0
    /// When its stamps were.
    var stampsReadAt: UInt64 = 0
    /// Name of the node that it is shown as: its node's, or that of a child.
    var shownAs: String
    /// Names of the nodes that are its threads, in their order; empty where it is one node.
    var players: [String] = []

    /// No libzmq of its own is tapped: only what it puts on the wire is counted.
    var isWireOnly = false
    var inferred: [String: SocketInstance] = [:]
    private var socketSlots: [Int: SocketInstance] = [:]
    private(set) var sockets: [UInt32: SocketInstance] = [:]
    /// In the order of their appearance.
    private(set) var newSockets: [SocketInstance] = []
    private(set) var endpoints: [Int: EndpointInstance] = [:]
    private(set) var newEndpoints: [EndpointInstance] = []
    private(set) var inferredEndpoints: [EndpointInstance] = []
    private(set) var ends: [Int: End] = [:]
    private(set) var newEnds: [End] = []
    private(set) var gauges: [Int: Gauge] = [:]

    struct Gauge {
        var generation: UInt32
        /// As of a socket.
        var player: Int
        var name: String
        var value: Double
    }

    init(segment: SegmentFile) {
        file = segment.name
        node = segment.node
        incarnation = segment.incarnation
        pid = segment.pid
        parent = segment.parent
        started = segment.started
        forked = segment.forked
        program = segment.program
        shownAs = segment.node
        self.segment = segment
    }

    /// Reads everything but the events. Sockets first and connections last: what a connection shows is then never older
    /// than what its socket shows.
    func read(_ segment: SegmentFile, _ scratch: Scratch) throws(SegmentProblem) {
        newSockets.removeAll(keepingCapacity: true)
        newEndpoints.removeAll(keepingCapacity: true)
        newEnds.removeAll(keepingCapacity: true)
        try segment.refresh()
        try segment.sockets(scratch) { index, record in
            let socket: SocketInstance
            if let known = socketSlots[index], known.row.id == record.pointee.id {
                socket = known
            } else {
                if let former = socketSlots[index] {
                    former.gone = true
                    sockets[former.row.id] = nil
                }
                socket = SocketInstance(process: self)
                socketSlots[index] = socket
                sockets[record.pointee.id] = socket
                newSockets.append(socket)
            }
            socket.row.update(record)
        }
        try segment.endpoints(scratch) { index, record in
            let endpoint: EndpointInstance
            if let known = endpoints[index], known.row.created == record.pointee.created_ns,
                known.row.socketID == record.pointee.socket_id
            {
                endpoint = known
            } else {
                endpoints[index]?.gone = true
                endpoint = EndpointInstance(process: self)
                endpoints[index] = endpoint
                newEndpoints.append(endpoint)
            }
            let changed =
                endpoint.row.generation != record.pointee.generation
                || endpoint.row.removed != record.pointee.removed_ns
            endpoint.row.update(record)
            if changed { endpoint.socket?.forgetEndpointTexts() }
            if endpoint.socket == nil, let socket = sockets[endpoint.row.socketID] {
                endpoint.socket = socket
                socket.endpoints.append(endpoint)
                socket.forgetEndpointTexts()
            }
        }
        try segment.connections(scratch) { index, record in
            let end: End
            if let known = ends[index], known.row.id == record.pointee.id {
                end = known
            } else {
                ends[index]?.gone = true
                end = End(process: self)
                ends[index] = end
                newEnds.append(end)
            }
            let (off, delivered) = (end.row.off, end.row.delivered)
            let (out, matched) = (end.row.out, end.row.matched)
            end.row.update(record)
            end.noteReading(offBefore: off, deliveredBefore: delivered)
            if isStopped || out != end.row.out || matched != end.row.matched || end.row.outPending != 0 {
                end.drainedAt = nil
            }
            if end.socket == nil, let id = end.row.socketID, let socket = sockets[id] {
                end.socket = socket
                socket.ends.append(end)
            }
            if end.endpoint == nil, let index = end.row.endpointIndex { end.endpoint = endpoints[index] }
        }
        isWireOnly = segment.libzmqCopies == 0
        if isWireOnly { inferSockets() }
        try segment.gauges(scratch) { index, record in
            let name =
                gauges[index]?.generation == record.pointee.generation
                ? gauges[index]?.name ?? "" : text(record.pointee.name)
            gauges[index] = Gauge(
                generation: record.pointee.generation, player: Int(record.pointee.node), name: name,
                value: record.pointee.value)
        }
    }

    /// The name of the node, of those that share the process, that a socket of it belongs to.
    func node(of socket: SocketInstance) -> String {
        players.indices.contains(socket.row.player - 1) ? players[socket.row.player - 1] : node
    }

    /// Which of its nodes that is, from 1; 0 where it is one node.
    func player(_ name: String) -> Int { players.firstIndex(of: name).map { $0 + 1 } ?? 0 }

    /// The thread that plays a node, as its newest socket tells; nil where it has none.
    func thread(ofPlayer player: Int) -> Int32? {
        sockets.values.filter { $0.row.player == player && $0.living }.max { $0.row.id < $1.row.id }?.row.thread
    }

    func addInferred(_ socket: SocketInstance, _ endpoint: EndpointInstance) {
        sockets[socket.row.id] = socket
        newSockets.append(socket)
        inferredEndpoints.append(endpoint)
        newEndpoints.append(endpoint)
    }

    /// The end of the connection with this id (unique in the process).
    func end(connection id: UInt64) -> End? { ends.values.first { $0.row.id == id } }

    /// It is dead, and has been read for the last time.
    func end() { segment = nil }

    /// Every connection of it is accounted for.
    var isOver: Bool {
        !alive
            && sockets.values.allSatisfy {
                $0.ends.isEmpty && ($0.socket != nil || $0.row.hidden || $0.endpoints.isEmpty)
            }
    }

    /// Lets go of all that holds on to it.
    func forget() {
        for socket in sockets.values { socket.ends.removeAll() }
        inferred.removeAll()
        inferredEndpoints.removeAll()
        sockets.removeAll()
        socketSlots.removeAll()
        endpoints.removeAll()
        ends.removeAll()
        newSockets.removeAll()
        newEndpoints.removeAll()
        newEnds.removeAll()
    }
}

/// A socket of one process.
final class SocketInstance {
    let process: TappedProcess
    var row = SocketRow()
    /// Its slot was given to another.
    var gone = false
    /// The session's socket that this one is.
    var socket: SessionSocket?
    var endpoints: [EndpointInstance] = []
    /// Connections that are not yet wholly accounted for.
    var ends: [End] = []
    /// The sums of those that are.
    var settled = SocketSums()
    /// Of those that are, the newest whose peers came with a routing id of their own.
    private(set) var formerPeers: [NamedPeer] = []
    private var knownEndpointTexts: [String]?
    /// What the links of this socket know, at this reading: messages in its send queue, and lost between zmq_send and the wire.
    var queuedInLinks = 0
    var lostInLinks = 0

    /// It has been connected to by several over inproc: what it counts is not that of one pipe, whoever is left of them.
    var hadSeveralConnectors = false

    /// The part of `lostInLinks` that is final.
    var lostForGood = 0

    init(process: TappedProcess) { self.process = process }

    var living: Bool { process.alive && !gone && row.closed == 0 }

    /// A connection that is wholly accounted for leaves its sums.
    func settle(_ end: End) {
        settled.add(end)
        ends.removeAll { $0 === end }
        guard let peer = end.namedPeer else { return }
        formerPeers.append(peer)
        if formerPeers.count > 32 { formerPeers.removeFirst() }
    }

    /// Where it is bound or connected now.
    var endpointTexts: [String] {
        if let knownEndpointTexts { return knownEndpointTexts }
        let texts = endpoints.filter { !$0.gone && $0.row.removed == 0 }.map(\.row.endpoint.text)
        knownEndpointTexts = texts
        return texts
    }

    func forgetEndpointTexts() { knownEndpointTexts = nil }

    /// It has one pipe in its whole life, so that what it accepted went there.
    var hasOnePipe: Bool {
        guard row.endpointTotal == 1, let only = endpoints.first else { return false }
        return only.row.connects || row.connectionTotal <= 1
    }

    /// All connections together.
    var sums: SocketSums {
        var sums = settled
        for end in ends { sums.add(end) }
        return sums
    }
}

/// Sums over a socket's connections.
struct SocketSums {
    var onWire = 0
    var offWire = 0
    var delivered = 0
    var discarded = 0
    /// A pipe died with its connection: what it held is lost, and nobody knows how much that was.
    var pipeDied = false
    var wireUnknown = false

    mutating func add(_ end: End) {
        onWire += max(end.row.out, end.provenOut)
        offWire += max(end.row.off, end.row.delivered)
        delivered += end.row.delivered
        discarded += end.discarded
        if end.ended, end.row.handshake == .succeeded, end.row.role == .accepted || end.socket?.row.immediate == true {
            pipeDied = true
        }
        if end.row.wireUnknown { wireUnknown = true }
    }
}

/// A bind or connect of a socket.
final class EndpointInstance {
    let process: TappedProcess
    weak var socket: SocketInstance?
    var row = EndpointRow()
    /// Its slot was given to another.
    var gone = false
    /// Of a connect.
    weak var link: SessionLink?
    /// Of a connect over inproc: what had passed when both ends were last seen.
    var passed: BothWays<Tally>?

    init(process: TappedProcess) { self.process = process }

    var living: Bool { process.alive && !gone && row.removed == 0 && socket?.row.closed == 0 }
}

/// One end of a connection, in the process that holds its descriptor.
final class End {
    let process: TappedProcess
    var socket: SocketInstance?
    var endpoint: EndpointInstance?
    /// The connection that it is an end of, once that is known.
    weak var pair: Pair?
    var row = ConnectionRow()
    /// Its slot was given to another.
    var gone = false
    /// Taken off the wire, and never to be delivered.
    private(set) var discarded = 0
    /// When messages passed its stages; nil before the first was read.
    var stamps: EndStamps?
    /// When it was first seen that the other end had taken off the wire all that left here, and nothing was accepted for it
    /// or left since; nil: something was, or is still on the wire.
    var drainedAt: UInt64?
    /// What a PUB or XPUB is known to have dropped for it.
    var knownDrops = 0
    /// What the other end has taken off the wire was put on it, though the counter here may lag behind.
    var provenOut = 0

    init(process: TappedProcess) { self.process = process }

    var ended: Bool { row.closed != 0 || gone || !process.alive }

    /// Nothing lies in its pipe. While the kernel has room libzmq takes from a pipe until it is empty, at once; it does not
    /// while the kernel is full, though no message need be cut in half by that.
    var isPipeEmpty: Bool { drainedAt.map { process.readAt >= $0 + 100_000_000 } ?? false }

    /// Off the wire and not delivered, whatever the reason.
    var undelivered: Int { max(0, max(row.off, row.delivered) - row.delivered) }

    /// libzmq has emptied the socket's queues since the last message came off the wire, and still some were not
    /// delivered: they were thrown away. Two readings must agree, for a message is counted a moment before it is queued.
    func noteReading(offBefore: Int, deliveredBefore: Int) {
        let undelivered = undelivered
        if discarded > undelivered { discarded = undelivered }
        guard undelivered > discarded, offBefore == row.off, deliveredBefore == row.delivered, let socket,
            socket.row.type.discards, !socket.row.conflate, hasLookedInVain(socket.row)
        else { return }
        discarded = undelivered
    }

    /// A receive has found nothing since the last message came, and that message had time to be queued: either it looked
    /// later than that, or it has waited ever since, and was not stopped.
    private func hasLookedInVain(_ socket: SocketRow) -> Bool {
        if socket.drained > row.inLast + 50_000_000 { return true }
        return socket.isReceiving && socket.drained > row.inLast
            && process.readAt > max(socket.drained, process.stoppedAt) + 1_000_000_000
    }
}

/// A connection: both its ends, as far as they are known.
final class Pair {
    /// The end that connected, and the end that accepted.
    var connecting: End? { didSet { connecting?.pair = self } }
    var accepted: End? { didSet { accepted?.pair = self } }
    weak var link: SessionLink?
    /// Ordinal, for an order that does not change.
    let number: Int
    /// Ways whose sums are final.
    var retired: Set<Way> = []
    /// When it was first seen, or its handshake, or its end.
    private var changed: UInt64
    private var shown: (handshake: ConnectionRow.Handshake, ended: Bool) = (.none, false)

    init(number: Int, seen: UInt64) {
        self.number = number
        changed = seen
    }

    /// The accepting process may be read before, or have been stopped until now: its end may yet be seen.
    func awaitsOther(now: UInt64) -> Bool {
        guard accepted == nil else { return false }
        let shows = (handshake, ended)
        if shows != shown { (changed, shown) = (now, shows) }
        return now < changed + 2_000_000_000
    }

    /// Every end that is known has closed, or its process is dead.
    var ended: Bool { (connecting?.ended ?? true) && (accepted?.ended ?? true) }
    /// One end that has closed is the end of the connection.
    var open: Bool { connecting?.ended != true && accepted?.ended != true }

    var handshake: ConnectionRow.Handshake {
        if connecting?.row.handshake == .failed || accepted?.row.handshake == .failed { return .failed }
        return (connecting ?? accepted)?.row.handshake ?? .none
    }

    var handshakeTime: UInt64 { (connecting ?? accepted)?.row.handshakeTime ?? 0 }
    var opened: UInt64 { (connecting ?? accepted)?.row.opened ?? 0 }
    var closed: UInt64 { max(connecting?.row.closed ?? 0, accepted?.row.closed ?? 0) }
}
