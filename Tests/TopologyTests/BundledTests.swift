import Foundation
import RunDirectory
import Testing
import Topology

@Suite struct BundledTopologies {
    static let names = ["inference", "pipeline", "late-server", "slow-sink", "foreign", "vllm-v1", "sglang"]

    @Test(arguments: names) func resolvesWithoutLints(_ name: String) throws {
        let file = try TopologyFile(path: "\(Files.topologies)/\(name).yaml")
        #expect(file.name == name)
        #expect(!file.about.isEmpty)
        #expect(file.lints == [])
        let resolved = try file.resolve(context())
        #expect(resolved.file == "\(Files.topologies)/\(name).yaml")
        for node in resolved.nodes {
            for socket in node.sockets {
                for connect in socket.connects { #expect(connect.target != nil) }
            }
        }
    }

    static let patterns = [
        "request-reply", "dealer-router", "pub-sub", "push-pull", "pair", "forwarder", "queue", "streamer",
        "inproc",
    ]

    @Test(arguments: patterns) func patternsToBeginWith(_ name: String) throws {
        let path = "\(Files.topologies)/patterns/\(name).yaml"
        let file = try TopologyFile(path: path)
        #expect(file.name == name && file.path == path)
        #expect(!file.about.isEmpty)
        #expect(file.lints == [])
        // Built-in kinds alone, so that a copy runs anywhere; and a drawing to begin with.
        let resolved = try file.resolve(context())
        #expect(resolved.nodes.allSatisfy { if case .builtin = $0.program { true } else { false } })
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasPrefix("# ") && (text.contains("▸") || text.contains("──")))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func inferenceIsWhatTheDesignShows() throws {
        let resolved = try TopologyFile(path: "\(Files.topologies)/inference.yaml").resolve(context())
        #expect(
            resolved.nodes.map(\.name) == ["client-1", "client-2", "client-3", "scheduler", "engine-1", "engine-2"])
        let scheduler = try resolved.node("scheduler")
        #expect(try scheduler.socket("frontend").binds == ["tcp://127.0.0.1:40001"])
        #expect(try scheduler.socket("backend").binds == ["ipc:///tmp/run/ipc/backend"])
        let engine = try resolved.node("engine-2")
        #expect(engine.replica == 2)
        #expect(engine.group == "engine")
        #expect(engine.restart == RestartPolicy(condition: .onFailure, delay: 0.5))
        let work = try engine.socket("work")
        #expect(
            work.connects == [
                ResolvedConnect(endpoint: "ipc:///tmp/run/ipc/backend", target: "scheduler.backend")
            ])
        #expect(
            work.options == [ResolvedOption(name: "routing_id", number: 5, value: .bytes(Array("engine-2".utf8)))])
        #expect(engine.behavior["prefill"] == .number(0.02))
        #expect(engine.behavior["tokens"] == .range(16, 64))
    }

    @Test(arguments: [("", names), ("/patterns", patterns)])
    func noFileIsLeftOut(folder: String, names: [String]) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Files.topologies + folder)
            .filter { $0.hasSuffix(".yaml") }.map { $0.replacingOccurrences(of: ".yaml", with: "") }
        #expect(Set(files) == Set(names))
    }

    /// One name finds one file, and a pattern that nobody uses is no pattern.
    @Test func patternsHaveNamesOfTheirOwnAndEveryType() throws {
        #expect(Set(Self.patterns).isDisjoint(with: Self.names))
        var types: Set<String> = []
        for name in Self.patterns {
            let file = try TopologyFile(path: "\(Files.topologies)/patterns/\(name).yaml")
            types.formUnion(try file.resolve(context()).nodes.flatMap(\.sockets).map(\.type))
        }
        #expect(
            types == [
                "REQ", "REP", "DEALER", "ROUTER", "PUB", "SUB", "XPUB", "XSUB", "PUSH", "PULL", "PAIR",
            ])
    }
}
