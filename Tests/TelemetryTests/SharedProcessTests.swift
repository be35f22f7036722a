import CTapSegment
import Foundation
import RunDirectory
import Testing

@testable import Telemetry

/// Nodes that are threads of one process: one segment, and each socket is its thread's.
@Suite struct SharedProcessTests {
    private static func node(_ name: String, _ kind: String, _ sockets: ResolvedSocket...) -> ResolvedNode {
        ResolvedNode(name: name, group: kind, program: .builtin(kind: kind), sockets: sockets, process: "line")
    }

    private static func pull(_ endpoint: String, _ target: String? = nil) -> ResolvedSocket {
        ResolvedSocket(
            name: "in", type: "PULL", binds: target == nil ? [endpoint] : [],
            connects: target.map { [.init(endpoint: endpoint, target: $0)] } ?? [])
    }

    private static func push(_ endpoint: String, _ target: String? = nil) -> ResolvedSocket {
        ResolvedSocket(
            name: "out", type: "PUSH", binds: target == nil ? [endpoint] : [],
            connects: target.map { [.init(endpoint: endpoint, target: $0)] } ?? [])
    }

    /// source → worker-1, worker-2 → sink, all in the process line.
    private static let line = ResolvedTopology(
        name: "line",
        nodes: [
            node("source", "source", push("inproc://work")),
            node("worker-1", "worker", pull("inproc://work", "source.out"), push("inproc://done", "sink.in")),
            node("worker-2", "worker", pull("inproc://work", "source.out"), push("inproc://done", "sink.in")),
            node("sink", "sink", pull("inproc://done")),
        ])

    private func statuses(_ topology: ResolvedTopology, pid: Int32, incarnation: Int = 1) -> [NodeStatus] {
        topology.nodes.map {
            NodeStatus(
                name: $0.name, group: $0.group, kind: $0.kind, state: .running, pid: pid, incarnation: incarnation)
        }
    }

