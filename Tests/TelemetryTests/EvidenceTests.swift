import CTapSegment
import RunDirectory
import Testing

@testable import Telemetry

/// Verdicts that single connections show, from made-up segments to the sentence.
@Suite struct EvidenceTests {
    private static let frontend = "tcp://127.0.0.1:5000"

    private static func topology(_ peers: [String], silenced: [String]? = nil) -> ResolvedTopology {
        ResolvedTopology(
            name: "many",
            nodes: [
                ResolvedNode(
                    name: "router", program: .builtin(kind: "scheduler"),
                    sockets: [ResolvedSocket(name: "in", type: "ROUTER", binds: [frontend])])
            ]
                + peers.map { name in
                    ResolvedNode(
                        name: name, program: .builtin(kind: "client"),
                        sockets: [
                            ResolvedSocket(
                                name: "out", type: "DEALER",
                                connects: [.init(endpoint: frontend, target: "router.in")])
                        ])
                }, silenced: silenced)
    }

    private final class Stage {
        let session: MadeUpSession
        let collector: Collector
        let router: SegmentBuilder
        private var port = 40000

        init(peers: [String], type: String = "ROUTER", options: [Int32: Int32] = [:], silenced: [String]? = nil) throws
        {
            session = try MadeUpSession(EvidenceTests.topology(peers, silenced: silenced))
            collector = try session.collector()
            router = session.start("router")
            router.addEndpoint(
                router.addSocket(type, options: options), EvidenceTests.frontend, connects: false, created: session.now)
        }

        /// A connection of a peer that comes with a routing id; both ends' slots.
        func connect(_ peer: SegmentBuilder, identity: String, type: String = "DEALER") -> (near: Int, far: Int) {
            port += 1
            let address = "tcp://127.0.0.1:\(port)"
            let near = peer.addConnection(
                0, 0, accepted: false, local: address, peer: EvidenceTests.frontend, peerType: "ROUTER",
                opened: session.now, handshake: session.now)
            let far = router.addConnection(
                0, 0, accepted: true, local: EvidenceTests.frontend, peer: address, peerType: type,
                opened: session.now, handshake: session.now)
            withUnsafeMutableBytes(of: &router.connection(far).pointee.identity) { $0.copyBytes(from: identity.utf8) }
            router.connection(far).pointee.identity_size = UInt32(identity.utf8.count)
            router.connection(far).pointee.generation += 2
            return (near, far)
        }

        func peer(_ name: String, type: String = "DEALER") -> SegmentBuilder {
            let peer = session.start(name)
            peer.addEndpoint(peer.addSocket(type), EvidenceTests.frontend, connects: true, created: session.now)
            return peer
        }

        func verdicts(after seconds: Double) throws -> [Snapshot.Verdict] {
            session.advance(seconds)
            return try collector.collect().verdicts
        }
    }

