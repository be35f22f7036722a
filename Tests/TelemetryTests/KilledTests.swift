import CTapSegment
import RunDirectory
import Testing

@testable import Telemetry

/// What a process that was killed could not count any more, and what outlives a connection.
@Suite struct KilledTests {
    @Test func `what a killed sender had handed over is not lost before the receiver says so`() throws {
        let (session, sender, receiver) = try pair("PUSH", "PULL")
        let collector = try session.collector()
        // The kernel took a batch of eight; the process was killed before it could count them.
        sender.socket(0).pointee.sent_messages = 110
        sender.connection(0).pointee.out_messages = 100
        sender.connection(0).pointee.out_pending = 8
        receiver.connection(0).pointee.in_messages = 90
        receiver.connection(0).pointee.delivered_messages = 90
        receiver.socket(0).pointee.received_messages = 90
        _ = try collector.collect()
        session.kill(sender)
        session.advance(0.1)
        let killed = try #require(try collector.collect().links.first).out
        #expect(killed.sent == 110)
        #expect(killed.lost == 2)
        #expect(killed.depth == 18)

        // The receiver reads on: five of the eight had gone.
        receiver.connection(0).pointee.in_messages = 105
        receiver.connection(0).pointee.delivered_messages = 105
        receiver.socket(0).pointee.received_messages = 105
        session.advance(0.1)
        let read = try #require(try collector.collect().links.first).out
        #expect(read.lost == 2)
        #expect(read.onWire == 105)
        #expect(read.depth == 3)

        receiver.connection(0).pointee.closed_ns = session.now
        session.advance(0.1)
        let snapshot = try collector.collect()
        let ended = try #require(snapshot.links.first).out
        #expect([ended.sent, ended.received, ended.lost, ended.depth] == [110, 105, 5, 0])
        #expect(snapshot.sockets.first { $0.id == "sender.out" }?.lost == 0)
    }

    @Test func `a socket has sent at least what is on its wires, though it was killed inside the call`() throws {
        let (session, sender, receiver) = try pair("DEALER", "ROUTER")
        let collector = try session.collector()
        sender.socket(0).pointee.sent_messages = 41
        sender.connection(0).pointee.out_messages = 42
        receiver.connection(0).pointee.in_messages = 42
        receiver.connection(0).pointee.delivered_messages = 42
        receiver.socket(0).pointee.received_messages = 41
        session.kill(sender)
        session.kill(receiver)
        session.advance(0.1)
        let snapshot = try collector.collect()
        #expect(snapshot.links.first?.out.sent == 42)
        #expect(snapshot.sockets.first { $0.id == "sender.out" }?.sent == 42)
        #expect(snapshot.sockets.first { $0.id == "receiver.in" }?.received == 42)
    }

    @Test func `a reply accepted for one connection may leave by the next`() throws {
        // A REP that connects: its pipe outlives the connection that brought the request.
        let (session, sender, receiver) = try pair("REP", "DEALER")
        let collector = try session.collector()
        sender.socket(0).pointee.sent_messages = 1
        sender.connection(0).pointee.accepted_messages = 1
        sender.connection(0).pointee.closed_ns = session.now
        receiver.connection(0).pointee.closed_ns = session.now
        session.advance(0.1)
        let waiting = try #require(try collector.collect().links.first).out
        #expect([waiting.sent, waiting.depth, waiting.lost] == [1, 1, 0])

        connect(sender, receiver, port: 40001, at: session.now)
        sender.connection(1).pointee.out_messages = 1
        receiver.connection(1).pointee.in_messages = 1
        receiver.connection(1).pointee.delivered_messages = 1
        receiver.socket(0).pointee.received_messages = 1
        session.advance(0.1)
        let left = try #require(try collector.collect().links.first).out
        #expect([left.sent, left.received, left.depth, left.lost] == [1, 1, 0, 0])
    }

    @Test func `a connection that waited for a stopped process to accept it stays known, and is paired`() throws {
        let session = try MadeUpSession(twoNodes(from: "DEALER", to: "ROUTER"))
        let sender = session.start("sender")
        let receiver = session.start("receiver")
        sender.addEndpoint(sender.addSocket("DEALER"), "tcp://127.0.0.1:5000", connects: true)
        receiver.addEndpoint(receiver.addSocket("ROUTER"), "tcp://127.0.0.1:5000", connects: false)
        let collector = try session.collector()
        let address = "tcp://127.0.0.1:40000"
        // The kernel took the connection; the process that is to accept it stands still.
        sender.addConnection(
            0, 0, accepted: false, local: address, peer: "tcp://127.0.0.1:5000", opened: session.now, handshake: nil)
        sender.socket(0).pointee.sent_messages = 1
        _ = try collector.collect()
        session.advance(5)
        _ = try collector.collect()
        // It goes on. Its segment was read a moment before, the sender's after; and that was the sender's last word.
        sender.connection(0).pointee.handshake = UInt32(TAP_HANDSHAKE_SUCCEEDED)
        sender.connection(0).pointee.out_messages = 1
        session.kill(sender)
        let between = try #require(try collector.collect().links.first).out
        #expect([between.sent, between.received, between.lost] == [1, 0, 0])
        receiver.addConnection(
            0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: address, opened: session.now - 1000)
        receiver.connection(0).pointee.in_messages = 1
        receiver.connection(0).pointee.delivered_messages = 1
        receiver.socket(0).pointee.received_messages = 1
        for _ in 0..<40 {
            session.advance(0.1)
            let links = try collector.collect().links
            #expect(links.count == 1)
            let out = try #require(links.first).out
            #expect([out.sent, out.received, out.depth, out.lost] == [1, 1, 0, 0])
        }
    }

    @Test func `a link whose handshake failed is retried when nobody is there any more to refuse it`() throws {
        let (session, sender, receiver) = try pair("DEALER", "ROUTER")
        let collector = try session.collector()
        sender.connection(0).pointee.handshake = UInt32(TAP_HANDSHAKE_FAILED)
        sender.connection(0).pointee.closed_ns = session.now
        session.kill(receiver)
        sender.endpoint(0).pointee.attempts = 1
        session.advance(0.1)
        #expect(try collector.collect().links.first?.state == .refused)
        sender.endpoint(0).pointee.attempts = 3
        session.advance(0.1)
        #expect(try collector.collect().links.first?.state == .retrying)
    }

    private func pair(_ from: String, _ to: String) throws -> (MadeUpSession, SegmentBuilder, SegmentBuilder) {
        let session = try MadeUpSession(twoNodes(from: from, to: to))
        let sender = session.start("sender")
        let receiver = session.start("receiver")
        sender.addEndpoint(sender.addSocket(from), "tcp://127.0.0.1:5000", connects: true)
        receiver.addEndpoint(receiver.addSocket(to), "tcp://127.0.0.1:5000", connects: false)
        connect(sender, receiver, port: 40000, at: session.now)
        return (session, sender, receiver)
    }

    private func connect(_ sender: SegmentBuilder, _ receiver: SegmentBuilder, port: Int, at time: UInt64) {
        let address = "tcp://127.0.0.1:\(port)"
        sender.addConnection(0, 0, accepted: false, local: address, peer: "tcp://127.0.0.1:5000", opened: time)
        receiver.addConnection(0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: address, opened: time)
    }
}
