import Foundation
import RunDirectory
import Telemetry
import Testing

/// The main job, on real processes.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HeadlessTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("inference: six nodes run, five links are up, requests are answered, counters never go back, and all adds up")
    func inference() throws {
        let program = try Program(
            workplace, ["run", "inference", "--headless", "--json", "--every", "250ms", "--for", "15m"])
        try program.snapshot("six nodes and five links") { $0.nodes(.running) == 6 && $0.links(.up) == 5 }
        try program.snapshot("answers") { $0.received("client-1.requests") > 20 }
        try workplace.ctl("quiet", "*")
        let final = try settled(program)
        #expect(final.imbalances == [])
        program.signal(SIGINT)
        let outcome = try program.finish()
        #expect(outcome.status == 130)
        try expectMonotone(outcome.out, handshakes: 10)
        try expectNothingLeft()
    }

    @Test("a killed engine fails, comes back, reconnects once; its requests move; nothing else is disturbed")
    func killedEngine() throws {
        let program = try Program(
            workplace,
            [
                "run", "inference", "--headless", "--json", "--every", "100ms", "--for", "15m",
                // A slow machine is no error.
                "--set", "nodes.client.behavior.timeout=10m",
            ])
        let before = try program.snapshot("traffic") {
            $0.received("engine-1.work") > 10 && $0.links(.up) == 5
        }
        let pid = try #require(before.node("engine-1")?.pid)
        kill(pid, SIGKILL)
        let id = "engine-1.work->scheduler.backend"
        // It is back after half a second: the failure may lie between two looks.
        try program.snapshot("the failure") { $0.node("engine-1")?.exit?.signal == SIGKILL }
        try program.snapshot("the link's end, or its return") {
            $0.link(id)?.state != .up || $0.link(id)?.reconnects == 1
        }
        let back = try program.snapshot("the engine's return") {
            $0.node("engine-1")?.state == .running && $0.link(id)?.state == .up
        }
        #expect(back.link(id)?.reconnects == 1)
        #expect(back.node("engine-1")?.restarts == 1)
        for link in back.links where link.id != id {
            #expect(link.state == .up && link.reconnects == 0, "\(link.id) was disturbed")
        }
        // Every request is answered in the end: those of the dead engine by another.
        try workplace.ctl("quiet", "*")
        let final = try settled(program)
        #expect(final.imbalances == [])
        for client in final.nodes where client.group == "client" { #expect(client.gauges["errors"] == 0) }
        program.signal(SIGTERM)
        #expect(try program.finish().status == 128 + SIGTERM)
        try expectNothingLeft()
    }

    @Test("a stopped sink: the depth grows by exactly what was sent, then the source is blocked in zmq_send")
    func stoppedSink() throws {
        let program = try Program(
            workplace,
            [
                "run", try slowSink(), "--headless", "--json", "--every", "100ms", "--for", "15m",
            ])
        let before = try program.snapshot("traffic") { $0.received("sink.in") > 10 }
        let pid = try #require(before.node("sink")?.pid)
        kill(pid, SIGSTOP)
        try program.snapshot("paused, as /proc says") { $0.node("sink")?.state == .paused }
        let id = try #require(before.links.first?.id)
        // The source is bound: messages flow back along the link.
        let way = { (snapshot: Snapshot) -> Snapshot.Direction in snapshot.link(id)?.back ?? .init() }
        let blocked = try program.snapshot("the block") {
            ($0.socket("source.out")?.blocked?.for ?? 0) > 1
        }
        #expect(blocked.socket("source.out")?.blocked?.call.hasPrefix("zmq_") == true)
        #expect(blocked.socket("source.out")?.blocked?.on == ["sink.in"])
        let full = way(blocked)
        let sent = try #require(full.sent)
        let received = try #require(full.received)
        #expect(full.depth == sent - received)
        #expect(sent - received > 2000)
        kill(pid, SIGCONT)
        try program.snapshot("the flow again") { (way($0).received ?? 0) > received + 100 }
        program.signal(SIGINT)
        _ = try program.finish()
        try expectNothingLeft()
    }

    @Test("late-server: attempts are counted while the scheduler is absent, the queued requests are answered after")
    func lateServer() throws {
        let program = try Program(
            workplace,
            [
                "run", "late-server", "--headless", "--json", "--every", "200ms", "--for", "15m",
                "--set", "nodes.scheduler.start=20s",
            ])
        let early = try program.snapshot("attempts and a queue") { snapshot in
            snapshot.links.contains(where: isQueueing)
        }
        #expect(early.node("scheduler")?.state == .waiting)
        let link = try #require(early.links.first(where: isQueueing))
        let queued = try #require(link.out.sent)
        try program.snapshot("the answers") { snapshot in
            guard let now = snapshot.link(link.id), now.state == .up, let answered = now.back.received else {
                return false
            }
            let taken = now.out.received ?? 0
            return answered > 0 && now.out.stages.sendQueue == 0 && taken >= queued
        }
        program.signal(SIGINT)
        _ = try program.finish()
        try expectNothingLeft()
    }

    @Test(
        "--until ends a run at once, --for makes its failure, --fail-on sees a failed node",
        arguments: [
            ("links.up == 5", ["--for", "15m"], Int32(0)),
            ("elapsed > 9999", ["--for", "1s"], Int32(1)),
        ])
    func until(expression: String, more: [String], status: Int32) throws {
        let outcome = try run(
            workplace, ["run", "inference", "--headless", "--every", "200ms", "--until", expression] + more)
        #expect(outcome.status == status, "\(outcome.err)")
        try expectNothingLeft()
    }

    @Test("a node that fails for good makes exit status 1 and shows its last words")
    func failingNode() throws {
        let file = try workplace.file(
            "failing.yaml",
            """
            name: failing
            nodes:
              doomed:
                command: [sh, -c, "echo the disk is full >&2; exit 3"]
            """)
        let outcome = try run(
            workplace, ["run", file, "--headless", "--every", "100ms", "--fail-on", "failed", "--for", "15m"])
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("the disk is full"))
        try expectNothingLeft()
    }

    @Test("kill -9 of zmqtop: everything is gone within a few seconds, stubborn nodes included")
    func killedZmqtop() throws {
        let file = try workplace.file(
            "stubborn.yaml",
            """
            name: stubborn
            nodes:
              deaf: { command: [sh, -c, "trap '' TERM INT HUP; while :; do sleep 1; done"] }
              stopped: { command: [sh, -c, "kill -STOP $$$$; sleep 1000"] }
              daemon: { command: [sh, -c, "setsid sleep 1000 & exec sleep 1000"] }
              source:
                kind: source
                sockets: { out: { type: PUSH, bind: "tcp://127.0.0.1:*" } }
            """)
        let program = try Program(workplace, ["run", file, "--headless", "--json", "--every", "100ms", "--for", "15m"])
        try program.snapshot("its start") { $0.nodes.filter { $0.pid != nil }.count == 4 }
        program.signal(SIGKILL)
        _ = try program.finish()
        try expectNothingLeft()
    }

    @Test("inject asks a scheduler as a fresh peer and shows the reply")
    func inject() throws {
        let program = try Program(
            workplace, ["run", "inference", "--headless", "--json", "--every", "100ms", "--for", "15m"])
        try program.snapshot("a start") { $0.links(.up) == 5 }
        let session = ["--session", workplace.session]
        let reply = try run(
            workplace,
            ["inject", "scheduler.frontend", #"{"prompt":"hello","max_tokens":4}"#, "--reply", "20s"] + session)
        #expect(reply.status == 0, "\(reply.err)")
        #expect(reply.out.contains("token"))
        #expect(reply.err.contains("sent 1"))
        let refused = try run(workplace, ["inject", "client-1.requests", "x"] + session)
        #expect(refused.status == 1)
        #expect(refused.err.contains("scheduler.frontend"))
        program.signal(SIGINT)
        _ = try program.finish()
        try expectNothingLeft()
    }

    @Test("two sessions of one topology side by side do not meet")
    func sideBySide() throws {
        let programs = try (0..<2).map { _ in
            try Program(workplace, ["run", "pipeline", "--headless", "--json", "--every", "200ms", "--for", "15m"])
        }
        for program in programs {
            let snapshot = try program.snapshot("traffic") { $0.received("sink.in") > 50 }
            #expect(snapshot.links.count == 6)
            #expect(!snapshot.links.contains { $0.from.hasPrefix("tcp:") || $0.to.hasPrefix("tcp:") })
        }
        for program in programs { program.signal(SIGINT) }
        for program in programs { _ = try program.finish() }
        try expectNothingLeft()
    }

    @Test("foreign: a pyzmq program beside built-in nodes is seen by the tap")
    func foreign() throws {
        let program = try Program(
            workplace, ["run", "foreign", "--headless", "--json", "--every", "200ms", "--for", "15m"])
        let snapshot = try program.snapshot("traffic through the foreign node") { snapshot in
            let foreign = snapshot.nodes.filter { $0.kind == "command" && $0.source == .tap }.map(\.name)
            return snapshot.sockets.contains { foreign.contains($0.node) && ($0.received ?? 0) > 20 }
                && snapshot.links.allSatisfy { $0.state == .up }
        }
        #expect(snapshot.links.count > 1)
        program.signal(SIGINT)
        _ = try program.finish()
        try expectNothingLeft()
    }

    // MARK: -

    private func isQueueing(_ link: Snapshot.Link) -> Bool {
        link.state == .retrying && link.attempts >= 2 && (link.out.stages.sendQueue ?? 0) > 0
    }

    /// Waits until all requests are answered and no message lies anywhere, twice in a row. Scheduler and engines go on
    /// to say that they live.
    private func settled(_ program: Program) throws -> Snapshot {
        var last: [Int?] = []
        var calm = 0
        return try program.snapshot("calm") { snapshot in
            let now = snapshot.sockets.filter { $0.node.hasPrefix("client") }.flatMap { [$0.sent, $0.received] }
            let isEmpty = snapshot.links.allSatisfy { $0.out.depth == 0 && $0.back.depth == 0 }
            calm = isEmpty && now == last ? calm + 1 : 0
            last = now
            return calm >= 3
        }
    }

    private func slowSink() throws -> String {
        try workplace.file(
            "stop-sink.yaml",
            """
            name: stop-sink
            nodes:
              source:
                kind: source
                sockets: { out: { type: PUSH, bind: "tcp://127.0.0.1:*" } }
                behavior: { rate: 5000/s, size: 1000 }
              sink:
                kind: sink
                sockets: { in: { type: PULL, connect: source.out } }
            """)
    }

    private func expectNothingLeft() throws {
        try workplace.expectNoSurvivors()
        try wait(patience, "the end of the run directory", show: { " \(workplace.leftovers)" }) {
            workplace.leftovers.isEmpty
        }
    }
}
