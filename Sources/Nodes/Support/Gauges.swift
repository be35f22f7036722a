import Glibc

/// A node's own figures, for whoever looks at it. They go through the tap's `zmqtap_gauge`; without the tap nowhere.
struct Gauges {
    private typealias Function = @convention(c) (UnsafePointer<CChar>, Double) -> Void

    /// Seconds between two publications.
    static let interval: Seconds = 0.25

    private let function: Function?
    private var published: [String: Double] = [:]
    /// When the next publication is due; nil while nothing changes.
    private(set) var due: Seconds?

    init() {
        function = dlsym(nil, "zmqtap_gauge").map { unsafeBitCast($0, to: Function.self) }
    }

    /// Something happened that may change a figure.
    mutating func touch(now: Seconds) {
        if function != nil, due == nil { due = now }
    }

    /// Publishes when it is time to. A figure that is nil is not known, or no longer, and nobody shows it then. `moving`:
    /// there is a rate that must still fall to 0.
    mutating func publish(now: Seconds, _ figures: () -> (values: [(String, Double?)], moving: Bool)) {
        guard let function, let due, due <= now else { return }
        let (values, moving) = figures()
        var changed = moving
        for (name, value) in values where published[name] != value {
            function(name, value ?? .nan)
            published[name] = value
            changed = true
        }
        self.due = changed ? now + Gauges.interval : nil
    }
}

/// A rate over about the last second, from a counter that only grows.
struct RateWindow {
    private var samples: [(time: Seconds, total: Int)] = []

    /// The rate is not 0.
    var isMoving: Bool { samples.first?.total != samples.last?.total }

    /// Nil before there are two samples.
    mutating func rate(total: Int, now: Seconds) -> Double? {
        samples.append((now, total))
        samples.removeAll { now - $0.time > 1.1 }
        guard let first = samples.first, now > first.time else { return nil }
        return Double(total - first.total) / (now - first.time)
    }
}
