import RunDirectory

extension VerdictJudge {
    static func identityClash(_ clash: Evidence.Clash) -> Snapshot.Verdict {
        let peers = clash.peers.joined(separator: " and ")
        let others = clash.peers.count == 2 ? "the other" : "the others"
        let fate =
            switch clash.fate {
            case .firstKeeps:
                "\(clash.peers[0]) came first, and what passes between \(clash.socket) and \(others) vanishes"
            case .lastTakes:
                "\(clash.peers[clash.peers.count - 1]) took it over, and what passes between \(clash.socket) and \(others) vanishes"
            case .inTurns: "with router_handover each takes it from the other, and they reconnect in turns"
            }
        return verdict(
            .identityClash, clash.socket, since: clash.since,
            text: "\(peers) are connected to \(clash.socket) with the same routing id \(clash.routingID): \(fate).")
    }

    /// Those that are bound and to whom nobody has ever come, though all who were declared to have had the time for it.
    func boundNobodyCame(_ snapshot: Snapshot, _ evidence: Evidence) -> [Snapshot.Verdict] {
        let waiting = evidence.binds.filter {
            !visited.contains($0.socket) && snapshot.elapsed - $0.since >= VerdictJudge.patience
        }
        guard !waiting.isEmpty else { return [] }
        var verdicts: [Snapshot.Verdict] = []
        let sockets = Dictionary(snapshot.sockets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let states = Dictionary(snapshot.nodes.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
        for (index, bind) in waiting.enumerated() {
            guard !waiting[..<index].contains(where: { $0.socket == bind.socket }),
                let socket = sockets[bind.socket]
            else { continue }
            // Who is declared to come and has not been started yet is no riddle.
            let isExpecting = snapshot.links.contains { link in
                guard link.to == bind.socket, let from = sockets[link.from] else { return false }
                // Somebody of a wrong type came, and that is said elsewhere.
                if evidence.misfits[link.id] != nil { return true }
                return states[from.node] != .running && states[from.node] != .paused
            }
            // A publisher may well have nobody who listens: it is worth a word once it has spoken.
            let publishes = socket.type == "PUB" || socket.type == "XPUB"
            guard !isExpecting, !publishes || (socket.sent ?? 0) > 0 else { continue }
            let places = waiting.filter { $0.socket == bind.socket }.map(\.endpoint).joined(separator: ", ")
            let loss = publishes ? "; the \(VerdictJudge.messages(socket.sent ?? 0)) that it sent went nowhere" : ""
            verdicts.append(
                VerdictJudge.verdict(
                    .boundNobodyCame, bind.socket, since: bind.since,
                    text: "\(bind.socket) has been bound to \(places) for "
                        + "\(VerdictJudge.seconds(snapshot.elapsed - bind.since)), and nobody has connected to it\(loss)."
                ))
        }
        return verdicts
    }

    /// Options that came too late to act on what the socket was bound or connected to before.
    mutating func lateOptions(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        var verdicts: [Snapshot.Verdict] = []
        var stillLate: [String: Double] = [:]
        for socket in snapshot.sockets {
            guard let options = socket.options else { continue }
            let late = options.filter(\.isTooLate)
            guard !late.isEmpty, socket.observed else { continue }
            let since = lateSince[socket.id] ?? snapshot.elapsed
            stillLate[socket.id] = since
            let names = late.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
            verdicts.append(
                VerdictJudge.verdict(
                    .optionAfterConnect, socket.id, since: since,
                    text: "\(socket.id) was given \(names) after its first bind or connect: "
                        + "\(late.count == 1 ? "it acts" : "they act") on later ones only; set "
                        + "\(late.count == 1 ? "it" : "them") before."))
        }
        lateSince = stillLate
        return verdicts
    }

    /// What a socket loses that no link accounts for, as a ROUTER does with what is for nobody.
    mutating func socketDrops(_ snapshot: Snapshot) -> [Snapshot.Verdict] {
        var verdicts: [Snapshot.Verdict] = []
        for socket in snapshot.sockets {
            // Most lose nothing, and nothing is kept of them.
            guard let lost = socket.lost, lost > 0 || socketDropWindows[socket.id] != nil else { continue }
            // What was lost before the first snapshot was not seen to happen.
            let drops = socketDropWindows[socket.id, default: DropWindow(last: hasJudged ? 0 : nil)]
                .note(lost, at: snapshot.elapsed)
            guard let drops else { continue }
            let why =
                socket.type == "ROUTER" ? ": no peer has the routing id that they were for, or its queue is full" : ""
            verdicts.append(
                VerdictJudge.verdict(
                    .dropping, socket.id, since: drops.since,
                    text: "\(socket.id) has dropped \(VerdictJudge.messages(drops.recent)) in the last "
                        + "\(VerdictJudge.seconds(drops.over)), \(lost) in all\(why)."))
        }
        return verdicts
    }
}
