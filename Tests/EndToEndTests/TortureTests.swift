import Foundation
import RunDirectory
import Telemetry
import Testing

/// Sessions are tortured, and every figure stays true: no total goes back, no stage is negative, and what was sent and
/// not received is in the stages, lost or discarded.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TortureTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("inference: after kills of engine, client and scheduler, full queues included, every link adds up to zero")
    func inference() throws {
        let program = try start("inference", ["--set", "nodes.client.behavior.rate=40/s"])
        try up(program)
        let disturbed = "engine-1.work->scheduler.backend"
        try kill(program, "engine-1", stoppedFirst: true)
        let back = try up(program)
        for link in back.links { #expect(link.reconnects == (link.id == disturbed ? 1 : 0), "\(link.id)") }
        try kill(program, "client-2", stoppedFirst: false)
        try workplace.ctl("start", "client-2")
        try up(program)
        try kill(program, "scheduler", stoppedFirst: true)
        try program.snapshot("links without a scheduler") {
            $0.links.allSatisfy { $0.state == .down || $0.state == .retrying }
        }
        try workplace.ctl("start", "scheduler")
        let all = try up(program)
        for link in all.links {
            let twice = link.id == disturbed || link.id.hasPrefix("client-2.")
            #expect(link.reconnects == (twice ? 2 : 1), "\(link.id)")
        }
        try workplace.ctl("quiet", "*")
        let calm = try settled(program)
        #expect(calm.imbalances == [])
        #expect(calm.unassigned == [])
        try end(program)
    }

    @Test("REQ, REP and DEALER: replies that leave after a reconnect are no phantoms in the queue")
    func requests() throws {
        let file = try workplace.file(
            "requests.yaml",
            """
            name: requests
            nodes:
              client:
                kind: client
                replicas: 3
                sockets: { requests: { type: REQ, connect: scheduler.frontend } }
                behavior: { arrival: closed, in_flight: 1, max_tokens: 1..4, timeout: 1s }
              scheduler:
                kind: scheduler
                sockets:
                  frontend: { type: ROUTER, bind: "tcp://127.0.0.1:*" }
                  backend: { type: DEALER, bind: "ipc://backend" }
              engine:
                kind: engine
                replicas: 2
                sockets: { work: { type: REP, connect: scheduler.backend } }
                behavior: { prefill: 20ms, per_token: 5ms }
            """)
        let program = try start(file)
        try up(program)
        for _ in 0..<3 {
            try program.snapshot("work") {
                $0.received("engine-1.work") > 5 && ($0.node("engine-1")?.state == .running)
            }
            try kill(program, "scheduler", stoppedFirst: false)
            try workplace.ctl("start", "scheduler")
            try up(program)
        }
        try workplace.ctl("quiet", "*")
        let calm = try settled(program)
        for link in calm.links where link.to == "scheduler.backend" {
            #expect(link.out.depth == 0)
            #expect(link.out.sent == calm.socket(link.from)?.sent)
        }
        #expect(calm.unassigned == [])
        try end(program)
    }

    @Test(
        "full queues of a killed PUSH and a killed PULL: lost never goes back",
        arguments: ["tcp://127.0.0.1:*", "ipc://x"])
    func fullQueues(endpoint: String) throws {
        let file = try workplace.file(
            "full.yaml",
            """
            name: full
            nodes:
              source:
                kind: source
                sockets: { out: { type: PUSH, connect: sink.in } }
                behavior: { rate: max, size: 1000 }
              sink:
                kind: sink
                sockets: { in: { type: PULL, bind: "\(endpoint)" } }
            """)
        let program = try start(file)
        try up(program)
        // The receiver dies with its queues full; the source's pipe outlives it.
        try block(program)
        try signal(program, "sink", SIGKILL)
        try program.snapshot("the end of the sink") { $0.node("sink")?.state == .failed }
        try workplace.ctl("start", "sink")
        try up(program)
        // The sender dies inside zmq_send; what the kernel holds is still read.
        try block(program)
        let sink = try #require(try program.snapshot("the sink") { $0.node("sink")?.pid != nil }.node("sink")?.pid)
        try signal(program, "source", SIGKILL)
        try program.snapshot("the end of the source") { $0.node("source")?.state == .failed }
        Glibc.kill(sink, SIGCONT)
        try workplace.ctl("start", "source")
        try up(program)
        try workplace.ctl("quiet", "*")
        let calm = try settled(program)
        #expect(calm.imbalances == [])
        #expect(calm.unassigned == [])
        #expect(calm.socket("source.out")?.blocked == nil)
        #expect(calm.links.first?.reconnects == 2)
        try end(program)
    }

    // MARK: -

    private func start(_ topology: String, _ more: [String] = []) throws -> Program {
        try Program(workplace, ["run", topology, "--headless", "--json", "--every", "100ms", "--for", "15m"] + more)
    }

    @discardableResult
    private func up(_ program: Program) throws -> Snapshot {
        try program.snapshot("all links up") { snapshot in
            snapshot.nodes.allSatisfy { $0.state == .running } && snapshot.links.allSatisfy { $0.state == .up }
        }
    }

    private func signal(_ program: Program, _ node: String, _ number: Int32) throws {
        let pid = try #require(try program.snapshot(node) { $0.node(node)?.pid != nil }.node(node)?.pid)
        Glibc.kill(pid, number)
    }

    private func kill(_ program: Program, _ node: String, stoppedFirst: Bool) throws {
        if stoppedFirst {
            try signal(program, node, SIGSTOP)
            let paused = try program.snapshot("a paused node") { $0.node(node)?.state == .paused }
            try program.snapshot("queues before it") { $0.elapsed > paused.elapsed + 1 }
        }
        let restarts = try program.snapshot(node) { $0.node(node)?.pid != nil }.node(node)?.restarts ?? 0
        try signal(program, node, SIGKILL)
        try program.snapshot("the end of \(node)") {
            // It may be back before it is looked at.
            $0.node(node)?.state == .failed || $0.node(node)?.state == .backoff
                || $0.node(node)?.restarts ?? 0 > restarts
        }
    }

    private func block(_ program: Program) throws {
        try signal(program, "sink", SIGSTOP)
        let blocked = try program.snapshot("the block") { ($0.socket("source.out")?.blocked?.for ?? 0) > 0.3 }
        #expect(blocked.socket("source.out")?.blocked?.on == ["sink.in"])
    }

    /// The session is named: others may run on this machine.
    /// Clients and sources stand still, and no message lies anywhere that is known, in ten lines running.
    private func settled(_ program: Program) throws -> Snapshot {
        var last: [Int?] = []
        var calm = 0
        return try program.snapshot("calm") { snapshot in
            let makers = snapshot.sockets.filter {
                $0.node.hasPrefix("client") || $0.node == "source" || $0.node == "sink"
            }
            let now = makers.flatMap { [$0.sent, $0.received] }
            let isEmpty = snapshot.links.allSatisfy { ($0.out.depth ?? 0) == 0 && ($0.back.depth ?? 0) == 0 }
            calm = isEmpty && now == last ? calm + 1 : 0
            last = now
            return calm >= 10
        }
    }

    private func end(_ program: Program) throws {
        program.signal(SIGINT)
        let outcome = try program.finish()
        var before: Snapshot?
        for line in outcome.out.split(separator: "\n") {
            let snapshot = try JSONDecoder().decode(Snapshot.self, from: Data(line.utf8))
            #expect(snapshot.wrong(after: before) == [], "line \(snapshot.seq)")
            before = snapshot
        }
        try workplace.expectNoSurvivors()
    }
}

