import Glibc
import RunDirectory
import Testing

@testable import Session

/// Nodes that are threads of one process, and live and die together.
@Suite(.timeLimit(.minutes(10)))
struct SharedProcessTests {
    private func node(_ name: String, _ kind: String, _ sockets: ResolvedSocket...) -> ResolvedNode {
        ResolvedNode(
            name: name, program: .builtin(kind: kind), sockets: sockets,
            restart: .init(condition: .onFailure, delay: 0.05), process: "line")
    }

    /// A source and two sinks in a process, and a node between them in the file that is not.
    private var nodes: [ResolvedNode] {
        [
            node("source", "source", ResolvedSocket(name: "out", type: "PUSH", binds: ["inproc://work"])),
            shell("apart", "sleep 100"),
            node(
                "sink-1", "sink", ResolvedSocket(name: "in", type: "PULL", connects: [.init(endpoint: "inproc://work")])
            ),
            node(
                "sink-2", "sink", ResolvedSocket(name: "in", type: "PULL", connects: [.init(endpoint: "inproc://work")])
            ),
        ]
    }

    private let shared = ["source", "sink-1", "sink-2"]

    @Test func theyShareTheirFate() throws {
        try withSession(nodes) { session in
            for name in shared { try session.wait(name, .running) }
            #expect(session.statuses.map(\.name) == ["source", "apart", "sink-1", "sink-2"])
            #expect(session.statuses.map(\.kind) == ["source", "command", "sink", "sink"])
            let pid = try #require(session.status("source").pid)
            for name in shared { #expect(session.status(name).pid == pid) }
            #expect(session.status("apart").pid != pid)
            // One is killed: the policy brings all of them back.
            #expect(try session.run(.node(.kill, node: "sink-2")).last == .done(nodes: shared))
            for name in shared {
                try eventually("\(name) is back") {
                    session.status(name).state == .running && session.status(name).restarts == 1
                }
                #expect(session.status(name).exit == .init(code: nil, signal: SIGKILL))
            }
            #expect(!isAlive(pid))
            let second = try #require(session.status("sink-1").pid)
            #expect(try session.run(.node(.pause, node: "sink-1")).last == .done(nodes: shared))
            for name in shared { try session.wait(name, .paused) }
            #expect(try session.run(.node(.resume, node: "source")).last == .done(nodes: shared))
            #expect(try session.run(.node(.restart, node: "sink-1")).last == .done(nodes: shared))
            for name in shared { try eventually("\(name) has another") { session.status(name).restarts == 2 } }
            #expect(!isAlive(second))
            #expect(try session.run(.node(.stop, node: "sink-1")).last == .done(nodes: shared))
            for name in shared { #expect(session.status(name).state == .exited) }
            #expect(session.status("apart").restarts == 0)
            #expect(try session.run(.node(.start, node: "sink-2")).last == .done(nodes: shared))
        }
    }

    @Test func whatIsDoneToAllIsDoneOnce() throws {
        try withSession(nodes) { session in
            for name in shared { try session.wait(name, .running) }
            // Without a tap that means a second has passed; a signal that comes too early for its handler kills.
            let pid = try #require(session.status("source").pid)
            #expect(processCatches(SIGUSR1, pid))
            #expect(try session.run(.node(.quiet, node: "*")).last == .done(nodes: shared))
            guard case .error(let sentence)? = try session.run(.node(.quiet, node: "sink-2")).last else {
                Issue.record("a sink was quieted")
                return
            }
            #expect(sentence.hasPrefix("sink-2 (sink) makes no messages of its own"))
            #expect(
                try session.run(.node(.restart, node: "*")).last
                    == .done(nodes: ["source", "sink-1", "sink-2", "apart"]))
            for name in shared { #expect(session.status(name).restarts == 1) }
        }
    }

    @Test func oneThatFailsIsNamed() throws {
        var nodes = nodes
        nodes[3].behavior = ["service_time": .text("never")]
        for index in nodes.indices { nodes[index].restart = .init() }
        try withSession(nodes) { session in
            for name in shared { try session.wait(name, .failed) }
            let reason = try #require(session.status("source").reason)
            #expect(reason.contains("exited with status 1") && reason.contains("sink-2: "), "\(reason)")
        }
    }

    @Test func whoSharesIsTold() {
        let topology = ResolvedTopology(name: "t", nodes: nodes)
        #expect(topology.sharing(["sink-2"]) == ["sink-2 shares the process line with source, sink-1"])
        #expect(topology.sharing(["apart"]) == [])
        #expect(topology.sharing(["*"]) == [])
    }
}
