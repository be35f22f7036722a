import Glibc
import Keeping
import RunDirectory
import Testing

@testable import Session

@Suite(.timeLimit(.minutes(10)))
struct DirectoryTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private func temporary(_ name: String) -> String { "\(runtimeFolder)/\(name)-\(UInt32.random(in: 0...UInt32.max))" }

    @Test func everythingIsPrivate() throws {
        try withSession([shell("node", "sleep 100")]) { session in
            try session.wait("node", .running)
            let layout = session.layout
            #expect(layout.directory == "\(runtimeFolder)/zmqtop/\(session.id)")
            for folder in [
                "\(runtimeFolder)/zmqtop", layout.directory, layout.nodes, layout.output, layout.segments, layout.ipc,
            ] {
                #expect(mode(folder) == 0o700)
            }
            for file in [
                layout.session, layout.topology, layout.status, layout.control, layout.node("node"),
                layout.standardOutput("node"), layout.standardError("node"),
            ] {
                #expect(mode(file) == 0o600, "\(file)")
            }
            let record = try #require(readJSON(SessionRecord.self, layout.session))
            #expect(record.id == session.id)
            #expect(record.pid == getpid())
            #expect(readJSON(ResolvedNode.self, layout.node("node"))?.name == "node")
        }
    }

    @Test func foldersThatOthersCouldUseAreRefused() throws {
        let real = temporary("real")
        mkdir(real, 0o700)
        let link = temporary("link")
        symlink(real, link)
        #expect(throws: SessionError.self) { try Session(name: "t", options: makeOptions(runDirectory: link)) }
        let open = temporary("open")
        mkdir(open, 0o700)
        chmod(open, 0o755)
        #expect {
            try Session(name: "t", options: makeOptions(runDirectory: open))
        } throws: {
            "\($0)".contains("mode 755")
        }
        let foreign = temporary("foreign")
        mkdir(foreign, 0o700)
        try replaceFile(foreign + "/letter", with: Array("dear".utf8))
        #expect {
            try Session(name: "t", options: makeOptions(runDirectory: foreign))
        } throws: {
            "\($0)".contains("letter")
        }
        #expect(text(foreign + "/letter") == "dear")
    }

    @Test func aNamedDirectoryIsKeptAndUsedAgainButNotTwice() throws {
        let directory = temporary("named")
        let options = makeOptions(runDirectory: directory)
        let first = try Session(name: "t", options: options)
        try first.start(ResolvedTopology(name: "t", nodes: [shell("old", "sleep 100")]))
        #expect {
            try Session(name: "t", options: options)
        } throws: {
            "\($0)".contains("another session")
        }
        first.stop()
        #expect(exists(first.layout.node("old")))
        let second = try Session(name: "t", options: options)
        #expect(!exists(second.layout.node("old")))
        second.stop()
        // It never started, so there is nothing to keep.
        #expect(!exists(directory))
    }

    @Test func aPathTooLongForASocketIsRefused() throws {
        let directory = temporary(String(repeating: "x", count: 90))
        #expect {
            try Session(name: "t", options: makeOptions(runDirectory: directory))
        } throws: {
            "\($0)".contains("107") && "\($0)".contains("--run-dir")
        }
        #expect(!exists(directory))
    }

    @Test func removalFollowsNoLink() throws {
        let outside = temporary("outside")
        mkdir(outside, 0o700)
        try replaceFile(outside + "/precious", with: [1])
        let inside = temporary("inside")
        mkdir(inside, 0o700)
        mkdir(inside + "/locked", 0o000)
        symlink(outside, inside + "/link")
        symlink(outside + "/precious", inside + "/file")
        let alias = temporary("alias")
        symlink(inside, alias)
        #expect(!DirectoryTree.remove(alias))
        #expect(exists(inside))
        #expect(DirectoryTree.remove(inside))
        #expect(!exists(inside))
        #expect(exists(outside + "/precious"))
    }

    @Test func onlyTheDeadAreRemoved() throws {
        _ = runtimeFolder
        let dead = try SessionDirectory.make(name: "dead", runDirectory: nil)
        let record = SessionRecord(
            id: dead.id, topology: "dead", pid: getpid(), startedMonotonic: 0, startedWallClock: 0)
        try replaceFile(dead.layout.session, withJSON: record)
        let unborn = try SessionDirectory.make(name: "unborn", runDirectory: nil)
        close(unborn.lock)
        defer { DirectoryTree.remove(unborn.layout.directory) }
        // Locked: it lives, whatever its record says.
        try withSession([]) { _ in #expect(exists(dead.layout.directory)) }
        // Not by closing it alone: what another test is just starting may hold a copy for a moment more.
        flock(dead.lock, LOCK_UN)
        close(dead.lock)
        try withSession([]) { session in
            // The session of another test may have begun to remove it before this one came.
            try eventually("the dead one is gone") { !exists(dead.layout.directory) }
            #expect(exists(unborn.layout.directory))
            #expect(exists(session.layout.directory))
        }
    }
}
