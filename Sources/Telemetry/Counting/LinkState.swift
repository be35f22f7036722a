/// Where a link stands: `declared` → `connecting` → `retrying` → `connected` → `up` → `down` → …
struct LinkState {
    private(set) var state = Snapshot.Link.State.declared
    /// `elapsed` of the change.
    private(set) var since: Double?
    /// Handshakes that succeeded after the first.
    private(set) var reconnects = 0
    /// CONNECT_RETRIED so far when it was last up.
    private var attemptsWhenUp = 0
    /// Of the newest connection whose handshake failed: its ordinal, and CONNECT_RETRIED so far when that was seen.
    private var refusal: (pair: Int, attempts: Int)?

    /// - Parameters:
    ///   - endpoint: the connect, while its process and socket live
    ///   - pair: the newest connection
    ///   - inproc: whether both ends exist; nil for other transports
    ///   - attempts: totals of the session, as are `handshakes`
    mutating func update(
        endpoint: EndpointInstance?, pair: Pair?, inproc: Bool?, attempts: Int, handshakes: Int, now: UInt64,
        elapsed: (UInt64) -> Double
    ) {
        let wasUp = state == .up || handshakes > 0 || (inproc != nil && state == .down)
        reconnects = max(reconnects, handshakes - 1)
        if let pair, pair.handshake == .failed, refusal?.pair != pair.number { refusal = (pair.number, attempts) }
        let (next, time) = judge(endpoint, pair, inproc, attempts, wasUp, now)
        if next == .up { attemptsWhenUp = attempts }
        if next != state || (next == .up && time != 0) {
            if next == state, let since, since == elapsed(time) { return }
            state = next
            since = next == .declared ? nil : elapsed(time == 0 ? now : time)
        }
    }

    private func judge(
        _ endpoint: EndpointInstance?, _ pair: Pair?, _ inproc: Bool?, _ attempts: Int, _ wasUp: Bool, _ now: UInt64
    ) -> (Snapshot.Link.State, UInt64) {
        if let inproc {
            if inproc { return (.up, state == .up ? 0 : now) }
            if wasUp { return (.down, now) }
            return endpoint == nil ? (.declared, now) : (.connecting, endpoint?.row.created ?? now)
        }
        if let pair, pair.open {
            switch pair.handshake {
            case .succeeded: return (.up, pair.handshakeTime)
            case .failed: return (.refused, now)
            // An attempt that fails at once (a proxy that accepts and closes) is no connection yet.
            case .none: return (.connected, pair.opened)
            }
        }
        guard let endpoint else { return wasUp ? (.down, pair?.closed ?? now) : (.declared, now) }
        // The attempt after a refusal is counted at once. When one more is, nobody was there to refuse it.
        let stands = refusal.map { $0.pair == pair?.number && attempts <= $0.attempts + 1 } ?? false
        if stands || endpoint.row.lastEvent & MonitorEvent.handshakeFailed != 0 {
            return (.refused, endpoint.row.lastEventTime)
        }
        if wasUp {
            return attempts > attemptsWhenUp ? (.retrying, endpoint.row.lastEventTime) : (.down, pair?.closed ?? now)
        }
        return attempts > 0 ? (.retrying, endpoint.row.lastEventTime) : (.connecting, endpoint.row.created)
    }

    /// Seconds until the next attempt: known from the moment that the last one failed until the next one begins.
    func retryIn(_ endpoint: EndpointInstance?, now: UInt64) -> Double? {
        guard state == .retrying || state == .down, let endpoint, endpoint.row.lastEvent == MonitorEvent.connectRetried
        else { return nil }
        return max(
            0, Double(endpoint.row.retryMilliseconds) / 1000 - seconds(from: endpoint.row.lastEventTime, to: now))
    }
}