    @Test func aSocketIsItsThreads() throws {
        let session = try MadeUpSession(Self.line)
        let segment = session.start("source")
        try session.write(statuses(Self.line, pid: segment.pid))
        // The second worker was faster.
        for (player, thread, sent) in [(3, 33, 30), (2, 22, 20)] as [(UInt32, Int32, UInt64)] {
            let output = segment.addSocket("PUSH", player: player, thread: thread)
            segment.addEndpoint(output, "inproc://done", connects: true)
            segment.socket(output).pointee.sent_messages = sent
            let input = segment.addSocket("PULL", player: player, thread: thread)
            segment.addEndpoint(input, "inproc://work", connects: true)
            segment.socket(input).pointee.received_messages = sent
            segment.addGauge("speed", Double(sent), player: player)
        }
        let source = segment.addSocket("PUSH", player: 1, thread: 11)
        segment.addEndpoint(source, "inproc://work", connects: false)
        segment.socket(source).pointee.sent_messages = 55
        let sink = segment.addSocket("PULL", player: 4, thread: 44)
        segment.addEndpoint(sink, "inproc://done", connects: false)
        segment.socket(sink).pointee.received_messages = 49
        session.threads = [11: 0, 22: 0, 33: 0, 44: 0]
        let collector = try session.collector()
        _ = try collector.collect()
        session.advance(1)
        session.threads = [11: 0.1, 22: 0.2, 33: 0.3, 44: 0]
        session.processes[segment.pid]?.cpuSeconds = 0.7
        let snapshot = try collector.collect()
        #expect(snapshot.nodes.map(\.name) == ["source", "worker-1", "worker-2", "sink"])
        #expect(snapshot.sockets.count == 6)
        #expect(snapshot.sockets.first { $0.id == "worker-1.out" }?.sent == 20)
        #expect(snapshot.sockets.first { $0.id == "worker-2.out" }?.sent == 30)
        let nodes = Dictionary(uniqueKeysWithValues: snapshot.nodes.map { ($0.name, $0) })
        #expect(nodes["worker-1"]?.gauges == ["speed": 20])
        #expect(nodes["worker-2"]?.gauges == ["speed": 30])
        #expect(nodes["source"]?.gauges == [:])
        #expect(nodes["worker-2"]?.cpu.map { abs($0 - 0.3) < 0.001 } == true)
        for node in snapshot.nodes {
            #expect(node.source == .tap && node.rss == nil)
            #expect(node.process?.name == "line" && node.process?.rss == 4096)
            #expect(node.process?.cpu.map { abs($0 - 0.7) < 0.001 } == true)
        }
        // Which of two pipes a PUSH has chosen, or a PULL has read, nobody knows; the other end does.
        let links = Dictionary(uniqueKeysWithValues: snapshot.links.map { ($0.id, $0) })
        #expect(links.count == 4)
        for link in snapshot.links { #expect(link.state == .up && link.transport == "inproc", "\(link.id)") }
        let taken = try #require(links["worker-1.in->source.out"])
        #expect(taken.back.sent == nil && taken.back.received == 20 && taken.back.depth == nil)
        let given = try #require(links["worker-2.out->sink.in"])
        #expect(given.out.sent == 30 && given.out.received == nil && given.out.depth == nil && given.out.lost == nil)
    }

    private static let pair = ResolvedTopology(
        name: "pair",
        nodes: [node("source", "source", push("inproc://a", "sink.in")), node("sink", "sink", pull("inproc://a"))])

    private func fill(_ segment: SegmentBuilder, sent: UInt64, received: UInt64) {
        let out = segment.addSocket("PUSH", player: 1, thread: 11)
        segment.addEndpoint(out, "inproc://a", connects: true)
        segment.socket(out).pointee.sent_messages = sent
        let into = segment.addSocket("PULL", player: 2, thread: 22)
        segment.addEndpoint(into, "inproc://a", connects: false)
        segment.socket(into).pointee.received_messages = received
    }

    @Test func onePipeIsKnownWholeOverRestarts() throws {
        let session = try MadeUpSession(Self.pair)
        let first = session.start("source")
        try session.write(statuses(Self.pair, pid: first.pid))
        fill(first, sent: 100, received: 90)
        let collector = try session.collector()
        var link = try #require(try collector.collect().links.first)
        #expect(link.id == "source.out->sink.in" && link.state == .up)
        #expect(link.incarnation == .init(from: 1, to: 1))
        #expect(link.out.sent == 100 && link.out.received == 90 && link.out.depth == 10 && link.out.lost == 0)
        // What lay between the threads went with their process.
        session.kill(first)
        session.advance(1)
        link = try #require(try collector.collect().links.first)
        #expect(link.state == .down)
        #expect(link.out.sent == 100 && link.out.received == 90 && link.out.depth == 0 && link.out.lost == 10)
        let second = session.start("source", incarnation: 2)
        try session.write(statuses(Self.pair, pid: second.pid, incarnation: 2))
        fill(second, sent: 7, received: 5)
        session.advance(1)
        link = try #require(try collector.collect().links.first)
        #expect(link.state == .up && link.incarnation == .init(from: 2, to: 2))
        #expect(link.out.sent == 107 && link.out.received == 95 && link.out.depth == 2 && link.out.lost == 10)
    }

    /// The tap gives the record of an endpoint that has gone to the next one, and then one connector is to be seen.
    @Test func whatAFormerPipeBroughtIsNotTheNextOnes() throws {
        let session = try MadeUpSession(Self.line)
        let segment = session.start("source")
        try session.write(statuses(Self.line, pid: segment.pid))
        let sink = segment.addSocket("PULL", player: 4, thread: 44)
        segment.addEndpoint(sink, "inproc://done", connects: false)
        segment.socket(sink).pointee.received_messages = 30
        var connects: [Int] = []
        for (player, sent) in [(2, 10), (3, 20)] as [(UInt32, UInt64)] {
            let output = segment.addSocket("PUSH", player: player, thread: 1)
            connects.append(segment.addEndpoint(output, "inproc://done", connects: true))
            segment.socket(output).pointee.sent_messages = sent
        }
        let collector = try session.collector()
        func received() throws -> [Int?] {
            try collector.collect().links.filter { $0.to == "sink.in" }.map(\.out.received)
        }
        #expect(try received() == [nil, nil])
        segment.socket(1).pointee.closed_ns = 5
        let other = segment.addSocket("PULL", player: 1, thread: 1)
        let record = segment.endpoint(connects[0])
        record.pointee.socket_index = UInt32(other)
        record.pointee.socket_id = UInt32(other + 1)
        record.pointee.kind = UInt32(TAP_ENDPOINT_BIND)
        record.pointee.created_ns = 6
        record.pointee.generation += 2
        session.advance(1)
        #expect(try received() == [nil, nil])
        #expect(try collector.collect().links.filter { $0.to == "sink.in" }.map(\.out.sent) == [10, 20])
    }

    /// A connect may come before the bind: what is sent waits in the pipe.
    @Test func whatWaitsForABindIsSent() throws {
        let session = try MadeUpSession(Self.pair)
        let segment = session.start("source")
        try session.write(statuses(Self.pair, pid: segment.pid))
        let out = segment.addSocket("PUSH", player: 1, thread: 11)
        segment.addEndpoint(out, "inproc://a", connects: true)
        segment.socket(out).pointee.sent_messages = 7
        let collector = try session.collector()
        var link = try #require(try collector.collect().links.first)
        #expect(link.state == .connecting)
        #expect(link.out.sent == 7 && link.out.received == 0 && link.out.depth == 7)
        let into = segment.addSocket("PULL", player: 2, thread: 22)
        segment.addEndpoint(into, "inproc://a", connects: false)
        segment.socket(into).pointee.received_messages = 7
        link = try #require(try collector.collect().links.first)
        #expect(link.state == .up && link.out.sent == 7 && link.out.received == 7 && link.out.depth == 0)
    }

    @Test func faultsFindTheThread() throws {
        let session = try MadeUpSession(Self.line)
        let segment = session.start("source")
        try session.write(statuses(Self.line, pid: segment.pid))
        let collector = try session.collector()
        _ = try collector.collect()
        let places = collector.faultPlaces
        #expect(places.host(of: "worker-2").node == "source" && places.host(of: "worker-2").player == 3)
        #expect(places.processes(of: "sink").map(\.pid) == [segment.pid])
    }

    @Test func olderFilesHaveNoProcess() throws {
        let node = ResolvedNode(name: "a", program: .builtin(kind: "sink"))
        let text = String(decoding: try JSONEncoder().encode(node), as: UTF8.self)
        #expect(!text.contains("process"))
        #expect(try JSONDecoder().decode(ResolvedNode.self, from: Data(text.utf8)).process == nil)
    }
}
