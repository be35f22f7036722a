import Testing

@testable import Nodes

@Suite struct SchedulerTests {
    /// A scheduler with its messages as values.
    struct Bench {
        var scheduler: Scheduler
        var now = 100.0

        init(_ settings: Scheduler.Settings = .init()) { scheduler = Scheduler(settings) }

        mutating func effects() -> [Scheduler.Effect] { scheduler.takeEffects() }

        mutating func request(_ client: String, _ id: String, max: Int? = 4, stream: Bool? = nil, rep: Bool = false) {
            var request = Request(prompt: "hello")
            request.id = id
            request.maxTokens = max
            request.stream = stream
            let delimiter: [[UInt8]] = rep ? [[]] : []
            scheduler.clientSent([Array(client.utf8)] + delimiter + [Message.request(request).payload], now: now)
        }

        mutating func engine(_ engine: String, _ message: Message) {
            scheduler.engineSent([Array(engine.utf8), message.payload], engine: Array(engine.utf8), now: now)
        }

        mutating func ready(
            _ engine: String, name: String? = nil, incarnation: String = "1", capacity: Int = 2, holds: [String]? = nil
        ) {
            let report = EngineReport(
                engine: name ?? engine, incarnation: incarnation, capacity: capacity, running: 0, waiting: 0,
                requests: holds)
            self.engine(engine, .ready(report))
        }

        /// The requests that went to engines: engine, wire id, first token.
        mutating func dispatched() -> [String] {
            effects().compactMap { effect in
                guard case .engine(let engine, .request(let request), _) = effect else { return nil }
                return "\(text(engine)):\(request.id ?? "?")+\(request.first)"
            }
        }

        /// What went to clients.
        mutating func answers() -> [String] {
            effects().compactMap { effect in
                guard case .client(let envelope, let message) = effect else { return nil }
                let to = text(envelope[0]) + (envelope.count > 1 ? "|" : "")
                return "\(to) \(String(decoding: message.payload, as: UTF8.self))"
            }
        }

        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    }

    @Test func leastLoadedFillsTheEmptierEngine() {
        var bench = Bench()
        bench.ready("a", capacity: 8)
        bench.ready("b", capacity: 8)
        bench.request("c", "1")
        bench.request("c", "2")
        #expect(bench.dispatched() == ["a:1+0", "b:2+0"])
        bench.engine("b", .done(Completion(id: "2", reason: .stop, promptTokens: 1, tokens: 0)))
        bench.request("c", "3")
        bench.request("c", "4")
        #expect(bench.dispatched() == ["b:3+0", "a:4+0"])
    }

    @Test func roundRobinTakesTurnsWhateverTheLoad() {
        var settings = Scheduler.Settings()
        settings.policy = .roundRobin
        var bench = Bench(settings)
        bench.ready("a", capacity: 8)
        bench.ready("b", capacity: 8)
        bench.request("c", "1")
        bench.request("c", "2")
        bench.engine("b", .done(Completion(id: "2", reason: .stop, promptTokens: 1, tokens: 0)))
        bench.request("c", "3")
        bench.request("c", "4")
        #expect(bench.dispatched() == ["a:1+0", "b:2+0", "a:3+0", "b:4+0"])
    }

    @Test func aFullQueueRefusesAndTheRefusalReachesTheClient() {
        var settings = Scheduler.Settings()
        settings.queueLimit = 1
        var bench = Bench(settings)
        bench.ready("a", capacity: 1)
        for id in ["x", "y", "z"] { bench.request("c", id) }
        #expect(bench.scheduler.queued == 1)
        let answers = bench.answers()
        #expect(answers.count == 1)
        #expect(answers.first?.hasPrefix(#"c {"type":"error","id":"z","code":"overloaded""#) == true)
        bench.engine("a", .done(Completion(id: "1", reason: .stop, promptTokens: 1, tokens: 0)))
        #expect(bench.dispatched() == ["a:2+0"])
    }

