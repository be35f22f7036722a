import RunDirectory
import Testing
import Topology

@Suite struct References {
    @Test func eachBesideConnectIsTheSame() throws {
        let resolved = try resolve(
            """
            nodes:
              api: { command: sleep 1, replicas: 2, sockets: { in: { type: ROUTER, bind: "ipc://in-{index}" } } }
              engine: { command: sleep 1, sockets: { work: { type: DEALER, each: api.in } } }
            """)
        #expect(try resolved.node("engine").sockets.map(\.name) == ["work-1", "work-2"])
        #expect(try resolved.node("engine").socket("work-2").connects.map(\.target) == ["api-2.in"])
    }

    /// `--set nodes.X.replicas=1` must not break a file that was written for several.
    @Test func oneReplicaAnswersToItsNumber() throws {
        let resolved = try resolve(
            """
            nodes:
              api: { command: sleep 1, sockets: { in: { type: ROUTER, bind: "ipc://in-{index}" } } }
              engine:
                command: [echo, "{api-{index}.in}"]
                sockets:
                  one: { type: DEALER, connect: "api-{index}.in" }
                  every: { type: DEALER, connect: { each: api.in } }
                  mesh: { type: DEALER, bind: "ipc://mesh", connect: others.mesh }
            """)
        let engine = try resolved.node("engine")
        #expect(engine.program == .command(["echo", "ipc:///tmp/run/ipc/in-1"]))
        #expect(try engine.socket("one").connects.map(\.target) == ["api.in"])
        #expect(try engine.socket("every").connects.map(\.target) == ["api.in"])
        #expect(try engine.socket("mesh").connects == [])
    }

    @Test func wildcardsGetAnAddress() throws {
        let file = try TopologyFile(
            text: """
                nodes:
                  a: { command: [sleep, "{a.in.port}", "{a.in.host}"], sockets: { in: { type: PULL, bind: "tcp://*:5557" } } }
                  b: { command: sleep 1, sockets: { out: { type: PUSH, connect: a.in } } }
                  c: { command: sleep 1, sockets: { out: { type: PUSH, connect: "tcp://localhost:5557" } } }
                """, path: "/tmp/a.yaml")
        let resolved = file.preview()
        #expect(try resolved.node("a").program == .command(["sleep", "5557", "127.0.0.1"]))
        #expect(
            try resolved.node("b").socket("out").connects == [
                ResolvedConnect(endpoint: "tcp://127.0.0.1:5557", target: "a.in")
            ])
        #expect(try resolved.node("c").socket("out").connects.map(\.target) == ["a.in"])
    }

    @Test func inprocStaysInAProcess() throws {
        let text = """
            nodes:
              a: { command: sleep 1, sockets: { in: { type: PULL, bind: "inproc://x" }, out: { type: PUSH, connect: "inproc://x" } } }
              b: { command: sleep 1, sockets: { out: { type: PUSH, connect: a.in } } }
            """
        let found = diagnostics(of: text)
        #expect(found.map(\.line) == [3])
        #expect(found[0].message.contains("inproc"))
        // The same name in two processes is no conflict.
        #expect(
            diagnostics(
                of: text.replacing(
                    "out: { type: PUSH, connect: a.in }", with: #"in: { type: PULL, bind: "inproc://x" }"#)) == [])
    }

    @Test func namesMayNotCollide() {
        let found = diagnostics(
            of: "nodes: { a: { command: x, replicas: 2 }, a-1: { command: x }, inject-3: { command: x } }")
        #expect(found.count == 2)
        #expect(found.contains { $0.message.contains("two nodes would be named a-1") })
    }
}
