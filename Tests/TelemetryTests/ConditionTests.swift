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
            transport: "ipc", state: .up, out: .init(sent: 5, lost: 0)),
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
        ("", 1, nil),
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
