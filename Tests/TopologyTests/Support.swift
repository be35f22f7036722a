import Testing
import Topology

import struct Foundation.URL
import RunDirectory

/// Where the tests' files lie.
enum Files {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path
    static let topologies = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "topologies").path
}

/// A context that hands out ports from 40001 on, for a run in /tmp/run.
func context(
    directory: String = "/tmp/run", environment: [String: String] = ["PATH": "/usr/bin:/bin"]
) -> ResolutionContext {
    var next = 40000
    return ResolutionContext(
        runLayout: RunLayout(directory: directory), session: "test-x7", environment: environment,
        holdPort: { _ in
            next += 1
            return next
        })
}

/// Resolves a text that is in order.
func resolve(
    _ text: String, set: [String] = [], environment: [String: String] = ["PATH": "/usr/bin:/bin"]
) throws -> ResolvedTopology {
    try TopologyFile(text: text, path: "/tmp/test.yaml", set: set, environment: environment)
        .resolve(context(environment: environment))
}

/// What is wrong with a text.
func diagnostics(of text: String, set: [String] = [], environment: [String: String] = [:]) -> [Diagnostic] {
    do throws(TopologyErrors) {
        _ = try TopologyFile(text: text, path: "test.yaml", set: set, environment: environment)
        return []
    } catch {
        return error.diagnostics
    }
}

extension ResolvedTopology {
    func node(_ name: String) throws -> ResolvedNode {
        try #require(nodes.first { $0.name == name }, "no node \(name)")
    }
}

extension ResolvedNode {
    func socket(_ name: String) throws -> ResolvedSocket {
        try #require(sockets.first { $0.name == name }, "no socket \(name)")
    }
}
