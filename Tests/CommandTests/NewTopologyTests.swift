import Foundation
import Testing

@testable import zmqtop

@Suite final class NewTopologyTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "zmqtop-new-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The build's: the test bundle lies beside the programs.
    private var new: NewTopology {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let programs = URL(fileURLWithPath: bundle).deletingLastPathComponent()
        return NewTopology(
            installation: Installation(executable: programs.appendingPathComponent("zmqtop").path), folder: folder)
    }

    private func failure(_ name: String, from pattern: String?) -> String {
        let failure = #expect(throws: Failure.self) { try new.write(name, from: pattern) }
        return failure?.description ?? ""
    }

    @Test func `a copy has its own name and nothing else changed`() throws {
        let installation = new.installation
        #expect(installation.patterns.count == 9)
        for pattern in installation.patterns + ["inference"] {
            let said = try new.write("my-\(pattern)", from: pattern)
            #expect(said.contains("my-\(pattern).yaml is a copy of \(pattern)"))
            #expect(said.contains("zmqtop run my-\(pattern).yaml"))
            let copy = try String(contentsOfFile: "\(folder)/my-\(pattern).yaml", encoding: .utf8)
            let original = try String(contentsOfFile: try installation.topology(pattern), encoding: .utf8)
            #expect(copy.split(separator: "\n").contains("name: my-\(pattern)"))
            #expect(copy.replacingOccurrences(of: "name: my-\(pattern)\n", with: "name: \(pattern)\n") == original)
            _ = try readTopology("\(folder)/my-\(pattern).yaml")
        }
    }

    @Test func `programs beside a topology are not copied, and that is said`() throws {
        let said = try new.write("mine.yaml", from: "foreign")
        #expect(said.contains("The programs that it starts lie in "))
        #expect(FileManager.default.fileExists(atPath: folder + "/mine.yaml"))
    }

    @Test func `nothing is overwritten`() throws {
        try "mine".write(toFile: folder + "/a.yaml", atomically: true, encoding: .utf8)
        #expect(failure("a", from: "pair").contains("a.yaml is there already"))
        #expect(try String(contentsOfFile: folder + "/a.yaml", encoding: .utf8) == "mine")
    }

    @Test func `what is wrong is said, with what there is`() throws {
        #expect(failure("a", from: nil).contains("\n  pub-sub         A PUB sends"))
        let unknown = failure("a", from: "pub-sup")
        #expect(unknown.contains("did you mean pub-sub?") && unknown.contains("\n  inference"))
        #expect(failure("a", from: "../pair").contains("There is no pattern"))
        for name in ["", "a b", "../a", "-x", "a/b", String(repeating: "x", count: 33)] {
            #expect(failure(name, from: "pair").contains("cannot name a topology"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func `a missing topology is guessed at`() {
        let failure = #expect(throws: Failure.self) { try new.installation.topology("pup-sub") }
        #expect(failure?.description.contains("Did you mean pub-sub?") == true)
    }
}
