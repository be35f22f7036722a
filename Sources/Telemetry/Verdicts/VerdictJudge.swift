import RunDirectory

/// What is wrong, by what was seen so far. Each rule is a function of the snapshot and of what it remembers; each verdict
/// is true at the moment that it is given, and its sentence has the numbers in it. The rules are those of ``VerdictRule``.
public struct VerdictJudge {
    /// The names that `--fail-on` may be given, the most important first.
    public static let rules = VerdictRule.names

    /// In the order of the snapshot's links, which rarely changes.
    var histories: [LinkHistory] = []
    /// Of these, the places of those that are alike: replicas, or sockets of one name.
    private(set) var families: [[Int]] = []
    /// By node: since when it runs.
    private(set) var running: [String: Double] = [:]
    /// Sockets to which somebody has been connected.
    private(set) var visited: Set<String> = []
    /// By socket: since when it has an option that came too late.
    var lateSince: [String: Double] = [:]
    var socketDropWindows: [String: DropWindow] = [:]
    private(set) var hasJudged = false
    private let silenced: Set<String>

    /// Seconds for which a bound socket may wait for somebody.
    static let patience = 10.0

    /// With no memory yet.
    /// - Parameter silenced: names of rules that are not judged by.
    public init(silenced: [String] = []) {
        self.silenced = Set(silenced)
    }

    /// To be called with each snapshot of a session, in order.
    public mutating func judge(_ snapshot: Snapshot) -> [Snapshot.Verdict] { judge(snapshot, Evidence()) }

    package mutating func judge(_ snapshot: Snapshot, _ evidence: Evidence) -> [Snapshot.Verdict] {
        for node in snapshot.nodes {
            if node.state == .running || node.state == .paused {
                if running[node.name] == nil { running[node.name] = snapshot.elapsed }
            } else {
                running[node.name] = nil
            }
        }
        findHistories(in: snapshot)
        var verdicts = judgeLinks(snapshot, evidence)
        verdicts += siblings(snapshot)
        verdicts += VerdictJudge.blocked(snapshot)
        verdicts += evidence.clashes.map(VerdictJudge.identityClash)
        verdicts += boundNobodyCame(snapshot, evidence)
        verdicts += socketDrops(snapshot)
        verdicts += lateOptions(snapshot)
        hasJudged = true
        return silenced.isEmpty ? verdicts : verdicts.filter { !silenced.contains($0.rule) }
    }

    private mutating func judgeLinks(_ snapshot: Snapshot, _ evidence: Evidence) -> [Snapshot.Verdict] {
        var verdicts: [Snapshot.Verdict] = []
        var sockets: [String: Snapshot.Socket]?
        func socket(_ id: String) -> Snapshot.Socket? {
            let known =
                sockets ?? Dictionary(snapshot.sockets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            sockets = known
            return known[id]
        }
        let elapsed = snapshot.elapsed
        for index in snapshot.links.indices {
            // By index: a copy of a link would cost more than all the rules.
            let state = snapshot.links[index].state
            for way in Way.allCases {
                if histories[index].waits(way, snapshot.links[index], elapsed),
                    let verdict = VerdictJudge.stalled(snapshot.links[index], way, histories[index], elapsed)
                {
                    verdicts.append(verdict)
                }
                let lost = way == .out ? snapshot.links[index].out.lost : snapshot.links[index].back.lost
                if let drops = histories[index].drops[way].note(lost, at: elapsed) {
                    let link = snapshot.links[index]
                    let sender = socket(way == .out ? link.from : link.to)
                    verdicts.append(
                        VerdictJudge.dropping(link, way, drops, senderType: sender?.type, limit: sender?.hwm.send))
                }
            }
            if histories[index].reconnected(snapshot.links[index].reconnects, elapsed) >= 5 {
                verdicts.append(VerdictJudge.storm(snapshot.links[index], histories[index]))
            }
            if !evidence.misfits.isEmpty, state != .up, state != .declared,
                let misfit = evidence.misfits[snapshot.links[index].id]
            {
                verdicts.append(VerdictJudge.misfit(snapshot.links[index], misfit, elapsed))
                continue
            }
            switch state {
            case .up:
                if !histories[index].everUp {
                    histories[index].everUp = true
                    visited.insert(snapshot.links[index].to)
                }
            case .refused:
                verdicts.append(VerdictJudge.refused(snapshot.links[index], elapsed))
            case .declared, .connecting, .retrying:
                guard !histories[index].everUp else { break }
                let link = snapshot.links[index]
                if let verdict = neverConnected(link, node: socket(link.from)?.node, elapsed) {
                    verdicts.append(verdict)
                }
            case .connected, .down: break
            }
        }
        return verdicts
    }

    private mutating func findHistories(in snapshot: Snapshot) {
        let links = snapshot.links
        let same =
            histories.count == links.count && links.indices.allSatisfy { histories[$0].id == links[$0].id }
        guard !same else { return }
        let known = Dictionary(histories.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        histories = links.map { known[$0.id] ?? LinkHistory(id: $0.id) }
        findFamilies(in: snapshot)
    }

    private mutating func findFamilies(in snapshot: Snapshot) {
        let groups = Dictionary(snapshot.nodes.map { ($0.name, $0.group) }, uniquingKeysWith: { first, _ in first })
        let kinds = Dictionary(
            snapshot.sockets.map { socket in
                // `input-2` of an `each` socket and `PUSH#2` of a program are one of several too.
                let name = socket.name.prefix { $0 != "#" }
                let number = name.reversed().prefix { $0.isNumber }
                let isNumbered = !number.isEmpty && name.dropLast(number.count).last == "-"
                let stem = isNumbered ? name.dropLast(number.count + 1) : name
                return (socket.id, "\(groups[socket.node] ?? socket.node).\(stem)")
            }, uniquingKeysWith: { first, _ in first })
        var byKind: [String: [Int]] = [:]
        for (index, link) in snapshot.links.enumerated() {
            guard let from = kinds[link.from], let to = kinds[link.to] else { continue }
            byKind["\(from)->\(to)", default: []].append(index)
        }
        families = byKind.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    // MARK: words

    static func verdict(_ rule: VerdictRule, _ subject: String, since: Double, text: String) -> Snapshot.Verdict {
        .init(rule: rule.rawValue, subject: subject, since: since, text: text)
    }

    static func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10) s" }
    static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }
    static func perSecond(_ rate: Double) -> String {
        rate >= 10 ? String(Int(min(rate, 1e15).rounded())) : "\((rate * 10).rounded() / 10)"
    }
}
