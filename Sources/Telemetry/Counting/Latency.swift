import CTapSegment
import Histogram

/// A stage that messages of a connection pass, in the order in which a segment has its rings.
enum Stage: Int, CaseIterable {
    case accepted, out, `in`, delivered
}

/// The stamps of one stage at one end of a connection that wait for their counterparts at the other end.
struct StampTrail {
    private(set) var stamps: [(ordinal: UInt64, time: UInt64)] = []
    private(set) var newest: UInt64 = 0
    /// More than a minute's worth at the rate at which the tap stamps: what waits longer is not waited for.
    private static let capacity = 4096

    /// Takes what a ring holds beyond what it held before.
    mutating func take(_ ring: [(ordinal: UInt64, time: UInt64)]) {
        for stamp in ring where stamp.ordinal > newest {
            stamps.append(stamp)
            newest = stamp.ordinal
        }
        if stamps.count > Self.capacity { stamps.removeFirst(stamps.count - Self.capacity) }
    }

    /// Nanoseconds from one stage to a later one, of the messages that are stamped in both; these and all before them are
    /// taken out. The two clocks are one: what would be negative is less than the time between two instructions.
    static func match(
        _ earlier: inout StampTrail, _ later: inout StampTrail, _ found: (_ at: UInt64, _ nanoseconds: UInt64) -> Void
    ) {
        var (first, second) = (0, 0)
        var (usedFirst, usedSecond) = (0, 0)
        while first < earlier.stamps.count, second < later.stamps.count {
            let (one, other) = (earlier.stamps[first], later.stamps[second])
            if one.ordinal == other.ordinal {
                found(other.time, other.time > one.time ? other.time - one.time : 0)
                first += 1
                second += 1
                (usedFirst, usedSecond) = (first, second)
            } else if one.ordinal < other.ordinal {
                first += 1
            } else {
                second += 1
            }
        }
        earlier.stamps.removeFirst(usedFirst)
        later.stamps.removeFirst(usedSecond)
    }
}

/// What was measured over the last ten seconds.
struct LatencyWindow {
    private static let length: UInt64 = 10_000_000_000
    private static let capacity = 2048
    /// It is summed up no more often: ten seconds do not change much in less.
    private static let pause: UInt64 = 1_000_000_000

    private var samples: [(at: UInt64, nanoseconds: UInt64)] = []
    private var shown: Snapshot.Direction.Latency?
    private var isStale = false
    private var summedAt: UInt64 = 0

    mutating func add(at time: UInt64, nanoseconds: UInt64) {
        samples.append((time, nanoseconds))
        isStale = true
    }

    /// nil: nothing was.
    mutating func latency(now: UInt64, scratch: LatencyScratch) -> Snapshot.Direction.Latency? {
        let start = now > Self.length ? now - Self.length : 0
        let old = samples.firstIndex { $0.at >= start } ?? samples.count
        let surplus = max(old, samples.count - Self.capacity)
        if surplus > 0 {
            samples.removeFirst(surplus)
            isStale = true
        }
        guard isStale, shown == nil || samples.isEmpty || now >= summedAt + Self.pause else { return shown }
        shown = scratch.summary(samples.map(\.nanoseconds))
        summedAt = now
        isStale = false
        return shown
    }
}

/// One histogram for all links: each keeps its few samples, and only what has changed is summed up.
final class LatencyScratch {
    // An hour in nanoseconds, to 1 %.
    private var histogram = Histogram<UInt32>(
        highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .two)
    /// Nanoseconds.
    private static let bucketStarts = Snapshot.Direction.Latency.bucketStarts.map { UInt64($0 * 1e9) }

    /// Of more values than these the histogram is faster than sorting them.
    private static let few = 512

    func summary(_ nanoseconds: [UInt64]) -> Snapshot.Direction.Latency? {
        guard let largest = nanoseconds.max() else { return nil }
        let count = nanoseconds.count
        var buckets = [Int](repeating: 0, count: LatencyScratch.bucketStarts.count)
        for value in nanoseconds {
            var bucket = LatencyScratch.bucketStarts.count - 1
            while bucket > 0, value < LatencyScratch.bucketStarts[bucket] { bucket -= 1 }
            buckets[bucket] += 1
        }
        let percentile = count <= Self.few ? exact(nanoseconds) : counted(nanoseconds)
        func seconds(_ share: Double) -> Double { Double(min(percentile(share), largest)) / 1e9 }
        return .init(
            p50: seconds(50), p90: seconds(90), p99: seconds(99), max: Double(largest) / 1e9, samples: count,
            buckets: buckets)
    }

