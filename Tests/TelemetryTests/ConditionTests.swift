import RunDirectory
import Testing

@testable import Telemetry

private let snapshot = Snapshot(
    session: "s", seq: 3, time: "", elapsed: 6, topology: "t",
    nodes: [
        .init(
            name: "engine-1", kind: "engine", group: "engine", source: .tap, state: .running, restarts: 2,
            gauges: ["batch": 6]),
        .init(name: "engine-2", kind: "engine", group: "engine", state: .failed),
    ],
    sockets: [
        .init(
            id: "engine-1.work", node: "engine-1", name: "work", type: "DEALER", declared: true, observed: true,
            sent: 101,
            blocked: .init(call: "zmq_send", for: 1.5, on: []))
    ],
    links: [
        .init(
            id: "engine-1.work->scheduler.backend", from: "engine-1.work", to: "scheduler.backend", endpoint: "",
            transport: "ipc", state: .up, faults: ["cut", "loss 30%"], out: .init(sent: 5, lost: 0)),
        .init(
            id: "engine-2.work->scheduler.backend", from: "engine-2.work", to: "scheduler.backend", endpoint: "",
            transport: "ipc", state: .down),
    ],
    verdicts: [.init(rule: "stalled-link", subject: "x", since: 1, text: "It stalls.")])

@Suite struct ConditionTests {
    @Test(arguments: [
        "link(engine-1.work -> scheduler.backend).state == up", "link(engine-1.work->scheduler.backend).out.sent >= 5",
        "node(engine-1).restarts >= 1 and elapsed > 5", "socket(engine-1.work).sent > 100", "nodes.running == 1",
        "count(links, state == up) == 1", "any(sockets, blocked.for > 1s)", "not elapsed > 7",
        "node(engine-1).gauges.batch == 6", "verdict(stalled-link)", "not verdict(blocked-on)", "nodes == 2",
        "topology == 't' or elapsed > 100", "(elapsed > 100 or seq == 3) and not final", "elapsed > 200ms",
        "all(nodes, kind == engine)", "sum(nodes, restarts) == 2", "socket(engine-1.work).blocked.call == \"zmq_send\"",
        "link(engine-1.work->scheduler.backend).faults == 'loss 30%'", "any(links, faults == cut)",
        "link(engine-1.work->scheduler.backend).faults != slow", "link(engine-2.work->scheduler.backend).faults != cut",
        "node(engine-1).restarts + 1 == 3", "(seq - 1) * 2 == 2 + 2", "elapsed / 2 - 1 == 2", "6 - 2 - 1 == 3",
        "2 + 3 * 2 == 8", "elapsed > 5-2", "sum(nodes, restarts * 2) == 4",
        "any(links, out.sent - out.lost == 5)", "not (seq == 1 or (elapsed) > 100)",
        "links.down == 1", "node(engine-2).cpu > 0 or true", "count(links, out.lost == 0) == 1",
    ])
    func `it holds`(text: String) throws {
        #expect(try Condition(parsing: text, knowing: snapshot).holds(in: snapshot))
    }

    @Test(arguments: [
        "elapsed > 6", "node(engine-2).cpu > 0", "not node(engine-2).cpu > 0", "node(engine-2).cpu == 0",
        "node(engine-2).cpu != 0", "link(engine-2.work -> scheduler.backend).out.lost == 0",
        "sum(links, out.lost) == 0", "all(links, out.lost == 0)", "false", "verdict(blocked-on)",
        "node(engine-1).name > 1", "socket(engine-1.PUSH#1).sent == 0", "nodes.running == 1 and nodes.failed == 2",
        "link(engine-1.work->scheduler.backend).faults != cut", "link(engine-2.work->scheduler.backend).faults == cut",
        "elapsed / (seq - 3) > 0", "elapsed / (seq - 3) == 0 or false", "node(engine-2).cpu + 1 > 0",
        "rise(elapsed) >= 0", "not rise(elapsed) >= 0",
    ])
    func `it does not, for it is false or unknown`(text: String) throws {
        #expect(!(try Condition(parsing: text, knowing: snapshot).holds(in: snapshot)))
    }

