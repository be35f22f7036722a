import Foundation
import RunDirectory
import Testing
import Topology

/// One case a file: `valid/*.yaml` with its resolved nodes beside it, `invalid/*.yaml` with the expected message.
/// What is missing is recorded, and the run that records fails: look at it, then run again.
@Suite struct Fixtures {
    static func names(_ folder: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(Files.fixtures)/\(folder)")) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    @Test(arguments: names("valid")) func valid(_ name: String) throws {
        let path = "\(Files.fixtures)/valid/\(name)"
        // As it would be on any machine: the file's place is taken out.
        let text = try String(contentsOfFile: path + ".yaml", encoding: .utf8)
        let file = try TopologyFile(
            text: text, path: "/tmp/\(name).yaml", environment: ["PATH": "/usr/bin:/bin", "HOME": "/home/test"])
        let resolved = try file.resolve(context())
        // A line a node, so that a difference is found quickly.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try resolved.nodes.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
        let lints = file.lints.map { "\($0.description)\n" }.joined()
        try compare("\(resolved.name): \(resolved.about)\n" + json + lints, with: path + ".txt")
    }

    @Test(arguments: names("invalid")) func invalid(_ name: String) throws {
        let path = "\(Files.fixtures)/invalid/\(name)"
        let text = try String(contentsOfFile: path + ".yaml", encoding: .utf8)
        do throws(TopologyErrors) {
            let file = try TopologyFile(text: text, path: "\(name).yaml")
            // What only the machine can show.
            _ = try file.resolve(context(directory: "/tmp/run", environment: ["PATH": "/usr/bin:/bin"]))
        } catch {
            let message = error.description.replacingOccurrences(
                of: FileManager.default.currentDirectoryPath, with: "FOLDER")
            try compare(message + "\n", with: path + ".txt")
            return
        }
        Issue.record("\(name).yaml was accepted")
    }

    private func compare(_ found: String, with path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            try found.write(toFile: path, atomically: true, encoding: .utf8)
            Issue.record("recorded \(path): look at it, then run again")
            return
        }
        #expect(found == (try String(contentsOfFile: path, encoding: .utf8)))
    }
}
