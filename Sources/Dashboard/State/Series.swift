/// The history of one figure over the last ten minutes, by the session's clock and not by how often one looks. What was
/// not known is a gap (`nil`), never a zero.
///
/// Two sets of buckets, so that a window of ten seconds is fine and one of ten minutes costs no more than 3 KB.
struct Series: Equatable, Sendable {
    /// Seconds that one value of `values` stands for.
    static let period = 1.0
    /// How many of them are kept: ten minutes.
    static let capacity = 600
    /// Seconds of the finer buckets.
    static let finePeriod = 0.25
    /// How many of those are kept: half a minute.
    static let fineCapacity = 120

    private var coarse = Buckets(period: Series.period, capacity: Series.capacity)
    private var fine = Buckets(period: Series.finePeriod, capacity: Series.fineCapacity)

    init() {}

    /// One value a second, oldest first, at most `capacity`.
    var values: [Double?] { coarse.values.map(Buckets.figure) }
    /// How many of them there are.
    var count: Int { coarse.values.count }

    /// Notes `value` at `elapsed` seconds of the session. Several within one bucket count as their mean.
    /// - Parameter since: the moment of the value before, when this one stands for all the time since then; without it
    ///   the buckets between are gaps. A moment in the past is not recorded.
    mutating func record(_ value: Double?, at elapsed: Double, since: Double? = nil) {
        guard elapsed.isFinite, elapsed >= 0, elapsed < 1e12 else { return }
        let value = value.flatMap { $0.isFinite ? $0 : nil }
        coarse.record(value, at: elapsed, since: since)
        fine.record(value, at: elapsed, since: since)
    }

    /// The last `window` seconds as `count` dots, oldest first; each is the mean of what was known in its time. Dots begin
    /// at whole multiples of their length, so that a curve moves on dot by dot and keeps its shape.
    func dots(over window: Double, count: Int) -> [Double?] {
        let finest = Series.finePeriod * Double(Series.fineCapacity)
        return (window <= finest ? fine : coarse).dots(over: window, count: count)
    }
}

/// Equal stretches of time with a mean each, the newest last.
private struct Buckets: Equatable, Sendable {
    /// Stands for a gap: no figure is infinite, and unlike NaN it is equal to itself.
    static let gap = Float.infinity

    let period: Double
    let capacity: Int
    /// Oldest first.
    private var means: [Float] = []
    /// Which bucket the last one is: elapsed / period, rounded down.
    private var newest = 0
    /// Of the last bucket, which may get more.
    private var sum = 0.0
    private var terms = 0

    init(period: Double, capacity: Int) {
        self.period = period
        self.capacity = capacity
    }

    var values: ArraySlice<Float> { means.suffix(capacity) }

    static func figure(_ mean: Float) -> Double? { mean == gap ? nil : Double(mean) }

    mutating func record(_ value: Double?, at elapsed: Double, since: Double?) {
        let now = Int(elapsed / period)
        guard means.isEmpty || now >= newest else { return }
        if !means.isEmpty, now == newest {
            guard let value else { return }
            sum += value
            terms += 1
            means[means.count - 1] = Buckets.mean(sum / Double(terms))
            return
        }
        let mean = value.map(Buckets.mean) ?? Buckets.gap
        if !means.isEmpty {
            // What the value stands for may reach back no further than the value before it.
            let covers = since.map { Int($0 / period) <= newest } ?? false
            let skipped = min(now - newest - 1, capacity)
            means.append(contentsOf: repeatElement(covers ? mean : Buckets.gap, count: skipped))
        }
        means.append(mean)
        // Seldom, so that appending stays cheap.
        if means.count > capacity + capacity / 4 { means.removeFirst(means.count - capacity) }
        newest = now
        sum = value ?? 0
        terms = value == nil ? 0 : 1
    }

    private static func mean(_ value: Double) -> Float {
        min(Float.greatestFiniteMagnitude, max(-Float.greatestFiniteMagnitude, Float(value)))
    }

    func dots(over window: Double, count: Int) -> [Double?] {
        guard count > 0, window > 0, !means.isEmpty else { return Array(repeating: nil, count: max(0, count)) }
        let length = window / Double(count)
        // The middle of the newest bucket: its end has not come yet.
        let last = Int((Double(newest) + 0.5) * period / length)
        let oldest = newest - means.count + 1
        return (0..<count).map { place in
            let start = Double(last - count + 1 + place) * length
            let first = Int((start / period).rounded(.down))
            let end = max(first + 1, Int(((start + length) / period).rounded(.up)))
            var sum = 0.0
            var terms = 0
            for bucket in max(first, oldest)..<max(max(first, oldest), min(end, newest + 1)) {
                guard let known = Buckets.figure(means[bucket - oldest]) else { continue }
                sum += known
                terms += 1
            }
            return terms == 0 ? nil : sum / Double(terms)
        }
    }
}

/// How far back the curves of the lists reach.
enum HistoryWindow: Int, Equatable, Sendable, CaseIterable {
    case tenSeconds = 10
    case halfMinute = 30
    case minute = 60
    case twoMinutes = 120
    case fiveMinutes = 300
    case tenMinutes = 600

    var seconds: Double { Double(rawValue) }

    /// `30 s`, `2 min`
    var title: String { rawValue < 60 ? "\(rawValue) s" : "\(rawValue / 60) min" }

    /// The next longer one; after the longest the shortest.
    var next: HistoryWindow {
        let all = HistoryWindow.allCases
        let place = all.firstIndex(of: self) ?? 0
        return all[(place + 1) % all.count]
    }
}
