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
    private(set) var messages = MessageLog()
    /// Messages a second of each link, by its id, both ways together.
    private(set) var linkRates: [String: Series] = [:]
    /// When each link was down, by its id.
    private(set) var downtimes: [String: Downtimes] = [:]
    /// Times in which nobody looked, oldest first.
    private(set) var gaps: [Gap] = []
    private(set) var messageRates = Series()
    private(set) var byteRates = Series()

    /// The links' two ways as one, in the order of the links.
    private(set) var flows: [LinkFlow] = []

    private var socketIndex: [String: Int] = [:]
    private var socketsOfNode: [String: [Int]] = [:]
    private var nodeIndex: [String: Int] = [:]
    private var linkIndex: [String: Int] = [:]
    /// The newest moments of the session at which the bytes were summed: what came in since the one before.
    private var byteWindow: [ByteSample] = []

    private struct ByteSample: Equatable, Sendable {
        var elapsed: Double
        var bytes: Int?
    }

    /// Bytes delivered by then, by where they were counted.
    private var lastBytes: [String: Int] = [:]

    /// Seconds over which the rate of bytes is taken.
    private static let byteWindowLength = 2.0

    package init() {}

    var nodes: [Snapshot.Node] { snapshot?.nodes ?? [] }
    var sockets: [Snapshot.Socket] { snapshot?.sockets ?? [] }
    package var links: [Snapshot.Link] { snapshot?.links ?? [] }

    func node(_ name: String) -> Snapshot.Node? { nodeIndex[name].map { nodes[$0] } }
    func socket(_ id: String) -> Snapshot.Socket? { socketIndex[id].map { sockets[$0] } }
    func link(_ id: String) -> Snapshot.Link? { linkIndex[id].map { links[$0] } }
    func flow(_ id: String) -> LinkFlow? { linkIndex[id].map { flows[$0] } }
    func sockets(of node: String) -> [Snapshot.Socket] { (socketsOfNode[node] ?? []).map { sockets[$0] } }

    /// What is wrong, the worst first.
    private(set) var verdicts: [Finding] = []
    var headline: Finding? { verdicts.first }

    /// The node that an end of a link belongs to; nil for an end that is no node of the session.
    func owner(of end: String) -> String? { socket(end)?.node ?? (node(end) == nil ? nil : end) }

    /// Takes a snapshot in.
    package mutating func take(_ next: Snapshot) {
        let previous = snapshot
        snapshot = next
        index(next)
        verdicts = next.findings
        for event in next.events { log.append(event) }
        noteChanges(from: previous, to: next)
        flows = next.links.map { LinkFlow($0, in: self) }
        sumUp(previous: previous, next: next)
        if let previous, next.elapsed > previous.elapsed + Gap.least {
            gaps.append(Gap(from: previous.elapsed, to: next.elapsed))
            if gaps.count > Gap.capacity { gaps.removeFirst() }
        }
        for flow in flows {
            downtimes[flow.link.id, default: Downtimes()].note(flow.link, received: flow.received, at: next.elapsed)
            linkRates[flow.link.id, default: Series()].record(flow.rate, at: next.elapsed)
        }
        if linkRates.count > next.links.count {
            linkRates = linkRates.filter { linkIndex[$0.key] != nil }
            downtimes = downtimes.filter { linkIndex[$0.key] != nil }
        }
        messageRates.record(totals.messageRate, at: next.elapsed)
        byteRates.record(totals.byteRate, at: next.elapsed)
    }

    /// Takes sampled messages in.
    package mutating func take(_ new: [SampledMessage], overwritten: Int) {
        messages.append(new, overwritten: overwritten)
    }

    private mutating func index(_ next: Snapshot) {
        nodeIndex = Dictionary(next.nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        socketIndex = Dictionary(next.sockets.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        linkIndex = Dictionary(next.links.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        socketsOfNode = Dictionary(grouping: next.sockets.indices, by: { next.sockets[$0].node })
    }

    /// A node's change of state is an event too, though no socket tells it.
    private mutating func noteChanges(from previous: Snapshot?, to next: Snapshot) {
        guard let previous else { return }
        let before = Dictionary(previous.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for node in next.nodes where before[node.name]?.state != node.state {
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
        let counted = flows.filter { !isInjected($0.link) }
        for flow in counted {
            let link = flow.link
            if let rate = flow.rate { sums.messageRate = (sums.messageRate ?? 0) + rate }
            sums.reconnects += link.reconnects
            if link.state == .declared || link.state == .connecting || link.state == .retrying {
                // It never carried anything, or its connection is gone: what it does not tell is no gap in the sum.
                flow.lost.map { sums.lost.add($0) }
                flow.depth.map { sums.depth.add($0) }
            } else {
                sums.lost.add(flow.lost)
                sums.depth.add(flow.depth)
            }
        }
        sums.byteRate = byteRate(of: counted.map(\.link), previous: previous, at: next.elapsed)
        totals = sums
    }

    private func isInjected(_ link: Snapshot.Link) -> Bool {
        [link.from, link.to].contains { end in owner(of: end).flatMap(node)?.kind == "injector" }
    }

    /// Bytes are told where they are delivered, as messages are: what waits in a queue has not come through yet.
    private mutating func byteRate(of links: [Snapshot.Link], previous: Snapshot?, at elapsed: Double) -> Double? {
        let now = deliveredBytes(links)
        var grown: Int?
        if previous != nil {
            for (place, bytes) in now { grown = (grown ?? 0) + max(0, bytes - (lastBytes[place] ?? 0)) }
        }
        lastBytes = now
        byteWindow.append(ByteSample(elapsed: elapsed, bytes: grown))
        while byteWindow.count > 2, byteWindow[1].elapsed <= elapsed - Self.byteWindowLength {
            byteWindow.removeFirst()
        }
        guard let first = byteWindow.first, elapsed > first.elapsed else { return nil }
        let known = byteWindow.dropFirst().compactMap(\.bytes)
        return known.isEmpty ? nil : Double(known.reduce(0, +)) / (elapsed - first.elapsed)
    }

    /// By socket or, where no one counts in the process that receives, by way of a link.
    private func deliveredBytes(_ links: [Snapshot.Link]) -> [String: Int] {
        var bytes: [String: Int] = [:]
        for socket in sockets where node(socket.node)?.kind != "injector" {
            if let received = socket.receivedBytes { bytes[socket.id] = received }
        }
        for link in links {
            if socket(link.to)?.receivedBytes == nil, let out = link.out.bytes { bytes["\(link.id) out"] = out }
            if socket(link.from)?.receivedBytes == nil, let back = link.back.bytes { bytes["\(link.id) back"] = back }
        }
        return bytes
    }
}

/// A link's two ways as one figure each. A way that the pattern never uses (PUSH to PULL: back) does not count.
struct LinkFlow: Equatable, Sendable {
    let link: Snapshot.Link
    /// The ways that carry messages, `out` first.
    let ways: [Snapshot.Direction]
    let carriesOut: Bool
    let carriesBack: Bool

    init(_ link: Snapshot.Link, in observation: Observation) {
        self.link = link
        let from = observation.socket(link.from)?.type
        let to = observation.socket(link.to)?.type
        carriesOut = !Self.onlyReceives(from) && !Self.onlySends(to)
        carriesBack = !Self.onlySends(from) && !Self.onlyReceives(to)
        ways = (carriesOut ? [link.out] : []) + (carriesBack ? [link.back] : [])
    }

    private static func onlySends(_ type: String?) -> Bool { type == "PUSH" || type == "PUB" || type == "XPUB" }
    private static func onlyReceives(_ type: String?) -> Bool { type == "PULL" || type == "SUB" || type == "XSUB" }

    /// Messages a second, both ways; nil when neither is known.
    var rate: Double? {
        let known = ways.compactMap(\.rate)
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    var sendQueue: Int? { sum { $0.stages.sendQueue } }
    var kernel: Int? { sum { $0.stages.kernel } }
    var receiveQueue: Int? { sum { $0.stages.receiveQueue } }
    var depth: Int? { sum(\.depth) }
    var lost: Int? { sum(\.lost) }
    /// Where only the kernel's tables tell.
    var kernelBytes: Int? { link.source == .kernel ? sum(\.kernelBytes) : nil }
    var discarded: Int? { sum(\.discarded) }
    /// Delivered so far, by the ways of which that is known; nil when it is of none.
    var received: Int? {
        let known = ways.compactMap(\.received)
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    /// Of the slower way.
    var latency: Snapshot.Direction.Latency? { ways.compactMap(\.latency).max { $0.p99 < $1.p99 } }

    /// A sum is known only when every term is.
    private func sum(_ figure: (Snapshot.Direction) -> Int?) -> Int? {
        var total = 0
        for way in ways {
            guard let term = figure(way) else { return nil }
            total += term
        }
        return ways.isEmpty ? nil : total
    }
}
