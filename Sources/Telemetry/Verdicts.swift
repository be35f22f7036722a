import RunDirectory

/// What is wrong, by what was seen so far. Each rule is a function of the snapshot and of what it remembers; each verdict
/// is true at the moment that it is given, and its sentence has the numbers in it.
///
/// The rules: `stalled-link`, `blocked-on`, `handshake-failed`, `declared-never-connected`, `reconnect-storm`.
public struct VerdictJudge {
    /// The names that `--fail-on` may be given.
    public static let rules = [
        "stalled-link", "blocked-on", "handshake-failed", "declared-never-connected", "reconnect-storm",
    ]

    /// What is remembered of a link.
    private struct History {
        let id: String
        /// Each way: what had been delivered, and since when nothing more was while messages waited.
        var stalls = BothWays<(received: Int, since: Double)?>(nil)
        var everUp = false
        /// Reconnects and when they were counted, over the last ten seconds.
        var reconnects: [(elapsed: Double, count: Int)] = []

        init(id: String) { self.id = id }

        /// Whether messages wait and nothing was delivered since the last snapshot.
        mutating func waits(_ way: Way, _ link: borrowing Snapshot.Link, _ elapsed: Double) -> Bool {
            let (known, received) =
                way == .out
                ? (link.out.stages.known, link.out.received) : (link.back.stages.known, link.back.received)
            guard known > 0, let received else {
                stalls[way] = nil
                return false
            }
            if let stall = stalls[way], stall.received == received { return true }
            stalls[way] = (received, elapsed)
            return false
        }

        /// How often within the last ten seconds.
        mutating func reconnected(_ count: Int, _ elapsed: Double) -> Int {
            // What was before the first snapshot was not seen to happen within ten seconds.
            if reconnects.last?.count != count { reconnects.append((elapsed, count)) }
            // The last one that is older than ten seconds is the count that the window begins with.
            while reconnects.count > 1, reconnects[1].elapsed <= elapsed - 10 { reconnects.removeFirst() }
            return count - reconnects[0].count
        }
    }

    /// In the order of the snapshot's links, which rarely changes.
    private var histories: [History] = []
    /// By node: since when it runs.
    private var running: [String: Double] = [:]

    /// With no memory yet.
    public init() {}

    /// To be called with each snapshot of a session, in order.
    public mutating func judge(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        var verdicts: [Snapshot.Verdict] = []
        for node in snapshot.nodes {
            if node.state == .running || node.state == .paused {
                if running[node.name] == nil { running[node.name] = snapshot.elapsed }
            } else {
                running[node.name] = nil
            }
        }
        var nodes: [String: String]?
        findHistories(of: snapshot.links)
        let elapsed = snapshot.elapsed
        for index in snapshot.links.indices {
            // By index: a copy of a link would cost more than all the rules.
            let state = snapshot.links[index].state
            for way in Way.allCases where histories[index].waits(way, snapshot.links[index], elapsed) {
                if let verdict = VerdictJudge.stalled(snapshot.links[index], way, histories[index], elapsed) {
                    verdicts.append(verdict)
                }
            }
            if histories[index].reconnected(snapshot.links[index].reconnects, elapsed) >= 5 {
                verdicts.append(VerdictJudge.storm(snapshot.links[index], histories[index]))
            }
            switch state {
            case .up: histories[index].everUp = true
            case .refused: verdicts.append(VerdictJudge.refused(snapshot.links[index], elapsed))
            case .declared, .connecting, .retrying:
                guard !histories[index].everUp else { break }
                let link = snapshot.links[index]
                let nodeOf = nodes ?? VerdictJudge.nodesOfSockets(snapshot)
                nodes = nodeOf
                if let verdict = neverConnected(link, node: nodeOf[link.from], elapsed) { verdicts.append(verdict) }
            case .connected, .down: break
            }
        }
        return verdicts + VerdictJudge.blocked(snapshot)
    }