    @Test func aSilentEngineLosesItsRequestsAndTheClientSeesNoTokenTwice() {
        var bench = Bench()
        bench.ready("a", capacity: 1)
        bench.request("c", "x")
        bench.engine("a", .token(id: "1", index: 0, text: "one"))
        bench.ready("b", capacity: 1)
        _ = bench.effects()
        for _ in 0..<4 {
            bench.now += 0.5
            bench.scheduler.engineSent(
                [Array("b".utf8), Message.ping(heartbeat: 1).payload], engine: Array("b".utf8), now: bench.now)
            bench.scheduler.tick(now: bench.now)
        }
        #expect(bench.dispatched() == ["b:1.2+1"])
        #expect(bench.scheduler.engineCount == 1)
        // The old one was only stopped, and goes on; then the new one begins again from 0, for it knows no `first`.
        bench.engine("a", .token(id: "1", index: 1, text: "stale"))
        bench.engine("b", .token(id: "1.2", index: 0, text: "again"))
        bench.engine("b", .token(id: "1.2", index: 1, text: "two"))
        bench.engine("b", .done(Completion(id: "1.2", reason: .stop, promptTokens: 1, tokens: 2)))
        #expect(
            bench.answers() == [
                #"c {"type":"token","id":"x","index":1,"text":"two"}"#,
                #"c {"type":"done","id":"x","finish_reason":"stop","prompt_tokens":1,"tokens":2}"#,
            ])
        #expect(bench.scheduler.moved == 1)
    }

    @Test func anUnreachableEngineIsLostAtOnce() {
        var bench = Bench()
        bench.ready("a", capacity: 2)
        bench.request("c", "x")
        bench.request("c", "y")
        bench.ready("b", capacity: 2)
        _ = bench.effects()
        bench.scheduler.engineUnreachable(Array("a".utf8), now: bench.now)
        #expect(bench.dispatched() == ["b:1.2+0", "b:2.2+0"])
    }

    @Test func anotherIncarnationUnderTheSameRoutingIDStartsAfresh() {
        var bench = Bench()
        bench.ready("a")
        bench.request("c", "x")
        _ = bench.effects()
        bench.ready("a", incarnation: "2")
        #expect(bench.dispatched() == ["a:1.2+0"])
        #expect(bench.scheduler.engineCount == 1)
    }

    @Test func anEngineWithAGeneratedRoutingIDIsKnownByItsName() {
        var bench = Bench()
        bench.ready("g1", name: "engine", capacity: 1)
        bench.request("c", "x")
        _ = bench.effects()
        // It reconnected: the same process under a new id keeps its work.
        bench.ready("g2", name: "engine", capacity: 1)
        #expect(bench.dispatched() == [])
        bench.engine("g2", .token(id: "1", index: 0, text: "one"))
        #expect(bench.answers() == [#"c {"type":"token","id":"x","index":0,"text":"one"}"#])
        // It was restarted: another process under a third id begins again where the client is.
        bench.ready("g3", name: "engine", incarnation: "2", capacity: 1)
        #expect(bench.dispatched() == ["g3:1.2+1"])
        #expect(bench.scheduler.engineCount == 1)
    }

    @Test func whatABrokenConnectionSwallowedIsAskedForAgain() {
        var bench = Bench()
        bench.ready("a")
        bench.request("c", "x")
        bench.request("c", "y")
        _ = bench.effects()
        bench.engine("a", .token(id: "1", index: 1, text: "the first one is missing"))
        #expect(bench.dispatched() == ["a:1.2+0"])
        bench.now += 2
        bench.ready("a", holds: ["1.2"])
        #expect(bench.dispatched() == ["a:2.2+0"])
    }

    @Test func aREQGetsOneReplyAndACancelReachesTheEngine() {
        var bench = Bench()
        bench.ready("a")
        bench.request("req", "x", rep: true)
        bench.request("c", "y")
        _ = bench.effects()
        bench.engine("a", .token(id: "1", index: 0, text: "one"))
        bench.engine("a", .token(id: "1", index: 1, text: " two"))
        #expect(bench.answers() == [])
        bench.engine("a", .done(Completion(id: "1", reason: .length, promptTokens: 1, tokens: 2)))
        #expect(
            bench.answers() == [
                #"req| {"type":"done","id":"x","finish_reason":"length","prompt_tokens":1,"tokens":2,"text":"one two"}"#
            ])
        bench.scheduler.clientSent([Array("other".utf8), Message.cancel(id: "y").payload], now: bench.now)
        #expect(bench.effects() == [])
        bench.scheduler.clientSent([Array("c".utf8), Message.cancel(id: "y").payload], now: bench.now)
        #expect(bench.effects().contains(.engine(Array("a".utf8), .cancel(id: "2"), number: nil)))
        #expect(bench.scheduler.running == 0)
    }

    @Test func aSchedulerThatWasStoppedItselfBlamesNoEngine() {
        var bench = Bench()
        bench.ready("a")
        bench.scheduler.tick(now: bench.now)
        bench.now += 60
        bench.scheduler.tick(now: bench.now)
        #expect(bench.scheduler.engineCount == 1)
    }

    @Test func answersToAnEarlierSchedulerAreNotMistaken() {
        var settings = Scheduler.Settings()
        settings.idPrefix = "77-"
        var bench = Bench(settings)
        bench.ready("a")
        bench.request("c", "x")
        #expect(bench.dispatched() == ["a:77-1+0"])
        for stale in ["66-1", "1", "77-2", "77-", "77-1.2"] {
            bench.engine("a", .token(id: stale, index: 0, text: "old"))
            #expect(bench.effects() == [.engine(Array("a".utf8), .cancel(id: stale), number: nil)])
        }
        bench.engine("a", .token(id: "77-1", index: 0, text: "new"))
        #expect(bench.answers() == [#"c {"type":"token","id":"x","index":0,"text":"new"}"#])
    }

    @Test func aDEALERBackendHoldsRequestsBackUntilItIsWritable() {
        var settings = Scheduler.Settings()
        settings.anonymousEngines = true
        var bench = Bench(settings)
        bench.request("c", "x")
        bench.request("c", "y")
        #expect(bench.effects().count == 2)
        bench.scheduler.backendFull(number: 1)
        bench.scheduler.backendFull(number: 2)
        #expect(bench.scheduler.queued == 2 && bench.scheduler.waitsForBackend)
        bench.scheduler.backendIsWritable(now: bench.now)
        let numbers = bench.effects().map { effect in
            if case .anyEngine(_, let number) = effect { number } else { 0 }
        }
        #expect(numbers == [1, 2])
    }

    @Test(arguments: [
        (#"{"type":"token","id":"1","index":0}"#, "misplaced"), (#"{"type":"nonsense","id":"q"}"#, "invalid"),
        (#"{"max_tokens":-3}"#, "invalid"), (#"{"max_tokens":99999999999999999999}"#, "invalid"),
    ])
    func whatIsNotUnderstoodGetsAnErrorReply(payload: String, code: String) {
        var bench = Bench()
        bench.scheduler.clientSent([[1], [], Array(payload.utf8)], now: bench.now)
        let effects = bench.effects()
        guard case .client([[1], []], .error(_, let given, _))? = effects.first else {
            Issue.record("no error reply: \(effects)")
            return
        }
        #expect(given.rawValue == code)
        bench.scheduler.engineSent([[7], Array(payload.utf8)], engine: [7], now: bench.now)
    }

    @Test func framesOfAnyNumberDoNoHarm() {
        var bench = Bench()
        for frames: [[UInt8]] in [[[1]], [[1], []], [[1], [], []], [[1], [0xff, 0xfe]], [[1], [65], [66]], []] {
            bench.scheduler.clientSent(frames, now: bench.now)
            bench.scheduler.engineSent(frames, engine: [1], now: bench.now)
            bench.scheduler.engineSent(frames, engine: nil, now: bench.now)
        }
        bench.scheduler.tick(now: bench.now)
        #expect(bench.scheduler.errors > 0)
    }
}
