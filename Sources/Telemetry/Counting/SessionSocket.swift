import CTapSegment
import RunDirectory

/// A socket of the session: as declared, or as observed, over all the incarnations of its node.
final class SessionSocket {
    let id: String
    let node: String
    let name: String
    let type: String
    let declared: ResolvedSocket?
    /// Of this and former incarnations; those that are over are folded into `folded`.
    private(set) var instances: [SocketInstance] = []
    /// The sockets at the other ends of its links, by id.
    var neighbours: [String] = []
    private var folded = Totals()
    private var sendRate = RateSeries()
    private var receiveRate = RateSeries()
    private var observed = false
    private var last: SocketInstance?
    private let declaredEndpoints: [String]

    init(id: String, node: String, name: String, type: String, declared: ResolvedSocket?) {
        self.id = id
        self.node = node
        self.name = name
        self.type = type
        self.declared = declared
        declaredEndpoints = (declared?.binds ?? []) + (declared?.connects.map(\.endpoint) ?? [])
    }

    func add(_ instance: SocketInstance) {
        instances.append(instance)
        instance.socket = self
        observed = true
    }

    /// The one of the living process, or the last one.
    var current: SocketInstance? { instances.last { $0.living } ?? instances.last }
    var living: Bool { instances.contains { $0.living } }

    private struct Totals {
        var sent = 0
        var sentBytes = 0
        var received = 0
        var receivedBytes = 0
        var wouldBlock = 0
        var lost = 0
        var discarded = 0
        var apiUnknown = false

        mutating func add(_ instance: SocketInstance, _ sums: SocketSums) {
            sent += instance.sent(sums) + instance.row.dropped
            sentBytes += instance.row.sentBytes + instance.row.droppedBytes
            received += max(instance.row.received, sums.delivered)
            receivedBytes += instance.row.receivedBytes
            wouldBlock += instance.row.sendWouldBlock
            lost += instance.row.lost + instance.row.dropped
            discarded += sums.discarded
            if instance.row.apiUnknown { apiUnknown = true }
            // What was accepted for several pipes and died with the process: lost, and no link knows it.
            if !instance.process.alive || instance.gone, let rest = instance.unassigned(sums) { lost += rest }
        }
    }

    func snapshot(now: UInt64) -> Snapshot.Socket {
        last = current ?? last
        let lastEndpoints = last?.endpointTexts ?? []
        instances.removeAll { instance in
            guard !instance.process.alive || instance.gone, instance.ends.isEmpty else { return false }
            folded.add(instance, instance.sums)
            return true
        }
        var totals = folded
        var (sendQueue, receiveQueue): (Int?, Int?) = (0, 0)
        var living = false
        var blocked: Snapshot.Socket.Blocked?
        for instance in instances {
            let sums = instance.sums
            totals.add(instance, sums)
            guard instance.living else {
                sendQueue = SessionSocket.sum(sendQueue, instance.queuedInLinks)
                continue
            }
            living = true
            blocked = blocked ?? instance.blocked(now: now, on: neighbours)
            sendQueue = SessionSocket.sum(sendQueue, instance.sendQueue(sums))
            receiveQueue = SessionSocket.sum(receiveQueue, instance.receiveQueue(sums))
        }
        let known = observed && !totals.apiUnknown
        return Snapshot.Socket(
            id: id, node: node, name: name, type: type, declared: declared != nil, observed: observed,
            endpoints: lastEndpoints.isEmpty ? declaredEndpoints : lastEndpoints,
            sent: known ? totals.sent : nil, received: known ? totals.received : nil,
            sentBytes: known ? totals.sentBytes : nil, receivedBytes: known ? totals.receivedBytes : nil,
            sendRate: sendRate.add(known && living ? Double(totals.sent) : nil, at: now),
            receiveRate: receiveRate.add(known && living ? Double(totals.received) : nil, at: now),
            wouldBlock: known ? totals.wouldBlock : nil,
            sendQueue: observed ? sendQueue : nil, receiveQueue: observed ? receiveQueue : nil,
            lost: observed && last?.row.isInferred != true ? totals.lost : nil,
            discarded: observed && last?.row.isInferred != true ? totals.discarded : nil,
            hwm: last?.row.isInferred == true
                ? .init(send: nil, receive: nil)
                : .init(send: last?.row.sendHighWater, receive: last?.row.receiveHighWater),
            blocked: blocked, options: last?.row.isInferred == false ? last?.row.options : nil)
    }

