import Foundation
import Testing

/// The tap keeps what it has, and touches nothing else.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct MemoryTests {
    @Test func tenThousandCyclesLeaveMemoryFlat() async throws {
        try #require(Tapped.compile("flat.c", to: "flat", ["-lzmq", "-lpthread"]))
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try await Tapped.Running([Tapped.program("flat")], node: "flat", segments: folder).ended()
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        let grown = try #require(Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        // A word lost in each would be 80,000.
        #expect(grown < 40000)
        let dump = try #require(try await Tapped.dumps(folder, node: "flat").first)
        #expect(dump.sockets.map(\.id).max() == 40000)
        #expect(dump.sockets_used < 200 && dump.endpoints_used < 400 && dump.connections_dropped == 0)
        #expect(dump.allocated < 40_000_000)
    }

    /// Only what a frame of the tap is in counts: libzmq has findings of its own.
    @Test(arguments: ["routes", "requests", "frames", "subscribers", "own-monitor", "errors"])
    func valgrindFindsNothing(scenario: String) async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Compiled anew: valgrind does not read what clang writes for debuggers. Without any of that it names the library.
        let library = Tapped.program("libzmqtap-valgrind.so")
        let root = Tapped.root.appendingPathComponent("Sources")
        let sources = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("CTap").path)
            .filter { $0.hasSuffix(".c") && $0 != "wire.c" }.map { root.appendingPathComponent("CTap/\($0)").path }
        let includes = ["CTap", "CTap/include", "CTapSegment/include"].flatMap {
            ["-I", root.appendingPathComponent($0).path]
        }
        let options = ["-shared", "-fPIC", "-fvisibility=hidden", "-ldl", "-lpthread"]
        try #require(
            Tapped.compile("../../../Sources/CTap/wire.c", to: "libzmqtap-valgrind.so", sources + includes + options))
        let valgrind = [
            "/usr/bin/valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect",
        ]
        try #require(FileManager.default.isExecutableFile(atPath: valgrind[0]), "valgrind")
        let command =
            ["/usr/bin/env", "LD_PRELOAD=\(library)"] + valgrind + [Tapped.program("scenarios"), scenario]
        let outcome = try await Tapped.Running(command, node: "checked", segments: folder).ended()
        #expect(outcome.status == 0 && outcome.output.hasSuffix("ended\n"), "\(outcome.output)\(outcome.errors)")
        #expect(try await Tapped.dumps(folder, node: "checked").first?.sockets.isEmpty == false)
        for block in outcome.errors.components(separatedBy: "== \n")
        where block.contains("libzmqtap") {
            Issue.record("\(block)")
        }
    }
}
