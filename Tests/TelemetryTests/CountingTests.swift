import CTapSegment
import RunDirectory
import Testing

@testable import Telemetry

@Suite struct CountingTests {
    let session: MadeUpSession
    let collector: Collector
    let sender: SegmentBuilder
    let receiver: SegmentBuilder

    init() throws {
        session = try MadeUpSession(twoNodes())
        collector = try session.collector()
        sender = session.start("sender")
        receiver = session.start("receiver")
        sender.addEndpoint(sender.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        receiver.addEndpoint(receiver.addSocket("PULL"), "tcp://127.0.0.1:5000", connects: false)
    }

    func connect(port: Int = 40000, slot: Int? = nil) {
        let address = "tcp://127.0.0.1:\(port)"
        sender.addConnection(0, 0, accepted: false, local: address, peer: "tcp://127.0.0.1:5000", opened: session.now)
        receiver.addConnection(0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: address, opened: session.now)
    }

    func count(accepted: UInt64, onWire: UInt64, offWire: UInt64, delivered: UInt64, connection: Int = 0) {
        sender.socket(0).pointee.sent_messages = accepted
        sender.connection(connection).pointee.out_messages = onWire
        receiver.connection(connection).pointee.in_messages = offWire
        receiver.connection(connection).pointee.delivered_messages = delivered
        receiver.socket(0).pointee.received_messages = delivered
    }

    func link() throws -> Snapshot.Link {
        session.advance(0.1)
        return try #require(try collector.collect().links.first)
    }

    @Test func `messages are shown in the stage where they lie`() throws {
        connect()
        count(accepted: 100, onWire: 90, offWire: 70, delivered: 40)
        let link = try link()
        #expect(link.id == "sender.out->receiver.in")
        #expect(link.state == .up)
        #expect(link.out.sent == 100)
        #expect(link.out.stages == .init(sendQueue: 10, kernel: 20, receiveQueue: 30))
        #expect(link.out.depth == 60)
        #expect(link.out.received == 40)
        #expect(link.out.lost == 0)
        #expect(link.back.sent == 0)
    }

    @Test func `a count is at least its downstream neighbour's`() throws {
        connect()
        count(accepted: 1, onWire: 2, offWire: 3, delivered: 4)
        let out = try link().out
        #expect([out.sent, out.onWire, out.offWire, out.received] == [4, 4, 4, 4])
        #expect(out.depth == 0)
    }

    @Test func `what is queued before anybody listens is known`() throws {
        sender.socket(0).pointee.sent_messages = 5
        let link = try link()
        #expect(link.state == .connecting)
        #expect(link.out.sent == 5)
        #expect(link.out.depth == 5)
    }

    @Test func `nothing is known of a link that nobody has seen`() throws {
        let empty = try MadeUpSession(twoNodes())
        let link = try #require(try empty.collector().collect().links.first)
        #expect(link.state == .declared)
        #expect(link.out == .init())
        #expect(link.since == nil)
    }

    @Test func `a killed receiver loses its queue and what is under way, exactly`() throws {
        connect()
        count(accepted: 100, onWire: 90, offWire: 70, delivered: 40)
        _ = try link()
        session.kill(receiver)
        let before = try link()
        #expect(before.state == .down)
        // The sender has not noticed yet: the kernel may still take more.
        #expect(before.out.lost == 30)
        #expect(before.out.stages.kernel == 20)
        sender.connection(0).pointee.out_pending = 3
        sender.connection(0).pointee.closed_ns = session.now
        let after = try link().out
        #expect(after.lost == 30 + 20 + 3)
        #expect(after.stages == .init(sendQueue: 7, kernel: 0, receiveQueue: 0))
        #expect(after.sent == 100)
    }

    @Test func `a killed sender loses its queue, and the receiver reads on`() throws {
        connect()
        count(accepted: 100, onWire: 90, offWire: 70, delivered: 40)
        _ = try link()
        session.kill(sender)
        let before = try link().out
        #expect(before.lost == 10)
        #expect(before.stages == .init(sendQueue: 0, kernel: 20, receiveQueue: 30))
        count(accepted: 100, onWire: 90, offWire: 88, delivered: 80)
        receiver.connection(0).pointee.closed_ns = session.now
        let after = try link().out
        #expect(after.lost == 12)
        #expect(after.stages == .init(sendQueue: 0, kernel: 0, receiveQueue: 8))
        count(accepted: 100, onWire: 90, offWire: 88, delivered: 88)
        for _ in 0..<3 { _ = try link() }
        let last = try link().out
        #expect(last.received == 88)
        #expect(last.sent == 100)
        #expect(last.lost == 12)
    }

    @Test func `totals go on over a restart, and the restart is a reconnect`() throws {
        connect()
        count(accepted: 100, onWire: 100, offWire: 100, delivered: 100)
        #expect(try link().reconnects == 0)
        session.kill(sender)
        receiver.connection(0).pointee.closed_ns = session.now
        #expect(try link().state == .down)
        let next = session.start("sender", incarnation: 2)
        next.addEndpoint(next.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        next.addConnection(
            0, 0, accepted: false, local: "tcp://127.0.0.1:40001", peer: "tcp://127.0.0.1:5000", opened: session.now)
        receiver.addConnection(
            0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: "tcp://127.0.0.1:40001", opened: session.now)
        next.socket(0).pointee.sent_messages = 7
        next.connection(0).pointee.out_messages = 6
        receiver.connection(1).pointee.in_messages = 5
        receiver.connection(1).pointee.delivered_messages = 4
        receiver.socket(0).pointee.received_messages = 104
        session.advance(0.1)
        let snapshot = try collector.collect()
        let link = try #require(snapshot.links.first)
        #expect(snapshot.links.count == 1)
        #expect(link.state == .up)
        #expect(link.reconnects == 1)
        #expect(link.incarnation == .init(from: 2, to: 1))
        #expect(link.out.sent == 107)
        #expect(link.out.received == 104)
        #expect(link.out.stages == .init(sendQueue: 1, kernel: 1, receiveQueue: 1))
        let socket = try #require(snapshot.sockets.first { $0.id == "sender.out" })
        #expect(socket.sent == 107)
        #expect(socket.sendQueue == 1)
    }

    @Test func `a connection whose slot is used again keeps its last figures`() throws {
        connect()
        count(accepted: 10, onWire: 10, offWire: 10, delivered: 10)
        _ = try link()
        sender.addConnection(
            0, 0, accepted: false, local: "tcp://127.0.0.1:40001", peer: "tcp://127.0.0.1:5000", opened: session.now,
            slot: 0)
        receiver.addConnection(
            0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: "tcp://127.0.0.1:40001", opened: session.now,
            slot: 0)
        count(accepted: 12, onWire: 2, offWire: 2, delivered: 1)
        let link = try link()
        #expect(link.out.sent == 12)
        #expect(link.out.received == 11)
        #expect(link.out.depth == 1)
        #expect(link.reconnects == 1)
    }

    @Test func `the counts of a far end without a tap are unknown`() throws {
        sender.addConnection(
            0, 0, accepted: false, local: "tcp://127.0.0.1:40000", peer: "tcp://127.0.0.1:5000", opened: session.now)
        count(accepted: 10, onWire: 8, offWire: 0, delivered: 0)
        _ = try link()
        session.advance(3)
        let out = try link().out
        #expect(out.sent == 10)
        #expect(out.onWire == 8)
        #expect(out.stages.sendQueue == 2)
        #expect(out.offWire == nil)
        #expect(out.received == nil)
        #expect(out.depth == nil)
        #expect(out.lost == nil)
    }

    @Test func `encryption hides the wire but not the ends`() throws {
        connect()
        count(accepted: 10, onWire: 99, offWire: 99, delivered: 4)
        sender.connection(0).pointee.wire_unknown = 1
        receiver.connection(0).pointee.wire_unknown = 1
        let out = try link().out
        #expect(out.sent == 10)
        #expect(out.received == 4)
        #expect(out.onWire == nil)
        #expect(out.offWire == nil)
        #expect(out.depth == nil)
    }

    @Test func `with several pipes the backlog stands at the socket`() throws {
        connect()
        sender.addEndpoint(0, "tcp://127.0.0.1:5001", connects: true)
        count(accepted: 100, onWire: 90, offWire: 90, delivered: 90)
        session.advance(0.1)
        let snapshot = try collector.collect()
        let out = try #require(snapshot.links.first).out
        #expect(out.stages.sendQueue == nil)
        #expect(out.sent == 90)
        #expect(out.depth == nil)
        #expect(snapshot.sockets.first { $0.id == "sender.out" }?.sendQueue == 10)
        session.kill(sender)
        session.advance(0.1)
        #expect(try collector.collect().sockets.first { $0.id == "sender.out" }?.lost == 10)
    }

    @Test func `a rate needs two readings`() throws {
        connect()
        count(accepted: 0, onWire: 0, offWire: 0, delivered: 0)
        #expect(try link().out.rate == nil)
        count(accepted: 50, onWire: 50, offWire: 50, delivered: 50)
        session.advance(0.9)
        #expect(try link().out.rate == 50)
        session.advance(10)
        #expect(try #require(link().out.rate) == 0)
    }
}
