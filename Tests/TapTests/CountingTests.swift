import CTapSegment
import Foundation
import Testing

// Types and events as zmq.h numbers them.
private let pull = 7
private let push = 8
private let connected = 0x0001
private let accepted = 0x0020
private let handshakeSucceeded = 0x1000

@Suite(.serialized, .timeLimit(.minutes(30)))
struct CountingTests {
    /// A tcp port that the pull end chooses, and tells in this file.
    private static let freePort = "FOLDER/.endpoint"

    /// Both ends in processes of their own; returns their segments, the PUSH's first. FOLDER is one of their own.
    private func pair(
        _ endpoint: String, messages: Int, size: Int, parts: Int, waits: Bool = true
    ) async throws -> (Dump, Dump) {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let name = Tapped.program("pushpull")
        let rest =
            [
                endpoint.replacingOccurrences(of: "FOLDER", with: folder.path), "\(messages)", "\(size)", "\(parts)",
            ] + (waits ? [folder.appendingPathComponent(".done").path] : [])
        let receiver = try Tapped.Running([name, "pull"] + rest, node: "pull", segments: folder)
        let sender = try Tapped.Running([name, "push"] + rest, node: "push", segments: folder)
        let ends = (await sender.ended(), await receiver.ended())
        try #require(ends.0.status == 0 && ends.1.status == 0, "\(ends.0.errors)\(ends.1.errors)")
        return (
            try #require(try await Tapped.dumps(folder, node: "push").first),
            try #require(try await Tapped.dumps(folder, node: "pull").first)
        )
    }

