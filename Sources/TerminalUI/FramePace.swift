/// How often a terminal is drawn on: as often as there is something new, unless it takes the output slowly (ssh over a bad
/// line, a multiplexer that is busy). Then frames are left out, so that keys are still heard at once, and what is seen is
/// never older than the last frame's time and one interval. Times are since any one moment.
public struct FramePace: Hashable, Sendable {
    /// What a slow terminal gets between two frames; zero for one that keeps up.
    public private(set) var interval = Duration.zero
    /// Before this no frame is drawn.
    public private(set) var next = Duration.zero

    /// The share of the time in which a terminal may hold us up: a fifth.
    private static let patience = 4
    /// What a fast terminal takes for a frame, and the shortest interval that is worth having.
    private static let quick = Duration.milliseconds(5)
    private static let longest = Duration.seconds(2)

    /// A pace for a terminal that keeps up.
    public init() {}

    /// Whether a frame may be drawn.
    public func isOpen(at now: Duration) -> Bool { now >= next }

    /// A frame was sent, and that took so long.
    public mutating func sent(in time: Duration, at now: Duration) {
        if time > Self.quick {
            interval = min(Self.longest, max(interval / 2, time * Self.patience))
        } else {
            interval = interval > Self.quick * 4 ? interval / 2 : .zero
        }
        next = now + interval
    }

    /// A frame was due, and the terminal took nothing.
    public mutating func refused(at now: Duration) {
        interval = min(Self.longest, max(.milliseconds(40), interval * 2))
        next = now + interval
    }
}