extension Snapshot {
    /// Totals that went back since, and stages below zero.
    fileprivate func wrong(after before: Snapshot?) -> [String] {
        var wrong: [String] = []
        for link in links {
            let then = before?.link(link.id)
            if link.reconnects < then?.reconnects ?? 0 || link.attempts < then?.attempts ?? 0 { wrong.append(link.id) }
            for (now, then) in [(link.out, then?.out), (link.back, then?.back)] {
                for total in [\.sent, \.onWire, \.offWire, \.received, \.lost, \.discarded]
                    as [KeyPath<Direction, Int?>]
                {
                    guard let value = now[keyPath: total], let former = then?[keyPath: total], value < former else {
                        continue
                    }
                    wrong.append("\(link.id) \(total): \(former) to \(value)")
                }
                for stage in [now.stages.sendQueue, now.stages.kernel, now.stages.receiveQueue] where stage ?? 0 < 0 {
                    wrong.append("\(link.id): \(now.stages)")
                }
            }
        }
        for socket in sockets {
            for total in [\.sent, \.received, \.lost, \.discarded] as [KeyPath<Socket, Int?>] {
                guard let value = socket[keyPath: total], let former = before?.socket(socket.id)?[keyPath: total],
                    value < former
                else { continue }
                wrong.append("\(socket.id) \(total): \(former) to \(value)")
            }
        }
        return wrong
    }

    /// Sockets whose messages are not all on a link, in the socket's own queue or lost there; to be asked when drained.
    fileprivate var unassigned: [String] {
        sockets.compactMap { socket in
            let ways =
                links.filter { $0.from == socket.id }.map { ($0.out, $0.back) }
                + links.filter { $0.to == socket.id }.map { ($0.back, $0.out) }
            guard let sent = socket.sent, let lost = socket.lost, let queue = socket.sendQueue else { return nil }
            let away = ways.reduce(0) { $0 + ($1.0.sent ?? 0) - ($1.0.stages.sendQueue ?? 0) }
            let received = ways.reduce(0) { $0 + ($1.1.received ?? 0) }
            return sent == away + lost + queue && socket.received == received
                ? nil
                : "\(socket.id): sent \(sent) != \(away) + \(lost) + \(queue), or received \(socket.received ?? -1) != \(received)"
        }
    }
}
