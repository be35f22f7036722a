import Glibc
import RunDirectory
import Testing

@testable import Session

/// The lives of nodes, with small shell commands.
@Suite(.timeLimit(.minutes(10)))
struct LifeTests {
    @Test func exitsAndFailuresAreTold() throws {
        let nodes = [
            shell("good", "exit 0"), shell("bad", "echo 'all is lost\u{1B}[31m' >&2; exit 3"),
            shell("killed", "kill -SEGV $$"), shell("talker", "echo 'said on stdout'; exit 1"),
        ]
        try withSession(nodes) { session in
            try session.wait("good", .exited)
            #expect(session.status("good").exit == .init(code: 0, signal: nil))
            #expect(session.status("good").reason == nil)
            try session.wait("bad", .failed)
            #expect(session.status("bad").exit == .init(code: 3, signal: nil))
            #expect(session.status("bad").reason == "exited with status 3; its standard error ends: all is lost")
            try session.wait("killed", .failed)
            #expect(session.status("killed").exit == .init(code: nil, signal: SIGSEGV))
            #expect(session.status("killed").reason?.hasPrefix("was killed by SIGSEGV") == true)
            try session.wait("talker", .failed)
            #expect(session.status("talker").reason == "exited with status 1; its standard output ends: said on stdout")
            let written = try #require(readJSON([NodeStatus].self, session.layout.status))
            #expect(written == session.statuses)
        }
    }

