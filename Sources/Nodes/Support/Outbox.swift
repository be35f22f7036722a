/// Messages that a socket did not take yet, in order. A ROUTER's are kept for each peer apart, so that a slow one holds
/// nobody up.
struct Outbox {
    enum Outcome: Equatable {
        /// Sent, or kept to be sent.
        case accepted
        /// The peer is unknown to a ROUTER: what was kept for it is gone too.
        case unreachable
        /// The peer takes nothing and too much is kept for it already: all of that is gone.
        case overflow
    }

    /// Messages kept for one peer.
    static let limit = 1000
    /// Seconds between two tries.
    static let retryInterval: Seconds = 0.02

    private let port: Port
    private var kept: [[UInt8]: [[[UInt8]]]] = [:]
    private(set) var retryAt: Seconds?
    /// Messages that were given up: their peer has gone, or took nothing for too long.
    private(set) var dropped = 0

    init(_ port: Port) {
        self.port = port
    }

    /// Messages that are kept.
    var count: Int { kept.values.reduce(0) { $0 + $1.count } }

    /// Of the peer for which the most are kept.
    var longest: Int { kept.values.map(\.count).max() ?? 0 }

    private func peer(_ frames: [[UInt8]]) -> [UInt8] {
        port.isRouter ? frames.first ?? [] : []
    }

    mutating func send(_ frames: [[UInt8]], now: Seconds) throws -> Outcome {
        let peer = peer(frames)
        if kept[peer] == nil {
            switch try port.send(frames) {
            case .sent: return .accepted
            case .unreachable:
                dropped += 1
                return .unreachable
            case .full: retryAt = retryAt ?? now + Outbox.retryInterval
            }
        }
        guard kept[peer, default: []].count < Outbox.limit else {
            dropped += (kept[peer]?.count ?? 0) + 1
            kept[peer] = nil
            return .overflow
        }
        kept[peer, default: []].append(frames)
        return .accepted
    }

    /// Tries again when it is time to; gives the peers that are unknown by now.
    mutating func flush(now: Seconds) throws -> [[UInt8]] {
        guard let retryAt, retryAt <= now else { return [] }
        var unreachable: [[UInt8]] = []
        for (peer, messages) in kept {
            var sent = 0
            loop: for frames in messages {
                switch try port.send(frames) {
                case .sent: sent += 1
                case .full: break loop
                case .unreachable:
                    unreachable.append(peer)
                    dropped += messages.count - sent
                    sent = messages.count
                    break loop
                }
            }
            kept[peer] = sent == messages.count ? nil : Array(messages.dropFirst(sent))
        }
        self.retryAt = kept.isEmpty ? nil : now + Outbox.retryInterval
        return unreachable
    }
}
