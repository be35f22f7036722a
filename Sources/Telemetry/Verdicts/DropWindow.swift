/// A count of what was lost, as it grew over the last seconds: one loss (a killed node's queue) is no dropping, a loss
/// that goes on is.
struct DropWindow {
    private var last: Int?
    private var growths: [(elapsed: Double, count: Int)] = []
    private var previous: Double?
    private var since: Double?

    /// Seconds.
    private static let length = 5.0

    /// - Parameter last: the count so far; nil: the first one that is noted is where it begins.
    init(last: Int? = nil) { self.last = last }

    /// Takes the count at a moment. Nil when messages are not being lost now.
    /// - Returns: how many were lost in the last `over` seconds, and since when it goes on.
    mutating func note(_ lost: Int?, at elapsed: Double) -> (recent: Int, over: Double, since: Double)? {
        // Whoever looks rarely sees two growths only in a longer time: in this look and the one before.
        let window = max(DropWindow.length, (previous.map { elapsed - $0 } ?? 0) * 1.1)
        previous = elapsed
        if let lost {
            if let last, lost > last { growths.append((elapsed, lost - last)) }
            last = lost
        }
        if !growths.isEmpty { growths.removeAll { $0.elapsed <= elapsed - window } }
        guard let first = growths.first, let newest = growths.last, newest.elapsed - first.elapsed >= 1 else {
            since = nil
            return nil
        }
        let start = since ?? first.elapsed
        since = start
        return (growths.reduce(0) { $0 + $1.count }, min(window, elapsed - start), start)
    }
}
