extension SessionModel {
    /// What single connections show, for the verdicts.
    func evidence(now: UInt64, elapsed: (UInt64) -> Double) -> Evidence {
        var evidence = Evidence()
        for process in processes where process.alive {
            for socket in process.sockets.values.sorted(by: { $0.row.id < $1.row.id })
            where socket.living && !socket.row.hidden {
                guard let id = socket.socket?.id else { continue }
                for endpoint in socket.endpoints where !endpoint.row.connects && endpoint.living {
                    // Within one process nobody need come, and nobody else can.
                    guard endpoint.row.asked.transport != "inproc" else { continue }
                    evidence.binds.append(
                        .init(
                            socket: id, endpoint: endpoint.row.endpoint.text, since: elapsed(endpoint.row.created)))
                }
                if socket.row.type.knowsPeersByRoutingID {
                    evidence.clashes += socket.clashes(now: now).map { clash in
                        .init(
                            socket: id, routingID: clash.routingID, peers: clash.peers,
                            fate: clash.fate, since: elapsed(clash.since))
                    }
                }
            }
        }
        for link in allLinks {
            if let misfit = link.misfit { evidence.misfits[link.id] = misfit }
        }
        return evidence
    }
}

extension SessionLink {
    /// What the ends of its newest connection said that they are, when those do not speak to each other.
    fileprivate var misfit: Evidence.Misfit? {
        guard let pair = newestPair, pair.handshake != .succeeded, hasLivingEndpoint || pair.open else { return nil }
        func first(_ names: String?...) -> String { names.lazy.compactMap { $0 }.first { !$0.isEmpty } ?? "" }
        let from = first(
            pair.connecting?.row.ownType, pair.accepted?.row.peerType, pair.connecting?.socket?.row.type.name,
            from?.type)
        let to = first(
            pair.accepted?.row.ownType, pair.connecting?.row.peerType, pair.accepted?.socket?.row.type.name, to?.type)
        guard !from.isEmpty, !to.isEmpty, !SocketType.speak(from, to) else { return nil }
        return .init(from: from, to: to)
    }
}

extension SocketType {
    fileprivate var knowsPeersByRoutingID: Bool { name == "ROUTER" || name == "REP" }

    private static let peers: [String: [String]] = [
        "PAIR": ["PAIR"], "PUB": ["SUB", "XSUB"], "XPUB": ["SUB", "XSUB"], "SUB": ["PUB", "XPUB"],
        "XSUB": ["PUB", "XPUB"], "REQ": ["REP", "ROUTER"], "REP": ["REQ", "DEALER"],
        "DEALER": ["ROUTER", "REP", "DEALER"], "ROUTER": ["DEALER", "REQ", "ROUTER"], "PULL": ["PUSH"],
        "PUSH": ["PULL"],
    ]

    /// Whether two types fit (zmq_socket(3), "compatible peer sockets"); true when one is not of the stable ones.
    static func speak(_ one: String, _ other: String) -> Bool {
        guard let known = peers[one], peers[other] != nil else { return true }
        return known.contains(other)
    }
}

extension SocketInstance {
    fileprivate struct SharedRoutingID {
        var routingID: String
        var peers: [String]
        var fate: Evidence.Fate
        var since: UInt64
    }

    /// Peers with one routing id: two whose connections are open at once, for half a second or more (a peer that comes again
    /// may be faster than the end of its former connection); or, with ROUTER_HANDOVER, two that take it from each other.
    fileprivate func clashes(now: UInt64) -> [SharedRoutingID] {
        var byID: [[UInt8]: [NamedPeer]] = [:]
        for peer in formerPeers + ends.compactMap(\.namedPeer) { byID[peer.routingID, default: []].append(peer) }
        return byID.filter { $1.count > 1 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap {
            id, peers in
            let text = SocketOptionText.value(5, id, size: id.count)
            let sorted = peers.sorted { $0.came < $1.came }
            let open = sorted.filter(\.isOpen)
            if open.count > 1, now > open[1].came + 500_000_000 {
                return .init(
                    routingID: text, peers: open.map(\.name), fate: row.handover ? .lastTakes : .firstKeeps,
                    since: open[1].came)
            }
            // One after the other, in turns: A, B, A within ten seconds.
            let recent = sorted.filter { $0.came + 10_000_000_000 > now }
            let turns = recent.indices.dropFirst().filter { recent[$0].name != recent[$0 - 1].name }
            guard row.handover, turns.count >= 2, let first = turns.first else { return nil }
            var names: [String] = []
            for peer in recent where !names.contains(peer.name) { names.append(peer.name) }
            return .init(routingID: text, peers: names, fate: .inTurns, since: recent[first].came)
        }
    }
}

/// A peer that came with a routing id of its own choice.
struct NamedPeer {
    var routingID: [UInt8]
    /// The socket at the other end, or what is known of it.
    var name: String
    /// When the handshake succeeded.
    var came: UInt64
    var isOpen: Bool
}

extension End {
    /// As a ROUTER or REP sees its peer; nil elsewhere, and when it has a name that libzmq made.
    var namedPeer: NamedPeer? {
        // What libzmq makes by itself begins with a zero, and is nobody else's.
        guard let socket, socket.row.type.knowsPeersByRoutingID, row.handshake == .succeeded,
            let first = row.identity.first, first != 0
        else { return nil }
        var name = row.peer.text.isEmpty ? "pid:\(row.peerPID)" : row.peer.text
        if let pair, let link = pair.link { name = pair.accepted === self ? link.fromName : link.toName }
        return .init(routingID: row.identity, name: name, came: row.handshakeTime, isOpen: !ended)
    }
}
