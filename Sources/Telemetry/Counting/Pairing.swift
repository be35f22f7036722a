/// Finds the two ends of each connection: tcp by its two addresses, ipc by the inodes, else by the peers' pids, the path
/// and the order.
struct Pairing {
    private var number = 0
    /// Ends that are in no pair yet.
    private var connecting: [(end: End, seen: UInt64)] = []
    private var accepting: [(end: End, seen: UInt64)] = []
    private var undecided: [(end: End, seen: UInt64)] = []
    /// Pairs whose accepting end has not been seen.
    private var half: [Pair] = []

    mutating func take(_ ends: [End], now: UInt64) {
        for end in ends { undecided.append((end, now)) }
    }

    /// New pairs of connecting ends whose link is known; the other end comes later, if ever.
    mutating func connectingPairs() -> [Pair] {
        let items = undecided
        undecided.removeAll(keepingCapacity: true)
        for item in items {
            switch item.end.row.role {
            case .connected: connecting.append(item)
            case .accepted: accepting.append(item)
            // Its event has not come yet; when it never will, nothing passed that anybody could name.
            case .unknown: if !item.end.ended { undecided.append(item) }
            }
        }
        var new: [Pair] = []
        let waiting = connecting
        connecting.removeAll(keepingCapacity: true)
        for item in waiting {
            let end = item.end
            if end.endpoint == nil { end.endpoint = end.likelyEndpoint }
            guard end.endpoint?.link != nil else {
                if !end.ended || end.socket?.row.hidden == false { connecting.append(item) }
                continue
            }
            let pair = pair(seen: item.seen)
            pair.connecting = end
            new.append(pair)
            half.append(pair)
        }
        return new
    }

    private mutating func pair(seen: UInt64) -> Pair {
        number += 1
        return Pair(number: number, seen: seen)
    }

    /// Pairs that have become whole.
    mutating func completed() -> [Pair] {
        half.removeAll { $0.retired.count == Way.allCases.count }
        guard !accepting.isEmpty, !half.isEmpty else { return [] }
        var byKey: [String: [Pair]] = [:]
        for pair in half {
            for key in pair.connecting?.keys(connecting: true) ?? [] { byKey[key, default: []].append(pair) }
        }
        var whole: [Pair] = []
        accepting.removeAll { item in
            guard item.end.socket?.socket != nil || item.end.ended else { return false }
            for key in item.end.keys(connecting: false) {
                guard
                    let pair = byKey[key]?.first(where: { pair in
                        pair.accepted == nil && pair.connecting.map { $0.overlaps(item.end) } == true
                    })
                else { continue }
                pair.accepted = item.end
                whole.append(pair)
                return true
            }
            return false
        }
        if !whole.isEmpty { half.removeAll { $0.accepted != nil } }
        return whole
    }

    /// Accepting ends that have waited a second for somebody: their peers are not tapped.
    mutating func strangers(now: UInt64) -> [Pair] {
        var alone: [Pair] = []
        var rest: [(end: End, seen: UInt64)] = []
        for item in accepting {
            if now <= item.seen + 1_000_000_000 || (item.end.socket?.socket == nil && !item.end.ended) {
                rest.append(item)
            } else if item.end.row.handshake != .succeeded {
                if !item.end.ended { rest.append(item) }
            } else {
                let pair = pair(seen: item.seen)
                pair.accepted = item.end
                alone.append(pair)
            }
        }
        accepting = rest
        return alone
    }
}

extension End {
    /// By its address, or because the socket has but one connect.
    fileprivate var likelyEndpoint: EndpointInstance? {
        let connects = socket?.endpoints.filter { $0.row.connects && !$0.gone } ?? []
        if connects.count == 1 { return connects[0] }
        return connects.first { $0.row.asked.matches(row.peer) || $0.row.resolved.matches(row.peer) }
    }

    /// What both ends of a connection have in common, the surest first.
    fileprivate func keys(connecting: Bool) -> [String] {
        let (near, far) = connecting ? (row.local, row.peer) : (row.peer, row.local)
        if near.transport == "tcp" || far.transport == "tcp" {
            return near.text.isEmpty || far.text.isEmpty ? [] : ["\(near.key)|\(far.key)"]
        }
        var keys: [String] = []
        let (inode, peer) = connecting ? (row.inode, row.peerInode) : (row.peerInode, row.inode)
        // Each end knows its own inode; either may know the other's.
        if inode != 0 { keys.append("client:\(inode)") }
        if peer != 0 { keys.append("server:\(peer)") }
        if row.peerInode == 0, row.peerPID != 0 {
            let path = far.text.isEmpty ? endpoint?.row.endpoint.text ?? "" : far.text
            if connecting {
                keys.append("pids:\(process.pid)|\(row.peerPID)|\(path)")
            } else {
                keys.append("pids:\(row.peerPID)|\(process.pid)|\(path)")
                // Of an inherited listener the other end is told the process that had made it.
                keys.append("pids:\(row.peerPID)|\(process.parent)|\(path)")
            }
        }
        return keys
    }

    /// They were open at the same time: addresses and inodes are used again.
    fileprivate func overlaps(_ other: End) -> Bool {
        if row.closed != 0, other.row.opened > row.closed { return false }
        if other.row.closed != 0, row.opened > other.row.closed { return false }
        return true
    }
}
