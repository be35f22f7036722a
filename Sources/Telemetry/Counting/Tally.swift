/// One way of a link, or a part of it, by the counting rules. Sums of parts are sums of tallies.
struct Tally: Equatable {
    /// What is not known of it.
    struct Unknown: OptionSet {
        let rawValue: Int
        static let onWire = Unknown(rawValue: 1)
        static let offWire = Unknown(rawValue: 2)
        static let delivered = Unknown(rawValue: 4)
        static let sendQueue = Unknown(rawValue: 8)
        static let receiveQueue = Unknown(rawValue: 16)
        /// The sender drops messages without a trace (PUB): nothing lost is not known to be nothing.
        static let drops = Unknown(rawValue: 32)
        /// What a subscriber's subscriptions match.
        static let matched = Unknown(rawValue: 64)
    }

    var accepted = 0
    var onWire = 0
    var offWire = 0
    var delivered = 0
    var bytes = 0
    var sendQueue = 0
    /// Handed to the kernel by a process that was killed before it could count them: until the other end has taken all
    /// that came, nobody knows whether they went on the wire. They are still its own, and not yet lost.
    var undecided = 0
    var kernel = 0
    var receiveQueue = 0
    /// Lost between zmq_send and the wire; on the wire; in the receive queue of a socket or process that ended.
    var sendLost = 0
    var wireLost = 0
    var receiveLost = 0
    var discarded = 0
    /// From a PUB or XPUB: what the subscriptions match.
    var matched = 0
    /// What it dropped at a full queue, as far as that is known but not to the last message: apart from `sendLost`, for
    /// an estimate may also sink.
    var dropsEstimated = 0
    var isEstimate = false
    var unknown: Unknown = []

    /// What has left the send queue, as far as is known.
    var gone: Int { onWire + sendLost + undecided }

    static func += (sum: inout Tally, part: Tally) {
        sum.accepted += part.accepted
        sum.onWire += part.onWire
        sum.offWire += part.offWire
        sum.delivered += part.delivered
        sum.bytes += part.bytes
        sum.sendQueue += part.sendQueue
        sum.undecided += part.undecided
        sum.kernel += part.kernel
        sum.receiveQueue += part.receiveQueue
        sum.sendLost += part.sendLost
        sum.wireLost += part.wireLost
        sum.receiveLost += part.receiveLost
        sum.discarded += part.discarded
        sum.matched += part.matched
        sum.dropsEstimated += part.dropsEstimated
        sum.isEstimate = sum.isEstimate || part.isEstimate
        sum.unknown.formUnion(part.unknown)
    }

    /// As the Snapshot shows it, without its rate.
    /// - Parameters:
    ///   - inproc: there is no wire: the pipe is the receiver's queue.
    ///   - fansOut: the sender is a PUB or XPUB.
    func direction(inproc: Bool, fansOut: Bool) -> Snapshot.Direction {
        if inproc { return inprocDirection }
        func known(_ value: Int, unless: Unknown) -> Int? { unknown.isDisjoint(with: unless) ? value : nil }
        let sendQueue = known(sendQueue, unless: [.sendQueue, .onWire])
        let kernel = known(kernel, unless: [.onWire, .offWire])
        let receiveQueue = known(receiveQueue, unless: [.offWire, .delivered, .receiveQueue])
        var depth: Int?
        if let sendQueue, let kernel, let receiveQueue { depth = sendQueue + kernel + receiveQueue }
        let lostAtLeast = sendLost + wireLost + receiveLost
        let sent =
            unknown.contains(.onWire)
            ? known(accepted, unless: .sendQueue) : onWire + (sendQueue ?? 0) + sendLost
        return Snapshot.Direction(
            sent: sent, onWire: known(onWire, unless: .onWire), offWire: known(offWire, unless: .offWire),
            received: known(delivered, unless: .delivered),
            bytes: known(bytes, unless: unknown.contains(.onWire) ? .offWire : []), depth: depth,
            stages: .init(sendQueue: sendQueue, kernel: kernel, receiveQueue: receiveQueue),
            lost: lostAtLeast == 0 && unknown.contains(.drops)
                ? nil : known(lostAtLeast + dropsEstimated, unless: [.onWire, .offWire, .delivered]),
            discarded: known(discarded, unless: [.offWire, .delivered, .receiveQueue]),
            matched: fansOut ? known(matched, unless: .matched) : nil, lostEstimated: isEstimate)
    }

