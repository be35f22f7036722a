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

    @Test func noFileIsLeftOut() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Files.topologies)
            .filter { $0.hasSuffix(".yaml") }.map { $0.replacingOccurrences(of: ".yaml", with: "") }
        #expect(Set(files) == Set(Self.names))
    }
}
