import RunDirectory

extension VerdictJudge {
    /// Who waits for whom, and why that lasts; and the ring, where those who are waited for wait themselves.
    static func blocked(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        let blocked = snapshot.sockets.filter { ($0.blocked?.for ?? 0) >= 1 }
        guard !blocked.isEmpty else { return [] }
        let waits = snapshot.waits()
        return blocked.compactMap { socket in
            guard let call = socket.blocked else { return nil }
            let own = waits.filter { $0.from == socket.id }
            let text =
                "\(socket.id) has been inside \(call.call) for \(seconds(call.for)): "
                + story(own, BlockedChain(from: socket.id, in: waits))
            return verdict(
                .blockedOn, socket.id, since: max(0, snapshot.elapsed - call.for), text: text + ".")
        }
    }

    private static func story(_ own: [Snapshot.Wait], _ chain: BlockedChain?) -> String {
        guard let first = own.first else { return "it has no peer" }
        guard own.count == 1 || chain?.ring.isEmpty == false, let chain else {
            return "it waits for \(peers(own))"
        }
        let begin = chain.waits.first ?? first
        if !chain.ring.isEmpty {
            let ring = (chain.ring + chain.ring.prefix(1)).joined(separator: " → ")
            return chain.isRing
                ? "it waits for \(begin.to); they wait for each other: \(ring)"
                : "it waits for \(begin.to); that leads to a ring in which each waits for the next: \(ring)"
        }
        guard chain.waits.count > 1, let last = chain.waits.last else {
            return "it waits for \(begin.to)\(reason(begin, joint: ", "))"
        }
        let middle = chain.waits.dropFirst().map { "\($0.fromNode) waits in turn for \($0.to)" }
        return "it waits for \(begin.to); " + middle.joined(separator: "; ") + reason(last, joint: ", ")
    }

    /// Several: how many of each kind.
    private static func peers(_ waits: [Snapshot.Wait]) -> String {
        let names =
            waits.count <= 3 ? waits.map(\.to).joined(separator: ", ") : "\(waits.count) peers"
        var kinds: [(text: String, count: Int)] = []
        for wait in waits {
            let kind = summary(wait.cause)
            if let index = kinds.firstIndex(where: { $0.text == kind }) {
                kinds[index].count += 1
            } else {
                kinds.append((kind, 1))
            }
        }
        if kinds.count == 1, kinds[0].text.isEmpty { return names }
        if kinds.count == 1 { return "\(names), of which each \(kinds[0].text)" }
        return names + ": "
            + kinds.map { "\($0.count) \($0.text.isEmpty ? "unknown" : $0.text)" }.joined(separator: ", ")
    }

    private static func summary(_ cause: Snapshot.Wait.Cause) -> String {
        switch cause {
        case .waits: "waits in turn"
        case .paused: "is paused"
        case .notRunning(let state): "does not run (\(state.rawValue))"
        case .notConnected(let state): "has no connection (\(state.rawValue))"
        case .takesNothing: "takes nothing"
        case .takesTooFew: "takes too few"
        case .unknown: ""
        }
    }

    private static func reason(_ wait: Snapshot.Wait, joint: String) -> String {
        let node = wait.toNode ?? wait.to
        switch wait.cause {
        case .waits: return "\(joint)which waits in turn"
        case .paused: return "\(joint)and \(node) is paused"
        case .notRunning(let state): return "\(joint)and \(node) does not run (\(state.rawValue))"
        case .notConnected(let state): return "\(joint)and the link to it is \(state.rawValue)"
        case .takesNothing: return "\(joint)which takes nothing"
        case .takesTooFew(let rate): return "\(joint)which takes no more than \(perSecond(rate)) messages a second"
        case .unknown: return ""
        }
    }
}
