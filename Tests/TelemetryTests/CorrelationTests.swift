import CTapSegment
import Foundation
import RunDirectory
import Testing

@testable import Telemetry

@Suite struct CorrelationTests {
    @Test(arguments: [(inode: true, far: false), (inode: false, far: true), (inode: false, far: false)])
    func `the ends of an ipc connection find each other`(knows: (inode: Bool, far: Bool)) throws {
        let session = try MadeUpSession(twoNodes(endpoint: "ipc:///run/x"))
        let collector = try session.collector()
        let sender = session.start("sender")
        let receiver = session.start("receiver")
        sender.addEndpoint(sender.addSocket("PUSH"), "ipc:///run/x", connects: true)
        receiver.addEndpoint(receiver.addSocket("PULL"), "ipc:///run/x", connects: false)
        sender.addConnection(
            0, 0, accepted: false, peer: "ipc:///run/x", inode: 11, peerInode: knows.inode ? 22 : 0,
            peerPID: receiver.pid)
        receiver.addConnection(
            0, 0, accepted: true, local: "ipc:///run/x", inode: 22, peerInode: knows.far ? 11 : 0, peerPID: sender.pid)
        sender.socket(0).pointee.sent_messages = 3
        sender.connection(0).pointee.out_messages = 3
        receiver.connection(0).pointee.in_messages = 2
        let snapshot = try collector.collect()
        #expect(snapshot.links.count == 1)
        #expect(snapshot.links.first?.out.stages.kernel == 1)
        session.advance(3)
        #expect(try collector.collect().links.count == 1)
    }

