import CTapSegment
import RunDirectory
import Testing

@testable import Telemetry

/// Numbers from a seed, the same on every machine.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Two processes and the messages between them, as libzmq would move them, both ways at once: the connecting side's pipe
/// outlives its connections, the bound side's does not.
private final class Wire {
    struct Lane {
        var pipe = 0
        var encoder = 0
        var kernel = 0
        var queue = 0
    }
    let session: MadeUpSession
    let types: (from: String, to: String)
    var random: Seeded
    var sender: SegmentBuilder?
    var receiver: SegmentBuilder?
    var incarnations = (sender: 0, receiver: 0)
    var slots: (sender: Int, receiver: Int)?
    var out = Lane()
    var back = Lane()
    /// Off the wire of connections that are over, not yet delivered, by slot at the receiving end.
    var port = 40000
    /// What truly happened, over all.
    var accepted = (out: 0, back: 0)
    var delivered = (out: 0, back: 0)

    init(_ session: MadeUpSession, seed: UInt64, types: (String, String)) {
        self.session = session
        self.types = types
        random = Seeded(state: seed)
    }

    func startSender() {
        guard sender == nil else { return }
        incarnations.sender += 1
        let segment = session.start("sender", incarnation: incarnations.sender)
        segment.addEndpoint(
            segment.addSocket(types.from, created: session.now), "tcp://127.0.0.1:5000", connects: true,
            created: session.now)
        sender = segment
    }

    func startReceiver() {
        guard receiver == nil else { return }
        incarnations.receiver += 1
        let segment = session.start("receiver", incarnation: incarnations.receiver)
        segment.addEndpoint(
            segment.addSocket(types.to, created: session.now), "tcp://127.0.0.1:5000", connects: false,
            created: session.now)
        receiver = segment
    }

    func connect() {
        guard let sender, let receiver, slots == nil else { return }
        port += 1
        let address = "tcp://127.0.0.1:\(port)"
        let from = sender.addConnection(
            0, 0, accepted: false, local: address, peer: "tcp://127.0.0.1:5000", opened: session.now,
            handshake: session.now)
        let to = receiver.addConnection(
            0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: address, opened: session.now,
            handshake: session.now)
        slots = (from, to)
    }

    func some(of count: Int) -> Int { count == 0 ? 0 : Int.random(in: 0...count, using: &random) }

    func move() {
        if let sender {
            let new = Int.random(in: 0...9, using: &random)
            out.pipe += new
            accepted.out += new
            sender.socket(0).pointee.sent_messages += UInt64(new)
        }
        guard let slots, let sender, let receiver else { return }
        let from = sender.connection(slots.sender)
        let to = receiver.connection(slots.receiver)
        // The bound socket answers by connection.
        let new = Int.random(in: 0...9, using: &random)
        back.pipe += new
        accepted.back += new
        receiver.socket(0).pointee.sent_messages += UInt64(new)
        to.pointee.accepted_messages += UInt64(new)
        flow(&out, from, to)
        flow(&back, to, from)
        receiver.socket(0).pointee.received_messages += deliver(&out, to, &delivered.out)
        sender.socket(0).pointee.received_messages += deliver(&back, from, &delivered.back)
    }

    private func flow(
        _ lane: inout Lane, _ near: UnsafeMutablePointer<tap_connection>, _ far: UnsafeMutablePointer<tap_connection>
    ) {
        let offered = some(of: lane.pipe)
        lane.pipe -= offered
        lane.encoder += offered
        let taken = some(of: lane.encoder)
        lane.encoder -= taken
        lane.kernel += taken
        near.pointee.out_messages += UInt64(taken)
        near.pointee.out_pending = UInt64(lane.encoder)
        let read = some(of: lane.kernel)
        lane.kernel -= read
        lane.queue += read
        far.pointee.in_messages += UInt64(read)
    }

    private func deliver(
        _ lane: inout Lane, _ connection: UnsafeMutablePointer<tap_connection>, _ delivered: inout Int
    ) -> UInt64 {
        let taken = some(of: lane.queue)
        lane.queue -= taken
        delivered += taken
        connection.pointee.delivered_messages += UInt64(taken)
        return UInt64(taken)
    }