    private var inprocDirection: Snapshot.Direction {
        let whole = unknown.isDisjoint(with: [.sendQueue, .delivered, .receiveQueue])
        return Snapshot.Direction(
            sent: unknown.contains(.sendQueue) ? nil : accepted,
            received: unknown.contains(.delivered) ? nil : delivered,
            bytes: unknown.contains(.delivered) ? nil : bytes, depth: whole ? receiveQueue : nil,
            stages: whole ? .init(sendQueue: 0, kernel: 0, receiveQueue: receiveQueue) : .init(),
            lost: whole ? receiveLost : nil, discarded: whole ? 0 : nil)
    }
}

/// The two ways of a link: from the connecting socket to the bound one, and back.
enum Way: CaseIterable {
    case out, back

    func sender(_ pair: Pair) -> End? { self == .out ? pair.connecting : pair.accepted }
    func receiver(_ pair: Pair) -> End? { self == .out ? pair.accepted : pair.connecting }
}

/// A value for each way.
struct BothWays<Value> {
    var out: Value
    var back: Value

    init(_ value: Value) {
        out = value
        back = value
    }

    subscript(way: Way) -> Value {
        get { way == .out ? out : back }
        _modify { if way == .out { yield &out } else { yield &back } }
    }
}

extension Pair {
    /// The wire and the receive queue, one way. Walking upstream from what was delivered, each count is at least its
    /// downstream neighbour's: the two processes are read at different moments, and counters rise after the call returns.
    /// - Parameter patient: the other end will yet be seen: what it has not shown it has not taken.
    func tally(_ way: Way, patient: Bool) -> Tally {
        let sender = way.sender(self)
        let receiver = way.receiver(self)
        var tally = Tally()
        if let receiver {
            tally.delivered = receiver.row.delivered
            // Encrypted frames tell neither commands nor parts: what was counted there are no messages.
            tally.offWire = receiver.row.wireUnknown ? tally.delivered : max(receiver.row.off, tally.delivered)
            tally.bytes = max(receiver.row.offBytes, receiver.row.deliveredBytes)
            if receiver.row.wireUnknown { tally.unknown.insert(.offWire) }
            if receiver.socket?.row.apiUnknown == true { tally.unknown.insert(.delivered) }
            if receiver.socket?.row.conflate == true { tally.unknown.insert(.receiveQueue) }
            tally.discarded = receiver.discarded
            let waiting = tally.offWire - tally.delivered - tally.discarded
            if !tally.unknown.isEmpty {
                tally.receiveQueue = 0
            } else if receiver.process.alive, receiver.socket?.living ?? true {
                tally.receiveQueue = waiting
            } else {
                tally.receiveLost = waiting
            }
        } else if let sender, sender.row.out > 0 || sender.row.handshake == .succeeded, !patient {
            tally.unknown.formUnion([.offWire, .delivered])
        }
        guard let sender else {
            tally.onWire = tally.offWire
            if !patient, tally.offWire > 0 || receiver?.row.handshake == .succeeded { tally.unknown.insert(.onWire) }
            return tally
        }
        sender.provenOut = tally.unknown.contains(.offWire) ? tally.delivered : tally.offWire
        tally.onWire = sender.row.wireUnknown ? sender.provenOut : max(sender.row.out, sender.provenOut)
        if sender.row.wireUnknown {
            tally.unknown.insert(.onWire)
        } else {
            tally.bytes = max(tally.bytes, sender.row.outBytes)
        }
        if sender.ended, !sender.row.wireUnknown {
            // Messages that were offered to send() and that it did not wholly take went with the descriptor.
            let pending = max(0, sender.row.outPending - (tally.onWire - sender.row.out))
            if !sender.process.alive, patient || receiver?.ended == false {
                tally.undecided = pending
            } else {
                tally.sendLost = pending
            }
        }
        tally.accepted = sender.row.accepted
        if sender.socket?.row.type.fansOut == true { sender.addDrops(to: &tally) }
        let underway = max(0, tally.onWire - tally.offWire)
        if !tally.unknown.isDisjoint(with: [.onWire, .offWire]) {
            tally.kernel = 0
        } else if ended, !patient || receiver != nil {
            tally.wireLost = underway
        } else {
            tally.kernel = underway
        }
        return tally
    }

