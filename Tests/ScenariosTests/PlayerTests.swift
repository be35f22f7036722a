import RunDirectory
import Telemetry
import Testing

@testable import Scenarios

/// A session of one node and one socket, as it may be seen.
private func seen(
    _ state: NodeStatus.State = .running, sent: Int? = 0, restarts: Int = 0
) -> Snapshot {
    Snapshot(
        session: "s", seq: 1, time: "", elapsed: 0, topology: "t",
        nodes: [.init(name: "a", kind: "source", group: "a", state: state, restarts: restarts)],
        sockets: [
            .init(
                id: "a.out", node: "a", name: "out", type: "PUSH", declared: true, observed: true, sent: sent)
        ])
}

private func expect(_ text: String, within: Double? = nil, lasting: Double? = nil) throws -> Scenarios.Expectation {
    Scenarios.Expectation(text: text, condition: try Condition(parsing: text), within: within, lasting: lasting)
}

private func deed(_ words: String) throws -> StepDeed {
    StepDeed(text: words, deed: try Deed(words: words.split(separator: " ").map(String.init)))
}

private func player(
    _ steps: Step..., timeout: Double = 60, mode: ScenarioPlayer.Mode = .unattended, isInverted: Bool = false,
    timeFactor: Double = 1
) -> ScenarioPlayer {
    ScenarioPlayer(
        Scenario(name: "s", timeout: timeout, steps: steps), mode: mode, isInverted: isInverted, timeFactor: timeFactor)
}

@Suite struct `a player without a person` {
    @Test func `does the deeds one after the other and judges a look taken after them`() throws {
        var player = player(
            Step(
                deeds: [try deed("kill a"), try deed("wait 1s"), try deed("start a")],
                expectations: [try expect("node(a).restarts == 1")]))
        let first = player.take(seen(restarts: 1), at: 100)
        #expect(first.map(\.deed.text) == ["kill a"])
        #expect(player.take(seen(restarts: 1), at: 100.5) == [])
        #expect(player.stage(of: 0) == .doing)
        player.finished(first[0].id)
        #expect(player.take(seen(restarts: 1), at: 101) == [])
        #expect(player.take(seen(restarts: 1), at: 101.9) == [])
        let second = player.take(seen(restarts: 1), at: 102)
        #expect(second.map(\.deed.text) == ["start a"])
        #expect(player.outcome == nil)
        player.finished(second[0].id)
        #expect(player.take(seen(restarts: 1), at: 103) == [])
        #expect(player.outcome == .passed)
        #expect(player.judgements[0].state == .held(at: 3))
    }

    @Test func `fails when it does not come to hold in time, and tells what was seen`() throws {
        var player = player(Step(expectations: [try expect("socket(a.out).sent > 5", within: 2)]))
        _ = player.take(seen(), at: 0)
        _ = player.take(seen(sent: 4), at: 1.9)
        #expect(player.outcome == nil)
        _ = player.take(seen(sent: 5), at: 2.1)
        #expect(player.outcome == .failed)
        #expect(player.failures.first?.failure?.reason == "did not come to hold within 2 s")
        #expect(player.failures.first?.failure?.readings == [.init(field: "socket(a.out).sent", value: "5")])
        #expect(player.stage(of: 0) == .failed)
    }

    @Test func `gives five seconds where nothing is said, and more on slow machines`() throws {
        var player = player(Step(expectations: [try expect("node(a).restarts == 1")]), timeFactor: 2)
        _ = player.take(seen(), at: 0)
        _ = player.take(seen(), at: 9.9)
        #expect(player.outcome == nil)
        _ = player.take(seen(), at: 10)
        #expect(player.failures.first?.failure?.reason == "did not come to hold within 10 s")
    }

    @Test func `what is to last must hold in each look of its time, from the first one on`() throws {
        let step = Step(expectations: [try expect("node(a).state == running", within: 3, lasting: 2)])
        var good = player(step)
        _ = good.take(seen(.starting), at: 0)
        _ = good.take(seen(), at: 2)
        #expect(good.judgements[0].state == .holds(since: 2))
        _ = good.take(seen(), at: 3.9)
        #expect(good.outcome == nil)
        _ = good.take(seen(), at: 4)
        #expect(good.outcome == .passed)

        var bad = player(step)
        _ = bad.take(seen(), at: 0)
        _ = bad.take(seen(.exited), at: 1.5)
        #expect(bad.failures.first?.failure?.reason == "did not hold any more after 1.5 s, and was to for 2 s")
    }

