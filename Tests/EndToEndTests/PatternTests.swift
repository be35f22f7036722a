import Foundation
import RunDirectory
import Telemetry
import Testing

/// The kinds that show one pattern each, under the tap.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PatternTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func end(_ program: Program) throws {
        program.signal(SIGTERM)
        #expect(try program.finish().status == 128 + SIGTERM)
        try workplace.expectNoSurvivors()
    }

    private func start(_ yaml: String) throws -> Program {
        let file = try workplace.file("kinds.yaml", yaml)
        return try Program(workplace, ["run", file, "--headless", "--json", "--every", "200ms", "--for", "15m"])
    }

    /// Every link whose figures are known keeps the law; where a fan-out or a proxy's side makes them unknown, the sums of
    /// its sockets must.
    @Test("all kinds at work; once they are quiet, nothing is missing")
    func conservation() throws {
        let program = try start(
            """
            name: kinds
            nodes:
              req: { kind: requester, sockets: { a: { type: REQ, connect: queue.frontend, options: { req_relaxed: 1, req_correlate: 1 } } }, behavior: { rate: 40/s } }
              dealer: { kind: requester, sockets: { a: { type: DEALER, connect: queue.frontend } }, behavior: { rate: 200/s } }
              queue: { kind: proxy, sockets: { frontend: { type: ROUTER, bind: "tcp://127.0.0.1:*" }, backend: { type: DEALER, bind: "ipc://b" } } }
              rep: { kind: replier, sockets: { a: { type: REP, connect: queue.backend } } }
              async: { kind: requester, sockets: { a: { type: DEALER, connect: router.a } }, behavior: { rate: 200/s } }
              router: { kind: replier, sockets: { a: { type: ROUTER, bind: "tcp://127.0.0.1:*" } }, behavior: { service_time: 1..20ms } }
              publisher: { kind: publisher, start: manual, sockets: { out: { type: PUB, bind: "tcp://127.0.0.1:*" } }, behavior: { topics: { a: { rate: 100/s }, b: { rate: 50/s } } } }
              forwarder: { kind: proxy, sockets: { frontend: { type: XSUB, connect: publisher.out }, backend: { type: XPUB, bind: "ipc://f" }, control: { type: PAIR, bind: "ipc://c" } } }
              sub: { kind: subscriber, sockets: { in: { type: SUB, connect: forwarder.backend, subscribe: a } } }
              xsub: { kind: subscriber, sockets: { in: { type: XSUB, connect: forwarder.backend, subscribe: "" } } }
              left: { kind: pair, sockets: { a: { type: PAIR, bind: "tcp://127.0.0.1:*" } }, behavior: { rate: 100/s } }
              right: { kind: pair, sockets: { a: { type: PAIR, connect: left.a } }, behavior: { rate: 50/s } }
            """)
        try program.snapshot("everything but the publisher") { snapshot in
            snapshot.nodes(.running) == snapshot.nodes.count - 1 && snapshot.links(.up) == snapshot.links.count - 1
        }
        try workplace.ctl("start", "publisher")
        let busy = try program.snapshot("replies, news and chatter") { snapshot in
            func gauge(_ node: String, _ name: String) -> Double { snapshot.node(node)?.gauges[name] ?? 0 }
            return gauge("req", "replies") > 30 && gauge("dealer", "replies") > 100
                && gauge("async", "out_of_order") > 5
                && snapshot.received("sub.in") > 50 && snapshot.received("xsub.in") > snapshot.received("sub.in")
                && snapshot.received("left.a") > 50 && snapshot.received("right.a") > 50
                && snapshot.nodes.allSatisfy { $0.state == .running }
        }
        #expect(busy.nodes.allSatisfy { $0.exit == nil })
        #expect(busy.links(.up) == busy.links.count)
        #expect(busy.node("sub")?.gauges["missed"] == 0 && busy.node("sub")?.gauges["topics"] == 1)
        #expect(busy.node("xsub")?.gauges["topics"] == 2)
        #expect((busy.node("async")?.gauges["rtt_p50"] ?? 0) > 0.001)
        for node in ["req", "dealer", "async", "publisher", "left", "right"] { try workplace.ctl("quiet", node) }
        let quiet = try program.snapshot("the law of conservation") { snapshot in
            let open = ["req", "dealer", "async"].compactMap { snapshot.node($0)?.gauges["in_flight"] }
            let moving = snapshot.sockets.contains { ($0.sendRate ?? 0) > 0 || ($0.receiveRate ?? 0) > 0 }
            guard open == [0, 0, 0], !moving else { return false }
            return snapshot.imbalances.allSatisfy { $0.contains("unknown figures") }
        }
        // Not known are the ways that lead away from a PUB or XPUB, or into them.
        let unknown = Set(quiet.imbalances.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(
            unknown.isSubset(of: [
                "forwarder.frontend->publisher.out", "sub.in->forwarder.backend", "xsub.in->forwarder.backend",
            ]), "\(quiet.imbalances)")
        // What no link knows is known at the sockets.
        func sent(_ socket: String) -> Int? { quiet.socket(socket)?.sent }
        func received(_ socket: String) -> Int? { quiet.socket(socket)?.received }
        let asked = (sent("req.a") ?? 0) + (sent("dealer.a") ?? 0)
        #expect(asked > 100)
        for (one, other) in [
            ("queue.frontend", asked), ("queue.backend", asked), ("rep.a", asked),
        ] {
            #expect(received(one) == other && sent(one) == other, "\(one)")
        }
        #expect(sent("async.a") == received("router.a") && sent("router.a") == received("async.a"))
        #expect(sent("left.a") == received("right.a") && sent("right.a") == received("left.a"))
        #expect(received("xsub.in") == received("forwarder.frontend"))
        try end(program)
    }

    @Test("a REQ whose reply never comes is refused, and that is seen; a relaxed one goes on; a restart helps")
    func lockstep() throws {
        let program = try start(
            """
            name: lockstep
            nodes:
              strict: { kind: requester, sockets: { a: { type: REQ, connect: silent.a } }, behavior: { rate: 20/s, timeout: 300ms } }
              relaxed: { kind: requester, sockets: { a: { type: REQ, connect: silent.a, options: { req_relaxed: 1, req_correlate: 1 } } }, behavior: { rate: 20/s, timeout: 300ms } }
              silent: { kind: replier, sockets: { a: { type: ROUTER, bind: "tcp://127.0.0.1:*" } }, behavior: { service_time: 1h } }
            """)
        let locked = try program.snapshot("refusals") { snapshot in
            (snapshot.node("strict")?.gauges["efsm"] ?? 0) > 20
                && (snapshot.node("relaxed")?.gauges["timeouts"] ?? 0) > 3
                && snapshot.nodes.allSatisfy { $0.state == .running }
        }
        #expect(locked.socket("strict.a")?.sent == 1)
        #expect(locked.node("strict")?.gauges["timeouts"] == 1)
        #expect((locked.socket("relaxed.a")?.sent ?? 0) > 3)
        #expect(locked.node("relaxed")?.gauges["efsm"] == 0)
        #expect(locked.nodes.allSatisfy { $0.restarts == 0 })
        try workplace.ctl("restart", "strict")
        try program.snapshot("one more question") { $0.socket("strict.a")?.sent == 2 }
        try end(program)
    }

    @Test("every pattern runs well: links up, nothing fails, no verdict", arguments: patterns)
    func everyPattern(name: String) throws {
        let program = try Program(workplace, ["run", name, "--headless", "--json", "--every", "200ms", "--for", "15m"])
        let snapshot = try program.snapshot("traffic through every socket of \(name)") { snapshot in
            snapshot.elapsed > 2.5 && snapshot.nodes.allSatisfy { $0.state == .running } && !snapshot.links.isEmpty
                && snapshot.links(.up) == snapshot.links.count
                && snapshot.sockets.filter { $0.name != "control" }.allSatisfy {
                    ($0.sent ?? 0) + ($0.received ?? 0) > 3
                }
                // Whoever stood still for seconds on a busy machine gets one, and loses it.
                && snapshot.verdicts.isEmpty
        }
        #expect(snapshot.nodes.allSatisfy { $0.restarts == 0 })
        try end(program)
    }

    static let patterns = [
        "request-reply", "dealer-router", "pub-sub", "push-pull", "pair", "forwarder", "queue", "streamer",
        "inproc",
    ]
}
