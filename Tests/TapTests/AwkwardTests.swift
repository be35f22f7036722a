import CTapSegment
import Foundation
import Testing

/// Programs that use libzmq in unusual ways go on as ever, and are counted.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct AwkwardTests {
    private func awkward(_ name: String) async throws -> Dump {
        try await Tapped.compared([Tapped.program("awkward"), name], node: name)
    }

    @Test func aContextMayEndWhileOthersWait() async throws {
        let dump = try await awkward("terminated")
        #expect(dump.sockets.count == 8)
        #expect(dump.sockets.allSatisfy { $0.blocked_since_ns == 0 && $0.blocked_call == 0 && $0.closed_ns > 0 })
        #expect(dump.sockets.allSatisfy { $0.send_would_block == 0 && $0.receive_would_block == 0 })
    }

    @Test func contextsAreToldApart() async throws {
        let dump = try await awkward("contexts")
        // 1 is the program's first, 2 to 4 came and went; a pointer that is used again is another context.
        #expect(dump.sockets.map(\.context) == [2, 3, 1, 4])
    }

    @Test func whatHoldsAContextUpIsNamed() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let running = try Tapped.Running([Tapped.program("awkward"), "held"], node: "held", segments: folder)
        defer { kill(running.process.processIdentifier, SIGTERM) }
        try await Tapped.eventually("the context waits") {
            try await Tapped.dumps(folder, node: "held").first?.sockets.first?.blocked_since_ns ?? 0 > 0
        }
        let dump = try #require(try await Tapped.dumps(folder, node: "held").first)
        #expect(dump.sockets[0].blocked_call == Int(TAP_CALL_TERM.rawValue))
        #expect(dump.sockets[0].closed_ns == 0)
        kill(pid_t(dump.pid), SIGKILL)
        _ = await running.ended()
    }

    /// One descriptor, forty connections, and all of their messages received late.
    @Test func lateMessagesAreTheirOwnConnections() async throws {
        let dump = try await awkward("late-messages")
        #expect(dump.connections.count == 40)
        #expect(Set(dump.connections.map(\.descriptor)).count < 10)
        for (sender, connection) in dump.connections.sorted(by: { $0.id < $1.id }).enumerated() {
            #expect(connection.delivered_messages == 3 + sender % 4)
            #expect(connection.delivered_bytes == (3 + sender % 4) * (sender + 1))
        }
    }

    @Test func signalsComeThrough() async throws {
        let dump = try await awkward("signals")
        #expect(dump.sockets.allSatisfy { $0.blocked_since_ns == 0 && $0.blocked_call == 0 })
    }

    @Test func aLibrarysConstructorAndItsEnd() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let library = Tapped.program("libearly.so")
        try #require(Tapped.compile("early.c", to: "libearly.so", ["-shared", "-fPIC", "-lzmq"]))
        try #require(Tapped.compile("calls_early.c", to: "early", [library, "-Wl,-rpath,$ORIGIN"]))
        let dump = try await Tapped.compared([Tapped.program("early")], node: "early")
        // From the constructor, from main, from atexit, and from the destructor, which comes before or after the tap's.
        #expect(dump.sockets.map(\.sent_messages) == [4, 0] && dump.sockets.map(\.received_messages) == [0, 4])
        #expect(dump.sockets.allSatisfy { $0.closed_ns > 0 })
    }

    private func processes(_ command: [String], node: String) async throws -> [Dump] {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try await Tapped.Running(command, node: node, segments: folder).ended()
        #expect(outcome.status == 0 && outcome.output == "ended\n", "\(outcome.output)\(outcome.errors)")
        return try await Tapped.dumps(folder, node: node)
    }

    @Test func forksWhileOtherThreadsSend() async throws {
        let dumps = try await processes([Tapped.program("awkward"), "forks-while-sending"], node: "forks")
        try #require(dumps.count == 21)
        let parent = try #require(dumps.first { $0.flags == 0 })
        let children = dumps.filter { $0.flags == Int(TAP_PROCESS_FORKED) }
        #expect(children.count == 20 && children.allSatisfy { $0.parent_pid == parent.pid })
        for child in children {
            #expect(child.sockets.map(\.sent_messages) == [3, 0] && child.sockets.map(\.received_messages) == [0, 3])
            #expect(child.sockets.map(\.context) == [1, 1])
            #expect(child.connections.count == 2)
        }
        // No child has counted in its parent's segment.
        let sent = parent.sockets.map(\.sent_messages).reduce(0, +)
        #expect(sent > 0 && parent.sockets.map(\.received_messages).reduce(0, +) == sent)
        #expect(parent.connections.map(\.out_messages).reduce(0, +) == sent)
    }

    @Test func aDaemonIsItsOwnProcess() async throws {
        let dumps = try await processes([Tapped.program("awkward"), "daemonises"], node: "daemon")
        let daemon = try #require(dumps.first { $0.flags == Int(TAP_PROCESS_FORKED) })
        #expect(dumps.count == 2 && daemon.sockets.map(\.sent_messages) == [10, 0])
        #expect(daemon.program == "awkward")
    }

    @Test func multiprocessingByForkAndSpawn() async throws {
        let script = Tapped.sources.appendingPathComponent("Programs/children.py").path
        let dumps = try await processes(["/usr/bin/python3", script], node: "python")
        try #require(dumps.count == 5)
        let parent = try #require(dumps.first { $0.sockets.first?.received_messages == 400 })
        let children = dumps.filter { $0.pid != parent.pid }
        #expect(children.allSatisfy { $0.sockets.map(\.sent_messages) == [100] && $0.parent_pid == parent.pid })
        #expect(children.filter { $0.flags == Int(TAP_PROCESS_FORKED) }.count == 2)
        #expect(dumps.allSatisfy { $0.program.hasPrefix("python3") })
        #expect(parent.connections.map(\.delivered_messages).sorted() == [100, 100, 100, 100])
    }
}
