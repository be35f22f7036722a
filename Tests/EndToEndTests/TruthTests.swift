import Foundation
import RunDirectory
import Telemetry
import Testing

/// Figures that are hard to come by, beside what the programs themselves know.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TruthTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func start(_ nodes: [(name: String, script: String)]) throws -> Program {
        var yaml = "name: truth\nnodes:\n"
        for node in nodes {
            let script = try workplace.file(node.name + ".py", node.script)
            yaml += "  \(node.name): { command: [/usr/bin/python3, \(script)] }\n"
        }
        let file = try workplace.file("truth.yaml", yaml)
        return try Program(workplace, ["run", file, "--headless", "--json", "--every", "200ms", "--for", "15m"])
    }

    private func end(_ program: Program) throws {
        program.signal(SIGTERM)
        #expect(try program.finish().status == 128 + SIGTERM)
        try workplace.expectNoSurvivors()
    }

    private static let wait = """
        import os, time, zmq
        def wait(name):
            while not os.path.exists(name): time.sleep(0.01)
        def put(name, text):
            open(name + '.new', 'w').write(str(text)); os.rename(name + '.new', name)

        """

    @Test("what a PUB drops for a slow subscriber is lost, to the message, once nothing waits; the other has lost none")
    func publisher() throws {
        let program = try start([
            (
                "pub",
                Self.wait + """
                    s = zmq.Context().socket(zmq.PUB)
                    put('port', s.bind_to_random_port('tcp://127.0.0.1'))
                    wait('subscribed')
                    for i in range(20000): s.send(b'slow' + b'x' * 1000)
                    put('sent', '')
                    for i in range(300): s.send(b'quick'); time.sleep(0.001)
                    wait('never')
                    """
            ),
            (
                "quick",
                Self.wait + """
                    wait('port')
                    s = zmq.Context().socket(zmq.SUB)
                    s.subscribe(b'quick'); s.connect('tcp://127.0.0.1:' + open('port').read())
                    while True: s.recv()
                    """
            ),
            (
                "slow",
                Self.wait + """
                    wait('port')
                    s = zmq.Context().socket(zmq.SUB)
                    s.subscribe(b'slow'); s.connect('tcp://127.0.0.1:' + open('port').read())
                    wait('sent')
                    while True: s.recv(); time.sleep(0.0005)
                    """
            ),
        ])
        // A subscription is on the wire a moment before it takes effect.
        let up = try program.snapshot("both links") { $0.links(.up) == 2 }
        try program.snapshot("two seconds more") { $0.elapsed > up.elapsed + 2 }
        _ = try workplace.file("subscribed", "")
        let snapshot = try program.snapshot("every message received or lost") { snapshot in
            guard let slow = snapshot.link("slow.SUB#1->pub.PUB#1")?.back, let lost = slow.lost,
                let received = slow.received, let quick = snapshot.link("quick.SUB#1->pub.PUB#1")?.back
            else { return false }
            return !slow.lostEstimated && received + lost == 20000 && quick.received == 300
        }
        let slow = try #require(snapshot.link("slow.SUB#1->pub.PUB#1")).back
        #expect(slow.matched == 20000 && (slow.lost ?? 0) > 1000)
        #expect(slow.received == snapshot.received("slow.SUB#1"))
        let quick = try #require(snapshot.link("quick.SUB#1->pub.PUB#1")).back
        #expect(quick.matched == 300 && quick.lost == 0 && quick.sent == 300)
        try end(program)
    }

    @Test("what a REP throws away, for want of the empty delimiter, is discarded, and lies in no queue")
    func malformed() throws {
        let program = try start([
            (
                "asker",
                Self.wait + """
                    wait('port')
                    s = zmq.Context().socket(zmq.DEALER)
                    s.connect('tcp://127.0.0.1:' + open('port').read())
                    for i in range(7): s.send(b'no delimiter'); s.send_multipart([b'nor', b'here'])
                    for i in range(5): s.send_multipart([b'', b'question'])
                    for i in range(5): s.recv_multipart()
                    wait('never')
                    """
            ),
            (
                "rep",
                Self.wait + """
                    s = zmq.Context().socket(zmq.REP)
                    put('port', s.bind_to_random_port('tcp://127.0.0.1'))
                    while True: s.send(s.recv())
                    """
            ),
        ])
        let snapshot = try program.snapshot("the answers, and the rest to be known as thrown away") {
            $0.received("asker.DEALER#1") == 5 && $0.links.first?.out.discarded == 14
        }
        let way = try #require(snapshot.links.first).out
        #expect(way.sent == 19 && way.received == 5 && way.stages.receiveQueue == 0 && way.lost == 0)
        #expect(snapshot.socket("rep.REP#1")?.discarded == 14 && snapshot.socket("rep.REP#1")?.receiveQueue == 0)
        #expect(snapshot.imbalances == [])
        try end(program)
    }

    @Test("processes of multiprocessing, forked and spawned, are children of their node, each with its own figures")
    func children() throws {
        let program = try start([
            (
                "main",
                """
                import multiprocessing, os, time, zmq
                def work(port, count):
                    s = zmq.Context().socket(zmq.PUSH); s.connect(f'tcp://127.0.0.1:{port}')
                    for i in range(count): s.send(b'x')
                    time.sleep(900)
                if __name__ == '__main__':
                    s = zmq.Context().socket(zmq.PULL)
                    port = s.bind_to_random_port('tcp://127.0.0.1')
                    for kind, count in ('fork', 100), ('spawn', 200):
                        multiprocessing.get_context(kind).Process(target=work, args=(port, count), daemon=True).start()
                    while True: s.recv()
                """
            )
        ])
        let snapshot = try program.snapshot("both children's work") {
            $0.links.map { $0.out.received ?? 0 }.sorted() == [100, 200]
        }
        let children = snapshot.nodes.filter { $0.parent == "main" && !snapshot.sockets(of: $0.name).isEmpty }
        #expect(children.count == 2 && children.allSatisfy { $0.source == .tap && $0.pid != nil })
        #expect(snapshot.received("main.PULL#1") == 300)
        #expect(snapshot.links.allSatisfy { $0.from.hasPrefix("main/") && $0.state == .up && $0.out.depth == 0 })
        try end(program)
    }

    @Test("a peer that speaks ZMTP without libzmq has one counted end; what the other would tell is unknown")
    func stranger() throws {
        let program = try start([
            (
                "server",
                Self.wait + """
                    s = zmq.Context().socket(zmq.PULL)
                    put('port', s.bind_to_random_port('tcp://127.0.0.1'))
                    while True: s.recv()
                    """
            ),
            (
                "raw",
                """
                import os, socket, time
                while not os.path.exists('port'): time.sleep(0.01)
                s = socket.create_connection(('127.0.0.1', int(open('port').read())))
                # os.write goes past send(): nobody can count this end.
                os.write(s.fileno(), b'\\xff' + b'\\0' * 8 + b'\\x7f\\x03\\0NULL' + b'\\0' * 48)
                os.write(s.fileno(), b'\\x04\\x1a\\x05READY\\x0bSocket-Type\\0\\0\\0\\x04PUSH')
                got = b''
                while len(got) < 64 + 2 + 26: got += os.read(s.fileno(), 64)  # its greeting and READY
                for i in range(50): os.write(s.fileno(), b'\\0\\x05hello')
                time.sleep(900)
                """
            ),
        ])
        let snapshot = try program.snapshot("fifty messages") { $0.links.first?.out.received == 50 }
        let link = try #require(snapshot.links.first)
        #expect(link.to == "server.PULL#1" && link.from.hasPrefix("tcp://127.0.0.1:") && link.state == .up)
        #expect(link.out.received == 50 && link.out.offWire == 50 && link.out.onWire == nil && link.out.latency == nil)
        #expect(snapshot.node("raw")?.source == Snapshot.Node.Source.none)
        try end(program)
    }
}

extension Snapshot {
    fileprivate func sockets(of node: String) -> [Socket] { sockets.filter { $0.node == node } }
}
