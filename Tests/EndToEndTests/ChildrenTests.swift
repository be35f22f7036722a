import Foundation
import RunDirectory
import Telemetry
import Testing

/// Programs of several processes: each has its own figures, at a node that says whose child it is.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ChildrenTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func start(_ script: String, _ command: (String) -> String, sockets: String = "") throws -> Program {
        let file = try workplace.file("main.py", script)
        let yaml = "name: children\nnodes:\n  main:\n    command: \(command(file))\n\(sockets)"
        let topology = try workplace.file("children.yaml", yaml)
        return try Program(workplace, ["run", topology, "--headless", "--json", "--every", "200ms", "--for", "15m"])
    }

    private func end(_ program: Program) throws {
        program.signal(SIGTERM)
        #expect(try program.finish().status == 128 + SIGTERM)
        try workplace.expectNoSurvivors()
    }

    private func python(_ file: String) -> String { "[/usr/bin/python3, \(file)]" }

    @Test("forked and spawned, over ipc and tcp, and a child of each", arguments: ["fork", "spawn"])
    func nested(_ method: String) throws {
        let program = try start(
            """
            import multiprocessing, os, time, zmq
            def work(places, counts):
                s = zmq.Context().socket(zmq.PUSH); s.connect(places[0])
                for i in range(counts[0]): s.send(b'x')
                if len(places) > 1: start(places[1:], counts[1:])
                time.sleep(900)
            def start(places, counts):
                multiprocessing.get_context('\(method)').Process(target=work, args=(places, counts)).start()
            if __name__ == '__main__':
                c = zmq.Context()
                a = c.socket(zmq.PULL); a.bind('ipc://' + os.getcwd() + '/a')
                b = c.socket(zmq.PULL); port = b.bind_to_random_port('tcp://127.0.0.1')
                start(('ipc://' + os.getcwd() + '/a', f'tcp://127.0.0.1:{port}'), (100, 200))
                for i in range(100): a.recv()
                for i in range(200): b.recv()
                time.sleep(900)
            """, python)
        let names = ["main", "main/python3", "main/python3/python3"]
        let snapshot = try program.snapshot("the work of both") {
            $0.links.map { $0.out.received ?? 0 } == [100, 200] && $0.links.allSatisfy { $0.to.hasPrefix("main.PULL#") }
        }
        #expect(snapshot.nodes.map(\.name) == names)
        #expect(snapshot.nodes.map(\.parent) == [nil, "main", "main/python3"])
        #expect(Set(snapshot.nodes.map(\.pid)).count == 3 && snapshot.nodes.allSatisfy { $0.source == .tap })
        #expect(snapshot.links.map(\.from) == ["main/python3.PUSH#1", "main/python3/python3.PUSH#1"])
        #expect(snapshot.links.map(\.transport) == ["ipc", "tcp"] && snapshot.links.allSatisfy { $0.state == .up })
        #expect(snapshot.imbalances == [])
        try end(program)
    }

    @Test("forty short-lived processes, two at a time: three nodes, and not a message forgotten")
    func shortLived() throws {
        let program = try start(
            """
            import multiprocessing, time, zmq
            def work(port):
                c = zmq.Context(); s = c.socket(zmq.PUSH); s.connect(f'tcp://127.0.0.1:{port}')
                for i in range(5): s.send(b'x')
                s.close(); c.term()
            if __name__ == '__main__':
                c = zmq.Context(); s = c.socket(zmq.PULL)
                port = s.bind_to_random_port('tcp://127.0.0.1')
                for i in range(20):
                    pair = [multiprocessing.get_context('fork').Process(target=work, args=(port,)) for _ in range(2)]
                    for p in pair: p.start()
                    for i in range(10): s.recv()
                    for p in pair: p.join()
                time.sleep(900)
            """, python)
        let snapshot = try program.snapshot("every message") { snapshot in
            snapshot.received("main.PULL#1") == 200
                && snapshot.sockets.filter { $0.type == "PUSH" }.compactMap(\.sent).reduce(0, +) == 200
                && snapshot.links.compactMap(\.out.received).reduce(0, +) == 200
        }
        let children = snapshot.nodes.filter { $0.parent == "main" }
        // Two at once, and one that had ended before it was seen.
        #expect((1...3).contains(children.count) && children.allSatisfy { $0.name.hasPrefix("main/python3") })
        #expect(snapshot.sockets.count == children.count + 1 && snapshot.links.count == children.count)
        #expect(snapshot.imbalances == [])
        try end(program)
    }

    @Test("what a shell runs stands for the node: the declared socket is found, others bear the node's name")
    func wrapper() throws {
        let program = try start(
            """
            import os, time, zmq
            c = zmq.Context()
            s = c.socket(zmq.PULL); s.bind('ipc://' + os.getcwd() + '/in')
            p = c.socket(zmq.PUB); p.bind_to_random_port('tcp://127.0.0.1')
            if os.fork() == 0:
                s = zmq.Context().socket(zmq.PUSH); s.connect('ipc://' + os.getcwd() + '/in')
                for i in range(7): s.send(b'x')
                time.sleep(900)
            for i in range(7): s.recv()
            time.sleep(900)
            """, { "[sh, -c, \"/usr/bin/python3 \($0); true\"]" },
            sockets: "    sockets: { in: { type: PULL, bind: \"ipc://\(workplace.folder)/in\" } }\n")
        let snapshot = try program.snapshot("seven messages") { snapshot in
            snapshot.links.first?.out.received == 7 && snapshot.socket("main.PUB#1") != nil
                && snapshot.node("main")?.state == .running
        }
        #expect(snapshot.nodes.map(\.name) == ["main", "main/python3"])
        #expect(Set(snapshot.sockets.map(\.id)) == ["main.in", "main.PUB#1", "main/python3.PUSH#1"])
        #expect(snapshot.links.map(\.id) == ["main/python3.PUSH#1->main.in"])
        #expect(snapshot.node("main")?.source == .tap)
        try end(program)
    }

    @Test("a listener that a child inherits", arguments: ["tcp", "ipc"])
    func inherited(_ transport: String) throws {
        let program = try start(
            """
            import os, socket, time, zmq
            path = os.getcwd() + '/l'
            if '\(transport)' == 'tcp':
                l = socket.socket(); l.bind(('127.0.0.1', 0)); place = f'tcp://127.0.0.1:{l.getsockname()[1]}'
            else:
                l = socket.socket(socket.AF_UNIX); l.bind(path); place = 'ipc://' + path
            l.listen(10)
            if os.fork() == 0:
                s = zmq.Context().socket(zmq.PULL); s.setsockopt(zmq.USE_FD, os.dup(l.fileno())); s.bind(place)
                for i in range(9): s.recv()
                time.sleep(900)
            s = zmq.Context().socket(zmq.PUSH); s.connect(place)
            for i in range(9): s.send(b'x')
            time.sleep(900)
            """, python)
        let snapshot = try program.snapshot("nine messages") { $0.links.first?.out.received == 9 }
        #expect(snapshot.links.map(\.id) == ["main.PUSH#1->main/python3.PULL#1"])
        #expect(snapshot.links.first?.out.sent == 9 && snapshot.imbalances == [])
        try end(program)
    }
}
