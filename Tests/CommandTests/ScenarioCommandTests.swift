import Foundation
import RunDirectory
import Testing

@testable import zmqtop

@Suite final class LessonProgressTests {
    let folder = NSTemporaryDirectory() + "zmqtop-lessons-\(UUID().uuidString)"
    var progress: LessonProgress { LessonProgress(environment: ["XDG_STATE_HOME": folder]) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test func `what is done stays done`() throws {
        #expect(progress.load().done == [] && progress.load().problem == nil)
        try progress.markDone("one")
        try progress.markDone("two")
        try progress.markDone("one")
        #expect(progress.load().done == ["one", "two"])
    }

    @Test func `a broken file is no obstacle, and is not lost`() throws {
        let path = try #require(progress.path)
        try progress.markDone("one")
        try "{".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(progress.load().done == [])
        #expect(progress.load().problem?.contains(path) == true)
        try progress.markDone("two")
        #expect(progress.load().done == ["two"])
        #expect(try String(contentsOfFile: path + ".broken", encoding: .utf8) == "{")
    }

    @Test func `the place is the state's folder`() {
        #expect(LessonProgress(environment: ["HOME": "/h"]).path == "/h/.local/state/zmqtop/lessons.json")
        #expect(
            LessonProgress(environment: ["HOME": "/h", "XDG_STATE_HOME": "s"]).path
                == "/h/.local/state/zmqtop/lessons.json")
        #expect(LessonProgress(environment: [:]).path == nil)
        #expect(throws: Failure.self) { try LessonProgress(environment: [:]).markDone("one") }
    }
}

@Suite struct TrialReportTests {
    @Test func `a name is a file's, with and without its number`() {
        #expect(Installation.names(of: "/x/lessons/03-hwm.yaml") == ["03-hwm", "hwm"])
        #expect(Installation.names(of: "a-1.yaml") == ["a-1"])
        #expect(Installation.names(of: "3d.yaml") == ["3d"])
    }

    @Test func `what a terminal would obey is left out`() {
        var report = TrialReport(name: "x", path: "p", isLesson: false, isInverted: false)
        report.outcome = .failed
        report.problems = [.init(step: 2, line: 7, sentence: "red \u{1B}[31m and bell \u{7}")]
        #expect(TrialText.details(report) == ["    step 2, p:7: red \u{FFFD}[31m and bell \u{FFFD}"])
        #expect(TrialText.line(report, width: 3) == "✖ x      0.0 s  failed at step 2")
    }

    @Test func `only what a file fixes is claimed`() {
        func node(_ name: String, _ binds: [String], _ program: ResolvedNode.Program = .builtin(kind: "sink"))
            -> ResolvedNode
        {
            ResolvedNode(
                name: name, program: program, sockets: [ResolvedSocket(name: "in", type: "PULL", binds: binds)])
        }
        let topology = ResolvedTopology(
            name: "t",
            nodes: [
                node("a", ["tcp://127.0.0.1:*", "tcp://*:5555", "ipc://x", "ipc:///tmp/x", "ipc://@abstract"]),
                node("b", ["tcp://127.0.0.1:7000"], .external),
            ])
        #expect(TrialQueue.claims(of: topology) == ["tcp port 5555", "ipc:///tmp/x", "ipc://@abstract"])
    }

    @Test func `XML holds anything`() {
        #expect(
            JUnitFile.escaped("<a b=\"1\">&\n\u{1}\u{FFFE}é") == "&lt;a b=&quot;1&quot;&gt;&amp;&#10;\u{FFFD}\u{FFFD}é")
    }
}
