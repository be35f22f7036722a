import RunDirectory

/// What `--fail-on` names: `failed`, `lost`, or a verdict's rule.
public enum FailRule: Equatable, Sendable {
    /// A node has ended up failed, beyond what its restart policy mends.
    case failed
    /// A message is known to be lost, on a link or at a socket.
    case lost
    /// The verdict is given.
    case verdict(String)

    /// - Throws: `ConditionError` when it is none of these, with the nearest name.
    public init(parsing text: String) throws(ConditionError) {
        switch text {
        case "failed": self = .failed
        case "lost": self = .lost
        case _ where VerdictJudge.rules.contains(text): self = .verdict(text)
        default:
            throw ConditionError(
                expression: text, column: 1,
                expected: "failed, lost, or a verdict: "
                    + VerdictJudge.rules.joined(separator: ", "),
                suggestion: nearest(text, in: ["failed", "lost"] + VerdictJudge.rules))
        }
    }

    /// Why the rule holds in this snapshot, as one sentence; nil when it does not.
    public func reason(in snapshot: Snapshot) -> String? {
        switch self {
        case .failed:
            guard let node = snapshot.nodes.first(where: { $0.state == .failed }) else { return nil }
            return "\(node.name) failed\(node.reason.map { ": \($0)" } ?? ".")"
        case .lost:
            for link in snapshot.links {
                for (from, to, direction) in [(link.from, link.to, link.out), (link.to, link.from, link.back)] {
                    if let lost = direction.lost, lost > 0 { return "\(lost) messages from \(from) to \(to) are lost." }
                }
            }
            guard let socket = snapshot.sockets.first(where: { ($0.lost ?? 0) > 0 }), let lost = socket.lost else {
                return nil
            }
            return "\(lost) messages are lost at \(socket.id)."
        case .verdict(let rule):
            return snapshot.verdicts.first { $0.rule == rule }.map { "\($0.rule): \($0.text)" }
        }
    }
}
