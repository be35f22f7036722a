import RunDirectory

extension VerdictJudge {
    static func stalled(
        _ link: Snapshot.Link, _ way: Way, _ history: LinkHistory, _ elapsed: Double
    ) -> Snapshot.Verdict? {
        guard let stall = history.stalls[way], elapsed - stall.since >= 2 else { return nil }
        let stages = (way == .out ? link.out : link.back).stages
        func shown(_ count: Int?) -> String { count.map(String.init) ?? "an unknown number" }
        let (sender, receiver) = way == .out ? (link.from, link.to) : (link.to, link.from)
        return verdict(
            .stalledLink, link.id, since: stall.since,
            text:
                "\(messages(stages.known)) from \(sender) \(stages.known == 1 ? "waits" : "wait") for \(receiver), and it has taken none for "
                + "\(seconds(elapsed - stall.since)): \(shown(stages.sendQueue)) in the send queue, "
                + "\(shown(stages.kernel)) in the kernel, \(shown(stages.receiveQueue)) in the receive queue; "
                + "the link is \(link.state.rawValue).")
    }

    /// libzmq tells no event of it: it closes the connection when it has read what the other end is, and gives up.
    static func misfit(_ link: Snapshot.Link, _ misfit: Evidence.Misfit, _ elapsed: Double) -> Snapshot.Verdict {
        verdict(
            .wrongPeerType, link.id, since: link.since ?? elapsed,
            text:
                "\(link.from) is a \(misfit.from) and what it reaches at \(link.endpoint), \(link.to), a \(misfit.to): "
                + "the two do not speak to each other, and the handshake fails.")
    }

    static func refused(_ link: Snapshot.Link, _ elapsed: Double) -> Snapshot.Verdict {
        verdict(
            .handshakeFailed, link.id, since: link.since ?? elapsed,
            text: "\(link.from) reaches \(link.endpoint), but the handshake with \(link.to) fails: "
                + "their socket types or security settings do not fit.")
    }

    func neverConnected(_ link: Snapshot.Link, node: String?, _ elapsed: Double) -> Snapshot.Verdict? {
        guard let node, let since = running[node], elapsed - since > 5 else { return nil }
        let seen = link.state == .declared ? "has made no connect to it" : "has tried \(link.attempts) times"
        return VerdictJudge.verdict(
            .declaredNeverConnected, link.id, since: since,
            text: "\(link.from) was to connect to \(link.to) at \(link.endpoint): \(node) has been running for "
                + "\(VerdictJudge.seconds(elapsed - since)) and \(seen).")
    }

    static func storm(_ link: Snapshot.Link, _ history: LinkHistory) -> Snapshot.Verdict {
        let first = history.reconnects[0]
        let recent = link.reconnects - first.count
        let since = history.reconnects.count > 1 ? history.reconnects[1].elapsed : first.elapsed
        return verdict(
            .reconnectStorm, link.id, since: since,
            text: "\(link.id) has reconnected \(recent) times within 10 s, \(link.reconnects) times in all.")
    }

    /// One that waits, among its likes that flow: of the links between the same two sockets of the file, each way.
    /// `families`: places in the snapshot's links, and in the histories.
    func siblings(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        let elapsed = snapshot.elapsed
        var verdicts: [Snapshot.Verdict] = []
        for family in families {
            for way in Way.allCases {
                func stall(_ index: Int) -> Double? {
                    histories[index].stalls[way].flatMap { elapsed - $0.since >= 2 ? $0.since : nil }
                }
                let stuck = family.filter { stall($0) != nil }
                guard !stuck.isEmpty else { continue }
                let flowing = family.filter { histories[$0].moved[way].map { elapsed - $0.at < 2 } ?? false }
                guard flowing.count >= stuck.count else { continue }
                let rate = flowing.reduce(0.0) { sum, index in
                    let link = snapshot.links[index]
                    return sum + ((way == .out ? link.out : link.back).rate ?? 0)
                }
                for index in stuck {
                    let link = snapshot.links[index]
                    let (sender, receiver) = way == .out ? (link.from, link.to) : (link.to, link.from)
                    let waiting = (way == .out ? link.out : link.back).stages.known
                    let since = stall(index) ?? elapsed
                    let owner = snapshot.sockets.first { $0.id == receiver }?.node
                    let isPaused = snapshot.nodes.contains { $0.name == owner && $0.state == .paused }
                    let why = isPaused ? "; \(owner ?? receiver) is paused" : ""
                    verdicts.append(
                        VerdictJudge.verdict(
                            .oneSiblingStuck, link.id, since: since,
                            text:
                                "\(VerdictJudge.messages(waiting)) from \(sender) for \(receiver) \(waiting == 1 ? "has" : "have") not moved for "
                                + "\(VerdictJudge.seconds(elapsed - since)), while "
                                + "\(flowing.count == 1 ? "its sibling takes" : "its \(flowing.count) siblings take") "
                                + "\(VerdictJudge.perSecond(rate)) a second\(why)."))
                }
            }
        }
        return verdicts
    }

    static func dropping(
        _ link: Snapshot.Link, _ way: Way, _ drops: (recent: Int, over: Double, since: Double), senderType: String?,
        limit: Int?
    ) -> Snapshot.Verdict {
        let direction = way == .out ? link.out : link.back
        let (sender, receiver) = way == .out ? (link.from, link.to) : (link.to, link.from)
        var why = ""
        if senderType == "PUB" || senderType == "XPUB" {
            why =
                ": the queue of \(sender) for it is full\(limit.map { $0 > 0 ? " (high-water mark \($0))" : "" } ?? "")"
        }
        return verdict(
            .dropping, link.id, since: drops.since,
            text: "\(direction.lostEstimated ? "about " : "")\(messages(drops.recent)) from \(sender) for \(receiver) "
                + "\(drops.recent == 1 ? "was" : "were") lost in the last \(seconds(drops.over)), \(direction.lost ?? drops.recent) in all\(why)."
        )
    }
}