    @Test(arguments: ["tcp", "ipc"], [(2_000_000, 100, 1), (20_000, 300, 3), (50, 1_000_000, 2), (1000, 0, 2)])
    func everyStageIsExact(transport: String, shape: (Int, Int, Int)) async throws {
        let (messages, size, parts) = shape
        let endpoint = transport == "tcp" ? Self.freePort : "ipc://FOLDER/p"
        let (sender, receiver) = try await pair(endpoint, messages: messages, size: size, parts: parts)
        let out = try #require(sender.sockets.first)
        let back = try #require(receiver.sockets.first)
        let sending = try #require(sender.connections.first)
        let receiving = try #require(receiver.connections.first)
        #expect(sender.connections.count == 1 && receiver.connections.count == 1)
        #expect(out.type == push && back.type == pull)
        for count in [
            out.sent_messages, sending.out_messages, receiving.in_messages, receiving.delivered_messages,
            back.received_messages,
        ] { #expect(count == messages) }
        for count in [out.sent_frames, sending.out_frames, receiving.in_frames, back.received_frames] {
            #expect(count == messages * parts)
        }
        for count in [
            out.sent_bytes, sending.out_bytes, receiving.in_bytes, receiving.delivered_bytes, back.received_bytes,
        ] { #expect(count == messages * parts * size) }
        #expect(sending.out_raw_bytes == receiving.in_raw_bytes)
        #expect(sending.out_pending == 0 && receiving.in_begun == 0)
        #expect(sending.role == Int(TAP_ROLE_CONNECTED) && receiving.role == Int(TAP_ROLE_ACCEPTED))
        #expect(sending.handshake == 1 && receiving.handshake == 1)
        #expect(sending.peer_type == "PULL" && receiving.peer_type == "PUSH")
        #expect(sending.zmtp_version == 0x301 && sending.mechanism == Int(TAP_MECHANISM_NULL))
        #expect(sender.libzmq_version >= 40304)
        #expect(sender.ended_ns > 0 && out.closed_ns > 0 && sending.closed_ns > 0)
        // The ends find each other.
        if transport == "tcp" {
            #expect(sending.local == receiving.peer && sending.peer == receiving.local)
        } else {
            // The one that connects may look before the other has accepted.
            #expect(receiving.peer_inode == sending.inode)
            #expect(sending.peer_inode == receiving.inode || sending.peer_inode == 0)
            #expect(receiving.peer_pid > 0)
        }
    }

    /// It closes and terminates before its connection is there, which silences its monitor.
    @Test func aHastySenderIsCountedToo() async throws {
        let (sender, receiver) = try await pair(Self.freePort, messages: 500, size: 10, parts: 1, waits: false)
        let connection = try #require(sender.connections(of: 1).first)
        #expect(connection.out_messages == 500 && connection.role == Int(TAP_ROLE_CONNECTED))
        #expect(connection.handshake == 1 && connection.endpoint_index == 0)
        #expect(sender.endpoints[0].connects == 1 && sender.endpoints[0].handshakes == 1)
        #expect(receiver.connections(of: 1).first?.delivered_messages == 500)
    }

    @Test func routerCountsByIdentity() async throws {
        let dump = try await Tapped.scenario("routes")
        let router = try #require(dump.sockets.first)
        #expect(router.lost_messages == 7)
        #expect(router.sent_messages == 207 && router.received_messages == 100)
        let connections = dump.connections(of: router.id).sorted { $0.delivered_messages < $1.delivered_messages }
        #expect(connections.map(\.delivered_messages) == [10, 20, 30, 40])
        #expect(connections.map(\.in_messages) == [10, 20, 30, 40])
        #expect(connections.map(\.accepted_messages) == [20, 40, 60, 80])
        #expect(connections.map(\.out_messages) == [20, 40, 60, 80])
        #expect(connections.allSatisfy { $0.accepted_bytes == $0.out_bytes && $0.delivered_bytes == $0.in_bytes })
        #expect(connections.prefix(3).map(\.identity) == ["6431", "6432", "6433"])
        #expect(connections.last?.identity.count == 10)  // the ROUTER's own: 00 and four bytes
        for dealer in dump.sockets.dropFirst() {
            let connection = try #require(dump.connections(of: dealer.id).first)
            #expect(connection.out_messages == dealer.sent_messages)
            #expect(connection.delivered_messages == dealer.received_messages)
        }
    }

    @Test func routerLosesWhatFindsAPipeFull() async throws {
        let dump = try await Tapped.scenario("full-route")
        let router = dump.sockets[0]
        let connection = try #require(dump.connections(of: router.id).first)
        #expect(router.sent_messages == 3000)
        #expect(router.lost_messages > 0)
        #expect(router.lost_messages + connection.accepted_messages == 3000)
        #expect(connection.out_messages == connection.accepted_messages)
        #expect(dump.sockets[1].received_messages == connection.accepted_messages)
    }

    @Test func repliesGoWhereTheRequestCameFrom() async throws {
        let dump = try await Tapped.scenario("requests")
        let connections = dump.connections(of: dump.sockets[0].id).sorted { $0.id < $1.id }
        #expect(Set(connections.map(\.accepted_messages)) == [100, 50])
        for connection in connections {
            #expect(connection.accepted_messages == connection.delivered_messages)
            #expect(connection.accepted_messages == connection.out_messages)
        }
    }

    @Test func everySendingAndReceivingFunctionCounts() async throws {
        let dump = try await Tapped.scenario("frames")
        let sender = dump.sockets[0]
        let receiver = dump.sockets[1]
        #expect(sender.sent_messages == 20 && receiver.received_messages == 20)
        #expect(sender.sent_frames == 40 && receiver.received_frames == 40)
        #expect(sender.sent_bytes == 10_000_080 && receiver.received_bytes == 10_000_080)
    }

    @Test func subscriptionsAreNoMessages() async throws {
        let dump = try await Tapped.scenario("subscribers")
        let publisher = dump.sockets[0]
        #expect(publisher.sent_messages == 250 && publisher.received_messages == 1)
        let connections = dump.connections(of: publisher.id)
        let first = try #require(connections.first { $0.peer_type == "SUB" })
        let second = try #require(connections.first { $0.peer_type == "XSUB" })
        #expect(first.out_messages == 100 && first.in_messages == 0 && first.in_subscriptions == 1)
        #expect(second.out_messages == 50 && second.in_messages == 1 && second.in_subscriptions == 1)
        #expect(second.delivered_messages == 1)
        #expect(dump.sockets[2].sent_messages == 1)
        #expect(dump.connections(of: dump.sockets[2].id).first?.out_messages == 1)
    }

    @Test func heartbeatsAreNoMessages() async throws {
        let dump = try await Tapped.scenario("heartbeats")
        for connection in dump.connections {
            #expect(connection.out_commands > 10 && connection.in_commands > 10)
            #expect(connection.out_messages + connection.in_messages == 1)
        }
    }

    @Test func curveHidesMessagesButNotBytes() async throws {
        let dump = try await Tapped.scenario("curve")
        #expect(dump.sockets[0].sent_messages == 20 && dump.sockets[1].received_messages == 20)
        for connection in dump.connections {
            #expect(connection.mechanism == Int(TAP_MECHANISM_CURVE))
            #expect(connection.wire_unknown == 1)
            #expect(connection.out_messages == 0 && connection.in_messages == 0)
            #expect(connection.out_raw_bytes > 200 && connection.in_raw_bytes > 200)
            #expect(connection.handshake == Int(TAP_HANDSHAKE_SUCCEEDED))
        }
        #expect(dump.connections(of: 2).first?.delivered_messages == 20)
        // A secret is noted, its value is not.
        let secret = try #require(dump.sockets[0].options.first { $0.name == 49 })
        #expect(secret.size == 41 && secret.value.allSatisfy { $0 == "0" })
    }

    @Test func whatTheKernelDidNotTakeIsPending() async throws {
        let dump = try await Tapped.scenario("pending")
        let connection = try #require(dump.connections.first)
        #expect(connection.out_pending == 1)
        #expect(connection.out_messages == 0)
        #expect(connection.closed_ns > 0 && connection.out_raw_bytes > 10000)
        #expect(dump.sockets.first?.send_would_block == 1)
    }

    @Test func anySplitOfTheWireGivesTheSameCounts() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try await Tapped.Running([Tapped.program("wire")], node: nil, segments: folder).ended()
        #expect(
            outcome.output == """
                4 messages, 7 frames, 2032 bytes, 4 commands, 4 subscriptions, XSUB me! 769
                0 splits differ

                """)
    }

