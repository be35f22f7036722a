import Foundation
import Testing

@testable import Topology

@Suite struct Output {
    @Test func theSchemaIsJSONAndKnowsTheBundledKeys() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(TopologySchema.json.utf8)) as? [String: Any])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let properties = try #require(schema["properties"] as? [String: Any])
        #expect(Set(properties.keys) == Set(Key.top.map(\.name) + Key.scenarioFile.map(\.name)))
        let definitions = try #require(schema["$defs"] as? [String: Any])
        for kind in Kind.all {
            let behavior = try #require(definitions["behavior-\(kind.name)"] as? [String: Any])
            let keys = try #require(behavior["properties"] as? [String: Any])
            #expect(Set(keys.keys) == Set(kind.fields.map(\.name)))
        }
        let options = try #require((definitions["options"] as? [String: Any])?["properties"] as? [String: Any])
        #expect(options.count == SocketOption.all.count + SocketOption.aliases.count)
    }

    @Test func graphs() throws {
        let file = try TopologyFile(path: "\(Files.topologies)/inference.yaml")
        #expect(
            file.graph(.text) == """
                inference: Three clients, a scheduler, two engines; tokens stream back one by one.

                client ×3  (client)
                  requests  DEALER  ──▸ scheduler.frontend  ROUTER, tcp ×3

                scheduler
                  frontend  ROUTER  binds tcp://127.0.0.1:*
                  backend   ROUTER  binds ipc://backend

                engine ×2  (engine)
                  work  DEALER  ──▸ scheduler.backend  ROUTER, ipc ×2

                """)
        #expect(
            file.graph(.mermaid) == """
                flowchart LR
                    n_client["client ×3<br/><small>client</small>"]
                    n_scheduler["scheduler<br/><small>scheduler</small>"]
                    n_engine["engine ×2<br/><small>engine</small>"]
                    n_client -->|"DEALER → ROUTER, tcp ×3"| n_scheduler
                    n_engine -->|"DEALER → ROUTER, ipc ×2"| n_scheduler

                """)
        #expect(
            file.graph(.dot) == """
                digraph "inference" {
                    rankdir=LR;
                    node [shape=box];
                    "client" [label="client ×3\\nclient"];
                    "scheduler" [label="scheduler"];
                    "engine" [label="engine ×2\\nengine"];
                    "client" -> "scheduler" [label="DEALER → ROUTER, tcp ×3"];
                    "engine" -> "scheduler" [label="DEALER → ROUTER, ipc ×2"];
                }

                """)
    }
}
