import RunDirectory
import Telemetry
import Testing

@testable import Discovery

/// A machine made up for a test.
private final class MadeUp {
    var processes: [FoundProcess] = []
    var forbidden = 0
    var streams: [KernelStream] = []
    var complete = true
    var now: UInt64 = 1_000_000_000

    func surveyor() -> Surveyor {
        Surveyor(
            machine: Machine(
                processes: { (self.processes, self.forbidden) }, streams: { (self.streams, self.complete) },
                monotonic: { self.now }, wallClock: { 1_000 }))
    }

    func process(_ pid: Int32, _ program: String = "python3", inodes: [UInt32], isTapped: Bool = false) {
        processes.append(
            FoundProcess(
                pid: pid, started: 1, program: program, state: "S", cpuSeconds: 0, residentBytes: 1 << 20,
                isTapped: isTapped, sharesOurNetwork: true,
                inodes: inodes.enumerated().map { (Int32($0.offset + 3), $0.element) }))
    }

    func listens(_ inode: UInt32, _ address: String, _ transport: String = "tcp") {
        streams.append(
            KernelStream(
                transport: transport, phase: .listening, inode: inode, peerInode: 0, sendQueue: 0, receiveQueue: 0,
                local: address, peer: ""))
    }

    func tcp(
        _ inode: UInt32, _ local: String, _ peer: String, send: Int = 0, receive: Int = 0,
        phase: KernelStream.Phase = .established
    ) {
        streams.append(
            KernelStream(
                transport: "tcp", phase: phase, inode: inode, peerInode: 0, sendQueue: send, receiveQueue: receive,
                local: local, peer: peer))
    }

    func unix(_ inode: UInt32, peer: UInt32, path: String = "", receive: Int = 0) {
        streams.append(
            KernelStream(
                transport: "ipc", phase: .established, inode: inode, peerInode: peer, sendQueue: 0,
                receiveQueue: receive, local: path, peer: ""))
    }
}

@Suite struct SurveyTests {
    @Test("two ends of a tcp connection are one link, with the bytes of both kernels' queues")
    func tcpLink() throws {
        let machine = MadeUp()
        machine.process(10, "engine", inodes: [1, 2])
        machine.process(11, "client", inodes: [3])
        machine.listens(1, "0.0.0.0:5555")
        machine.tcp(2, "127.0.0.1:5555", "127.0.0.1:41000", send: 7, receive: 100)
        machine.tcp(3, "127.0.0.1:41000", "127.0.0.1:5555", send: 20, receive: 1)
        let snapshot = try machine.surveyor().survey()
        #expect(snapshot.nodes.map(\.name) == ["engine[10]", "client[11]"])
        #expect(snapshot.nodes.allSatisfy { $0.source == .kernel })
        let link = try #require(snapshot.links.first)
        #expect(snapshot.links.count == 1)
        #expect(link.id == "client[11].connect#1->engine[10].bind#1")
        #expect(link.source == .kernel)
        #expect(link.state == .connected, "the kernel knows of no handshake")
        #expect(link.out.kernelBytes == 120)
        #expect(link.back.kernelBytes == 8)
        #expect(link.out.depth == nil && link.out.sent == nil && link.out.stages == .init())
        #expect(snapshot.sockets.map(\.id) == ["engine[10].bind#1", "client[11].connect#1"])
        #expect(snapshot.sockets[0].endpoints == ["tcp://0.0.0.0:5555"])
    }

