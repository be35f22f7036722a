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

    /// By link id and way: what had been delivered, and since when nothing more was while messages waited.
    private var stalls: [String: (received: Int, since: Double)] = [:]
    /// Links that have been up.
    private var everUp: Set<String> = []
    /// By node: since when it runs.
    private var running: [String: Double] = [:]
    /// By link: reconnects and when they were counted, over the last ten seconds.
    private var reconnects: [String: [(elapsed: Double, count: Int)]] = [:]

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
        for link in snapshot.links {
            if link.state == .up { everUp.insert(link.id) }
            for (name, direction) in [("out", link.out), ("back", link.back)] {
                if let verdict = stalled(link, name, direction, snapshot.elapsed) { verdicts.append(verdict) }
            }
            if let verdict = refused(link, snapshot.elapsed) { verdicts.append(verdict) }
            if let verdict = neverConnected(link, snapshot) { verdicts.append(verdict) }
            if let verdict = storm(link, snapshot.elapsed) { verdicts.append(verdict) }
        }
        return verdicts + VerdictJudge.blocked(snapshot)
    }

    private mutating func stalled(
        _ link: Snapshot.Link, _ way: String, _ direction: Snapshot.Direction, _ elapsed: Double
    ) -> Snapshot.Verdict? {
        let key = "\(link.id) \(way)"
        let stages = direction.stages
        let waiting = (stages.sendQueue ?? 0) + (stages.kernel ?? 0) + (stages.receiveQueue ?? 0)
        guard waiting > 0, let received = direction.received else {
            stalls[key] = nil
            return nil
        }
        guard let stall = stalls[key], stall.received == received else {
            stalls[key] = (received, elapsed)
            return nil
        }
        guard elapsed - stall.since >= 2 else { return nil }
        func shown(_ count: Int?) -> String { count.map(String.init) ?? "an unknown number" }
        let (sender, receiver) = way == "out" ? (link.from, link.to) : (link.to, link.from)
        return .init(
            rule: "stalled-link", subject: link.id, since: stall.since,
            text: "\(VerdictJudge.messages(waiting)) from \(sender) wait for \(receiver), and it has taken none for "
                + "\(VerdictJudge.seconds(elapsed - stall.since)): \(shown(stages.sendQueue)) in the send queue, "
                + "\(shown(stages.kernel)) in the kernel, \(shown(stages.receiveQueue)) in the receive queue; "
                + "the link is \(link.state.rawValue).")
    }

    private func refused(_ link: Snapshot.Link, _ elapsed: Double) -> Snapshot.Verdict? {
        guard link.state == .refused else { return nil }
        return .init(
            rule: "handshake-failed", subject: link.id, since: link.since ?? elapsed,
            text: "\(link.from) reaches \(link.endpoint), but the handshake with \(link.to) fails: "
                + "their socket types or security settings do not fit.")
    }

    private func neverConnected(_ link: Snapshot.Link, _ snapshot: Snapshot) -> Snapshot.Verdict? {
        guard [.declared, .connecting, .retrying].contains(link.state), !everUp.contains(link.id),
            let node = snapshot.sockets.first(where: { $0.id == link.from })?.node, let since = running[node],
            snapshot.elapsed - since > 5
        else { return nil }
        let seen = link.state == .declared ? "has made no connect to it" : "has tried \(link.attempts) times"
        return .init(
            rule: "declared-never-connected", subject: link.id, since: since,
            text: "\(link.from) was to connect to \(link.to) at \(link.endpoint): \(node) has been running for "
                + "\(VerdictJudge.seconds(snapshot.elapsed - since)) and \(seen).")
    }

    private mutating func storm(_ link: Snapshot.Link, _ elapsed: Double) -> Snapshot.Verdict? {
        // What was before the first snapshot was not seen to happen within ten seconds.
        var history = reconnects[link.id] ?? [(elapsed, link.reconnects)]
        if history.last?.count != link.reconnects { history.append((elapsed, link.reconnects)) }
        // The last one that is older than ten seconds is the count that the window begins with.
        while history.count > 1, history[1].elapsed <= elapsed - 10 { history.removeFirst() }
        reconnects[link.id] = history
        let recent = link.reconnects - (history.first?.count ?? 0)
        guard recent >= 5, let first = history.dropFirst().first else { return nil }
        return .init(
            rule: "reconnect-storm", subject: link.id, since: first.elapsed,
            text: "\(link.id) has reconnected \(recent) times within 10 s, \(link.reconnects) times in all.")
    }

    /// Who waits for whom; and the cycle, where those who are waited for wait themselves.
    private static func blocked(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        let waiting = snapshot.sockets.filter { ($0.blocked?.for ?? 0) >= 1 }
        guard !waiting.isEmpty else { return [] }
        let nodeOf = Dictionary(snapshot.sockets.map { ($0.id, $0.node) }, uniquingKeysWith: { first, _ in first })
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
