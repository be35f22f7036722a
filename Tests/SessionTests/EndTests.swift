import Dispatch
import Glibc
import Keeping
import RunDirectory
import Testing

@testable import Session

/// What is left when a session has ended, in whatever way: nothing.
@Suite(.timeLimit(.minutes(10)))
struct EndTests {
    /// A deaf node, a stopped one, one with a daemon, one with a child in its group.
    private func stubbornNodes(_ layout: RunLayout) -> [ResolvedNode] {
        let pids = layout.output
        return [
            shell("deaf", "trap '' TERM INT HUP; echo $$ > \(pids)/deaf.pid; while :; do sleep 1; done"),
            shell("stopped", "echo $$ > \(pids)/stopped.pid; kill -STOP $$; sleep 100"),
            shell(
                "daemon",
                """
                setsid sh -c 'trap "" TERM; (trap "" TERM; echo $(exec sh -c "echo \\$PPID") > \(pids)/daemon.pid; \
                while :; do sleep 1; done) & exit' & wait; sleep 100
                """),
            shell("parent", "sleep 100 & echo $! > \(pids)/child.pid; wait"),
        ]
    }

    private func stubbornPids(_ layout: RunLayout) throws -> [Int32] {
        let pids = try ["deaf", "stopped", "daemon", "child"].map { try writtenPid("\(layout.output)/\($0).pid") }
        try eventually("a node has stopped itself") { text("/proc/\(pids[1])/stat").contains(") T") }
        for pid in pids { #expect(isAlive(pid)) }
        return pids
    }

    @Test func anOrderedStopLeavesNothing() throws {
        let session = try Session(name: "test", options: makeOptions())
        try session.start(ResolvedTopology(name: "test", nodes: stubbornNodes(session.layout)))
        let pids = try stubbornPids(session.layout)
        let keeper = try #require(ProcessTable.read(pids[0])?.parent)
        let begun = monotonicNanoseconds()
        session.stop {
            for pid in pids { #expect(!isAlive(pid)) }
            #expect(exists(session.layout.status))
        }
        // Two seconds are the promise; the machine may be busy. What runs would run for a hundred.
        #expect(monotonicNanoseconds() - begun < 60_000_000_000)
        #expect(!exists(session.layout.directory))
        #expect(!isAlive(keeper))
        #expect(session.statuses.allSatisfy { $0.state == .exited && $0.pid == nil })
        session.stop()
        #expect(try session.run(.node(.start, node: "deaf")) == [.error("session \(session.id) does not run")])
    }

    /// Not a test by itself: the process that `aKilledOwnerLeavesNothing` kills.
    @Test(.enabled(if: isOwnerFixture)) func ownerFixture() throws {
        let session = try Session(name: "owner", options: makeOptions())
        try session.start(ResolvedTopology(name: "owner", nodes: stubbornNodes(session.layout)))
        while true { pause() }
    }

    @Test func aKilledOwnerLeavesNothing() throws {
        let environment = callersEnvironment().merging([
            "XDG_RUNTIME_DIR": runtimeFolder, "ZMQTOP_OWNER_FIXTURE": "1",
        ]) { $1 }
        let owner = try spawn(
            KeeperRequest.Program(
                executable: testExecutable,
                arguments: [testExecutable, "--testing-library", "swift-testing", "--filter", "ownerFixture"],
                environment: environment.map { $0.key + "=" + $0.value }, workingDirectory: "/",
                standardOutput: "/dev/null", standardError: "/dev/null", graceMilliseconds: 0)
        ).get()
        defer {
            kill(owner, SIGKILL)
            waitpid(owner, nil, 0)
        }
        var found: RunLayout?
        try eventually("the owner's session runs") {
            found = SessionDirectory.sessions().first { $0.record.pid == owner }?.layout
            return found != nil
        }
        let layout = try #require(found)
        let pids = try stubbornPids(layout)
        let keeper = try #require(ProcessTable.read(pids[0])?.parent)
        let begun = monotonicNanoseconds()
        kill(owner, SIGKILL)
        try eventually("everything has ended") { pids.allSatisfy { !isAlive($0) } }
        try eventually("the directory is gone") { !exists(layout.directory) }
        try eventually("the keeper has ended") { !isAlive(keeper) }
        // Two seconds are the promise; the machine may be busy. What runs would run for a hundred.
        #expect(monotonicNanoseconds() - begun < 60_000_000_000)
    }

    @Test func aKilledKeeperTakesTheNodesWithIt() throws {
        let session = try Session(name: "test", options: makeOptions())
        defer { session.stop() }
        try session.start(ResolvedTopology(name: "test", nodes: stubbornNodes(session.layout)))
        let pids = try stubbornPids(session.layout)
        let keeper = try #require(ProcessTable.read(pids[0])?.parent)
        kill(keeper, SIGKILL)
        for node in session.statuses { try session.wait(node.name, .failed) }
        try eventually("the nodes are gone, daemons too") { pids.allSatisfy { !isAlive($0) } }
        #expect(session.status("deaf").reason?.contains("zmqtop-keeper") == true)
        #expect(try session.run(.node(.start, node: "deaf")) == [.error(SessionLoop.keeperIsGoneText)])
        session.stop()
        #expect(!exists(session.layout.directory))
    }

    @Test func whatAProcessLeavesInItsGroupEndsWithIt() throws {
        try withSession([shell("node", "sleep 100 & echo $!; exit 0")]) { session in
            try session.wait("node", .exited)
            let pid = try writtenPid(session.layout.standardOutput("node"))
            try eventually("its child is gone") { !isAlive(pid) }
        }
    }

    @Test func twoSessionsOfOneTopologyDoNotMeet() throws {
        let nodes = [shell("node", "sleep 100")]
        try withSession(nodes, name: "twin") { first in
            try first.wait("node", .running)
            try withSession(nodes, name: "twin") { second in
                try second.wait("node", .running)
                #expect(first.id != second.id)
                #expect(first.layout != second.layout)
                let ids = Set(SessionDirectory.sessions().map(\.record.id))
                #expect(ids.isSuperset(of: [first.id, second.id]))
            }
            #expect(first.status("node").state == .running)
            let pid = try #require(first.status("node").pid)
            #expect(isAlive(pid))
        }
    }

    @Test func whoWaitsForTheEndFindsNothing() throws {
        let session = try Session(name: "test", options: makeOptions())
        defer { session.stop() }
        let begun = monotonicNanoseconds()
        try session.start(ResolvedTopology(name: "test", nodes: stubbornNodes(session.layout)))
        let pids = try stubbornPids(session.layout)
        let running = try #require(SessionDirectory.session(at: session.layout.directory))
        // They are written a moment before they are published.
        try eventually("the statuses") { running.statuses == session.statuses }
        #expect(running.age > 0 && running.age <= Double(monotonicNanoseconds() - begun) / 1e9)
        #expect(!running.waitForEnd(atMost: 0.05))
        DispatchQueue.global().async { session.stop() }
        #expect(running.waitForEnd(atMost: 90))
        #expect(!exists(session.layout.directory))
        for pid in pids { #expect(!isAlive(pid)) }
        #expect(running.statuses == nil)
        #expect(running.waitForEnd(atMost: 0))
    }

    @Test func whoWaitsForTheEndOfAKeptSessionFindsItOver() throws {
        let session = try Session(name: "kept", options: makeOptions(keep: true))
        try session.start(ResolvedTopology(name: "kept", nodes: [shell("node", "sleep 100")]))
        defer { DirectoryTree.remove(session.layout.directory) }
        let running = try #require(SessionDirectory.session(at: session.layout.directory))
        #expect(!running.waitForEnd(atMost: 0))
        session.stop()
        #expect(running.waitForEnd(atMost: 0))
        #expect(running.statuses?.first?.state == .exited)
    }

    @Test func aKeptDirectoryStaysAndIsNoSession() throws {
        let options = makeOptions(keep: true)
        let session = try Session(name: "kept", options: options)
        try session.start(ResolvedTopology(name: "kept", nodes: [shell("node", "echo hello; sleep 100")]))
        try session.wait("node", .running)
        #expect(SessionDirectory.session(at: session.layout.directory) != nil)
        session.stop()
        defer { DirectoryTree.remove(session.layout.directory) }
        #expect(exists(session.layout.standardOutput("node")))
        #expect(SessionDirectory.session(at: session.layout.directory) == nil)
        #expect(!exists(session.layout.control))
        // The next session leaves it alone.
        try withSession([]) { _ in #expect(exists(session.layout.status)) }
    }
}