    private func exact(_ nanoseconds: [UInt64]) -> (Double) -> UInt64 {
        let sorted = nanoseconds.sorted()
        return { share in
            sorted[max(0, min(sorted.count - 1, Int((share / 100 * Double(sorted.count)).rounded(.up)) - 1))]
        }
    }

    /// To 1 %; each value is the upper end of its bucket.
    private func counted(_ nanoseconds: [UInt64]) -> (Double) -> UInt64 {
        histogram.reset()
        for value in nanoseconds { histogram.record(min(value, 3_600_000_000_000)) }
        return histogram.valueAtPercentile
    }
}

/// The stamps of one end, as far as they have been read.
struct EndStamps {
    private(set) var trails = [StampTrail](repeating: StampTrail(), count: Stage.allCases.count)
    /// What the connection had counted when they were read.
    fileprivate var countersThen = SIMD4<Int>.zero

    subscript(stage: Stage) -> StampTrail {
        get { trails[stage.rawValue] }
        _modify { yield &trails[stage.rawValue] }
    }
}

extension TappedProcess {
    /// A ring of stamps lasts for about a second.
    private static let stampInterval: UInt64 = 400_000_000

    /// Reads the stamps of the connections that have moved.
    /// - Returns: the ends that have new ones.
    func readStamps(_ segment: SegmentFile, _ scratch: Scratch, now: UInt64, last: Bool) throws(SegmentProblem) -> [End]
    {
        guard last || now >= stampsReadAt + Self.stampInterval else { return [] }
        stampsReadAt = now
        var moved: [End] = []
        for (index, end) in ends {
            let row = end.row
            let counters = SIMD4(row.accepted, row.out, row.off, row.delivered)
            guard !end.gone, counters != end.stamps?.countersThen ?? .zero else { continue }
            if end.stamps == nil { end.stamps = EndStamps() }
            end.stamps?.countersThen = counters
            try segment.stamps(index, connection: row.id, beyond: { end.stamps?[$0].newest ?? 0 }, scratch) {
                end.stamps?[$0].take($1)
            }
            moved.append(end)
        }
        return moved
    }
}

extension Pair {
    /// Finds the messages that were stamped at both ends.
    func matchStamps() {
        guard let link else { return }
        for way in Way.allCases {
            guard let sender = way.sender(self), let receiver = way.receiver(self), sender !== receiver,
                sender.stamps != nil, receiver.stamps != nil,
                // Taken out for the while: what two hold is copied whole at the first change.
                var early = sender.stamps.take(), var late = receiver.stamps.take()
            else { continue }
            StampTrail.match(&early[.out], &late[.in]) { link.measured(way, at: $0, nanoseconds: $1) }
            if numbersAgree(sender, receiver) {
                StampTrail.match(&early[.accepted], &late[.delivered]) {
                    link.measuredDelivery(way, at: $0, nanoseconds: $1)
                }
            }
            sender.stamps = early
            receiver.stamps = late
        }
    }

    /// The n-th message accepted is the n-th delivered: all that the sender accepts goes over this connection, libzmq
    /// adds none of its own, and none is thrown away behind the wire.
    private func numbersAgree(_ sender: End, _ receiver: End) -> Bool {
        guard let from = sender.socket?.row, let to = receiver.socket?.row, !from.apiUnknown, !to.apiUnknown,
            !from.conflate, !to.conflate, receiver.discarded == 0, !sender.row.wireUnknown, !receiver.row.wireUnknown
        else { return false }
        let accepted: Int
        if from.type.addressesEachConnection {
            accepted = sender.row.accepted
        } else {
            guard from.connectionTotal == 1, from.endpointTotal == 1, !from.type.fansOut, !from.type.sendsSubscriptions
            else { return false }
            accepted = from.sent
        }
        return sender.row.out <= accepted && receiver.row.delivered <= receiver.row.off
    }
}
