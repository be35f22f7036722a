import Foundation
import RunDirectory
import Testing
import Topology

/// Whatever stands in a file, the answer is a topology or errors with a place in the file.
@Suite struct Robustness {
    /// A small repeatable generator.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let files =
        Fixtures.names("valid").map { "\(Files.fixtures)/valid/\($0).yaml" }
        + BundledTopologies.names.map { "\(Files.topologies)/\($0).yaml" }

    @Test(.timeLimit(.minutes(10)), arguments: files) func mutatedFiles(_ path: String) throws {
        let original = Array(try String(contentsOfFile: path, encoding: .utf8).unicodeScalars)
        var random = Random(state: UInt64(original.count))
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"", "\n", "  ", "-", "&a ", "*a", "${", "1e999", "{index}", "..", "日",
        ]
        .map { Array($0.unicodeScalars) }
        for _ in 0..<25 {
            var scalars = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let start = Int.random(in: 0..<scalars.count, using: &random)
                let end = min(scalars.count, start + Int.random(in: 0...12, using: &random))
                scalars.replaceSubrange(start..<end, with: pieces.randomElement(using: &random) ?? [])
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            let text = String(view)
            do throws(TopologyErrors) {
                let file = try TopologyFile(text: text, path: path)
                _ = file.graph(.text)
                _ = try file.resolve(context(environment: [:]))
            } catch {
                let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
                for diagnostic in error.diagnostics {
                    #expect((1...lines + 1).contains(diagnostic.line), "\(diagnostic)")
                    #expect(diagnostic.column >= 1)
                }
            }
        }
    }

    @Test func deepNestingIsAnError() throws {
        let text = "nodes: " + String(repeating: "[", count: 100_000)
        let found = diagnostics(of: text)
        #expect(found.count == 1)
        #expect(found[0].message.contains("deep"))
    }

    @Test func hugeNumbersAreErrors() throws {
        let text = """
            nodes:
              a:
                kind: source
                start: 1e300s
                sockets: { out: { type: PUSH, bind: "ipc://a", options: { linger: 1e9s, maxmsgsize: 1e30 } } }
                behavior: { rate: 1e999/s, size: 1e18, for: 1e400s, count: 1e30 }
            """
        #expect(Set(diagnostics(of: text).map(\.line)) == [4, 5, 6])
        #expect(diagnostics(of: text).count == 7)
    }

    @Test func tooManyConnectionsAreAnError() throws {
        let text = """
            nodes:
              mesh: { command: sleep 1, replicas: 1000, sockets: { m: { type: DEALER, bind: "ipc://{index}", connect: others.m } } }
            """
        #expect(diagnostics(of: text).first?.message.contains("connections") == true)
    }
}
