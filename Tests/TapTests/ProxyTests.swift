import CTapSegment
import Foundation
import Testing

private let pair = 0
private let rep = 4
private let router = 6
private let dealer = 5
private let pull = 7
private let push = 8
private let xpub = 9
private let xsub = 10

/// What libzmq's proxies move is counted like what the program itself receives and sends.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct ProxyTests {
    private func proxied(_ name: String) async throws -> Dump {
        try await Tapped.compared([Tapped.program("proxies"), name], node: name)
    }

    @Test func captureGetsEachMessageToo() async throws {
        let dump = try await proxied("stream")
        #expect(dump.sockets.map(\.type) == [pull, push, push, pull, pull, push])
        #expect(dump.sockets.map(\.received_messages) == [3000, 0, 0, 3000, 3000, 0])
        #expect(dump.sockets.map(\.sent_messages) == [0, 3000, 3000, 0, 0, 3000])
        #expect(dump.sockets.map { $0.sent_frames + $0.received_frames }.allSatisfy { $0 == 9000 })
        #expect(Set(dump.sockets.map { $0.sent_bytes + $0.received_bytes }).count == 1)
        #expect(dump.connections(of: 1).map(\.delivered_messages) == [3000])
        // The end of a burst is no would-block of the program's.
        #expect(dump.sockets.allSatisfy { $0.api_unknown == 0 && $0.receive_would_block == 0 })
    }

    @Test func requestsAndRepliesAreCountedByConnection() async throws {
        let dump = try await proxied("requests")
        #expect(dump.sockets.map(\.type).prefix(2) == [router, dealer])
        for socket in dump.sockets {
            #expect(socket.sent_messages == 200 && socket.received_messages == 200 && socket.lost_messages == 0)
        }
        let front = try #require(dump.connections(of: 1).first)
        #expect(front.accepted_messages == 200 && front.out_messages == 200)
    }

    @Test func subscriptionsGoUpAndAreNoMessages() async throws {
        let dump = try await proxied("subscriptions")
        #expect(dump.sockets.map(\.type).prefix(2) == [xsub, xpub])
        #expect(dump.sockets[0].received_messages == 100 && dump.sockets[0].sent_messages == 0)
        #expect(dump.sockets[1].sent_messages == 100 && dump.sockets[1].received_messages == 0)
    }

    @Test func theOldNameIsTheSame() async throws {
        let dump = try await proxied("device")
        #expect(dump.sockets.map(\.received_messages) == [50, 0, 50, 0])
        #expect(dump.sockets.map(\.sent_messages) == [0, 50, 0, 50])
    }

    @Test func oneSocketMayBeBothEnds() async throws {
        let dump = try await proxied("echo")
        #expect(dump.sockets.map(\.type) == [pair, pair])
        #expect(dump.sockets.allSatisfy { $0.sent_messages == 50 && $0.received_messages == 50 })
    }

    @Test func whatIsWrongIsRefusedAsEver() async throws {
        _ = try await proxied("wrong")
    }

    /// Waiting for something to come is idle; something that nobody takes is not.
    @Test func onlyAMessageThatWaitsIsBlocked() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let go = folder.appendingPathComponent(".go").path
        try #require(mkfifo(go, 0o600) == 0)
        let command = ["/bin/sh", "-c", "exec \"$0\" stuck <\"$1\"", Tapped.program("proxies"), go]
        let running = try Tapped.Running(command, node: "stuck", segments: folder)
        defer { kill(running.process.processIdentifier, SIGTERM) }
        let writer = open(go, O_WRONLY)
        try await Tapped.eventually("the proxy idles") { running.outputSoFar.hasSuffix("idle\n") }
        let idle = try #require(try await Tapped.dumps(folder, node: "stuck").first)
        #expect(idle.sockets.allSatisfy { $0.blocked_since_ns == 0 && $0.blocked_call == 0 })
        close(writer)
        try await Tapped.eventually("the backend takes nothing") {
            try await Tapped.dumps(folder, node: "stuck").first?.sockets[1].blocked_since_ns ?? 0 > 0
        }
        let stuck = try #require(try await Tapped.dumps(folder, node: "stuck").first)
        #expect(stuck.sockets[1].blocked_call == Int(TAP_CALL_PROXY.rawValue))
        #expect(stuck.sockets[0].blocked_since_ns == 0)
        kill(pid_t(stuck.pid), SIGKILL)
        _ = await running.ended()
    }
}