    @Test(arguments: [
        ("node(engine-3).state == up", 6, "engine-1"), ("node(engine-1).restart >= 1", 16, "restarts"),
        ("links.upp == 1", 7, "up"), ("elapsd > 5", 1, "elapsed"), ("elapsed >", 10, nil),
        ("elapsed > 5 an 3", 13, nil),
        ("count(link, state == up) == 1", 7, "links"), ("count(links, stat == up) == 1", 14, "state"),
        ("verdict(stalled-lnk)", 9, "stalled-link"), ("elapsed > 5x", 11, nil), ("elapsed", 8, nil),
        ("link(engine-1.work -> scheduler.backend).out.snt > 1", 46, "sent"), ("(elapsed > 5", 13, nil),
        ("socket(engine-1.work)", 22, nil), ("noed(x).state == up", 1, "node"), ("topology == 'a", 15, nil),
        ("", 1, nil), ("elapsed + true > 1", 10, nil), ("(elapsed) and seq == 1", 11, nil),
        ("rise(rise(elapsed)) > 1", 6, nil), ("rise(elapsed > 1) > 1", 14, nil), ("rise(elapsd) > 1", 6, "elapsed"),
        ("elapsed - 'a' > 1", 10, nil), ("not (elapsed)", 14, nil), ("ris(elapsed) > 1", 1, "rise"),
        (String(repeating: "(", count: 101) + "1", 101, nil),
    ])
    func `an error has its column and the nearest name`(text: String, column: Int, suggestion: String?) throws {
        do throws(ConditionError) {
            _ = try Condition(parsing: text, knowing: snapshot)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.column == column, "\(error)")
            #expect(error.suggestion == suggestion, "\(error)")
        }
    }

    @Test func `an error shows the place`() throws {
        let error = #expect(throws: ConditionError.self) { try Condition(parsing: "elapsed > 5 and nodes.runing == 6") }
        #expect(
            error?.description == """
                column 23: expected a state of nodes. Did you mean running?
                  elapsed > 5 and nodes.runing == 6
                                        ^
                """)
    }

    @Test func `a rise counts from an earlier look`() throws {
        var later = snapshot
        later.elapsed = 8
        later.links[0].out.sent = 9
        later.nodes[0].gauges["batch"] = 7
        func truth(_ text: String) throws -> Bool? {
            try Condition(parsing: text, knowing: snapshot).truth(in: later, since: snapshot)
        }
        #expect(try truth("rise(elapsed) == 2") == true)
        #expect(try truth("rise(node(engine-1).gauges.batch) > 1") == false)
        #expect(try truth("rise(node(engine-1).gauges.nothing) > 1") == nil)
        #expect(try truth("any(links, rise(out.sent) == 4)") == true)
        // The other link's are unknown.
        #expect(try truth("sum(links, rise(out.sent)) == 4") == nil)
        #expect(try truth("rise(sum(nodes, restarts)) == 0") == true)
        #expect(try truth("rise(node(engine-2).cpu) == 0") == nil)
        // Verdicts come and go: none of them is the same.
        var judged = later
        judged.verdicts[0].since = 3
        #expect(try Condition(parsing: "any(verdicts, rise(since) > 0)").truth(in: judged, since: snapshot) == nil)
    }

    @Test func `what a condition sees can be told`() throws {
        func readings(_ text: String) throws -> [String] {
            try Condition(parsing: text).readings(in: snapshot).map { "\($0.field) = \($0.value)" }
        }
        #expect(
            try readings("node(engine-1).restarts >= 1 and not (elapsed > 5 or node(engine-1).restarts == 3)") == [
                "node(engine-1).restarts = 2", "elapsed = 6",
            ])
        #expect(try readings("node(engine-2).cpu > 1") == ["node(engine-2).cpu = unknown"])
        #expect(try readings("rise(elapsed) > 1") == ["rise(elapsed) = unknown", "elapsed = 6"])
        #expect(
            try readings("sum(links, out.sent) == 0") == [
                "sum(links, out.sent) = unknown", "engine-1.work->scheduler.backend: out.sent = 5",
                "engine-2.work->scheduler.backend: out.sent = unknown",
            ])
        #expect(
            try readings("all(nodes, state == running)") == [
                "all(nodes, state == running) = false", "engine-2: state = failed",
            ])
        #expect(try readings("nodes.running == 2") == ["nodes.running = 1"])
        #expect(try readings("verdict(stalled-link)") == ["verdict(stalled-link) = true"])
    }

    @Test func `failing is judged by name`() throws {
        #expect(try FailRule(parsing: "failed").reason(in: snapshot) == "engine-2 failed.")
        #expect(try FailRule(parsing: "lost").reason(in: snapshot) == nil)
        #expect(try FailRule(parsing: "stalled-link").reason(in: snapshot) == "stalled-link: It stalls.")
        var other = snapshot
        other.links[0].back.lost = 3
        #expect(
            FailRule.lost.reason(in: other) == "3 messages from scheduler.backend to engine-1.work are lost.")
        #expect(throws: ConditionError.self) { try FailRule(parsing: "stalled") }
    }
}