    @Test func `what must always hold is judged to the end, and the unknown is no breach`() throws {
        let steps = [
            Step(always: [try expect("socket(a.out).sent <= 5")]), Step(wait: 1),
            Step(expectations: [try expect("elapsed >= 0")]),
        ]
        func play(_ sent: [Int?]) -> ScenarioPlayer {
            var player = ScenarioPlayer(Scenario(name: "s", steps: steps), mode: .unattended)
            for (time, sent) in sent.enumerated() { _ = player.take(seen(sent: sent), at: Double(time)) }
            return player
        }
        #expect(play([1, nil]).outcome == .passed)
        #expect(play([1, 6]).outcome == .failed)
        #expect(play([1, 6]).failures.first?.failure?.reason == "did not hold any more")
        #expect(play([nil, nil]).failures.first?.failure?.reason == "was never known to hold")
        // At the beginning of its step already.
        #expect(play([6]).outcome == .failed)
    }

    @Test func `a rise counts from the beginning of its step`() throws {
        var player = player(
            Step(wait: 1),
            Step(deeds: [try deed("flow a")], expectations: [try expect("rise(socket(a.out).sent) >= 3")]))
        _ = player.take(seen(sent: 0), at: 0)
        let orders = player.take(seen(sent: 10), at: 1)
        #expect(orders.count == 1)
        player.finished(orders[0].id)
        _ = player.take(seen(sent: 12), at: 2)
        #expect(player.outcome == nil)
        _ = player.take(seen(sent: 13), at: 3)
        #expect(player.outcome == .passed)
    }

    @Test func `steps wait until their time, and so long`() throws {
        var player = player(Step(at: 2, deeds: [try deed("kill a")]), Step(wait: 1, deeds: [try deed("start a")]))
        #expect(player.take(seen(), at: 10) == [])
        #expect(player.take(seen(), at: 11.9) == [])
        let kill = player.take(seen(), at: 12.2)
        #expect(kill.map(\.deed.text) == ["kill a"])
        player.finished(kill[0].id)
        #expect(player.take(seen(), at: 13) == [])
        #expect(player.take(seen(), at: 13.9) == [])
        #expect(player.take(seen(), at: 14).map(\.step) == [1])
    }

    @Test func `ends when a deed cannot be done`() throws {
        var player = player(Step(line: 7, deeds: [try deed("kill a")], expectations: [try expect("elapsed > 100")]))
        let orders = player.take(seen(), at: 0)
        player.finished(orders[0].id, problem: "a does not run")
        #expect(player.outcome == .failed)
        #expect(player.problems.map(\.sentence) == ["“kill a” could not be done: a does not run"])
    }

    @Test func `ends when the time of the whole is over`() throws {
        var player = player(Step(expectations: [try expect("elapsed > 100", within: 50)]), timeout: 10)
        _ = player.take(seen(), at: 0)
        _ = player.take(seen(), at: 10)
        #expect(player.outcome == .failed)
        #expect(player.problems.count == 1)
        #expect(player.failures.count == 1)
    }
}

