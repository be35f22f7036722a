/// A rate over a sliding window: by a counter and the times when it was read.
struct RateSeries {
    static let window: UInt64 = 2_000_000_000

    private var samples: [(time: UInt64, value: Double)] = []

    /// Adds a reading and gives the rate a second over the window, which reaches back to the last reading that is at
    /// least that old. nil for the first one. A reading that is nil is a gap: the next one is the first again.
    mutating func add(_ value: Double?, at time: UInt64) -> Double? {
        guard let value else {
            samples.removeAll(keepingCapacity: true)
            return nil
        }
        if let last = samples.last, time <= last.time {
            samples[samples.count - 1].value = value
        } else {
            samples.append((time, value))
        }
        var stale = 0
        while stale + 1 < samples.count, samples[stale + 1].time + RateSeries.window <= time { stale += 1 }
        if stale > 0 { samples.removeFirst(stale) }
        guard let first = samples.first, time > first.time else { return nil }
        return max(0, value - first.value) / seconds(from: first.time, to: time)
    }
}
