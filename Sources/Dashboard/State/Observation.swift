import RunDirectory
package import Telemetry

/// What is known of the session: the newest snapshot, and what was gathered from those before it.
/// While the view is frozen a copy of it is shown, and collection goes on in the other.
package struct Observation: Equatable, Sendable {
    /// Sums over the session; injectors stand outside.
    package struct Totals: Equatable, Sendable {
        package var running = 0
        package var nodes = 0
        /// Messages a second delivered on all links together; nil when no link's rate is known.
        package var messageRate: Double?
        /// Bytes a second delivered to all nodes together; nil before there are two snapshots to compare.
        package var byteRate: Double?
        package var depth = PartialSum()
        package var lost = PartialSum()
        package var reconnects = 0
    }

    /// A sum that may lack terms: `84`, `≥84` when some term is unknown, `—` when all are.
    package struct PartialSum: Equatable, Sendable {
        var known: Int?
        var isComplete = true

        init() {}

        mutating func add(_ term: Int?) {
            if let term { known = (known ?? 0) + term } else { isComplete = false }
        }

        /// For people.
        package var text: String {
            known == nil || isComplete ? Format.count(known) : "≥" + Format.count(known)
        }
    }

    /// A time between two snapshots that are far from each other, in seconds of the session.
    struct Gap: Equatable, Sendable {
        var from: Double
        var to: Double

        /// Longer than the slowest refresh.
        static let least = 6.0
        static let capacity = 32
    }

    package private(set) var snapshot: Snapshot?
    package private(set) var totals = Totals()
    private(set) var log = EventLog()
    /// How many snapshots were taken in: what was made from one holds as long as this stays.
    private(set) var revision = 0
    private(set) var messages = MessageLog()
    /// Messages a second of each link, by its id, both ways together.
    private(set) var linkRates = SeriesTable()
    /// When each link was down, by its id.
    private(set) var downtimes = DowntimesTable()
    /// Times in which nobody looked, oldest first.
    private(set) var gaps: [Gap] = []
    /// Messages a second of each socket and of each node's sockets together, sent and received.
    private(set) var socketRates = SeriesTable()
    private(set) var nodeRates = SeriesTable()
    /// Share of a core of each node.
    private(set) var nodeCPU = SeriesTable()
    private(set) var messageRates = Series()
    private(set) var byteRates = Series()

    /// On which links somebody waits in a call for the other end, by their ids.
    private(set) var waits: [String: LinkWait] = [:]
    /// Raised when nodes, sockets or links come, go or change places, and when a kind or a group is learnt.
    private(set) var structure = 0

    /// The links' two ways as one, in the order of the links.
    private(set) var flows: [LinkFlow] = []
    /// The nodes with what passes through their sockets, in the order of the nodes.
    private(set) var nodeFlows: [NodeFlow] = []
    /// The most messages that lie on one link.
    private(set) var deepest = 0
    /// Whether any link's latency has been known: a column that was there stays.
    private(set) var isTimed = false

    private var names = NameIndex()
    /// How long the look before this one's own wait was, in seconds of the session.
    private var lastInterval = 0.0
    /// The newest moments of the session at which the bytes were summed: what came in since the one before.
    private var byteWindow: [ByteSample] = []

    private struct ByteSample: Equatable, Sendable {
        var elapsed: Double
        var bytes: Int?
    }

    /// Bytes delivered so far, in the order of the sockets and of the links, each where it is counted.
    private struct Delivered: Equatable, Sendable {
        var sockets: [Int?] = []
        var out: [Int?] = []
        var back: [Int?] = []
    }

    private var delivered = Delivered()

    /// Seconds over which the rate of bytes is taken.
    private static let byteWindowLength = 2.0

    package init() {}

    var nodes: [Snapshot.Node] { snapshot?.nodes ?? [] }
    var sockets: [Snapshot.Socket] { snapshot?.sockets ?? [] }
    package var links: [Snapshot.Link] { snapshot?.links ?? [] }

    func node(_ name: String) -> Snapshot.Node? { names.node[name].map { nodes[$0] } }
    func nodeFlow(_ name: String) -> NodeFlow? { names.node[name].map { nodeFlows[$0] } }
    func socket(_ id: String) -> Snapshot.Socket? { names.socket[id].map { sockets[$0] } }
    func link(_ id: String) -> Snapshot.Link? { names.link[id].map { links[$0] } }
    func flow(_ id: String) -> LinkFlow? { names.link[id].map { flows[$0] } }
    func sockets(of node: String) -> [Snapshot.Socket] { (names.socketsOfNode[node] ?? []).map { sockets[$0] } }
    /// Places of the links that have this end, among the links and their flows.
    func linkPlaces(at end: String) -> [Int] { names.linksAtSocket[end] ?? [] }
    /// The links that a socket is an end of.
    func links(at socket: String) -> [Snapshot.Link] { (names.linksAtSocket[socket] ?? []).map { links[$0] } }
    /// A link's ends as there is little room for them.
    func shortName(_ link: Snapshot.Link) -> (from: String, to: String) {
        names.link[link.id].map { names.shortNames[$0] }.map { ($0.from, $0.to) } ?? (link.from, link.to)
    }
    /// How wide the names are.
    var nameWidths: NameIndex.Widths { names.widths }

    /// What is wrong, the worst first.
    private(set) var verdicts: [Finding] = []
    var headline: Finding? { verdicts.first }

    /// The node that an end of a link belongs to; nil for an end that is no node of the session.
    func owner(of end: String) -> String? { socket(end)?.node ?? (node(end) == nil ? nil : end) }

    /// Takes a snapshot in.
    package mutating func take(_ next: Snapshot) {
        let previous = snapshot
        snapshot = next
        revision += 1
        let before = names
        if names.update(next) {
            rename(from: before)
            structure += 1
        }
        waits = LinkWait.all(next)
        verdicts = next.findings
        for event in next.events { log.append(event) }
        noteChanges(from: previous, to: next)
        flows = zip(next.links, names.ends).map { link, ends in
            LinkFlow(link, from: ends.from.map { next.sockets[$0].type }, to: ends.to.map { next.sockets[$0].type })
        }
        nodeFlows = NodeFlow.all(next, sockets: names.owners)
        deepest = 0
        for flow in flows {
            deepest = max(deepest, flow.depth ?? 0)
            isTimed = isTimed || flow.latency != nil
        }
        sumUp(previous: previous, next: next)
        noteDowntimes(previous: previous, next: next)
        record(previous: previous, next: next)
    }

    private mutating func noteDowntimes(previous: Snapshot?, next: Snapshot) {
        if let previous, next.elapsed > previous.elapsed + Gap.least {
            gaps.append(Gap(from: previous.elapsed, to: next.elapsed))
            if gaps.count > Gap.capacity { gaps.removeFirst() }
        }
        downtimes.note(flows, at: next.elapsed)
    }

    /// The curves. A figure stands for the time since the look before, unless that was much longer than usual.
    private mutating func record(previous: Snapshot?, next: Snapshot) {
        let now = next.elapsed
        let interval = previous.map { now - $0.elapsed } ?? 0
        let since = interval <= max(1, lastInterval) * 2 ? previous?.elapsed : nil
        lastInterval = interval
        linkRates.record(at: now, since: since) { flows[$0].rate }
        nodeRates.record(at: now, since: since) { nodeFlows[$0].rate }
        nodeCPU.record(at: now, since: since) { next.nodes[$0].cpu }
        socketRates.record(at: now, since: since) { next.sockets[$0].rate }
        messageRates.record(totals.messageRate, at: now, since: since)
        byteRates.record(totals.byteRate, at: now, since: since)
    }

    /// Lays what is kept from look to look in the order of the new names.
    private mutating func rename(from before: NameIndex) {
        linkRates.rename(names.linkIds, places: names.link)
        downtimes.rename(names.linkIds, places: names.link)
        nodeRates.rename(names.nodeNames, places: names.node)
        nodeCPU.rename(names.nodeNames, places: names.node)
        socketRates.rename(names.socketIds, places: names.socket)
        let old = delivered
        delivered.sockets = names.socketIds.map { id in before.socket[id].flatMap { old.sockets[$0] } }
        delivered.out = names.linkIds.map { id in before.link[id].flatMap { old.out[$0] } }
        delivered.back = names.linkIds.map { id in before.link[id].flatMap { old.back[$0] } }
    }

    /// Takes sampled messages in.
    package mutating func take(_ new: [SampledMessage], overwritten: Int) {
        messages.append(new, overwritten: overwritten)
        revision += 1
    }

    /// A node's change of state is an event too, though no socket tells it.
    private mutating func noteChanges(from previous: Snapshot?, to next: Snapshot) {
        guard let previous else { return }
        let isSame =
            previous.nodes.count == next.nodes.count
            && next.nodes.indices.allSatisfy { previous.nodes[$0].name == next.nodes[$0].name }
        let before =
            isSame
            ? [:] : Dictionary(previous.nodes.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
        // By places: whole nodes, links and flows are costly to copy, and there may be thousands.
        for place in next.nodes.indices {
            let last = isSame ? previous.nodes[place].state : before[next.nodes[place].name]
            guard last != next.nodes[place].state else { continue }
            let node = next.nodes[place]
            let ended = node.state == .failed || node.state == .backoff || node.state == .exited
            var detail = ended ? EventMeaning.exit(node.exit) ?? "" : ""
            if node.state == .running, let pid = node.pid { detail = "pid \(pid)" }
            log.append(node: node.name, state: node.state, detail: detail, elapsed: next.elapsed)
        }
    }

    private mutating func sumUp(previous: Snapshot?, next: Snapshot) {
        var sums = Totals()
        for node in next.nodes where node.kind != "injector" {
            sums.nodes += 1
            if node.state == .running { sums.running += 1 }
        }
        let isInjector = next.nodes.map { $0.kind == "injector" }
        let hasInjector = isInjector.contains(true)
        var counted: [Int] = []
        for place in flows.indices {
            if hasInjector, isInjected(flows[place].link) { continue }
            counted.append(place)
            if let rate = flows[place].rate { sums.messageRate = (sums.messageRate ?? 0) + rate }
            sums.reconnects += flows[place].link.reconnects
            let (lost, leavesGaps) = (flows[place].lost, flows[place].leavesGaps)
            if lost != nil || leavesGaps { sums.lost.add(lost) }
        }
        sums.depth = depth(of: counted)
        sums.byteRate = byteRate(of: counted, isInjector: isInjector, previous: previous, at: next.elapsed)
        totals = sums
    }

    /// What waits anywhere. A socket that tells nobody which of its pipes it has chosen tells how much waits in all of them:
    /// then the send queues of its links are taken from there.
    private func depth(of counted: [Int]) -> PartialSum {
        var sum = PartialSum()
        var senders: Set<Int> = []
        for place in counted {
            if let depth = flows[place].depth {
                sum.add(depth)
                continue
            }
            guard flows[place].leavesGaps else { continue }
            for (way, isOut) in flows[place].ways {
                let sender = isOut ? names.ends[place].from : names.ends[place].to
                if let depth = way.depth {
                    sum.add(depth)
                } else if way.stages.sendQueue == nil, let kernel = way.stages.kernel,
                    let receiveQueue = way.stages.receiveQueue, let sender, sockets[sender].sendQueue != nil
                {
                    sum.add(kernel + receiveQueue)
                    senders.insert(sender)
                } else {
                    sum.add(nil)
                }
            }
        }
        guard !senders.isEmpty else { return sum }
        for sender in senders { sum.add(sockets[sender].sendQueue) }
        // What such a socket's other links are known to hold has been counted with them.
        for place in counted {
            for (way, isOut) in flows[place].ways {
                guard let sender = isOut ? names.ends[place].from : names.ends[place].to, senders.contains(sender),
                    way.depth != nil, let queued = way.stages.sendQueue
                else { continue }
                sum.add(-queued)
            }
        }
        return sum
    }

    /// Whether an injector is at an end of it: it stands outside the totals.
    func isInjected(_ link: Snapshot.Link) -> Bool { isInjected(link.from) || isInjected(link.to) }

    private func isInjected(_ end: String) -> Bool {
        guard let node = names.socket[end].map({ names.owners[$0] }) ?? names.node[end] else { return false }
        return nodes[node].kind == "injector"
    }

    /// Bytes are told where they are delivered, as messages are: what waits in a queue has not come through yet.
    private mutating func byteRate(
        of links: [Int], isInjector: [Bool], previous: Snapshot?, at elapsed: Double
    ) -> Double? {
        let now = deliveredBytes(links, isInjector)
        var grown: Int?
        if previous != nil {
            for (now, before) in [
                (now.sockets, delivered.sockets), (now.out, delivered.out), (now.back, delivered.back),
            ] {
                for (bytes, before) in zip(now, before) {
                    if let bytes { grown = (grown ?? 0) + max(0, bytes - (before ?? 0)) }
                }
            }
        }
        delivered = now
        byteWindow.append(ByteSample(elapsed: elapsed, bytes: grown))
        while byteWindow.count > 2, byteWindow[1].elapsed <= elapsed - Self.byteWindowLength {
            byteWindow.removeFirst()
        }
        guard let first = byteWindow.first, elapsed > first.elapsed else { return nil }
        let known = byteWindow.dropFirst().compactMap(\.bytes)
        return known.isEmpty ? nil : Double(known.reduce(0, +)) / (elapsed - first.elapsed)
    }

    /// By socket or, where no one counts in the process that receives, by way of a link.
    private func deliveredBytes(_ counted: [Int], _ isInjector: [Bool]) -> Delivered {
        let sockets = sockets
        var bytes = Delivered(
            sockets: Array(repeating: nil, count: sockets.count), out: Array(repeating: nil, count: links.count),
            back: Array(repeating: nil, count: links.count))
        for place in sockets.indices where names.owners[place].map({ !isInjector[$0] }) ?? true {
            bytes.sockets[place] = sockets[place].receivedBytes
        }
        for place in counted {
            let ends = names.ends[place]
            if ends.to.flatMap({ sockets[$0].receivedBytes }) == nil { bytes.out[place] = flows[place].link.out.bytes }
            if ends.from.flatMap({ sockets[$0].receivedBytes }) == nil {
                bytes.back[place] = flows[place].link.back.bytes
            }
        }
        return bytes
    }
}