@Suite struct `an inverted run` {
    @Test func `goes on after what does not hold, in the same time, and names it`() throws {
        var player = player(
            Step(expectations: [try expect("node(a).restarts == 1", within: 2)]),
            Step(
                deeds: [try deed("kill a")], expectations: [try expect("node(a).state == failed")],
                always: [try expect("socket(a.out).sent == 9")]),
            isInverted: true)
        #expect(player.take(seen(), at: 0) == [])
        let orders = player.take(seen(), at: 2)
        #expect(orders.map(\.deed.text) == ["kill a"])
        player.finished(orders[0].id)
        _ = player.take(seen(.failed), at: 3)
        #expect(player.outcome == .failed)
        #expect(
            player.idle.map(\.expectation.text) == ["node(a).restarts == 1", "socket(a.out).sent == 9"])
    }

    @Test func `names what was true before the deeds of its step, if nothing else is expected of them`() throws {
        let steps = [
            Step(
                deeds: [try deed("pause a")],
                expectations: [try expect("socket(a.out).sent == 0"), try expect("node(a).state == paused")]),
            Step(deeds: [try deed("resume a")], expectations: [try expect("socket(a.out).sent == 0")]),
            Step(expectations: [try expect("socket(a.out).sent == 0")]),
        ]
        var player = player(steps[0], steps[1], steps[2], isInverted: true)
        player.finished(player.take(seen(), at: 0)[0].id)
        player.finished(player.take(seen(.paused), at: 1)[0].id)
        _ = player.take(seen(), at: 2)
        #expect(player.idle.map(\.step) == [1])
    }

    @Test func `is good when everything that was expected came about`() throws {
        var player = player(
            Step(
                expectations: [try expect("node(a).state == running")], always: [try expect("socket(a.out).sent >= 0")]),
            isInverted: true)
        _ = player.take(seen(), at: 0)
        #expect(player.outcome == .passed)
        #expect(player.idle.isEmpty)
    }
}

@Suite struct `a player with a person` {
    @Test func `prepares, leaves the deed to the person, waits without limit, and goes on when told`() throws {
        var player = player(
            Step(text: LocalizedText("Hello.")),
            Step(
                prepare: [try deed("quiet a")],
                predict: Prediction(
                    question: LocalizedText("?"), choices: [LocalizedText("no"), LocalizedText("yes")], answer: 1),
                deeds: [try deed("pause a")], expectations: [try expect("node(a).state == paused", within: 1)]),
            mode: .taught)
        #expect(player.take(seen(), at: 0) == [])
        #expect(player.isSettled && player.current == 0)
        player.next()
        let orders = player.take(seen(), at: 1)
        #expect(orders.map(\.deed.text) == ["quiet a"])
        player.finished(orders[0].id)
        #expect(player.take(seen(), at: 2) == [])
        #expect(player.stage(of: 1) == .judging)
        player.answer(0)
        player.answer(1)
        #expect(player.answer(of: 1) == 0)
        #expect(player.take(seen(), at: 2000) == [])
        #expect(!player.isSettled && player.outcome == nil)
        #expect(player.readings(of: player.judgements[0]) == [.init(field: "node(a).state", value: "running")])
        player.back()
        #expect(player.current == 0 && player.isSettled)
        _ = player.take(seen(.paused), at: 2001)
        #expect(player.stage(of: 1) == .done)
        player.next()
        #expect(player.current == 1)
        player.next()
        #expect(player.outcome == .passed)
    }

    @Test func `skips what the person does not want to do`() throws {
        var player = player(
            Step(expectations: [try expect("elapsed > 100")]), Step(deeds: [try deed("kill a")]), mode: .taught)
        _ = player.take(seen(), at: 0)
        player.next()
        #expect(player.stage(of: 0) == .skipped)
        #expect(player.judgements[0].state == .skipped)
        #expect(player.take(seen(), at: 1) == [])
        #expect(player.stage(of: 1) == .done)
    }

    @Test func `does the deed when asked to`() throws {
        var player = player(
            Step(deeds: [try deed("pause a")], expectations: [try expect("node(a).state == paused")]), mode: .taught)
        #expect(player.take(seen(), at: 0) == [])
        player.demonstrate()
        let orders = player.take(seen(), at: 1)
        #expect(orders.map(\.deed.text) == ["pause a"])
        player.demonstrate()
        #expect(player.take(seen(), at: 2) == [])
        player.finished(orders[0].id)
        _ = player.take(seen(.paused), at: 3)
        #expect(player.isSettled)
    }

    @Test func `starts the time of what is to last again`() throws {
        var player = player(
            Step(expectations: [try expect("node(a).state == running", lasting: 2)]), mode: .taught)
        for (time, state) in [(0.0, NodeStatus.State.running), (1, .paused), (2, .running), (3.5, .running)] {
            _ = player.take(seen(state), at: time)
        }
        #expect(player.judgements[0].state == .holds(since: 2))
        _ = player.take(seen(), at: 4)
        #expect(player.isSettled)
    }
}
