import CTapSegment
import Foundation
import RunDirectory
import Testing

@testable import Telemetry

@Suite struct SegmentFileTests {
    let session: MadeUpSession
    let collector: Collector

    init() throws {
        session = try MadeUpSession(twoNodes())
        collector = try session.collector()
    }

    private func path(_ name: String) -> String { session.layout.segments + "/" + name }

    @Test func `what is no good segment is named once, and the others are read`() throws {
        let good = session.start("sender")
        good.addEndpoint(good.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        good.socket(0).pointee.sent_messages = 4
        let whole = try Data(contentsOf: URL(filePath: good.path))
        try Data("hello".utf8).write(to: URL(filePath: path("short.segment")))
        try Data(repeating: 7, count: 8192).write(to: URL(filePath: path("foreign.segment")))
        try whole.prefix(5000).write(to: URL(filePath: path("cut.segment")))
        session.start("receiver").header.pointee.version = 9
        session.start("receiver").header.pointee.connections.offset = 0xffff_fff8
        session.start("receiver").header.pointee.sockets.used = 5000
        try FileManager.default.createSymbolicLink(
            atPath: path("link.segment"), withDestinationPath: good.path)
        try FileManager.default.createDirectory(atPath: path("folder.segment"), withIntermediateDirectories: false)
        try Data("hidden".utf8).write(to: URL(filePath: path(".new.segment")))
        for _ in 0..<3 {
            #expect(try collector.collect().sockets.first { $0.id == "sender.out" }?.sent == 4)
            session.advance(0.1)
        }
        let problems = collector.segmentProblems.sorted()
        #expect(problems.count == 8, "\(problems)")
        #expect(problems.contains { $0.hasPrefix("short.segment: is truncated: 5 bytes") })
        #expect(problems.contains("foreign.segment: is not a segment of the tap"))
        #expect(problems.contains("cut.segment: is truncated: 5000 bytes of \(whole.count)"))
        #expect(problems.contains { $0.contains("has version 9; this program reads version \(TAP_VERSION)") })
        #expect(problems.count { $0.contains("is torn") } == 2)
        #expect(problems.contains { $0.hasPrefix("link.segment: cannot be opened") })
        #expect(problems.contains("folder.segment: is no regular file"))
    }

    @Test func `a segment that shrinks while it is read is named, and its last figures stay`() throws {
        let segment = session.start("sender")
        segment.addEndpoint(segment.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        segment.socket(0).pointee.sent_messages = 4
        _ = try collector.collect()
        #expect(truncate(segment.path, 4096) == 0)
        session.advance(0.1)
        let snapshot = try collector.collect()
        #expect(collector.segmentProblems.count == 1)
        #expect(snapshot.sockets.first { $0.id == "sender.out" }?.sent == 4)
    }

    @Test func `where the tables lie may not change once the file is opened`() throws {
        let segment = session.start("sender")
        segment.addSocket("PUSH")
        segment.addEvent(2, socket: 0, endpoint: "", time: session.now)
        _ = try collector.collect()
        segment.addEvent(2, socket: 0, endpoint: "", time: session.now)
        segment.header.pointee.events.record_size = 0xffff_fff8
        segment.header.pointee.events.capacity = 0xffff_ffff
        session.advance(0.1)
        _ = try collector.collect()
        #expect(collector.segmentProblems.count == 1)
        #expect(collector.segmentProblems.first?.contains("overwritten") == true)
    }

    @Test func `times at the end of time are no trap`() throws {
        let segment = session.start("sender")
        segment.header.pointee.started_ns = .max
        segment.socket(segment.addSocket("PUSH")).pointee.created_ns = .max
        #expect(try !collector.collect().sockets.isEmpty)
    }

    @Test func `a slot that is being changed keeps its last good copy`() throws {
        let segment = session.start("sender")
        segment.addEndpoint(segment.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        segment.socket(0).pointee.sent_messages = 4
        _ = try collector.collect()
        segment.socket(0).pointee.generation = 3
        segment.socket(0).pointee.sent_messages = 999
        session.advance(0.1)
        #expect(try collector.collect().sockets.first { $0.id == "sender.out" }?.sent == 4)
        segment.socket(0).pointee.generation = 4
        segment.socket(0).pointee.sent_messages = 5
        #expect(try collector.collect().sockets.first { $0.id == "sender.out" }?.sent == 5)
    }

    @Test func `events come once, in the order of time, and what was overwritten is counted`() throws {
        let one = session.start("sender")
        let two = session.start("receiver")
        one.addEndpoint(one.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        two.addEndpoint(two.addSocket("PULL"), "tcp://127.0.0.1:5000", connects: false)
        one.addEvent(2, socket: 0, endpoint: "tcp://127.0.0.1:5000", value: 115, time: session.now + 1_000_000)
        two.addEvent(8, socket: 0, endpoint: "tcp://127.0.0.1:5000", value: 9, time: session.now + 500_000)
        session.advance(0.1)
        let events = try collector.collect().events
        #expect(events.map(\.event) == ["LISTENING", "CONNECT_DELAYED"])
        #expect(
            events.last
                == .init(
                    elapsed: 0.001, node: "sender", socket: "out", event: "CONNECT_DELAYED",
                    endpoint: "tcp://127.0.0.1:5000", value: 115))
        #expect(try collector.collect().events.isEmpty)
        for number in 0..<100 {
            one.addEvent(4, socket: 0, endpoint: "", value: Int64(number), time: session.now)
        }
        session.advance(0.1)
        let snapshot = try collector.collect()
        #expect(snapshot.events.map(\.value) == Array(36..<100))
        #expect(snapshot.eventsDropped == 36)
    }
}