    private static func nodesOfSockets(_ snapshot: Snapshot) -> [String: String] {
        Dictionary(snapshot.sockets.map { ($0.id, $0.node) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func findHistories(of links: [Snapshot.Link]) {
        let same =
            histories.count == links.count && links.indices.allSatisfy { histories[$0].id == links[$0].id }
        guard !same else { return }
        let known = Dictionary(histories.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        histories = links.map { known[$0.id] ?? History(id: $0.id) }
    }

    private static func stalled(
        _ link: Snapshot.Link, _ way: Way, _ history: History, _ elapsed: Double
    ) -> Snapshot.Verdict? {
        guard let stall = history.stalls[way], elapsed - stall.since >= 2 else { return nil }
        let stages = (way == .out ? link.out : link.back).stages
        let waiting = stages.known
        func shown(_ count: Int?) -> String { count.map(String.init) ?? "an unknown number" }
        let (sender, receiver) = way == .out ? (link.from, link.to) : (link.to, link.from)
        return .init(
            rule: "stalled-link", subject: link.id, since: stall.since,
            text: "\(VerdictJudge.messages(waiting)) from \(sender) wait for \(receiver), and it has taken none for "
                + "\(VerdictJudge.seconds(elapsed - stall.since)): \(shown(stages.sendQueue)) in the send queue, "
                + "\(shown(stages.kernel)) in the kernel, \(shown(stages.receiveQueue)) in the receive queue; "
                + "the link is \(link.state.rawValue).")
    }

    private static func refused(_ link: Snapshot.Link, _ elapsed: Double) -> Snapshot.Verdict {
        .init(
            rule: "handshake-failed", subject: link.id, since: link.since ?? elapsed,
            text: "\(link.from) reaches \(link.endpoint), but the handshake with \(link.to) fails: "
                + "their socket types or security settings do not fit.")
    }

    private func neverConnected(_ link: Snapshot.Link, node: String?, _ elapsed: Double) -> Snapshot.Verdict? {
        guard let node, let since = running[node], elapsed - since > 5 else { return nil }
        let seen = link.state == .declared ? "has made no connect to it" : "has tried \(link.attempts) times"
        return .init(
            rule: "declared-never-connected", subject: link.id, since: since,
            text: "\(link.from) was to connect to \(link.to) at \(link.endpoint): \(node) has been running for "
                + "\(VerdictJudge.seconds(elapsed - since)) and \(seen).")
    }

    private static func storm(_ link: Snapshot.Link, _ history: History) -> Snapshot.Verdict {
        let first = history.reconnects[0]
        let recent = link.reconnects - first.count
        let since = history.reconnects.count > 1 ? history.reconnects[1].elapsed : first.elapsed
        return .init(
            rule: "reconnect-storm", subject: link.id, since: since,
            text: "\(link.id) has reconnected \(recent) times within 10 s, \(link.reconnects) times in all.")
    }

    /// Who waits for whom; and the cycle, where those who are waited for wait themselves.
    private static func blocked(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        let waiting = snapshot.sockets.filter { ($0.blocked?.for ?? 0) >= 1 }
        guard !waiting.isEmpty else { return [] }
        let nodeOf = nodesOfSockets(snapshot)
        var waitsFor: [String: Set<String>] = [:]
        for socket in waiting {
            for id in socket.blocked?.on ?? [] {
                if let node = nodeOf[id] { waitsFor[socket.node, default: []].insert(node) }
            }
        }
        return waiting.compactMap { socket in
            guard let blocked = socket.blocked else { return nil }
            let others = blocked.on.isEmpty ? "it has no peer" : "it waits for \(blocked.on.joined(separator: ", "))"
            var text = "\(socket.id) has been inside \(blocked.call) for \(seconds(blocked.for)): \(others)"
            if let cycle = cycle(from: socket.node, waitsFor) {
                text += "; they wait for each other: \((cycle + [socket.node]).joined(separator: " → "))"
            }
            return .init(
                rule: "blocked-on", subject: socket.id, since: max(0, snapshot.elapsed - blocked.for), text: text + ".")
        }
    }

    /// The shortest way back to the node that one began at.
    private static func cycle(from start: String, _ waitsFor: [String: Set<String>]) -> [String]? {
        var paths = [[start]]
        var visited: Set<String> = []
        while !paths.isEmpty {
            var longer: [[String]] = []
            for path in paths {
                for next in (waitsFor[path[path.count - 1]] ?? []).sorted() {
                    if next == start { return path }
                    if visited.insert(next).inserted { longer.append(path + [next]) }
                }
            }
            paths = longer
        }
        return nil
    }

    private static func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10) s" }
    private static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }
}

extension Snapshot.Direction.Stages {
    /// What is known to wait.
    fileprivate var known: Int { (sendQueue ?? 0) + (kernel ?? 0) + (receiveQueue ?? 0) }
}
