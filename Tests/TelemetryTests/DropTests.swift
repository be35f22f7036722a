import CTapSegment
import RunDirectory
import Testing

@testable import Telemetry

/// What a PUB has dropped for a subscriber whose queue was full.
@Suite struct DropTests {
    let session: MadeUpSession
    let collector: Collector
    let publisher: SegmentBuilder
    let subscriber: SegmentBuilder

    init() throws {
        session = try MadeUpSession(twoNodes(from: "PUB", to: "SUB"))
        collector = try session.collector()
        publisher = session.start("sender")
        subscriber = session.start("receiver")
        publisher.addEndpoint(publisher.addSocket("PUB"), "tcp://127.0.0.1:5000", connects: true)
        subscriber.addEndpoint(subscriber.addSocket("SUB"), "tcp://127.0.0.1:5000", connects: false)
        let (near, far) = ("tcp://127.0.0.1:40000", "tcp://127.0.0.1:5000")
        publisher.addConnection(0, 0, accepted: false, local: near, peer: far, opened: session.now)
        subscriber.addConnection(0, 0, accepted: true, local: far, peer: near, opened: session.now)
        publisher.socket(0).pointee.send_hwm = 10
    }

    /// The second of two looks, a while apart.
    private func out(matched: UInt64, onWire: UInt64, offWire: UInt64) throws -> Snapshot.Direction {
        publisher.socket(0).pointee.sent_messages = matched
        publisher.connection(0).pointee.matched_messages = matched
        publisher.connection(0).pointee.out_messages = onWire
        subscriber.connection(0).pointee.in_messages = offWire
        subscriber.connection(0).pointee.delivered_messages = offWire
        subscriber.socket(0).pointee.received_messages = offWire
        for _ in 1...3 {
            session.advance(0.2)
            _ = try collector.collect()
        }
        return try #require(try collector.collect().links.first).out
    }

    @Test func `what stands still before a full kernel is not lost`() throws {
        let out = try out(matched: 9, onWire: 2, offWire: 1)
        #expect(out.lost == 0)
        #expect(out.lostEstimated)
    }

    @Test func `at least what goes beyond the queue is lost`() throws {
        let out = try out(matched: 30, onWire: 2, offWire: 1)
        #expect(out.lost == 18)
        #expect(out.lostEstimated)
    }

    @Test func `what has not left is lost when the way is free`() throws {
        let out = try out(matched: 19, onWire: 9, offWire: 9)
        #expect(out.lost == 10)
        #expect(!out.lostEstimated)
    }

    @Test func `a loss that was known stays`() throws {
        _ = try out(matched: 19, onWire: 9, offWire: 9)
        var now = try out(matched: 26, onWire: 11, offWire: 9)
        #expect(now.lost == 10)
        #expect(now.lostEstimated)
        now = try out(matched: 26, onWire: 15, offWire: 15)
        #expect(now.lost == 11)
        #expect(!now.lostEstimated)
    }

    @Test func `of a publisher that is stopped nothing is known`() throws {
        session.processes[publisher.pid]?.state = "T"
        let out = try out(matched: 9, onWire: 0, offWire: 0)
        #expect(out.lost == 0)
        #expect(out.lostEstimated)
    }

    @Test func `what was matched before a subscription was surely taken up is not counted`() throws {
        publisher.connection(0).pointee.matched_unsure = 4
        let out = try out(matched: 19, onWire: 9, offWire: 9)
        #expect(out.lost == 6)
        #expect(out.lostEstimated)
    }
}