    /// Nothing of it can change any more.
    var settled: Bool {
        guard ended else { return false }
        return Way.allCases.allSatisfy { way in
            guard let receiver = way.receiver(self), receiver.process.alive else { return true }
            if let socket = receiver.socket, !socket.living || socket.row.apiUnknown || socket.row.conflate {
                return true
            }
            return receiver.undelivered == receiver.discarded
        }
    }
}

/// What one sending socket (of one incarnation) sends over one link, one way.
final class Flow {
    let way: Way
    /// nil: not tapped.
    let sender: SocketInstance?
    /// Of a connecting sender.
    weak var endpoint: EndpointInstance?
    private(set) var pairs: [Pair] = []
    private var settled = Tally()
    /// While the sender has had a single pipe that dies with its connection: what it had accepted then.
    private var onlyPipe: (pair: Pair, accepted: Int)?

    init(way: Way, sender: SocketInstance?) {
        self.way = way
        self.sender = sender
    }

    func add(_ pair: Pair) { pairs.append(pair) }
    func remove(_ pair: Pair) { pairs.removeAll { $0 === pair } }

    /// No connection is left, and the sender has ended: the sum is final.
    var final: Bool { pairs.isEmpty && !(sender?.process.alive ?? false) && onlyPipe == nil }

    private enum Acceptance { case nothing, eachConnection, onePipe, unknown }

    private func acceptance(_ sender: SocketInstance) -> Acceptance {
        let type = sender.row.type
        if type.onlyReceives { return .nothing }
        if sender.row.conflate || sender.row.apiUnknown || type.fansOut || type.sendsSubscriptions { return .unknown }
        if type.addressesEachConnection { return .eachConnection }
        return sender.hasOnePipe ? .onePipe : .unknown
    }

    /// A pipe outlives its connection on the connecting side (unless IMMEDIATE), and dies with it on the bound side.
    private var pipeDies: Bool { way == .back || sender?.row.immediate == true }