    private static func sum(_ one: Int?, _ other: Int?) -> Int? {
        guard let one, let other else { return nil }
        return one + other
    }
}

extension SocketInstance {
    private var usesInproc: Bool { endpoints.contains { $0.row.asked.transport == "inproc" } }

    /// Accepted, and lost or on some wire or still here, one message at a time.
    private func addsUp(_ sums: SocketSums) -> Bool {
        let type = row.type
        return !type.fansOut && !type.sendsSubscriptions && !row.conflate && !row.apiUnknown && !sums.wireUnknown
            && !usesInproc
    }

    /// Messages accepted: counted when the call returns, which it never did in a process that was killed meanwhile. What
    /// is on the wire has been accepted.
    func sent(_ sums: SocketSums) -> Int { addsUp(sums) ? max(row.sent, sums.onWire + row.lost) : row.sent }

    /// Accepted, not on any wire, and on no link's account: nil where the sum has no meaning.
    func unassigned(_ sums: SocketSums) -> Int? {
        addsUp(sums) ? max(0, row.sent - row.lost - sums.onWire - lostInLinks - queuedInLinks) : nil
    }

    /// Messages in the send queues of all its pipes.
    func sendQueue(_ sums: SocketSums) -> Int? {
        if row.type.addressesEachConnection { return sums.wireUnknown || row.apiUnknown ? nil : queuedInLinks }
        guard let rest = unassigned(sums) else { return nil }
        // A pipe that died took some of it along, and nobody knows how much.
        if rest > 0, sums.pipeDied, !hasOnePipe { return nil }
        return rest + queuedInLinks
    }

    /// Messages in the receive queues of all its pipes.
    func receiveQueue(_ sums: SocketSums) -> Int? {
        guard row.type.name != "XPUB", !row.conflate, !row.apiUnknown, !sums.wireUnknown, !usesInproc else {
            return nil
        }
        return max(0, max(sums.offWire, row.retiredIn) - row.received - sums.discarded)
    }

    /// An idle receive or poll is no fault; whoever sends, closes or terminates waits for somebody.
    func blocked(now: UInt64, on neighbours: [String]) -> Snapshot.Socket.Blocked? {
        guard row.blockedSince != 0 else { return nil }
        let waitsForOthers = [TAP_CALL_SEND, TAP_CALL_MSG_SEND, TAP_CALL_CLOSE, TAP_CALL_TERM].map(\.rawValue)
        guard waitsForOthers.contains(row.blockedCall), let call = callName(row.blockedCall) else { return nil }
        return .init(call: call, for: seconds(from: row.blockedSince, to: now), on: neighbours)
    }
}

/// The function of libzmq that a thread is inside of; nil when that is none of those that wait.
func callName(_ call: UInt32) -> String? {
    switch call {
    case UInt32(TAP_CALL_SEND.rawValue): "zmq_send"
    case UInt32(TAP_CALL_MSG_SEND.rawValue): "zmq_msg_send"
    case UInt32(TAP_CALL_RECV.rawValue): "zmq_recv"
    case UInt32(TAP_CALL_MSG_RECV.rawValue): "zmq_msg_recv"
    case UInt32(TAP_CALL_POLL.rawValue): "zmq_poll"
    case UInt32(TAP_CALL_PROXY.rawValue): "zmq_proxy"
    case UInt32(TAP_CALL_CLOSE.rawValue): "zmq_close"
    case UInt32(TAP_CALL_TERM.rawValue): "zmq_ctx_term"
    default: nil
    }
}