    @Test func optionsSayWhenTheyWereSet() async throws {
        let dump = try await Tapped.scenario("errors")
        let options = dump.sockets[0].options
        let refused = try #require(options.first { $0.name == 9999 })
        #expect(refused.flags & Int(TAP_OPTION_REFUSED) != 0)
        let linger = try #require(options.first { $0.name == 17 })
        #expect(linger.flags == 0 && linger.value == "d0070000")
        let timeout = try #require(options.first { $0.name == 28 })
        #expect(timeout.flags == Int(TAP_OPTION_AFTER_ENDPOINT))
        #expect(dump.sockets[0].send_hwm == 1000)
        // What failed is no endpoint and no message.
        #expect(dump.endpoints.filter { $0.kind != 0 }.map(\.asked) == ["inproc://taken"])
        #expect(dump.sockets[0].sent_messages == 0 && dump.sockets[0].send_would_block == 3)
        #expect(dump.sockets[2].lost_messages == 2)
    }

    @Test func endpointsAndEventsBelongTogether() async throws {
        let dump = try await Tapped.scenario("requests")
        for endpoint in dump.endpoints {
            let peers = endpoint.kind == Int(TAP_ENDPOINT_BIND) ? 2 : 1
            #expect(endpoint.connects == peers && endpoint.handshakes == peers)
            #expect(endpoint.resolved.hasPrefix("tcp://127.0.0.1:") && !endpoint.resolved.hasSuffix("*"))
        }
        #expect(dump.count(accepted, of: 1) == 2 && dump.count(handshakeSucceeded, of: 1) == 2)
        #expect(dump.count(connected, of: 2) == 1 && dump.count(handshakeSucceeded, of: 2) == 1)
        let named = dump.events.filter { $0.event == handshakeSucceeded }.map(\.connection_id)
        #expect(Set(named).count == 4 && !named.contains(0))
    }
}