    @Test func `a peer that is no node is named by its address`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let receiver = session.start("receiver")
        receiver.addEndpoint(receiver.addSocket("PULL"), "tcp://127.0.0.1:5000", connects: false)
        receiver.addConnection(
            0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: "tcp://127.0.0.1:41234", peerType: "DEALER")
        receiver.connection(0).pointee.in_messages = 2
        #expect(try collector.collect().links.count == 1)
        session.advance(1.5)
        let link = try #require(collector.collect().links.last)
        #expect(link.id == "tcp://127.0.0.1:41234->receiver.in")
        #expect(link.state == .up)
        #expect(link.out.sent == nil)
        #expect(link.out.offWire == 2)
        #expect(link.out.stages.receiveQueue == 2)
    }

    @Test func `declared sockets are found by endpoint, then order; others take a number`() throws {
        let session = try MadeUpSession(
            ResolvedTopology(
                name: "n",
                nodes: [
                    ResolvedNode(
                        name: "a", program: .command(["x"]),
                        sockets: [
                            ResolvedSocket(name: "first", type: "PULL", binds: ["tcp://127.0.0.1:1"]),
                            ResolvedSocket(name: "second", type: "PULL", binds: ["tcp://127.0.0.1:2"]),
                        ])
                ]))
        let collector = try session.collector()
        let process = session.start("a")
        process.addSocket("PAIR", hidden: true)
        process.addEndpoint(
            process.addSocket("PULL", created: session.now), "tcp://127.0.0.1:2", connects: false)
        process.addEndpoint(
            process.addSocket("PULL", created: session.now), "tcp://127.0.0.1:9", connects: false)
        process.addEndpoint(
            process.addSocket("PUB", created: session.now), "tcp://127.0.0.1:3", connects: false)
        for index in 1...3 { process.socket(index).pointee.sent_bytes = UInt64(index) }
        #expect(try collector.collect().sockets.map(\.id) == ["a.first", "a.second", "a.PUB#1"])
        session.advance(1.5)
        let sockets = try collector.collect().sockets
        #expect(sockets.map(\.id) == ["a.first", "a.second", "a.PUB#1"])
        #expect(sockets.map(\.sentBytes) == [2, 1, 3])
        // Another incarnation takes the same places.
        session.kill(process)
        _ = try collector.collect()
        let next = session.start("a", incarnation: 2)
        next.addEndpoint(next.addSocket("PUB", created: session.now), "tcp://127.0.0.1:4", connects: false)
        next.socket(0).pointee.sent_bytes = 10
        session.advance(1.5)
        let after = try collector.collect().sockets
        #expect(after.map(\.id) == ["a.first", "a.second", "a.PUB#1"])
        #expect(after.last?.sentBytes == 13)
    }

    @Test func `a connect that no file declares finds the bound socket`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let receiver = session.start("receiver")
        receiver.addEndpoint(receiver.addSocket("PULL"), "tcp://*:5000", connects: false)
        let other = session.start("inject-1")
        other.addEndpoint(other.addSocket("PUSH"), "tcp://localhost:5000", connects: true)
        let snapshot = try collector.collect()
        #expect(snapshot.links.map(\.id) == ["sender.out->receiver.in", "inject-1.PUSH#1->receiver.in"])
        #expect(snapshot.nodes.map(\.name) == ["sender", "receiver", "inject-1"])
    }

    @Test func `a child of a node is a node of its own`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let parent = session.start("sender")
        let child = session.start("sender", parent: parent.pid)
        session.names[child.pid] = "worker"
        child.addEndpoint(child.addSocket("PUB"), "tcp://127.0.0.1:7", connects: false)
        try session.write([
            NodeStatus(name: "sender", kind: "source", state: .running, pid: parent.pid, incarnation: 1)
        ])
        let snapshot = try collector.collect()
        #expect(snapshot.nodes.map(\.name) == ["sender", "sender/worker", "receiver"])
        #expect(snapshot.nodes[1].parent == "sender")
        session.advance(1.5)
        #expect(try collector.collect().sockets.map(\.id) == ["sender.out", "sender/worker.PUB#1", "receiver.in"])
    }

    @Test func `a node's state, load and gauges`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let sender = session.start("sender")
        sender.addGauge("running", 3)
        try session.write([
            NodeStatus(name: "sender", kind: "source", state: .running, pid: sender.pid, incarnation: 1),
            NodeStatus(
                name: "receiver", kind: "sink", state: .backoff, incarnation: 2, restarts: 1,
                exit: .init(code: nil, signal: 9), nextStart: 3_500_000_000),
        ])
        #expect(try collector.collect().nodes.first?.cpu == nil)
        session.advance(1)
        session.processes[sender.pid]?.cpuSeconds = 0.25
        session.processes[sender.pid]?.state = "T"
        let nodes = try collector.collect().nodes
        #expect(nodes[0].state == .paused)
        #expect(nodes[0].cpu == 0.25)
        #expect(nodes[0].rss == 4096)
        #expect(nodes[0].gauges == ["running": 3])
        #expect(nodes[0].source == .tap)
        #expect(nodes[1].state == .backoff)
        #expect(nodes[1].cpu == nil)
        #expect(nodes[1].source == .none)
        #expect(nodes[1].nextStart == 2.5)
    }

    @Test func `who is blocked, and on whom`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let sender = session.start("sender")
        let receiver = session.start("receiver")
        sender.addEndpoint(sender.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        receiver.addEndpoint(receiver.addSocket("PULL"), "tcp://127.0.0.1:5000", connects: false)
        sender.socket(0).pointee.blocked_call = UInt32(TAP_CALL_MSG_SEND.rawValue)
        sender.socket(0).pointee.blocked_since_ns = session.now
        receiver.socket(0).pointee.blocked_call = UInt32(TAP_CALL_RECV.rawValue)
        receiver.socket(0).pointee.blocked_since_ns = session.now
        session.advance(1.25)
        let snapshot = try collector.collect()
        #expect(snapshot.sockets[0].blocked == .init(call: "zmq_msg_send", for: 1.25, on: ["receiver.in"]))
        #expect(snapshot.sockets[1].blocked == nil)
        #expect(
            snapshot.verdicts.map(\.text)
                == [
                    "sender.out has been inside zmq_msg_send for 1.3 s: it waits for receiver.in, and the "
                        + "link to it is connecting."
                ])
    }

    @Test func `a link retries, counts down, comes up and goes down`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let sender = session.start("sender")
        let endpoint = sender.addEndpoint(
            sender.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true, created: session.now)
        func link() throws -> Snapshot.Link { try #require(try collector.collect().links.first) }
        #expect(try link().state == .connecting)
        session.advance(0.1)
        sender.endpoint(endpoint).pointee.attempts = 3
        sender.endpoint(endpoint).pointee.last_event = 4
        sender.endpoint(endpoint).pointee.last_event_ns = session.now
        sender.endpoint(endpoint).pointee.retry_milliseconds = 150
        session.advance(0.05)
        let retrying = try link()
        #expect(retrying.state == .retrying)
        #expect(retrying.attempts == 3)
        #expect(retrying.since == 0.1)
        #expect(abs((retrying.retryIn ?? 0) - 0.1) < 1e-9)
        let connection = sender.addConnection(
            0, endpoint, accepted: false, local: "tcp://127.0.0.1:40000", peer: "tcp://127.0.0.1:5000",
            opened: session.now, handshake: nil)
        #expect(try link().state == .connected)
        session.advance(0.1)
        sender.connection(connection).pointee.handshake = 1
        sender.connection(connection).pointee.handshake_ns = session.now
        sender.endpoint(endpoint).pointee.handshakes = 1
        let up = try link()
        #expect(up.state == .up)
        #expect(up.since == 0.25)
        #expect(up.reconnects == 0)
        sender.connection(connection).pointee.closed_ns = session.now
        #expect(try link().state == .down)
        sender.endpoint(endpoint).pointee.attempts = 4
        #expect(try link().state == .retrying)
        session.advance(0.1)
        sender.addConnection(
            0, endpoint, accepted: false, local: "tcp://127.0.0.1:40001", peer: "tcp://127.0.0.1:5000",
            opened: session.now, handshake: session.now)
        let again = try link()
        #expect(again.state == .up)
        #expect(again.reconnects == 1)
        session.kill(sender)
        #expect(try link().state == .down)
    }

    @Test func `of connections found in one look the one opened last says how the link stands`() throws {
        let session = try MadeUpSession(twoNodes())
        let collector = try session.collector()
        let sender = session.start("sender")
        sender.addEndpoint(sender.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        let first = sender.addConnection(
            0, 0, accepted: false, local: "tcp://127.0.0.1:40001", peer: "tcp://127.0.0.1:5000",
            opened: session.now + 20)
        sender.addConnection(
            0, 0, accepted: false, local: "tcp://127.0.0.1:40000", peer: "tcp://127.0.0.1:5000",
            opened: session.now + 10)
        sender.connection(1).pointee.closed_ns = session.now + 15
        session.advance(0.1)
        #expect(first == 0)
        #expect(try collector.collect().links.first?.state == .up)
    }

    @Test func `what a SUB takes off the wire and never delivers is discarded`() throws {
        let session = try MadeUpSession(twoNodes(from: "SUB", to: "PUB"))
        let collector = try session.collector()
        let sub = session.start("sender")
        let pub = session.start("receiver")
        sub.addEndpoint(sub.addSocket("SUB"), "tcp://127.0.0.1:5000", connects: true)
        pub.addEndpoint(pub.addSocket("PUB"), "tcp://127.0.0.1:5000", connects: false)
        sub.addConnection(0, 0, accepted: false, local: "tcp://127.0.0.1:4", peer: "tcp://127.0.0.1:5000")
        pub.addConnection(0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: "tcp://127.0.0.1:4")
        pub.socket(0).pointee.sent_messages = 500
        pub.connection(0).pointee.out_messages = 100
        sub.connection(0).pointee.in_messages = 100
        sub.connection(0).pointee.delivered_messages = 40
        sub.connection(0).pointee.in_last_ns = session.now
        func back() throws -> Snapshot.Direction {
            session.advance(0.1)
            return try #require(try collector.collect().links.first?.back)
        }
        #expect(try back().stages.receiveQueue == 60)
        sub.socket(0).pointee.drained_ns = session.now
        _ = try back()
        let drained = try back()
        #expect(drained.discarded == 60)
        #expect(drained.stages.receiveQueue == 0)
        #expect(drained.sent == 100)
        #expect(drained.stages.sendQueue == nil)
        #expect(drained.lost == nil)
    }

    @Test func `a REP that has waited since it looked in vain has thrown away what came before`() throws {
        let session = try MadeUpSession(twoNodes(from: "REP", to: "DEALER"))
        let collector = try session.collector()
        let rep = session.start("sender")
        let dealer = session.start("receiver")
        rep.addEndpoint(rep.addSocket("REP"), "tcp://127.0.0.1:5000", connects: true)
        dealer.addEndpoint(dealer.addSocket("DEALER"), "tcp://127.0.0.1:5000", connects: false)
        rep.addConnection(0, 0, accepted: false, local: "tcp://127.0.0.1:4", peer: "tcp://127.0.0.1:5000")
        dealer.addConnection(0, 0, accepted: true, local: "tcp://127.0.0.1:5000", peer: "tcp://127.0.0.1:4")
        dealer.socket(0).pointee.sent_messages = 7
        dealer.connection(0).pointee.out_messages = 7
        rep.connection(0).pointee.in_messages = 7
        rep.connection(0).pointee.delivered_messages = 4
        rep.socket(0).pointee.blocked_since_ns = session.now
        rep.socket(0).pointee.blocked_call = UInt32(TAP_CALL_MSG_RECV.rawValue)
        func back(after seconds: Double) throws -> Snapshot.Direction {
            session.advance(seconds)
            return try #require(try collector.collect().links.first?.back)
        }
        // It waits since before they came: it may not have been woken yet.
        session.advance(0.1)
        rep.connection(0).pointee.in_last_ns = session.now
        rep.socket(0).pointee.drained_ns = session.now - 1
        for _ in 1...4 { #expect(try back(after: 0.9).stages.receiveQueue == 3) }
        // It looked after they came. They may not have been in the queue yet, but now they would be.
        rep.socket(0).pointee.drained_ns = session.now
        rep.connection(0).pointee.in_last_ns = session.now - 1
        #expect(try back(after: 0.9).stages.receiveQueue == 3)
        #expect(try back(after: 0.9).stages.receiveQueue == 3)
        let waited = try back(after: 0.9)
        #expect(waited.discarded == 3 && waited.stages.receiveQueue == 0 && waited.depth == 0)
    }

    @Test func `inproc needs no connection`() throws {
        var topology = twoNodes(endpoint: "inproc://x")
        topology.nodes[0].sockets += topology.nodes[1].sockets
        topology.nodes[0].sockets[0].connects[0].target = "sender.in"
        topology.nodes.removeLast()
        let session = try MadeUpSession(topology)
        let collector = try session.collector()
        let process = session.start("sender")
        process.addEndpoint(process.addSocket("PUSH"), "inproc://x", connects: true)
        #expect(try collector.collect().links.first?.state == .connecting)
        process.addEndpoint(process.addSocket("PULL"), "inproc://x", connects: false)
        process.socket(0).pointee.sent_messages = 9
        process.socket(1).pointee.received_messages = 4
        let link = try #require(collector.collect().links.first)
        #expect(link.state == .up)
        #expect(link.out.sent == 9)
        #expect(link.out.received == 4)
        #expect(link.out.depth == 5)
        #expect(link.out.onWire == nil)
        session.kill(process)
        #expect(try collector.collect().links.first?.state == .down)
        #expect(try collector.collect().links.first?.out.lost == 5)
        #expect(try collector.collect().links.first?.out.sent == 9)
    }
}
