import RunDirectory
import Telemetry

/// Something that is wrong, or that will bite: a verdict on what runs, or a lint on the file.
struct Finding: Equatable, Sendable {
    var rule: String
    /// Of a link, socket or node; nil for a lint that is about no one of them.
    var subject: String?
    /// One sentence.
    var text: String
    /// `elapsed` since when a verdict holds; nil for a lint.
    var since: Double?
    /// The line of the file that a lint is about.
    var line: Int?
    /// Among those of the same rule and subject.
    var ordinal = 0
    /// Seconds that it held for: it does not any more.
    var lasted: Double?

    var isLint: Bool { since == nil }

    /// What stays the same while the sentence's numbers change.
    var id: String { "\(rule) \(subject ?? "") \(line ?? 0) \(ordinal)" }
}

/// What is wrong, as one goes through it: the verdicts, the most important first, then the lints. While one does, what is
/// over stays where it is and says so, and what is new comes behind.
struct Findings: Equatable, Sendable {
    private(set) var entries: [Finding] = []
    /// The place of the one that is read.
    var selected = 0

    var current: Finding? { entries.indices.contains(selected) ? entries[selected] : nil }

    /// Begins anew, with the first one.
    mutating func open(_ now: [Finding]) {
        entries = now
        selected = 0
    }

    /// Takes what holds now.
    mutating func settle(_ now: [Finding], elapsed: Double) {
        var rest = now
        for index in entries.indices {
            if let found = rest.firstIndex(where: { $0.id == entries[index].id }) {
                entries[index] = rest.remove(at: found)
            } else if let since = entries[index].since, entries[index].lasted == nil {
                entries[index].lasted = max(0, elapsed - since)
            }
        }
        if !rest.isEmpty {
            let place = entries.firstIndex(where: \.isLint) ?? entries.count
            entries.insert(contentsOf: rest, at: place)
            if selected >= place, entries.count > rest.count { selected += rest.count }
        }
        selected = max(0, min(selected, entries.count - 1))
    }
}

extension Snapshot {
    /// The verdicts: the rules in their order, of each the one that has held the longest first.
    var findings: [Finding] {
        func rank(_ verdict: Snapshot.Verdict) -> Int { VerdictJudge.rules.firstIndex(of: verdict.rule) ?? .max }
        let all = verdicts.map { (rank: rank($0), verdict: $0) }.sorted {
            ($0.rank, $0.verdict.since, $0.verdict.subject) < ($1.rank, $1.verdict.since, $1.verdict.subject)
        }
        var seen: [String: Int] = [:]
        return all.map { _, verdict in
            let key = "\(verdict.rule) \(verdict.subject)"
            defer { seen[key, default: 0] += 1 }
            return Finding(
                rule: verdict.rule, subject: verdict.subject, text: verdict.text, since: verdict.since,
                ordinal: seen[key, default: 0])
        }
    }
}

extension ResolvedTopology {
    /// The lints of the file, in its order.
    var findings: [Finding] {
        (lints ?? []).map { Finding(rule: $0.rule, subject: $0.subject, text: $0.text + ".", line: $0.line) }
    }
}
