import Glibc

/// How messages come to be made.
enum Arrival: String, CaseIterable {
    /// Open loop, evenly spaced.
    case constant
    /// Open loop, independent of each other: exponential gaps.
    case poisson
    /// Closed loop: the next one when an earlier one is done.
    case closed
}

/// What a generating node does: when the next message is due, and when it is enough.
struct Load {
    let arrival: Arrival
    /// Messages a second; nil for as fast as they are taken.
    let rate: Double?
    /// Messages in all, or nil for no limit.
    let count: Int?
    /// Seconds of generating, or nil for no limit.
    let duration: Seconds?

    private(set) var made = 0
    private var startedAt: Seconds
    private var nextAt: Seconds
    private var isQuiet = false

    /// Overdue messages of an open loop are made up for, but not those of a whole pause: what is older is left out.
    static let longestDelay: Seconds = 1

    init(arrival: Arrival, rate: Double?, count: Int?, duration: Seconds?, now: Seconds) {
        self.arrival = arrival
        self.rate = rate
        self.count = count
        self.duration = duration
        startedAt = now
        nextAt = now
    }

    /// Nothing more will be made, ever.
    func isOver(now: Seconds) -> Bool {
        if let count, made >= count { return true }
        if let duration, now - startedAt >= duration { return true }
        return false
    }

    /// When the next message is due: now or in the past means now; nil means that it is over. Closed loops and `max`
    /// are always due: the node holds them back by what is in flight or by what its socket takes.
    mutating func due(now: Seconds) -> Seconds? {
        guard !isOver(now: now) else { return nil }
        guard isPaced else { return now }
        nextAt = max(nextAt, now - Load.longestDelay)
        if let duration, nextAt - startedAt >= duration { return nil }
        return nextAt
    }

    /// Messages have their times; without, they are made as fast as they are taken.
    var isPaced: Bool { arrival != .closed && rate != nil }

    /// Messages that `count` still allows.
    var left: Int { count.map { $0 - made } ?? .max }

    /// So many messages were made, without times.
    mutating func made(_ messages: Int) {
        made += messages
    }

    /// One message was made.
    mutating func advance(_ generator: inout SeededGenerator) {
        made += 1
        guard let rate else { return }
        switch arrival {
        case .constant: nextAt += 1 / rate
        case .poisson: nextAt += -log(1 - Double.random(in: 0..<1, using: &generator)) / rate
        case .closed: break
        }
    }

    /// Told at each look whether the node is to be quiet: after such a time nothing is overdue.
    mutating func note(quiet: Bool, now: Seconds) {
        if isQuiet, !quiet { resume(now: now) }
        isQuiet = quiet
    }

    /// Nothing is overdue, though messages could not be made for a time.
    mutating func resume(now: Seconds) {
        nextAt = max(nextAt, now)
    }
}

extension Load {
    /// Reads `rate`, `arrival`, `count` and `for`; the time begins now.
    init(_ behavior: inout Behavior, rate standard: Double, orMax: Bool) throws {
        self.init(
            arrival: try behavior.choice("arrival", default: .constant),
            rate: try behavior.rate(default: standard, orMax: orMax),
            count: try behavior.whole("count", minimum: 1), duration: try behavior.seconds("for"), now: Clock.now)
    }
}