    @Test func whatCannotStartIsAFailureWithItsReason() throws {
        let nodes = [
            ResolvedNode(name: "absent", program: .command(["no-such-command-of-zmqtop"])),
            ResolvedNode(name: "plain", program: .command(["/etc/passwd"])),
            ResolvedNode(name: "homeless", program: .command(["true"]), workingDirectory: "/no/such/folder"),
            shell("fine", "sleep 100"),
        ]
        try withSession(nodes) { session in
            for name in ["absent", "plain", "homeless"] { try session.wait(name, .failed) }
            #expect(
                session.status("absent").reason
                    == "the command “no-such-command-of-zmqtop” was not found in PATH: install it, or give its path")
            #expect(session.status("plain").reason?.contains("not executable") == true)
            #expect(session.status("homeless").reason?.contains("/no/such/folder") == true)
            try session.wait("fine", .running)
        }
    }

    @Test func aNodeHasOnlyTheThreeStandardDescriptorsAndItsEnvironment() throws {
        var node = shell("node", "ls -l /proc/self/fd | wc -l; echo $GREETING; pwd; sleep 100")
        node.environment = ["GREETING": "hello"]
        node.workingDirectory = "/usr"
        try withSession([node]) { session in
            _ = try session.holdPort(host: "127.0.0.1")
            let path = session.layout.standardOutput("node")
            try eventually("the node has spoken") { text(path).hasSuffix("/usr\n") }
            // "total 0", three standard ones, and the folder that ls reads.
            #expect(text(path) == "5\nhello\n/usr\n")
            var status = stat()
            stat(path, &status)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func restartsGrowSlowerUpToTheMaximum() throws {
        let policy = RestartPolicy(condition: .onFailure, delay: 0.02, maximumDelay: 0.05, maximumRestarts: 3)
        try withSession([shell("node", "echo run; exit 7", restart: policy)]) { session in
            try session.wait("node", .failed)
            let status = session.status("node")
            #expect(status.incarnation == 4)
            #expect(status.restarts == 3)
            #expect(status.nextStart == nil)
            #expect(status.reason?.contains("after 3 restarts, which is its maximum") == true)
            #expect(text(session.layout.standardOutput("node")) == "run\nrun\nrun\nrun\n")
        }
    }

    @Test func delaysDoubleAndNeverPassTheMaximum() {
        let policy = RestartPolicy(condition: .onFailure, delay: 0.5, maximumDelay: 3, maximumRestarts: 5)
        #expect((0...5).map { policy.delay(afterFailure: true, restarts: $0) } == [0.5, 1, 2, 3, 3, nil])
        #expect(policy.delay(afterFailure: false, restarts: 0) == nil)
        #expect(RestartPolicy(condition: .never).delay(afterFailure: true, restarts: 0) == nil)
        #expect(RestartPolicy(condition: .always).delay(afterFailure: false, restarts: 1000) == 30)
        #expect(RestartPolicy(condition: .unlessStopped, delay: 1).delay(afterFailure: false, restarts: 0) == 1)
    }

    @Test func aKilledNodeIsTreatedAsACrash() throws {
        let policy = RestartPolicy(condition: .onFailure, delay: 30)
        try withSession([shell("node", "sleep 100", restart: policy)]) { session in
            try session.wait("node", .running)
            #expect(try session.run(.node(.kill, node: "node")) == [.done(nodes: ["node"])])
            try session.wait("node", .backoff)
            #expect(session.status("node").exit == .init(code: nil, signal: SIGKILL))
            #expect(session.status("node").nextStart != nil)
            // A person does not have to wait for it.
            try session.run(.node(.start, node: "node"))
            try session.wait("node", .running)
            #expect(session.status("node").incarnation == 2)
        }
    }

    @Test func aStoppedNodeStaysStopped() throws {
        let policy = RestartPolicy(condition: .always, delay: 0.01)
        try withSession([shell("node", "sleep 100", restart: policy, grace: 20)]) { session in
            try session.wait("node", .running)
            let pid = try #require(session.status("node").pid)
            #expect(try session.run(.node(.stop, node: "node")) == [.done(nodes: ["node"])])
            #expect(session.status("node").state == .exited)
            #expect(session.status("node").reason == nil)
            #expect(!isAlive(pid))
            #expect(
                try session.run(.node(.stop, node: "node")) == [.error("node does not run (exited)")])
            #expect(session.status("node").incarnation == 1)
        }
    }

    @Test func aNodeThatIgnoresTermIsKilledAfterItsGrace() throws {
        let node = shell("deaf", "trap '' TERM; echo ready; while :; do sleep 1; done", grace: 0.2)
        try withSession([node]) { session in
            try eventually("the trap is set") { text(session.layout.standardOutput("deaf")) == "ready\n" }
            try session.run(.node(.stop, node: "deaf"))
            #expect(session.status("deaf").state == .exited)
            #expect(session.status("deaf").exit == .init(code: nil, signal: SIGKILL))
            #expect(session.status("deaf").reason == "did not end within 0.2 s of SIGTERM and was killed")
        }
    }

    @Test func aPausedNodeCanBeResumedAndStopped() throws {
        try withSession([shell("node", "sleep 100", grace: 20)]) { session in
            try session.wait("node", .running)
            let pid = try #require(session.status("node").pid)
            try session.run(.node(.pause, node: "node"))
            #expect(session.status("node").state == .paused)
            try eventually("it is stopped") { text("/proc/\(pid)/stat").contains(") T") }
            try session.run(.node(.resume, node: "node"))
            #expect(session.status("node").state == .running)
            try eventually("it goes on") { !text("/proc/\(pid)/stat").contains(") T") }
            try session.run(.node(.pause, node: "node"))
            try session.run(.node(.stop, node: "node"))
            // TERM reached it, for it was continued; it had no need of KILL.
            #expect(session.status("node").exit == .init(code: nil, signal: SIGTERM))
        }
    }

    @Test func restartReplacesTheProcess() throws {
        try withSession([shell("node", "sleep 100")]) { session in
            try session.wait("node", .running)
            let first = session.status("node").pid
            #expect(try session.run(.node(.restart, node: "node")) == [.done(nodes: ["node"])])
            try session.wait("node", .running)
            #expect(session.status("node").pid != first)
            #expect(session.status("node").incarnation == 2)
        }
    }

    @Test func whatCannotBeStartedIsAnErrorToWhoAsked() throws {
        let absent = ResolvedNode(name: "absent", program: .command(["no-such-command"]), start: .manual)
        let deaf = shell("deaf", "trap '' TERM; echo ready; while :; do sleep 1; done", grace: 5)
        try withSession([absent, deaf]) { session in
            guard case .error(let text) = try session.run(.node(.start, node: "absent")).last else {
                Issue.record("it was started")
                return
            }
            #expect(text.hasPrefix("absent: the command “no-such-command” was not found"))
            // A restart that a stop overtakes.
            try eventually("the trap is set") { SessionTests.text(session.layout.standardOutput("deaf")) == "ready\n" }
            let replies = Replies()
            session.perform(.node(.restart, node: "deaf")) { replies.append($0) }
            try session.run(.node(.stop, node: "deaf"))
            try eventually("who asked is told") { replies.isComplete }
            #expect(replies.all == [.error("deaf was stopped before it was started again")])
        }
    }

    @Test func groupsAndEverybodyAreTargets() throws {
        let nodes = [
            shell("engine-1", "sleep 100", group: "engine"), shell("engine-2", "sleep 100", group: "engine"),
            shell("late", "sleep 100", start: .manual),
            ResolvedNode(name: "robot", program: .external),
        ]
        try withSession(nodes) { session in
            try session.wait("engine-1", .running)
            try session.wait("engine-2", .running)
            #expect(session.status("late").state == .waiting)
            #expect(session.status("robot").state == .waiting)
            #expect(try session.run(.node(.pause, node: "engine")) == [.done(nodes: ["engine-1", "engine-2"])])
            #expect(try session.run(.node(.start, node: "*")) == [.done(nodes: ["late"])])
            try session.wait("late", .running)
            #expect(
                try session.run(.node(.stop, node: "*")) == [.done(nodes: ["engine-1", "engine-2", "late"])])
            #expect(
                try session.run(.node(.stop, node: "engin-1"))
                    == [.error("there is no node “engin-1”: did you mean engine-1, engine or engine-2?")])
            guard case .error(let text) = try session.run(.node(.kill, node: "robot")).last else {
                Issue.record("an external node was killed")
                return
            }
            #expect(text.contains("external"))
            guard case .error(let refusal) = try session.run(.node(.quiet, node: "late")).last else {
                Issue.record("a shell was sent SIGUSR1")
                return
            }
            #expect(refusal.contains("does not run"))
        }
    }

    @Test func aDelayedNodeStartsByItself() throws {
        try withSession([shell("node", "sleep 100", start: .delayed(seconds: 3))]) { session in
            #expect(session.status("node").state == .waiting)
            #expect(session.status("node").nextStart != nil)
            try session.wait("node", .running)
            #expect(session.status("node").nextStart == nil)
        }
    }

    @Test func aDependentWaitsForTheListener() throws {
        let session = try Session(name: "test", options: makeOptions())
        defer { session.stop() }
        let port = try session.holdPort(host: "127.0.0.1")
        let path = session.layout.ipc + "/backend"
        let gate = session.layout.directory + "/gate"
        let script = """
            import os, socket, time
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", \(port)))
            u = socket.socket(socket.AF_UNIX); u.bind("\(path)")
            while not os.path.exists("\(gate)"): time.sleep(0.01)
            s.listen(); u.listen(); time.sleep(100)
            """
        let binds = [
            ResolvedSocket(name: "front", type: "ROUTER", binds: ["tcp://127.0.0.1:\(port)"]),
            ResolvedSocket(name: "back", type: "ROUTER", binds: ["ipc://\(path)"]),
        ]
        try session.start(
            ResolvedTopology(
                name: "test",
                nodes: [
                    shell("client", "sleep 100", dependsOn: ["server"]),
                    ResolvedNode(
                        name: "server", program: .command(["/usr/bin/python3", "-c", script]), sockets: binds),
                ]))
        // Both ends are bound, the port held even twice; nobody listens.
        try eventually("the path is bound") { exists(path) }
        try session.wait("server", .starting)
        #expect(session.status("client").state == .waiting)
        try eventually("it is told what is missing") {
            session.status("client").reason == "waits for server (nobody listens on tcp://127.0.0.1:\(port))"
        }
        #expect(session.status("client").incarnation == 0)
        try replaceFile(gate, with: [])
        try session.wait("client", .running)
        #expect(session.status("server").state == .running)
        #expect(session.status("client").reason == nil)
    }
}
