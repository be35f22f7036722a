import CTapSegment
import Foundation
import RunDirectory
import Testing

@testable import Telemetry

/// Which node a process is, and where its figures stand.
@Suite struct ChildrenTests {
    let session: MadeUpSession
    let collector: Collector

    init() throws {
        session = try MadeUpSession(twoNodes())
        collector = try session.collector()
    }

    /// The session has started this process as `sender`.
    private func started(_ pid: Int32, incarnation: Int = 1) throws {
        try session.write([
            NodeStatus(name: "sender", kind: "source", state: .running, pid: pid, incarnation: incarnation)
        ])
    }

    private func nodes() throws -> [String] { try collector.collect().nodes.map(\.name).filter { $0 != "receiver" } }

    @Test func `children bear their programs' names, and children of children theirs`() throws {
        let own = session.start("sender", program: "python3")
        let child = session.start("sender", parent: own.pid, program: "work/1", forked: true)
        let grandchild = session.start("sender", parent: child.pid, program: "python3", forked: true)
        let twin = session.start("sender", parent: own.pid, program: "work/1", forked: true)
        try started(own.pid)
        for segment in [child, grandchild, twin] {
            segment.addEndpoint(segment.addSocket("PUSH"), "tcp://127.0.0.1:9", connects: true)
        }
        #expect(try nodes() == ["sender", "sender/work_1", "sender/work_1/python3", "sender/work_1-2"])
        session.advance(1.5)
        let snapshot = try collector.collect()
        #expect(
            snapshot.sockets.map(\.id) == [
                "sender.out", "sender/work_1.PUSH#1", "sender/work_1/python3.PUSH#1", "sender/work_1-2.PUSH#1",
                "receiver.in",
            ])
        #expect(snapshot.nodes.map(\.parent) == [nil, "sender", "sender/work_1", "sender", nil])
        #expect(snapshot.nodes.map(\.kind) == ["source", "source", "source", "source", "sink"])
        #expect(snapshot.nodes[1].pid == child.pid)
    }

    @Test func `a segment that sorts before its parent's is its child all the same`() throws {
        // 99 and 100 in the names of files: 100 comes first.
        let own = SegmentBuilder(
            directory: session.layout.segments, node: "sender", incarnation: 1, pid: 99, started: session.now)
        let child = session.start("sender", parent: 99, program: "child")
        for pid in [99, child.pid] {
            session.processes[pid] = ProcessSample(state: "S", cpuSeconds: 0, residentBytes: 1, started: session.now)
        }
        own.describe(program: "python3", forked: false)
        #expect(try nodes() == ["sender", "sender/child"])
        _ = own
    }

    @Test func `one that was gone when it was seen leaves its place to the next, whichever is read first`() throws {
        let own = session.start("sender", program: "python3")
        try started(own.pid)
        // 99 and 102 in the names of files: 102 comes first, and has begun last.
        let gone = SegmentBuilder(
            directory: session.layout.segments, node: "sender", incarnation: 1, pid: 99, parent: own.pid,
            started: session.now)
        gone.describe(program: "job", forked: true)
        session.advance(0.01)
        let next = session.start("sender", parent: own.pid, program: "job", forked: true)
        for (child, sent) in [(gone, 5), (next, 7)] {
            child.addEndpoint(child.addSocket("PUSH"), "tcp://127.0.0.1:5001", connects: true)
            child.socket(0).pointee.sent_messages = UInt64(sent)
        }
        _ = try collector.collect()
        session.advance(1.5)
        let snapshot = try collector.collect()
        #expect(snapshot.nodes.map(\.name) == ["sender", "sender/job", "receiver"])
        let pushes = snapshot.sockets.filter { $0.node == "sender/job" }
        #expect(pushes.map(\.name) == ["PUSH#1"] && pushes.first?.sent == 12)
        #expect(snapshot.links.count { $0.from.hasPrefix("sender/job") } == 1)
    }

    @Test func `many that live shortly are as many nodes, sockets and links as ran at once`() throws {
        let own = session.start("sender", program: "python3")
        try started(own.pid)
        var total = 0
        for round in 1...50 {
            let children = (1...2).map { _ in session.start("sender", parent: own.pid, program: "job", forked: true) }
            for child in children {
                let socket = child.addSocket("PUB")
                // Each on a port of its own, and a link that all have had.
                child.addEndpoint(socket, "tcp://127.0.0.1:\(child.pid + 6000)", connects: false)
                child.addEndpoint(child.addSocket("PUSH"), "tcp://127.0.0.1:5001", connects: true)
                child.socket(0).pointee.sent_messages = 3
                total += 3
                // Some are gone before they are first seen.
                if round % 2 == 0 { session.kill(child) }
            }
            _ = try collector.collect()
            for child in children { session.kill(child) }
            session.advance(1.5)
            _ = try collector.collect()
        }
        let snapshot = try collector.collect()
        #expect(snapshot.nodes.map(\.name) == ["sender", "sender/job", "sender/job-2", "receiver"])
        let published = snapshot.sockets.filter { $0.type == "PUB" }
        #expect(published.map(\.id) == ["sender/job.PUB#1", "sender/job-2.PUB#1"])
        #expect(published.compactMap(\.sent).reduce(0, +) == total)
        #expect(snapshot.links.count { $0.from.hasPrefix("sender/") } == 2)
        #expect(snapshot.nodes[1].state == .exited)
    }

    @Test func `what a wrapper runs stands for the node`() throws {
        try started(50)
        session.executables[50] = "/usr/bin/dash"
        session.processes[50] = ProcessSample(state: "S", cpuSeconds: 0, residentBytes: 1, started: 1)
        let first = session.start("sender", parent: 50, program: "python3")
        session.executables[first.pid] = "/usr/bin/python3.11"
        first.addEndpoint(first.addSocket("PUSH"), "tcp://127.0.0.1:5000", connects: true)
        first.addEndpoint(first.addSocket("PUB"), "tcp://127.0.0.1:6000", connects: false)
        first.addGauge("running", 3)
        let child = session.start("sender", parent: first.pid, program: "python3", forked: true)
        #expect(try nodes() == ["sender", "sender/python3"])
        session.advance(1.5)
        var snapshot = try collector.collect()
        #expect(snapshot.sockets.map(\.id) == ["sender.out", "sender.PUB#1", "receiver.in"])
        #expect(snapshot.sockets[0].observed && snapshot.nodes[0].gauges == ["running": 3])
        #expect(snapshot.nodes[0].source == .tap && snapshot.nodes[0].pid == 50 && snapshot.nodes[0].rss == 4096)
        // The wrapper runs it again.
        session.kill(child)
        session.kill(first)
        _ = try collector.collect()
        let second = session.start("sender", parent: 50, program: "python3")
        session.executables[second.pid] = "/usr/bin/python3.11"
        second.addEndpoint(second.addSocket("PUB"), "tcp://127.0.0.1:6001", connects: false)
        _ = try collector.collect()
        session.advance(1.5)
        snapshot = try collector.collect()
        #expect(snapshot.nodes.map(\.name) == ["sender", "sender/python3", "receiver"])
        #expect(snapshot.sockets.map(\.id) == ["sender.out", "sender.PUB#1", "receiver.in"])
    }

    @Test(arguments: [true, false])
    func `a program that runs itself, or forks, is no wrapper`(forks: Bool) throws {
        try started(50)
        session.executables[50] = "/usr/bin/python3.11"
        session.processes[50] = ProcessSample(state: "S", cpuSeconds: 0, residentBytes: 1, started: 1)
        let workers = (1...2).map { _ in session.start("sender", parent: 50, program: "python3", forked: forks) }
        for worker in workers { session.executables[worker.pid] = forks ? "/other" : "/usr/bin/python3.11" }
        #expect(try nodes() == ["sender", "sender/python3", "sender/python3-2"])
    }

    @Test func `an inherited listener's peers are told of the process that made it`() throws {
        let topology = twoNodes(endpoint: "ipc:///run/x")
        let session = try MadeUpSession(topology)
        let collector = try session.collector()
        let sender = session.start("sender", program: "python3")
        let own = session.start("receiver", program: "python3")
        let child = session.start("receiver", parent: own.pid, program: "python3")
        sender.addEndpoint(sender.addSocket("PUSH"), "ipc:///run/x", connects: true)
        child.addEndpoint(child.addSocket("PULL"), "ipc:///run/x", connects: false)
        sender.addConnection(0, 0, accepted: false, peer: "ipc:///run/x", inode: 11, peerPID: own.pid)
        child.addConnection(0, 0, accepted: true, local: "ipc:///run/x", inode: 22, peerPID: sender.pid)
        sender.socket(0).pointee.sent_messages = 3
        sender.connection(0).pointee.out_messages = 3
        child.connection(0).pointee.in_messages = 2
        let snapshot = try collector.collect()
        #expect(snapshot.links.first?.out.stages.kernel == 1)
        session.advance(3)
        #expect(try collector.collect().links.count == 1)
    }
}
