import Testing

@testable import Telemetry

@Suite struct LatencyTests {
    private func trail(_ stamps: [(ordinal: UInt64, time: UInt64)]) -> StampTrail {
        var trail = StampTrail()
        trail.take(stamps)
        return trail
    }

    @Test("only messages stamped at both ends are measured; the others wait, or are given up when later ones have met")
    func pairs() {
        // One end stamps each, the other every second one, and has not seen the last yet.
        var early = trail([(1, 100), (2, 200), (3, 300), (4, 400), (5, 500)])
        var late = trail([(2, 250), (4, 470)])
        var found: [UInt64] = []
        StampTrail.match(&early, &late) { found.append($1) }
        #expect(found == [50, 70])
        late.take([(2, 250), (4, 470), (5, 590)])
        StampTrail.match(&early, &late) { found.append($1) }
        #expect(found == [50, 70, 90], "what was read before is not read again")
        #expect(early.stamps.isEmpty && late.stamps.isEmpty)
    }

    @Test("a stage that comes before the one before it took no time: clocks are read after the fact")
    func neverNegative() {
        var early = trail([(1, 100)])
        var late = trail([(1, 90)])
        var found: [UInt64] = []
        StampTrail.match(&early, &late) { found.append($1) }
        #expect(found == [0])
    }

    @Test("a hundred thousand stamps that nobody answers are not kept")
    func bounded() {
        var trail = StampTrail()
        for ordinal in 1...100_000 { trail.take([(UInt64(ordinal), 1)]) }
        #expect(trail.stamps.count <= 4096)
    }

    @Test("the last ten seconds are summed up, to a hundredth; nothing measured is nothing shown")
    func window() throws {
        let scratch = LatencyScratch()
        var window = LatencyWindow()
        let nothing = window.latency(now: 0, scratch: scratch)
        #expect(nothing == nil)
        for index in 1...1000 { window.add(at: 1_000_000_000, nanoseconds: UInt64(index) * 1000) }
        let summary = window.latency(now: 2_000_000_000, scratch: scratch)
        let latency = try #require(summary)
        #expect(latency.samples == 1000 && latency.max == 0.001)
        #expect(abs(latency.p50 - 0.0005) < 0.00001 && abs(latency.p90 - 0.0009) < 0.00001)
        #expect(latency.p99 <= latency.max)
        window.add(at: 12_000_000_000, nanoseconds: 7)
        let later = window.latency(now: 12_000_000_000, scratch: scratch)
        #expect(later?.samples == 1)
        let muchLater = window.latency(now: 30_000_000_000, scratch: scratch)
        #expect(muchLater == nil)
    }
}
