import Dashboard
import Foundation
import RunDirectory
import Testing

@testable import zmqtop

/// The tail of what a node wrote.
@Suite struct OutputFilesTests {
    private let layout: RunLayout

    init() throws {
        layout = RunLayout(
            directory: FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)").path())
        try FileManager.default.createDirectory(atPath: layout.output, withIntermediateDirectories: true)
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    @Test func theLastLinesOfBothFilesAreRead() throws {
        defer { try? FileManager.default.removeItem(atPath: layout.directory) }
        try write("one\n\ntwo\n", to: layout.standardOutput("a"))
        try write("half a line", to: layout.standardError("a"))
        #expect(
            OutputFiles.tail(of: "a", in: layout)
                == NodeOutput(node: "a", lines: ["one", "", "two"], errors: ["half a line"]))
    }

    @Test func aLongFileIsReadFromItsEndAndWholeLinesOnly() throws {
        defer { try? FileManager.default.removeItem(atPath: layout.directory) }
        let all = (0..<50_000).map { "line \($0)" }
        try write(all.joined(separator: "\n") + "\n", to: layout.standardOutput("a"))
        let output = try #require(OutputFiles.tail(of: "a", in: layout))
        #expect(output.lines == Array(all.suffix(40)))
        try write(String(repeating: "x", count: 100_000), to: layout.standardOutput("a"))
        #expect(OutputFiles.tail(of: "a", in: layout)?.lines.map(\.count) == [1000])
    }

    @Test func whatHasNoFilesHasNoOutputAndNoNameLeadsElsewhere() throws {
        defer { try? FileManager.default.removeItem(atPath: layout.directory) }
        try write("", to: layout.standardOutput("quiet"))
        #expect(OutputFiles.tail(of: "quiet", in: layout) == NodeOutput(node: "quiet", lines: [], errors: []))
        #expect(OutputFiles.tail(of: "none", in: layout) == nil)
        try write("secret", to: layout.directory + "/elsewhere.out")
        #expect(OutputFiles.tail(of: "../elsewhere", in: layout) == nil)
        try FileManager.default.createSymbolicLink(
            atPath: layout.standardOutput("link"), withDestinationPath: layout.directory + "/elsewhere.out")
        #expect(OutputFiles.tail(of: "link", in: layout) == nil)
    }
}