    @Test func `two peers with one routing id clash, until one is gone`() throws {
        let stage = try Stage(peers: ["a", "b"])
        _ = stage.connect(stage.peer("a"), identity: "same")
        stage.session.advance(1)
        let second = stage.peer("b")
        let place = stage.connect(second, identity: "same")
        #expect(try stage.verdicts(after: 0.1).isEmpty)
        let found = try stage.verdicts(after: 1)
        #expect(found.map(\.rule) == ["identity-clash"])
        #expect(found.first?.subject == "router.in")
        #expect(found.first?.since == 1)
        #expect(
            found.first?.text.hasPrefix("a.out and b.out are connected to router.in with the same routing id same: ")
                == true)
        second.connection(place.near).pointee.closed_ns = stage.session.now
        stage.router.connection(place.far).pointee.closed_ns = stage.session.now
        #expect(try stage.verdicts(after: 0.1).isEmpty)
    }

    @Test func `names that a router made and names that differ do not clash`() throws {
        let stage = try Stage(peers: ["a", "b", "c", "d"])
        for (name, identity) in [("a", "one"), ("b", "two"), ("c", "\0made"), ("d", "\0made")] {
            _ = stage.connect(stage.peer(name), identity: identity)
        }
        #expect(try stage.verdicts(after: 2).isEmpty)
    }

    @Test func `with handover they take it from each other in turns`() throws {
        let stage = try Stage(peers: ["a", "b"], options: [56: 1])
        let peers = [stage.peer("a"), stage.peer("b")]
        var last: (peer: SegmentBuilder, near: Int, far: Int)?
        var found: [Snapshot.Verdict] = []
        for turn in 0..<4 {
            if let last {
                last.peer.connection(last.near).pointee.closed_ns = stage.session.now
                stage.router.connection(last.far).pointee.closed_ns = stage.session.now
            }
            let peer = peers[turn % 2]
            let place = stage.connect(peer, identity: "same")
            last = (peer, place.near, place.far)
            found = try stage.verdicts(after: 0.2)
            if turn < 2 { #expect(!found.contains { $0.rule == "identity-clash" }) }
        }
        #expect(found.first { $0.rule == "identity-clash" }?.text.contains("in turns") == true)
        #expect(try !stage.verdicts(after: 11).contains { $0.rule == "identity-clash" })
    }

    @Test func `a refused handshake between types that do not fit is named by them`() throws {
        let stage = try Stage(peers: ["a"])
        let peer = stage.peer("a", type: "SUB")
        let place = stage.connect(peer, identity: "", type: "SUB")
        for (segment, index) in [(peer, place.near), (stage.router, place.far)] {
            segment.connection(index).pointee.handshake = UInt32(TAP_HANDSHAKE_FAILED)
        }
        let found = try stage.verdicts(after: 1.5)
        #expect(found.map(\.rule) == ["wrong-peer-type"])
        #expect(found.first?.text.hasPrefix("a.SUB#1 is a SUB and what it reaches at ") == true)
    }

    @Test func `who is bound is told, until somebody comes`() throws {
        let stage = try Stage(peers: [])
        #expect(try stage.verdicts(after: 9).isEmpty)
        #expect(
            try stage.verdicts(after: 2).map(\.text) == [
                "router.in has been bound to tcp://127.0.0.1:5000 for 11.0 s, and nobody has connected to it."
            ])
        _ = stage.connect(stage.peer("late"), identity: "late")
        #expect(try stage.verdicts(after: 1).isEmpty)
    }

    @Test func `the options that a program set are told, and those that came too late`() throws {
        let stage = try Stage(peers: ["a"], options: [23: 5], silenced: ["bound-nobody-came"])
        let peer = stage.peer("a")
        withUnsafeMutableBytes(of: &peer.socket(0).pointee.options) { bytes in
            let all = bytes.bindMemory(to: tap_option.self)
            all[0] = tap_option()
            (all[0].name, all[0].size, all[0].flags) = (75, 4, UInt16(TAP_OPTION_AFTER_ENDPOINT))
            withUnsafeMutableBytes(of: &all[0].value) { $0.storeBytes(of: 250, as: Int32.self) }
            all[1] = tap_option()
            (all[1].name, all[1].size) = (5, 3)
            withUnsafeMutableBytes(of: &all[1].value) { $0.copyBytes(from: [0xff, 0, 1]) }
            all[2] = tap_option()
            (all[2].name, all[2].size) = (46, 6)
            all[3] = tap_option()
            (all[3].name, all[3].size, all[3].flags) = (24, 4, UInt16(TAP_OPTION_REFUSED))
        }
        peer.socket(0).pointee.option_count = 4
        stage.session.advance(1)
        let snapshot = try stage.collector.collect()
        #expect(
            snapshot.sockets.map(\.options) == [
                [.init(name: "sndhwm", value: "5", late: false)],
                [
                    .init(name: "heartbeat_ivl", value: "250", late: true),
                    .init(name: "routing_id", value: "hex:ff0001", late: false),
                    .init(name: "plain_password", value: "•••", late: false),
                ],
            ])
        #expect(snapshot.verdicts.map(\.rule) == ["option-after-connect"])
        #expect(snapshot.verdicts.first?.subject == "a.out")
        #expect(try stage.verdicts(after: 20).map(\.rule).contains("bound-nobody-came") == false)
    }

    @Test func `latencies are counted by decade`() {
        let scratch = LatencyScratch()
        let latency = scratch.summary([500, 1000, 3200, 9_999, 10_000, 1_000_000_000, 900_000_000_000] as [UInt64])
        #expect(latency?.buckets == [2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1])
        #expect(Snapshot.Direction.Latency.bucketStarts.count == 16)
    }
}
