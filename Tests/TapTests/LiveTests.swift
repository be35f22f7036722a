import CTapSegment
import Foundation
import Testing

/// What a segment tells while its process runs, or after it was killed.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct LiveTests {
    @Test func aBlockedCallIsNamed() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let running = try Tapped.Running([Tapped.program("scenarios"), "blocked"], node: "blocked", segments: folder)
        defer { kill(running.process.processIdentifier, SIGTERM) }
        try await Tapped.eventually("the calls block") {
            let sockets = try await Tapped.dumps(folder, node: "blocked").first?.sockets ?? []
            return sockets.count == 3 && sockets[0].blocked_since_ns > 0 && sockets[1].blocked_since_ns > 0
        }
        let dump = try #require(try await Tapped.dumps(folder, node: "blocked").first)
        #expect(dump.sockets[0].blocked_call == Int(TAP_CALL_RECV.rawValue))
        #expect(dump.sockets[0].drained_ns >= dump.sockets[0].blocked_since_ns)
        #expect(dump.sockets[1].blocked_call == Int(TAP_CALL_SEND.rawValue))
        #expect(dump.sockets[2].blocked_call == 0 && dump.sockets[2].blocked_since_ns == 0)  // its poll timed out
        #expect(dump.mode == 0o600)
        #expect(dump.ended_ns == 0)
    }

    /// A PULL is killed and comes back: the PUSH's connections are counted apart.
    @Test func aPeerThatComesBackIsAnotherConnection() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let endpoint = "ipc://\(folder.path)/p"
        let program = Tapped.program("pushpull")
        func receiver(_ name: String) throws -> Tapped.Running {
            try Tapped.Running([program, "pull", endpoint, "100000000", "100", "1"], node: name, segments: folder)
        }
        let first = try receiver("first")
        let sender = try Tapped.Running(
            [program, "push", endpoint, "100000000", "100", "1"], node: "sender", segments: folder)
        defer { for pid in [sender.process.processIdentifier] { kill(pid, SIGTERM) } }
        func received(_ name: String) async throws -> Int {
            try await Tapped.dumps(folder, node: name).first?.sockets.first?.received_messages ?? 0
        }
        try await Tapped.eventually("the first receives") { try await received("first") > 1000 }
        let before = try #require(try await Tapped.dumps(folder, node: "first").first)
        kill(pid_t(before.pid), SIGKILL)
        _ = await first.ended()
        let second = try receiver("second")
        try await Tapped.eventually("the second receives") { try await received("second") > 1000 }
        let dump = try #require(try await Tapped.dumps(folder, node: "sender").first)
        kill(pid_t(dump.pid), SIGKILL)
        kill(pid_t(try #require(try await Tapped.dumps(folder, node: "second").first).pid), SIGKILL)
        _ = await (sender.ended(), second.ended())

        let connections = dump.connections(of: 1).sorted { $0.id < $1.id }
        try #require(connections.count == 2)
        #expect(connections[0].closed_ns > 0 && connections[1].closed_ns == 0)
        #expect(connections.allSatisfy { $0.handshake == 1 && $0.endpoint_index == 0 })
        #expect(dump.endpoints[0].handshakes == 2 && dump.endpoints[0].disconnects == 1)
        // The killed process' figures stay, and no stage is negative.
        let killed = try #require(try await Tapped.dumps(folder, node: "first").first)
        #expect(killed.ended_ns == 0)
        #expect(killed.connections[0].delivered_messages <= killed.connections[0].in_messages)
        #expect(killed.connections[0].in_messages <= connections[0].out_messages)
    }

    @Test func gaugesAreOneFunctionAway() async throws {
        let dump = try await Tapped.scenario("gauges")
        #expect(dump.gauges.count == Int(TAP_GAUGE_CAPACITY))
        #expect(dump.gauges.first?.name == "batch" && dump.gauges.first?.value == 7)
        #expect(dump.gauges[1].value == 41.5)
    }
}
