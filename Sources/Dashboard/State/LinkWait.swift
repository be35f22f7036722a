import Telemetry

/// That somebody waits on a link, inside a call, for the other end.
struct LinkWait: Equatable, Sendable {
    /// Seconds.
    var time: Double
    /// Whether the one that is waited for waits, over others, for the one that waits: nothing will ever go on.
    var isCircle: Bool

    /// By link.
    static func all(_ snapshot: Snapshot) -> [String: LinkWait] {
        let waits = snapshot.waits(least: 0.3)
        guard !waits.isEmpty else { return [:] }
        var leads: [String: [String]] = [:]
        for wait in waits { if let to = wait.toNode { leads[wait.fromNode, default: []].append(to) } }
        var found: [String: LinkWait] = [:]
        for wait in waits {
            guard let link = wait.link else { continue }
            let isCircle = wait.toNode.map { reaches(wait.fromNode, from: $0, leads) } ?? false
            let time = max(found[link]?.time ?? 0, snapshot.elapsed - wait.since)
            found[link] = LinkWait(time: time, isCircle: isCircle || found[link]?.isCircle ?? false)
        }
        return found
    }

    private static func reaches(_ goal: String, from start: String, _ leads: [String: [String]]) -> Bool {
        var seen: Set<String> = []
        var left = [start]
        while let node = left.popLast() {
            if node == goal { return true }
            if seen.insert(node).inserted { left += leads[node] ?? [] }
        }
        return false
    }
}