    /// Settles what is over, and sums up.
    func tally(now: UInt64, patient: (Pair) -> Bool) -> Tally {
        var sum = Tally()
        var queued = 0
        var anyOver = false
        let acceptance = sender.map(acceptance)
        for pair in pairs {
            var part = pair.tally(way, patient: patient(pair))
            let ended = way.sender(pair)?.ended ?? true
            if acceptance == .eachConnection, pipeDies {
                let waiting = max(0, part.accepted - part.gone)
                part.accepted = part.gone + waiting
                if ended { part.sendLost += waiting } else { queued += waiting }
            }
            if let only = onlyPipe, only.pair === pair, sender?.hasOnePipe == false, ended {
                // It died before the second pipe came.
                part.sendLost += max(0, only.accepted - part.gone)
            }
            let over = pair.settled && !patient(pair)
            if over, !(onlyPipe?.pair === pair && sender?.hasOnePipe == true && sender?.process.alive == true) {
                settled += part
                if onlyPipe?.pair === pair { onlyPipe = nil }
                pair.retire(way)
                anyOver = true
            } else {
                sum += part
            }
        }
        if anyOver { pairs.removeAll { $0.retired.contains(way) } }
        sum += settled
        guard let sender, let acceptance else {
            if sum.unknown.contains(.onWire) { sum.unknown.insert(.sendQueue) }
            return sum
        }
        switch acceptance {
        case .nothing: break
        case .eachConnection:
            // A pipe that outlives its connections: what was accepted for one may leave by the next.
            if pipeDies { sum.sendQueue = queued + sum.undecided } else { divide(&sum, sender, now) }
        case .onePipe:
            if pipeDies, let pair = pairs.first { onlyPipe = (pair, sender.row.sent) }
            sum.accepted = sender.row.sent - sender.row.lost
            divide(&sum, sender, now)
        case .unknown:
            if sender.living || sum.unknown.contains(.onWire) { sum.unknown.insert(.sendQueue) }
            sum.sendQueue = sum.undecided
        }
        sender.queuedInLinks += sum.sendQueue
        sender.lostInLinks += sum.sendLost
        return sum
    }

    /// What was accepted and did not go on the wire waits, or is lost when its pipe is gone.
    private func divide(_ sum: inout Tally, _ sender: SocketInstance, _ now: UInt64) {
        let waiting = max(0, sum.accepted - sum.gone)
        sum.accepted = sum.gone + waiting
        sum.sendQueue = sum.undecided
        if pipeIsGone(sender, now) { sum.sendLost += waiting } else { sum.sendQueue += waiting }
    }

    private func pipeIsGone(_ sender: SocketInstance, _ now: UInt64) -> Bool {
        if !sender.process.alive || sender.gone { return true }
        let open = pairs.contains { way.sender($0)?.ended == false }
        if open { return false }
        if pipeDies, !pairs.isEmpty || settled != Tally() { return true }
        // A closed socket lingers: it may reconnect and send the rest.
        guard sender.row.closed != 0 else { return (endpoint?.row.removed ?? 0) != 0 }
        return sender.row.linger >= 0 && now > sender.row.closed + UInt64(sender.row.linger) * 1_000_000
    }
}

extension Pair {
    /// One way of it has been settled; when both have, its ends leave their sockets' lists.
    func retire(_ way: Way) {
        retired.insert(way)
        guard retired.count == Way.allCases.count else { return }
        for end in [connecting, accepted] {
            guard let end, let socket = end.socket else { continue }
            socket.settle(end)
        }
    }
}

extension End {
    /// What a PUB or XPUB dropped for this subscriber, whose queue was full: what its subscriptions match, less what left.
    ///
    /// Known when the queue is known to be empty, and no message was matched while libzmq might not have taken a new
    /// subscription up. While messages may lie in the queue, the loss is at least what was known before, and what goes
    /// beyond the queue's limit.
    fileprivate func addDrops(to tally: inout Tally) {
        // Fewer than have left: somebody sends them by other rules.
        guard !row.wireUnknown, !row.matchedUnknown, row.matched >= row.out else {
            tally.unknown.formUnion([.drops, .matched])
            return
        }
        tally.matched = row.matched
        if drainedAt == nil, !process.isStopped, !tally.unknown.contains(.offWire), tally.offWire >= row.out {
            drainedAt = process.readAt
        }
        let missing = row.matched - row.out - row.outPending
        guard missing > 0 else { return }
        if isPipeEmpty || ended { knownDrops = missing }
        let limit = socket?.row.sendHighWater ?? 0
        if row.matchedUnsure == 0, missing == knownDrops {
            tally.sendLost += missing
        } else if limit > 0 || knownDrops > 0 {
            let beyond = limit > 0 ? missing - limit : 0
            tally.dropsEstimated = max(0, max(knownDrops, beyond) - row.matchedUnsure)
            tally.isEstimate = true
        } else {
            tally.unknown.insert(.drops)
        }
    }
}
