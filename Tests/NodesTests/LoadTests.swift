import Testing

@testable import Nodes

@Suite struct LoadTests {
    /// The times at which messages are made, for a maker that looks exactly when one is due.
    private func times(_ arrival: Arrival, rate: Double, count: Int?, duration: Seconds?) -> [Seconds] {
        var generator = SeededGenerator(seed: 7, name: "client-1")
        var load = Load(arrival: arrival, rate: rate, count: count, duration: duration, now: 0)
        var now = 0.0
        var times: [Seconds] = []
        while let due = load.due(now: now), times.count < 100_000 {
            now = max(now, due)
            times.append(now)
            load.advance(&generator)
        }
        return times
    }

    @Test func constantIsEvenlySpacedAndEndsWithItsCountOrTime() {
        #expect(times(.constant, rate: 4, count: 5, duration: nil) == [0, 0.25, 0.5, 0.75, 1])
        #expect(times(.constant, rate: 4, count: nil, duration: 1) == [0, 0.25, 0.5, 0.75])
    }

    @Test func poissonHasTheRateAndVariesAsItShould() {
        let times = times(.poisson, rate: 10, count: 20_000, duration: nil)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(abs(mean - 0.1) < 0.005)
        // An exponential distribution's deviation is its mean.
        #expect(abs(variance.squareRoot() - mean) < 0.01)
    }

    @Test func theSameSeedGivesTheSameTimesAndAnotherNameOthers() {
        #expect(
            times(.poisson, rate: 5, count: 50, duration: nil) == times(.poisson, rate: 5, count: 50, duration: nil))
        var one = SeededGenerator(seed: 7, name: "client-1")
        var two = SeededGenerator(seed: 7, name: "client-2")
        #expect(one.next() != two.next())
    }

    @Test func aPauseIsMadeUpForASecondAndQuietNotAtAll() {
        var generator = SeededGenerator(seed: 7, name: "x")
        var load = Load(arrival: .constant, rate: 10, count: nil, duration: nil, now: 0)
        var made = 0
        while let due = load.due(now: 100), due <= 100 {
            load.advance(&generator)
            made += 1
        }
        #expect((10...12).contains(made))
        load.resume(now: 200)
        #expect(load.due(now: 200) == 200)
    }

    @Test func aClosedLoopIsAlwaysDueUntilItIsOver() {
        var generator = SeededGenerator(seed: 7, name: "x")
        var load = Load(arrival: .closed, rate: 1, count: 2, duration: nil, now: 0)
        for _ in 0..<2 {
            #expect(load.due(now: 3) == 3)
            load.advance(&generator)
        }
        #expect(load.due(now: 3) == nil)
    }

    @Test func spreadsIncludeBothEnds() {
        var generator = SeededGenerator(seed: 7, name: "x")
        let picks = Set((0..<200).map { _ in Spread(2, 4).pickWhole(&generator) })
        #expect(picks == [2, 3, 4])
        #expect(Spread(5).pickWhole(&generator) == 5)
    }
}
