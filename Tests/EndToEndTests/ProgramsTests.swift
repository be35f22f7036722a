import Foundation
import RunDirectory
import Telemetry
import Testing

/// Programs that nobody prepared: exec, attach, tap, inject as a node, discover.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ProgramsTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// A REP server that ends with status 3 after so many requests, and leaves its port in a file.
    private func server(_ requests: Int) throws -> [String] {
        let file = try workplace.file(
            "server.py",
            """
            import sys, zmq
            socket = zmq.Context.instance().socket(zmq.REP)
            port = socket.bind_to_random_port('tcp://127.0.0.1')
            open('port.new', 'w').write(str(port))
            import os; os.rename('port.new', 'port')
            for _ in range(\(requests)):
                socket.send(socket.recv())
            print('served')
            socket.close()
            sys.exit(3)
            """)
        return ["/usr/bin/python3", file]
    }

    private func client(_ requests: Int, then: String = "") throws -> [String] {
        let file = try workplace.file(
            "client.py",
            """
            import os, sys, time, zmq
            while not os.path.exists('port'): time.sleep(0.01)
            socket = zmq.Context.instance().socket(zmq.REQ)
            socket.connect('tcp://127.0.0.1:' + open('port').read())
            for i in range(\(requests)):
                socket.send(b'question %d' % i)
                assert socket.recv() == b'question %d' % i
            print('asked')
            \(then)
            """)
        return ["/usr/bin/python3", file]
    }

    private func attach(_ arguments: [String]) throws -> Program {
        try workplace.awaitSession()
        return try Program(
            workplace, ["attach", workplace.session, "--headless", "--json", "--every", "100ms"] + arguments)
    }

    @Test("exec: two programs meet in one session, their outputs and statuses are theirs, and it goes after them")
    func exec() throws {
        let served = try Program(workplace, ["exec", "--"] + server(50))
        let asked = try Program(workplace, ["exec", "--name", "asker", "--"] + client(50, then: "sys.stdin.read()"))
        let viewer = try attach(["--for", "15m"])
        try viewer.snapshot("all of it counted") { snapshot in
            guard let link = snapshot.links.first(where: { $0.to == "server.REP#1" }) else { return false }
            return link.from == "asker.REQ#1" && link.out.received == 50 && link.back.received == 50
                && snapshot.node("server")?.exit?.code == 3
        }
        let outcome = try served.finish()
        #expect(outcome.out == "served\n" && outcome.status == 3)
        #expect(try asked.finish().status == 0)
        viewer.signal(SIGTERM)
        #expect(try viewer.finish().status == 128 + SIGTERM)
        try wait(patience, "the session's end", show: { "\(workplace.leftovers)" }) { workplace.leftovers == [] }
        // The folder goes a moment before the last of its processes.
        try workplace.expectNoSurvivors()
    }

    @Test("exec: a program that is not there, one that may not run, one that a signal ends: as without exec")
    func execEnds() throws {
        let missing = try run(workplace, ["exec", "--", "/nonexistent/program"])
        #expect(missing.status == 127 && missing.err.contains("/nonexistent/program"))
        let text = try workplace.file("text", "no program")
        #expect(try run(workplace, ["exec", "--", text]).status == 126)
        #expect(try run(workplace, ["exec", "--", "/bin/sh", "-c", "kill -USR1 $$"]).status == 128 + SIGUSR1)
        #expect(try run(workplace, ["exec", "--", "/bin/sh", "-c", "echo out; echo err >&2; exit 7"]).out == "out\n")
        _ = try run(workplace, ["down", "--session", workplace.session])
        try wait(patience, "the end") { workplace.leftovers == [] }
    }

    @Test("exec: the program outlives its session and the exec that started it")
    func execHarmsNothing() throws {
        let file = try workplace.file(
            "lasting.py",
            """
            import os, time, zmq
            socket = zmq.Context.instance().socket(zmq.PULL)
            socket.bind_to_random_port('tcp://127.0.0.1')
            open('lasting', 'w').write(str(os.getpid()))
            while not os.path.exists('enough'): time.sleep(0.02)
            open('lasted', 'w').close()
            """)
        let exec = try Program(workplace, ["exec", "--", "/usr/bin/python3", file])
        try wait(patience, "the program") { FileManager.default.fileExists(atPath: workplace.folder + "/lasting") }
        #expect(try run(workplace, ["down", "--session", workplace.session]).status == 0)
        exec.signal(SIGKILL)
        try wait(patience, "the session's end", show: { "\(workplace.leftovers)" }) { workplace.leftovers == [] }
        _ = FileManager.default.createFile(atPath: workplace.folder + "/enough", contents: nil)
        try wait(patience, "what the program does at last") {
            FileManager.default.fileExists(atPath: workplace.folder + "/lasted")
        }
        try workplace.expectNoSurvivors()
    }

    @Test("run -d, attach, tap, inject as a node's own socket, down")
    func detached() throws {
        let started = try run(workplace, ["run", "inference", "-d"])
        #expect(started.status == 0 && started.err.contains(workplace.session))
        let session = ["--session", workplace.session]
        let viewers = try [attach(["--for", "15m"]), attach(["--for", "15m"])]
        for viewer in viewers { try viewer.snapshot("everything up") { $0.links(.up) == 5 } }
        viewers[0].signal(SIGKILL)

        let tap = try run(workplace, ["tap", "scheduler.backend", "--count", "5", "--json"] + session)
        #expect(tap.status == 0, "\(tap.err)")
        let lines = tap.out.split(separator: "\n")
        #expect(lines.count == 5)
        for line in lines {
            let message = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(message["type"] as? String == "ROUTER")
            let frames = try #require(message["frames"] as? [[String: Any]])
            #expect(frames.map { $0["role"] as? String } == ["identity", "payload"])
        }

        let errors = { (snapshot: Snapshot) in snapshot.node("scheduler")?.gauges["errors"] ?? 0 }
        let injected = try run(workplace, ["inject", "scheduler", "no JSON", "--from", "engine-1.work"] + session)
        #expect(injected.status == 0, "\(injected.err)")
        try viewers[1].snapshot("the scheduler's complaint about it") { errors($0) == 1 }
        let nobody = try run(workplace, ["inject", "nobody", "x", "--from", "engine-1.work"] + session)
        #expect(nobody.status == 2 && nobody.err.contains("scheduler.backend"))

        #expect(try run(workplace, ["down"] + session).status == 0)
        let seen = try viewers[1].finish()
        #expect(seen.status == 0 && seen.err.contains("has ended"))
        try wait(patience, "the end", show: { "\(workplace.survivors)" }) {
            workplace.survivors == [] && workplace.leftovers == []
        }
    }

    @Test("a node whose thread sleeps in a call sends nothing, and is said to sleep; in time the order is withdrawn")
    func sleeping() throws {
        let script = try workplace.file(
            "sleeper.py",
            """
            import os, zmq
            socket = zmq.Context.instance().socket(zmq.DEALER)
            socket.bind_to_random_port('tcp://127.0.0.1')
            peer = zmq.Context.instance().socket(zmq.DEALER)
            peer.connect(socket.LAST_ENDPOINT)
            peer.send(b'first'); socket.recv()
            open('asleep', 'w').close()
            socket.recv()
            """)
        let sleeper = try Program(workplace, ["exec", "--", "/usr/bin/python3", script])
        try wait(patience, "the sleeper") { FileManager.default.fileExists(atPath: workplace.folder + "/asleep") }
        let session = ["--session", workplace.session]
        var outcome = try run(
            workplace, ["inject", "sleeper", "x", "--from", "sleeper.DEALER#1", "--timeout", "1s"] + session)
        // Its thread may not have come to the call yet.
        if outcome.status == 0 {
            outcome = try run(
                workplace, ["inject", "sleeper", "x", "--from", "sleeper.DEALER#1", "--timeout", "1s"] + session)
        }
        #expect(outcome.status == 1 && outcome.err.contains("inside zmq_msg_recv"), "\(outcome.err)")
        sleeper.signal(SIGTERM)
        #expect(try sleeper.finish().status == 128 + SIGTERM)
        _ = try run(workplace, ["down"] + session)
    }

    @Test("discover: a program without the tap, with its endpoint; inject reaches it")
    func discover() throws {
        let command = try server(1)
        let server = try Program(workplace, Array(command.dropFirst()), program: command[0])
        try wait(patience, "the port") { FileManager.default.fileExists(atPath: workplace.folder + "/port") }
        let port = try String(contentsOfFile: workplace.folder + "/port", encoding: .utf8)
        let seen = try run(workplace, ["discover", "--headless", "--json"])
        let line = try #require(seen.out.split(separator: "\n").first)
        let snapshot = try JSONDecoder().decode(Snapshot.self, from: Data(line.utf8))
        let node = try #require(snapshot.nodes.first { $0.pid == server.pid })
        #expect(node.source == .kernel)
        let endpoints = snapshot.sockets.filter { $0.node == node.name }.flatMap(\.endpoints)
        #expect(endpoints == ["tcp://127.0.0.1:\(port)"])
        let reply = try run(workplace, ["inject", "tcp://127.0.0.1:\(port)", "hello", "--reply", "30s"])
        #expect(reply.status == 0 && reply.out.contains("hello"), "\(reply.err)")
        #expect(try server.finish().status == 3)
    }

    @Test("a slip in a command's name is an error that offers the right one")
    func slips() throws {
        let outcome = try run(workplace, ["atach"])
        #expect(outcome.status == 2 && outcome.err.contains("attach"))
    }
}