    /// Both ends notice. What the encoder held is lost, what the bound side had queued too; what is off the wire stays.
    func cut() {
        guard let slots, let sender, let receiver else { return }
        sender.connection(slots.sender).pointee.closed_ns = session.now
        receiver.connection(slots.receiver).pointee.closed_ns = session.now
        drain(sender, receiver, slots)
        out = Lane(pipe: out.pipe)
        back = Lane()
        self.slots = nil
    }

    /// Applications go on receiving what was off the wire when the connection ended.
    private func drain(_ sender: SegmentBuilder, _ receiver: SegmentBuilder, _ slots: (sender: Int, receiver: Int)) {
        let rest = UInt64(out.queue)
        delivered.out += out.queue
        receiver.connection(slots.receiver).pointee.delivered_messages += rest
        receiver.socket(0).pointee.received_messages += rest
        let other = UInt64(back.queue)
        delivered.back += back.queue
        sender.connection(slots.sender).pointee.delivered_messages += other
        sender.socket(0).pointee.received_messages += other
    }

    func kill(sender isSender: Bool) {
        guard let victim = isSender ? sender : receiver else { return }
        session.kill(victim)
        if let slots, let sender, let receiver {
            if isSender {
                // The survivor reads what the kernel holds, then the end.
                let read = some(of: out.kernel)
                receiver.connection(slots.receiver).pointee.in_messages += UInt64(read)
                receiver.connection(slots.receiver).pointee.closed_ns = session.now
            } else {
                let read = some(of: back.kernel)
                sender.connection(slots.sender).pointee.in_messages += UInt64(read)
                sender.connection(slots.sender).pointee.closed_ns = session.now
            }
        }
        slots = nil
        if isSender {
            sender = nil
            out = Lane()
        } else {
            receiver = nil
            out = Lane(pipe: out.pipe)
        }
        back = Lane()
    }
}

@Suite struct ConservationTests {
    @Test(.timeLimit(.minutes(10)), arguments: 1...60)
    func `what was sent and not received is in the stages, lost or discarded`(seed: UInt64) throws {
        let session = try MadeUpSession(twoNodes(from: "DEALER", to: "ROUTER"))
        let collector = try session.collector()
        let wire = Wire(session, seed: seed, types: ("DEALER", "ROUTER"))
        var last: Snapshot?
        for _ in 0..<120 {
            switch Int.random(in: 0..<20, using: &wire.random) {
            case 0: wire.kill(sender: true)
            case 1: wire.kill(sender: false)
            case 2, 3: wire.cut()
            case 4, 5: wire.startSender()
            case 6, 7: wire.startReceiver()
            case 8, 9, 10: wire.connect()
            default: wire.move()
            }
            session.advance(0.05)
            let snapshot = try collector.collect()
            try check(snapshot, after: last)
            last = snapshot
        }
        session.advance(3)
        let link = try #require(collector.collect().links.first)
        #expect(link.out.sent ?? 0 == wire.accepted.out)
        #expect(link.out.received ?? 0 == wire.delivered.out)
        #expect(link.back.sent ?? 0 == wire.accepted.back)
        #expect(link.back.received ?? 0 == wire.delivered.back)
    }

    private func check(_ snapshot: Snapshot, after last: Snapshot?) throws {
        #expect(snapshot.links.count == 1)
        let link = try #require(snapshot.links.first)
        let before = last?.links.first
        for (now, then) in [(link.out, before?.out), (link.back, before?.back)] {
            guard let sent = now.sent else { continue }
            let received = try #require(now.received)
            let depth = try #require(now.depth)
            let lost = try #require(now.lost)
            let discarded = try #require(now.discarded)
            #expect(sent - received == depth + lost + discarded)
            let stages = [now.stages.sendQueue, now.stages.kernel, now.stages.receiveQueue]
            #expect(stages.allSatisfy { ($0 ?? -1) >= 0 })
            for field in [
                \Snapshot.Direction.sent, \.received, \.onWire, \.offWire, \.lost, \.discarded, \.bytes,
            ] as [KeyPath<Snapshot.Direction, Int?>] {
                #expect((now[keyPath: field] ?? 0) >= (then?[keyPath: field] ?? 0), "a total went back")
            }
        }
        #expect(link.reconnects >= before?.reconnects ?? 0)
        for (socket, then) in zip(snapshot.sockets, last?.sockets ?? snapshot.sockets) {
            #expect(socket.id == then.id)
            #expect((socket.sent ?? 0) >= (then.sent ?? 0))
            #expect((socket.received ?? 0) >= (then.received ?? 0))
        }
    }
}
