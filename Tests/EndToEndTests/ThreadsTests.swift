import Foundation
import RunDirectory
import Telemetry
import Testing

/// Nodes that are threads of one process, with inproc between them.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ThreadsTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// Two sources that only their threads tell apart; two workers; a link out of the process.
    private static let text = """
        name: threads
        nodes:
          few: { process: line, kind: source, sockets: { out: { type: PUSH, connect: "inproc://in" } }, behavior: { rate: max, count: 111 } }
          many: { process: line, kind: source, sockets: { out: { type: PUSH, connect: "inproc://in" } }, behavior: { rate: max, count: 222 } }
          first: { process: line, kind: worker, sockets: { in: { type: PULL, bind: "inproc://in" }, out: { type: PUSH, bind: "inproc://work" } }, behavior: { service_time: 0 } }
          worker:
            process: line
            kind: worker
            replicas: 2
            restart: { policy: on-failure, delay: 100ms }
            sockets: { in: { type: PULL, connect: first.out }, out: { type: PUSH, connect: meter.in } }
            behavior: { service_time: 1ms }
          meter: { kind: sink, sockets: { in: { type: PULL, bind: "tcp://127.0.0.1:*" } } }
        """

    private let members = ["few", "many", "first", "worker-1", "worker-2"]

    /// Everything runs, and every process has been read since the last message of so many runs.
    private func isAtRest(_ snapshot: Snapshot, runs: Int) -> Bool {
        let passed = ["worker-1.out", "worker-2.out"].reduce(0) { $0 + (snapshot.socket($1)?.sent ?? 0) }
        return snapshot.links(.up) == 6 && snapshot.nodes(.running) == 6 && passed == 333 * runs
            && snapshot.received("meter.in") == 333 * runs
    }

    @Test("threads of one process: every message is accounted for, each socket is its thread's, and they die together")
    func line() throws {
        let program = try Program(
            workplace,
            [
                "run", try workplace.file("threads.yaml", Self.text), "--headless", "--json", "--every", "100ms",
                "--for", "15m",
            ])
        let all = try program.snapshot("every message") { snapshot in
            // The two processes are not read at one moment.
            isAtRest(snapshot, runs: 1)
        }
        // Neither is the other's, though type and endpoint are the same.
        #expect(all.socket("few.out")?.sent == 111)
        #expect(all.socket("many.out")?.sent == 222)
        #expect(all.socket("first.in")?.received == 333 && all.socket("first.out")?.sent == 333)
        var passed = 0
        for worker in ["worker-1", "worker-2"] {
            // How many each gets depends on when it has connected.
            let received = all.received("\(worker).in")
            #expect(all.socket("\(worker).out")?.sent == received)
            let link = try #require(all.link("\(worker).out->meter.in"))
            #expect(link.transport == "tcp" && link.out.sent == received && link.out.received == received)
            #expect(all.link("\(worker).in->first.out")?.back.received == received)
            passed += received
        }
        #expect(passed == 333)
        let pid = try #require(all.node("few")?.pid)
        for name in members {
            let node = try #require(all.node(name))
            #expect(node.pid == pid && node.process?.name == "line" && node.rss == nil)
            #expect((node.process?.rss ?? 0) > 0)
        }
        #expect(all.node("meter")?.process == nil && all.node("meter")?.pid != pid)

        let outcome = try run(workplace, ["ctl", "kill", "worker-2", "--session", workplace.session])
        #expect(outcome.status == 0)
        #expect(
            outcome.err.contains("worker-2 shares the process line with few, many, first, worker-1"), "\(outcome.err)")
        let again = try program.snapshot("all of them again") { snapshot in
            members.allSatisfy { snapshot.node($0)?.restarts == 1 } && isAtRest(snapshot, runs: 2)
        }
        for name in members { #expect(again.node(name)?.exit?.signal == SIGKILL) }
        #expect(again.socket("few.out")?.sent == 222 && again.socket("many.out")?.sent == 444)
        #expect(again.node("meter")?.restarts == 0)
        program.signal(SIGINT)
        #expect(try program.finish().status == 130)
        // Two links, and two again.
        try expectMonotone(program.out, handshakes: 8)
        try expectNothingLeft()
    }

    @Test("one pipe over inproc is known whole: a slow reader's backlog lies in it, and slow is that thread's alone")
    func pair() throws {
        let text = """
            name: pair
            nodes:
              source: { process: both, kind: source, sockets: { out: { type: PAIR, connect: sink.in } }, behavior: { rate: 50/s } }
              sink: { process: both, kind: sink, sockets: { in: { type: PAIR, bind: "inproc://pair" } } }
              other: { process: both, kind: source, sockets: { out: { type: PUSH, bind: "inproc://other" } }, behavior: { rate: 50/s } }
              taker: { process: both, kind: sink, sockets: { in: { type: PULL, connect: other.out } } }
            """
        let program = try Program(
            workplace,
            ["run", try workplace.file("pair.yaml", text), "--headless", "--json", "--every", "100ms", "--for", "15m"])
        try program.snapshot("traffic") { $0.received("sink.in") > 20 && $0.received("taker.in") > 20 }
        let slowed = try run(workplace, ["ctl", "slow", "sink", "200ms", "--session", workplace.session])
        #expect(slowed.status == 0, "\(slowed.err)")
        // Its neighbour in the process is as quick as ever.
        let waiting = try program.snapshot("a backlog here, and none there") {
            let taken = $0.link("taker.in->other.out")?.back
            return ($0.link("source.out->sink.in")?.out.depth ?? 0) > 40 && (taken?.depth ?? 99) < 10
                && (taken?.received ?? 0) > 40
        }
        #expect(waiting.node("sink")?.faults == ["slow 200ms"] && waiting.node("taker")?.faults == [])
        let refused = try run(
            workplace, ["ctl", "cut", "source.out->sink.in", "--session", workplace.session])
        #expect(refused.status == 1 && refused.err.contains("inproc"), "\(refused.err)")
        try workplace.ctl("heal", "*")
        try workplace.ctl("quiet", "*")
        let settled = try program.snapshot("an empty pipe") {
            guard let way = $0.link("source.out->sink.in")?.out, let sent = way.sent else { return false }
            return way.depth == 0 && way.received == sent && way.rate == 0
        }
        #expect(settled.imbalances == [])
        program.signal(SIGINT)
        #expect(try program.finish().status == 130)
        try expectNothingLeft()
    }

    private func expectNothingLeft() throws {
        try workplace.expectNoSurvivors()
        #expect(workplace.leftovers == [])
    }
}
