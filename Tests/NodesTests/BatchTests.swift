import Testing

@testable import Nodes

@Suite struct BatchTests {
    private func batch(_ change: (inout Batch.Settings) -> Void = { _ in }) -> Batch {
        var settings = Batch.Settings()
        settings.tokens = Spread(3)
        change(&settings)
        return Batch(settings, generator: SeededGenerator(seed: 1, name: "engine"))
    }

    private func request(_ id: String, max: Int? = nil, first: Int = 0) -> Request {
        var request = Request(prompt: "hi")
        request.id = id
        request.maxTokens = max
        request.first = first
        return request
    }

    /// Advances to every step's end until there is no work, and tells who spoke when, in milliseconds.
    private func run(_ batch: inout Batch) -> [String] {
        var log: [String] = []
        while let end = batch.stepEnd, log.count < 1000 {
            for answer in batch.advance(now: end) {
                let time = Int((end * 1000).rounded())
                switch answer.message {
                case .token(let id, let index, _): log.append("\(time) \(id)[\(index)]")
                case .done(let done): log.append("\(time) \(done.id) \(done.reason.rawValue) \(done.tokens)")
                default: log.append("?")
                }
            }
        }
        return log
    }

    @Test func sequencesShareStepsAndJoinBetweenThem() {
        var batch = batch { $0.maxBatch = 2 }
        for id in ["a", "b", "c"] { _ = batch.submit(request(id), envelope: [], streams: true, now: 0) }
        // a: alone in the first step (20 + 10 ms); b joins in the second (20 + 10); c when a has left.
        #expect(
            run(&batch) == [
                "30 a[0]", "60 a[1]", "60 b[0]", "70 a[2]", "70 a stop 3", "70 b[1]", "100 b[2]", "100 b stop 3",
                "100 c[0]", "110 c[1]", "120 c[2]", "120 c stop 3",
            ])
        #expect(batch.completed == 3 && batch.tokens == 9 && batch.isIdle)
    }

    @Test func theReasonSaysWhoEndedIt() {
        var batch = batch()
        _ = batch.submit(request("a", max: 2), envelope: [], streams: true, now: 0)
        #expect(run(&batch).last == "40 a length 2")
        _ = batch.submit(request("b", max: 3), envelope: [], streams: true, now: 1)
        #expect(run(&batch).last == "1050 b stop 3")
    }

    @Test func aTakenOverRequestGoesOnWhereTheOtherStopped() {
        var batch = batch()
        _ = batch.submit(request("a", first: 2), envelope: [], streams: true, now: 0)
        #expect(run(&batch) == ["30 a[2]", "30 a stop 3"])
    }

    @Test func withoutStreamingEverythingComesAtOnce() {
        var batch = batch()
        _ = batch.submit(request("a"), envelope: [[1], []], streams: false, now: 0)
        var answers: [Batch.Answer] = []
        while let end = batch.stepEnd { answers += batch.advance(now: end) }
        guard case .done(let done)? = answers.first?.message, answers.count == 1 else {
            Issue.record("\(answers)")
            return
        }
        #expect(done.text?.split(separator: " ").count == 3)
        #expect(answers.first?.envelope == [[1], []])
    }

    @Test func aCancelEndsRunningAndWaitingOnes() {
        var batch = batch { $0.maxBatch = 1 }
        for id in ["a", "b"] { _ = batch.submit(request(id), envelope: [[1]], streams: true, now: 0) }
        #expect(batch.cancel("a", envelope: [[2]]).isEmpty)
        let answers = batch.cancel("b", envelope: [[1]]) + batch.cancel("a", envelope: [[1]])
        #expect(
            answers.map(\.message)
                == ["b", "a"].map {
                    .done(Completion(id: $0, reason: .cancelled, promptTokens: 1, tokens: 0))
                })
        #expect(batch.isIdle && batch.stepEnd == nil)
    }

    @Test func aLongPauseIsNotMadeUpFor() {
        var batch = batch()
        _ = batch.submit(request("a"), envelope: [], streams: true, now: 0)
        #expect(batch.advance(now: 60).count == 1)
        #expect(batch.stepEnd.map { $0 > 60 } == true)
    }

    @Test func theSameSeedGivesTheSameTokens() {
        func texts() -> [Batch.Answer] {
            var batch = batch { $0.tokens = Spread(5, 50) }
            _ = batch.submit(request("a"), envelope: [], streams: true, now: 0)
            var answers: [Batch.Answer] = []
            while let end = batch.stepEnd { answers += batch.advance(now: end) }
            return answers
        }
        #expect(texts() == texts())
    }
}
