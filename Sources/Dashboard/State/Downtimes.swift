import Telemetry

/// When a link was down: gathered from the snapshots, so each time is as exact as they are frequent, unless the link
/// itself tells it.
struct Downtimes: Equatable, Sendable {
    /// One time without the link, in seconds of the session.
    struct Period: Equatable, Sendable {
        var from: Double
        /// nil: it lasts.
        var to: Double?
        /// When a message was first seen to come through afterwards, at the latest; nil: none has.
        var firstMessage: Double?

        /// Seconds; so far, while it lasts.
        func length(at now: Double) -> Double { max(0, (to ?? now) - from) }
    }

    /// Periods kept.
    static let capacity = 32

    /// Oldest first.
    private(set) var periods: [Period] = []
    /// Reconnects whose times without the link were over before anybody looked, or older than the oldest kept.
    private(set) var unseen = 0
    /// When the link was first looked at.
    private var begun: Double?
    private var wasUp = false
    private var reconnects = 0
    private var receivedThen: Int?

    /// Takes a look at the link.
    /// - Parameter received: messages delivered over it so far, both ways; nil unknown.
    mutating func note(_ link: Snapshot.Link, received: Int?, at elapsed: Double) {
        let isUp = link.state == .up
        if begun == nil {
            begun = elapsed
            reconnects = link.reconnects
            unseen = link.reconnects
        }
        var explained = 0
        if let last = periods.indices.last, periods[last].to == nil {
            if isUp {
                periods[last].to = max(periods[last].from, min(link.since ?? elapsed, elapsed))
                receivedThen = received
                explained = 1
            }
        } else if wasUp, !isUp {
            periods.append(Period(from: min(link.since ?? elapsed, elapsed)))
        }
        unseen += max(0, link.reconnects - reconnects - explained)
        reconnects = max(reconnects, link.reconnects)
        if isUp, let last = periods.indices.last, periods[last].firstMessage == nil, let received, let receivedThen,
            received > receivedThen
        {
            periods[last].firstMessage = elapsed
        }
        if periods.count > Self.capacity {
            unseen += periods.count - Self.capacity
            periods.removeFirst(periods.count - Self.capacity)
        }
        wasUp = isUp
    }

    /// How a stretch of time was.
    enum Stretch: Equatable, Sendable { case up, down, unknown }

    /// The last `seconds` before `now` in `count` equal parts, the newest last; one that was down for any time is down.
    /// - Parameter gaps: times in which nobody looked.
    func stretches(_ count: Int, seconds: Double, now: Double, gaps: [Observation.Gap]) -> [Stretch] {
        guard let begun, count > 0 else { return Array(repeating: .unknown, count: max(0, count)) }
        return (0..<count).map { index in
            let from = now - seconds * Double(count - index) / Double(count)
            let to = now - seconds * Double(count - index - 1) / Double(count)
            if periods.contains(where: { $0.from < to && ($0.to ?? .infinity) > from }) { return .down }
            if to <= begun || gaps.contains(where: { $0.from < from && $0.to > to }) { return .unknown }
            return wasUp || !periods.isEmpty ? .up : .unknown
        }
    }
}

/// The same for each link of a snapshot, in their order: noted by place, found by id.
struct DowntimesTable: Equatable, Sendable {
    private var places: [String: Int] = [:]
    private var times: [Downtimes] = []

    init() {}

    subscript(_ id: String) -> Downtimes? { places[id].map { times[$0] } }

    /// Takes other links, or another order: what stays keeps its times.
    mutating func rename(_ next: [String], places nextPlaces: [String: Int]) {
        times = next.map { self[$0] ?? Downtimes() }
        places = nextPlaces
    }

    /// Takes a look at each link.
    mutating func note(_ flows: [LinkFlow], at elapsed: Double) {
        for place in times.indices {
            times[place].note(flows[place].link, received: flows[place].received, at: elapsed)
        }
    }
}
