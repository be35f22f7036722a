import Foundation
import RunDirectory
import Telemetry
import Testing

/// Every fault on programs that nobody prepared: applied, seen, reversed; traffic goes on, and no message is unaccounted for.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FaultsTests {
    let workplace: Workplace
    private let link = "out.out->in.in"

    init() throws { workplace = try Workplace() }

    private func start(_ pair: FaultPair, _ endpoint: String, restart: Bool = false) throws -> Program {
        let file = try pair.topology(in: workplace, endpoint, restart: restart)
        let program = try Program(
            workplace, ["run", file, "--headless", "--json", "--every", "100ms", "--for", "15m"])
        try program.snapshot("traffic") { $0.received("in.in") > 50 && $0.pair?.state == .up }
        return program
    }

    private func refused(_ words: String...) throws -> String {
        let outcome = try run(workplace, ["ctl"] + words + ["--session", workplace.session])
        #expect(outcome.status != 0 && outcome.out.isEmpty, "\(words)")
        return outcome.err
    }

    /// The sender waits; all that is under way arrives. Then the sums must be right to the last message.
    private func settle(_ program: Program, within seconds: Double = patience) throws -> Snapshot {
        _ = FileManager.default.createFile(atPath: workplace.folder + "/hold", contents: nil)
        var before: Int?
        let snapshot = try program.snapshot(within: seconds, "everything to arrive") { snapshot in
            let sent = snapshot.socket("out.out")?.sent
            defer { before = sent }
            return snapshot.isDrained && sent == before
        }
        #expect(snapshot.imbalances == [])
        let (out, link) = (try #require(snapshot.socket("out.out")), try #require(snapshot.pair))
        #expect(
            out.sent! - out.lost! == link.out.sent!,
            "what a fault dropped is lost at the socket, the rest is the link's")
        #expect(snapshot.seen("torn") == 0)
        #expect(
            snapshot.links.flatMap(\.faults) + snapshot.sockets.flatMap(\.faults) + snapshot.nodes.flatMap(\.faults)
                == [])
        return snapshot
    }

    private func goOn(_ program: Program, after snapshot: Snapshot) throws {
        try FileManager.default.removeItem(atPath: workplace.folder + "/hold")
        let before = snapshot.received("in.in")
        try program.snapshot("traffic") { $0.received("in.in") > before + 20 }
    }

    private func descriptors(_ snapshot: Snapshot) -> [Int] {
        ["out", "in"].map { name in
            let pid = snapshot.node(name)?.pid ?? 0
            return (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? -1
        }
    }

    @Test(
        "cut and heal: refused until healed, then all arrives; no descriptor is left",
        arguments: FaultPair.allCases, ["tcp://127.0.0.1:*", "ipc://in"])
    func cut(_ pair: FaultPair, _ endpoint: String) throws {
        let program = try start(pair, endpoint)
        var snapshot = try settle(program)
        let before = descriptors(snapshot)
        try goOn(program, after: snapshot)

        try workplace.fault("cut", link)
        // What had arrived before is still being read.
        var received = -1
        snapshot = try program.snapshot("the cut, and the end of what had arrived") {
            let before = received
            received = $0.received("in.in")
            return $0.pair?.faults == ["cut"] && $0.pair?.state == .retrying && $0.pair?.attempts ?? 0 > 10
                && $0.pair?.out.stages.kernel == 0 && $0.pair?.out.stages.receiveQueue == 0 && received == before
        }
        snapshot = try program.snapshot("the send queue to grow") { ($0.pair?.out.stages.sendQueue ?? 0) > 50 }
        #expect(snapshot.received("in.in") == received)
        try workplace.fault("heal", link)
        snapshot = try program.snapshot("the end of the cut") { $0.pair?.faults == [] && $0.pair?.state == .up }
        #expect(snapshot.pair?.reconnects == 1)
        snapshot = try settle(program)
        #expect(snapshot.pair?.out.received ?? 0 > received + 50)
        // What the shutdown caught half encoded is lost, and counted.
        #expect(snapshot.seen("missing") == snapshot.pair?.out.lost)
        #expect(descriptors(snapshot) == before)
        try workplace.end(program)
        let events = program.out.split(separator: "\n")
        #expect(
            events.count { $0.contains("\"FAULT cut\"") } == 1 && events.count { $0.contains("\"HEALED cut\"") } == 1)
    }

    @Test(
        "partition, loss and bandwidth on tcp: the link stays up, and all arrives after", arguments: FaultPair.allCases)
    func kernel(_ pair: FaultPair) throws {
        let program = try start(pair, "tcp://127.0.0.1:*")
        try workplace.fault("partition", "in")
        var snapshot = try program.snapshot("the partition") {
            $0.pair?.faults == ["partition"] && ($0.pair?.out.stages.kernel ?? 0) > 100
        }
        #expect(snapshot.pair?.state == .up)
        try workplace.fault("heal", "in")
        snapshot = try settle(program)
        #expect(snapshot.seen("missing") == 0 && snapshot.pair?.reconnects == 0)
        try goOn(program, after: snapshot)

        // About 24 KB/s are sent.
        try workplace.fault("bandwidth", link, "4KiB/s")
        snapshot = try program.snapshot("the bottleneck") {
            $0.pair?.faults == ["bandwidth 4KiB/s"] && ($0.pair?.out.depth ?? 0) > 200
        }
        try workplace.fault("loss", "out.out", "->", "in.in", "50%")
        try program.snapshot("both") { $0.pair?.faults == ["bandwidth 4KiB/s", "loss 50%"] }
        try workplace.fault("heal", "*")
        snapshot = try settle(program)
        #expect(snapshot.seen("missing") == 0 && snapshot.pair?.reconnects == 0)
        try workplace.end(program)
    }

    @Test("slow, drop, duplicate, corrupt: whole messages, and counted", arguments: FaultPair.allCases)
    func messages(_ pair: FaultPair) throws {
        let program = try start(pair, "tcp://127.0.0.1:*")
        try workplace.fault("slow", "in", "20ms")
        try program.snapshot("the slow one's queue") {
            $0.node("in")?.faults == ["slow 20ms"] && ($0.socket("in.in")?.receiveQueue ?? 0) > 50
        }
        try workplace.fault("heal", "in")
        var snapshot = try settle(program)
        #expect(snapshot.seen("missing") == 0)
        try goOn(program, after: snapshot)

        try workplace.fault("drop", "out.out", "3")
        try program.snapshot("drops") {
            $0.socket("out.out")?.faults == ["drop 3"] && ($0.socket("out.out")?.lost ?? 0) > 30
        }
        try workplace.fault("heal", "out.out")
        snapshot = try settle(program)
        let dropped = try #require(snapshot.socket("out.out")?.lost)
        #expect(snapshot.seen("missing") == dropped && snapshot.seen("twice") == 0)
        try goOn(program, after: snapshot)

        try workplace.fault("duplicate", "out.out", "4")
        try program.snapshot("duplicates") { $0.seen("twice") > 30 }
        try workplace.fault("heal", "*")
        snapshot = try settle(program)
        let twice = snapshot.seen("twice")
        #expect(snapshot.seen("missing") == dropped && snapshot.seen("changed") == 0)
        try goOn(program, after: snapshot)

        try workplace.fault("corrupt", "out.out", "5")
        try program.snapshot("changed messages") { $0.seen("changed") > 30 }
        try workplace.fault("heal", "*")
        snapshot = try settle(program)
        #expect(snapshot.seen("missing") == dropped && snapshot.seen("twice") == twice)
        #expect(snapshot.socket("out.out")?.lost == dropped)
        try workplace.end(program)
    }

    @Test("A cut holds for the node's next process, from before its first connect, and for one that is paused")
    func restart() throws {
        let program = try start(.c, "tcp://127.0.0.1:*", restart: true)
        try workplace.fault("cut", "out")
        try workplace.fault("kill", "out")
        let again = try program.snapshot("the next one to try") {
            $0.pair?.incarnation.from == 2 && $0.pair?.state == .retrying && $0.node("out")?.state == .running
        }
        #expect(again.pair?.faults == ["cut"] && again.received("in.in") > 0)
        let received = again.received("in.in")
        try workplace.fault("pause", "out")
        try workplace.fault("heal", "*")
        try workplace.fault("resume", "out")
        let healed = try program.snapshot("traffic") { $0.pair?.state == .up && $0.received("in.in") > received + 50 }
        #expect(healed.pair?.faults == [])
        // The second process has connected once in its life: after the heal.
        #expect(healed.pair?.reconnects == 1)
        // One that is stopped is reached from outside: its peer sees the end at once.
        try workplace.fault("pause", "out")
        try workplace.fault("cut", link)
        try program.snapshot("the other end's news") {
            $0.events.contains { $0.node == "in" && $0.event == "DISCONNECTED" }
        }
        try workplace.fault("resume", "out")
        try program.snapshot("the cut to hold") { $0.pair?.state == .retrying && $0.pair?.faults == ["cut"] }
        try workplace.fault("heal", "out")
        try program.snapshot("traffic") { $0.pair?.state == .up && $0.pair?.faults == [] }
        try workplace.end(program)
    }

    @Test("What cannot be done says why, and what can")
    func refusals() throws {
        let file = try workplace.file(
            "several.yaml",
            """
            nodes:
              a:
                kind: client
                depends_on: [b]
                sockets: { ask: { type: REQ, connect: b.frontend, options: { reconnect_ivl: -1 } } }
              b:
                kind: scheduler
                sockets:
                  frontend: { type: ROUTER, bind: "tcp://127.0.0.1:*" }
                  backend: { type: ROUTER, bind: "ipc://back" }
              c:
                kind: engine
                sockets: { work: { type: DEALER, connect: b.backend } }
              robot:
                external: true
                sockets: { work: { type: DEALER, connect: b.backend } }
            """)
        let program = try Program(
            workplace, ["run", file, "--headless", "--json", "--every", "100ms", "--for", "15m"])
        try program.snapshot("the links") {
            $0.link("c.work->b.backend")?.state == .up && $0.link("a.ask->b.frontend")?.state == .up
        }
        #expect(try refused("cut", "a.ask->b.frontend").contains("does not reconnect (reconnect_ivl is -1)"))
        #expect(
            try refused("partition", "c.work->b.backend").contains(
                "is ipc, and the kernel has no partition for that: cut"))
        #expect(try refused("cut", "c.work->b.backed").contains("did you mean c.work->b.backend"))
        #expect(try refused("cut", "robot").contains("connecting end is no node that this session runs"))
        #expect(try refused("slow", "robot", "1ms").contains("robot is external"))
        #expect(try refused("drop", "a.ask", "2").contains("takes turns with its peer"))
        #expect(
            try refused("drop", "b", "2").contains(
                "is about one socket, and b is a node: it has b.frontend and b.backend"))
        #expect(try refused("drop", "a.ask").contains("wants a value"))
        #expect(try refused("heal", "nobody").contains("there is no link, node or socket “nobody”"))
        try workplace.fault("heal", "*")
        try workplace.end(program)
    }

    @Test("A program that has joined is released when its session dies")
    func joined() throws {
        let (send, receive) = try FaultPair.python.commands(in: workplace)
        let endpoint = "ipc://\(workplace.folder)/joined"
        let receiver = try Program(workplace, ["exec", "--name", "in", "--"] + receive + [endpoint])
        let sender = try Program(workplace, ["exec", "--name", "out", "--"] + send + [endpoint])
        try workplace.awaitSession()
        let viewer = try Program(
            workplace, ["attach", workplace.session, "--headless", "--json", "--every", "100ms", "--for", "15m"])
        let up = try viewer.snapshot("traffic") { $0.links.contains { $0.state == .up && ($0.out.received ?? 0) > 50 } }
        let name = try #require(up.links.first?.id)
        try workplace.fault("cut", name)
        let cut = try viewer.snapshot("the cut") { $0.links.contains { $0.faults == ["cut"] && $0.state == .retrying } }
        let record = try JSONDecoder().decode(
            SessionRecord.self,
            from: Data(
                contentsOf: URL(fileURLWithPath: workplace.folder + "/run/zmqtop/\(workplace.session)/session.json")))
        kill(record.pid, SIGKILL)
        // Nobody renews the faults any more: after three seconds the sender is itself again.
        let pids = cut.nodes.compactMap(\.pid)
        #expect(pids.count == 2)
        try wait(patience, "the connection of the two") {
            let sockets = (try? String(contentsOfFile: "/proc/net/unix", encoding: .utf8)) ?? ""
            return sockets.split(separator: "\n").contains {
                $0.hasSuffix(" \(workplace.folder)/joined") && $0.contains(" 03 ")
            }
        }
        for program in [sender, receiver, viewer] { program.signal(SIGTERM) }
        for pid in pids { kill(pid, SIGTERM) }
        for program in [sender, receiver, viewer] { _ = try program.finish() }
        try workplace.expectNoSurvivors()
    }
}
