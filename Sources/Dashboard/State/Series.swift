/// The history of one figure: one value a period, the newest last. What was not known is a gap (`nil`), never a zero.
struct Series: Equatable, Sendable {
    /// Seconds that one value stands for.
    static let period = 1.0
    /// How many values are kept: four minutes.
    static let capacity = 240

    /// Oldest first, at most `capacity`.
    private(set) var values: [Double?] = []
    /// The period that the last value belongs to: `elapsed / period`, rounded down.
    private var slot: Int?

    init() {}

    /// Notes `value` at `elapsed` seconds of the session. Several within one period: the last known one stands.
    /// Periods that were skipped become gaps; a moment in the past is not recorded.
    mutating func record(_ value: Double?, at elapsed: Double) {
        guard elapsed.isFinite, elapsed >= 0, elapsed < 1e12 else { return }
        let value = value.flatMap { $0.isFinite ? $0 : nil }
        let now = Int(elapsed / Self.period)
        guard let last = slot, !values.isEmpty else {
            values = [value]
            slot = now
            return
        }
        if now == last {
            if value != nil { values[values.count - 1] = value }
            return
        }
        guard now > last else { return }
        let skipped = min(now - last - 1, Self.capacity)
        values.append(contentsOf: repeatElement(nil, count: skipped))
        values.append(value)
        if values.count > Self.capacity { values.removeFirst(values.count - Self.capacity) }
        slot = now
    }

    /// The newest `count` values, with gaps in front where there is no history yet.
    func last(_ count: Int) -> [Double?] {
        let known = values.suffix(count)
        return Array(repeating: nil, count: max(0, count - known.count)) + known
    }
}
