import Foundation
import Glibc
import RunDirectory
import Testing
import Topology

@Suite struct TopologyFiles {
    static let pair = """
        nodes:
          source: { kind: source, sockets: { out: { type: PUSH, bind: "tcp://127.0.0.1:*" } } }
          sink: { kind: sink, replicas: 2, sockets: { in: { type: PULL, connect: source.out } } }
        """

    @Test func overridesComeBeforeJudging() throws {
        let resolved = try resolve(
            Self.pair,
            set: ["nodes.sink.replicas=3", "nodes.source.behavior.count=50", "about=changed", "nodes.sink.start=2s"])
        #expect(resolved.about == "changed")
        #expect(resolved.nodes.count == 4)
        #expect(try resolved.node("source").behavior["count"] == .number(50))
        #expect(try resolved.node("sink-3").start == .delayed(seconds: 2))
    }

    @Test func aListCanBeSet() throws {
        let resolved = try resolve(
            Self.pair, set: ["nodes.source.sockets.out.bind=[\"ipc://a\", \"ipc://b\"]"])
        #expect(try resolved.node("source").socket("out").binds == ["ipc:///tmp/run/ipc/a", "ipc:///tmp/run/ipc/b"])
    }

    @Test(arguments: [
        ("nodes.snk.replicas=4", 7, "there is no node \"snk\""),
        ("nodes.sink.replicas=many", 21, "replicas is a whole number"),
        ("nodes.sink.replcas=4", 12, "node sink has no key \"replcas\""),
        ("nodes.sink.kind.x=4", 17, "there is nothing below \"sink\""),
        ("nodes.sink.replicas", 1, "has no value"),
        ("nodes..replicas=1", 7, "the path has an empty step"),
    ])
    func errorsNameTheArgument(_ argument: String, _ column: Int, _ message: String) throws {
        let diagnostic = try #require(diagnostics(of: Self.pair, set: [argument]).first)
        #expect(diagnostic.file == "--set")
        #expect(diagnostic.column == column)
        #expect(diagnostic.sourceLine == argument)
        #expect(diagnostic.message.contains(message))
    }

    @Test func portsAreAskedForOncePerReplica() throws {
        var hosts: [String] = []
        let text = """
            nodes:
              sink:
                kind: sink
                replicas: 2
                sockets: { in: { type: PULL, bind: "tcp://*:*" } }
              all: { kind: source, sockets: { out: { type: PUSH, connect: sink.in } } }
            """
        let context = ResolutionContext(
            runLayout: RunLayout(directory: "/tmp/run"), session: "s", environment: [:],
            holdPort: { host in
                hosts.append(host)
                return 41000 + hosts.count
            })
        let resolved = try TopologyFile(text: text, path: "/tmp/a.yaml").resolve(context)
        #expect(hosts == ["0.0.0.0", "0.0.0.0"])
        #expect(try resolved.node("sink-2").socket("in").binds == ["tcp://*:41002"])
        #expect(
            try resolved.node("all").socket("out").connects == [
                ResolvedConnect(endpoint: "tcp://127.0.0.1:41001", target: "sink-1.in"),
                ResolvedConnect(endpoint: "tcp://127.0.0.1:41002", target: "sink-2.in"),
            ])
    }

    @Test func aFailingPortIsAnErrorAtTheBind() throws {
        struct NoPort: Error, CustomStringConvertible { var description: String { "none is left" } }
        let file = try TopologyFile(text: Self.pair, path: "/tmp/a.yaml")
        let context = ResolutionContext(
            runLayout: RunLayout(directory: "/tmp/run"), session: "s", environment: [:],
            holdPort: { _ in throw NoPort() })
        let error = try #require(throws: TopologyErrors.self) { try file.resolve(context) }
        #expect(error.diagnostics.count == 1)
        #expect(error.diagnostics[0].line == 2)
        #expect(error.diagnostics[0].message.contains("none is left"))
    }

    @Test func aPortInUseIsAnErrorAtTheBind() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(Glibc.bind(listener, $0, length) == 0)
                #expect(getsockname(listener, $0, &length) == 0)
            }
        }
        #expect(listen(listener, 1) == 0)
        let port = UInt16(bigEndian: address.sin_port)
        let file = try TopologyFile(
            text: Self.pair, path: "/tmp/a.yaml", set: ["nodes.source.sockets.out.bind=tcp://127.0.0.1:\(port)"])
        let error = try #require(throws: TopologyErrors.self) { try file.resolve(context()) }
        #expect(error.diagnostics[0].message.contains("port \(port)"))
        #expect(error.diagnostics[0].message.contains("another program listens there"))
    }

    @Test func filesThatCannotBeRead() throws {
        for (path, reason) in [("/nowhere/a.yaml", "No such file"), ("/tmp", "it is a folder")] {
            let error = try #require(throws: TopologyErrors.self) { try TopologyFile(path: path) }
            #expect(error.description.hasPrefix("\(path): error: "))
            #expect(error.description.contains(reason))
        }
        let path = "/tmp/zmqtop-test-\(UUID().uuidString).yaml"
        try Data([0x6E, 0xFF, 0xFE]).write(to: URL(filePath: path))
        defer { unlink(path) }
        let error = try #require(throws: TopologyErrors.self) { try TopologyFile(path: path) }
        #expect(error.description.contains("not UTF-8"))
    }

    @Test func windowsLinesAndTheNameOfTheFile() throws {
        let text = Self.pair.replacingOccurrences(of: "\n", with: "\r\n")
        #expect(try TopologyFile(text: text, path: "/tmp/two-nodes.yml").name == "two-nodes")
        let wrong = text.replacingOccurrences(of: "kind: sink", with: "kind: snik")
        let diagnostic = try #require(diagnostics(of: wrong).first)
        #expect(diagnostic.line == 3)
        #expect(!diagnostic.sourceLine.contains("\r"))
    }

    @Test func manyAliasesAreRefused() {
        var text = "x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for (name, last) in zip("bcdefgh", "abcdefg") {
            text += "x-\(name): &\(name) [\(Array(repeating: "*\(last)", count: 10).joined(separator: ", "))]\n"
        }
        #expect(diagnostics(of: text + Self.pair).contains { $0.message.contains("aliases") })
    }

    @Test func checkLooksAtTheMachine() throws {
        let file = try TopologyFile(text: "nodes: { a: { command: no-such-program } }", path: "/tmp/a.yaml")
        let error = try #require(throws: TopologyErrors.self) { try file.checkMachine(environment: ["PATH": "/bin"]) }
        #expect(error.diagnostics[0].message.contains("in no folder of PATH"))
        #expect(throws: Never.self) {
            try TopologyFile(text: "nodes: { a: { command: sleep 1 } }", path: "/tmp/a.yaml")
                .checkMachine(environment: ["PATH": "/usr/bin:/bin"])
        }
    }

    @Test func diagnosticsAsJSON() throws {
        let found = diagnostics(of: "nodes: { a: { kind: sinc } }")
        let json = String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
        #expect(json.contains("\"line\":1"))
        #expect(json.contains("\"column\":21"))
        #expect(try JSONDecoder().decode([Diagnostic].self, from: Data(json.utf8)) == found)
    }

    @Test func aThousandNodes() throws {
        let resolved = try resolve(
            Self.pair, set: ["nodes.sink.replicas=999", "nodes.sink.sockets.in.type=PULL"])
        #expect(resolved.nodes.count == 1000)
        #expect(Set(resolved.nodes.map(\.name)).count == 1000)
    }
}
