import RunDirectory
import Testing
import Topology

@Suite struct Lints {
    func lints(_ nodes: String, ignore: String? = nil) throws -> [Lint] {
        let silence = ignore.map { "lint: { ignore: [\($0)] }\n" } ?? ""
        return try TopologyFile(text: silence + "nodes:\n" + nodes, path: "a.yaml").lints
    }

    @Test func hwmZero() throws {
        let nodes = #"  a: { kind: source, sockets: { out: { type: PUSH, bind: "ipc://a", options: { sndhwm: 0 } } } }"#
        let found = try lints(nodes)
        #expect(found.map(\.rule) == ["hwm-zero"])
        #expect(found[0].line == 2)
        #expect(found[0].sentence.contains("1000"))
        #expect(found[0].description.contains("warning: "))
        #expect(try lints(nodes, ignore: "hwm-zero") == [])
    }

    static let pubSub = """
          pub: { kind: source, sockets: { out: { type: PUB, bind: "ipc://a" } } }
          sub: { kind: sink, sockets: { in: { type: SUB, connect: pub.out, subscribe: "" } } }
        """

    @Test func slowJoiner() throws {
        #expect(try lints(Self.pubSub).map(\.rule) == ["slow-joiner"])
        let later = Self.pubSub.replacing("kind: source,", with: "kind: source, start: 1s,")
        #expect(try lints(later) == [])
        let lateSubscriber = later.replacing("kind: sink,", with: "kind: sink, start: 2s,")
        #expect(try lints(lateSubscriber).map(\.rule) == ["slow-joiner"])
    }

    @Test func noSubscription() throws {
        let found = try lints(
            Self.pubSub.replacing(#", subscribe: """#, with: "").replacing("source,", with: "source, start: 1s,"))
        #expect(found.map(\.rule) == ["no-subscription"])
    }

    @Test func duplicateRoutingId() throws {
        let nodes = """
              router: { command: sleep 1, sockets: { in: { type: ROUTER, bind: "ipc://a" } } }
              peer: { command: sleep 1, replicas: 2, sockets: { out: { type: DEALER, connect: router.in, options: { routing_id: x } } } }
            """
        let found = try lints(nodes)
        #expect(found.map(\.rule) == ["duplicate-routing-id"])
        #expect(found[0].sentence.contains("peer-1.out and peer-2.out"))
        #expect(try lints(nodes.replacing("routing_id: x", with: #"routing_id: "x{index}""#)) == [])
    }

    @Test func reqLockstep() throws {
        let nodes = """
              rep: { command: sleep 1, sockets: { in: { type: REP, bind: "ipc://a" } } }
              client: { kind: client, sockets: { out: { type: REQ, connect: rep.in } } }
            """
        #expect(try lints(nodes).map(\.rule) == ["req-lockstep"])
        let relaxed = nodes.replacing("connect: rep.in", with: "connect: rep.in, options: { req_relaxed: true }")
        #expect(try lints(relaxed) == [])
        let many = relaxed.replacing("kind: client,", with: "kind: client, behavior: { in_flight: 4 },")
        #expect(try lints(many).map(\.rule) == ["req-lockstep"])
    }

    @Test func pushPullCycle() throws {
        let ring = """
              a: { kind: worker, sockets: { in: { type: PULL, bind: "ipc://a" }, out: { type: PUSH, connect: b.in } } }
              b: { kind: worker, sockets: { in: { type: PULL, bind: "ipc://b" }, out: { type: PUSH, connect: a.in } } }
            """
        let found = try lints(ring)
        #expect(found.map(\.rule) == ["push-pull-cycle"])
        #expect(found[0].sentence.contains("a → b → a"))
    }

    @Test func heartbeatLingerAndMandatory() throws {
        let nodes = """
              a: { command: sleep 1, sockets: { out: { type: ROUTER, connect: "tcp://10.1.2.3:5555", options: { router_mandatory: false, linger: -1, heartbeat_timeout: 1s } } } }
            """
        #expect(
            Set(try lints(nodes).map(\.rule)) == ["no-heartbeat", "linger-default", "router-no-mandatory"])
        #expect(try lints(nodes).count == 4)
        #expect(try lints(nodes.replacing("heartbeat_timeout: 1s", with: "heartbeat_ivl: 1s")).count == 2)
    }

    @Test func verdictsAreSilencedInTheSamePlace() throws {
        let text = "lint: { ignore: [slow-joiner, bound-nobody-came] }\nnodes:\n" + Self.pubSub
        let resolved = try TopologyFile(text: text, path: "a.yaml").resolve(context())
        #expect(resolved.silenced == ["bound-nobody-came"])
        #expect(resolved.lints == [])
    }

    @Test func theResolvedTopologyHasTheLintsAndWhatTheyAreAbout() throws {
        let nodes = """
              router: { command: sleep 1, sockets: { in: { type: ROUTER, bind: "ipc://a" } } }
              peer: { command: sleep 1, replicas: 2, sockets: { out: { type: REQ, connect: router.in } } }
            """
        let resolved = try TopologyFile(text: "nodes:\n" + nodes, path: "a.yaml").resolve(context())
        #expect(resolved.lints?.map(\.rule) == ["req-lockstep"])
        #expect(resolved.lints?.first?.subject == "peer-1.out")
        #expect(resolved.lints?.first?.line == 3)
    }

    @Test func anUnknownLintIsAnError() throws {
        let found = diagnostics(of: "lint: { ignore: [slow-joner] }\n" + "nodes:\n" + Self.pubSub)
        #expect(found.map(\.help) == ["did you mean \"slow-joiner\"?"])
    }
}