    @Test("ipc ends are paired by the peer's inode; what one end has sent is what the other has not read")
    func ipcLink() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [1, 2])
        machine.process(11, inodes: [3])
        machine.listens(1, "/run/feed", "ipc")
        machine.unix(2, peer: 3, path: "/run/feed", receive: 64)
        machine.unix(3, peer: 2)
        let snapshot = try machine.surveyor().survey()
        let link = try #require(snapshot.links.first)
        #expect(snapshot.links.count == 1)
        #expect(link.id == "python3[11].connect#1->python3[10].bind#1")
        #expect(link.endpoint == "ipc:///run/feed")
        #expect(link.out.kernelBytes == 64)
        #expect(link.back.kernelBytes == 0)
    }

    @Test("a peer elsewhere has its address for a name; a local program without libzmq is no link")
    func strangers() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [1, 2, 4, 6])
        machine.listens(1, "10.0.0.1:5555")
        machine.tcp(2, "10.0.0.1:5555", "10.0.0.9:4000")
        machine.tcp(4, "10.0.0.1:4100", "10.0.0.8:6000", phase: .connecting)
        // Both ends on this machine, the other in a process without libzmq.
        machine.tcp(6, "127.0.0.1:4200", "127.0.0.1:5432")
        machine.tcp(7, "127.0.0.1:5432", "127.0.0.1:4200")
        let links = try machine.surveyor().survey().links
        #expect(
            links.map(\.id) == [
                "tcp://10.0.0.9:4000->python3[10].bind#1", "python3[10].connect#1->tcp://10.0.0.8:6000",
            ])
        #expect(links.map(\.state) == [.connected, .connecting])
    }

    @Test("a program's own plumbing is no link")
    func socketPairs() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [1, 2])
        machine.unix(1, peer: 2)
        machine.unix(2, peer: 1)
        #expect(try machine.surveyor().survey().links.isEmpty)
    }

    @Test("a socket keeps its number while others come and go; a new process with an old pid begins anew")
    func namesStay() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [1, 2])
        machine.listens(1, "127.0.0.1:1000")
        machine.listens(2, "127.0.0.1:2000")
        let surveyor = machine.surveyor()
        #expect(try surveyor.survey().sockets.map(\.name) == ["bind#1", "bind#2"])
        machine.streams.removeFirst()
        #expect(try surveyor.survey().sockets.map(\.name) == ["bind#2"])
        machine.processes[0].started = 2
        #expect(try surveyor.survey().sockets.map(\.name) == ["bind#1"])
    }

    @Test("cpu is a share of the time between two looks, unknown at the first")
    func cpu() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [])
        let surveyor = machine.surveyor()
        #expect(try surveyor.survey().nodes[0].cpu == nil)
        machine.now += 2_000_000_000
        machine.processes[0].cpuSeconds = 0.5
        #expect(try surveyor.survey().nodes[0].cpu == 0.25)
    }

    @Test("what could not be looked at is said")
    func notes() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [1])
        machine.processes[0].sharesOurNetwork = false
        machine.listens(1, "127.0.0.1:1000")
        machine.forbidden = 3
        machine.complete = false
        let surveyor = machine.surveyor()
        let snapshot = try surveyor.survey()
        #expect(surveyor.notes.count == 3)
        #expect(snapshot.sockets.isEmpty, "an inode of another namespace is another socket's here")
        #expect(snapshot.nodes[0].reason?.contains("network namespace") == true)
    }

    @Test("a session's account takes the place of the kernel's; its strangers get their names")
    func sessions() throws {
        let machine = MadeUp()
        machine.process(10, inodes: [1, 2], isTapped: true)
        machine.process(11, inodes: [3])
        machine.listens(1, "127.0.0.1:5555")
        machine.tcp(2, "127.0.0.1:5555", "127.0.0.1:41000")
        machine.tcp(3, "127.0.0.1:41000", "127.0.0.1:5555")
        var session = Snapshot(session: "demo-x7", seq: 1, time: "", elapsed: 0, topology: "demo")
        session.nodes = [
            .init(name: "engine", kind: "command", group: "engine", source: .tap, state: .running, pid: 10)
        ]
        session.sockets = [
            .init(id: "engine.in", node: "engine", name: "in", type: "ROUTER", declared: true, observed: true)
        ]
        session.links = [
            .init(
                id: "tcp://127.0.0.1:41000->engine.in", from: "tcp://127.0.0.1:41000", to: "engine.in",
                endpoint: "tcp://127.0.0.1:5555", transport: "tcp", state: .up, out: .init(received: 12))
        ]
        let snapshot = try machine.surveyor().survey(sessions: [session])
        #expect(snapshot.nodes.map(\.name) == ["python3[11]", "demo-x7:engine"])
        #expect(snapshot.sockets.map(\.id) == ["python3[11].connect#1", "demo-x7:engine.in"])
        #expect(snapshot.links.map(\.id) == ["python3[11].connect#1->demo-x7:engine.in"])
        #expect(snapshot.links[0].out.received == 12 && snapshot.links[0].source == .tap)
    }
}
