import ArgumentParser
import Foundation
import Session
import Topology

// Commands about files: nothing runs.

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate topology files and say what will bite.",
        discussion: "Example: zmqtop check my.yaml --json")

    @Argument(help: "Names or paths.")
    var topologies: [String]

    @Flag(help: "One JSON object a file on standard output.")
    var json = false

    func run() throws {
        let installation = Installation()
        var failed = false
        for argument in topologies {
            let path = try installation.topology(argument)
            let report = TopologyCheck.run(
                path: path, environment: ProcessInfo.processInfo.environment)
            failed = failed || !report.errors.isEmpty
            if json {
                print(report.json)
            } else {
                for diagnostic in report.errors { complain(diagnostic.rendered) }
                for lint in report.lints { complain(lint.rendered) }
                if report.errors.isEmpty { print("\(path): good, \(report.summary)") }
            }
        }
        if failed { throw ExitCode(1) }
    }
}

struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw a topology: as text, for Mermaid, or for Graphviz.",
        discussion: "Example: zmqtop graph inference --format dot | dot -Tsvg > inference.svg")

    @Argument(help: "A name or a path.")
    var topology: String

    @Option(help: "text, mermaid or dot.")
    var format: GraphFormat = .text

    func run() throws {
        let file = try readTopology(try Installation().topology(topology))
        print(file.graph(format))
    }
}

extension GraphFormat: ExpressibleByArgument {}

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of topology files, for editors.",
        discussion: "Example: zmqtop schema > zmqtop.schema.json")

    func run() {
        print(TopologySchema.json)
    }
}

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the bundled topologies and themes.", discussion: "Example: zmqtop list")

    func run() {
        let installation = Installation()
        print("topologies")
        for name in installation.bundledTopologies {
            let about = (try? TopologyFile(path: installation.topology(name)))?.about ?? ""
            print("  " + name.padding(toLength: max(14, name.count), withPad: " ", startingAt: 0) + "  " + about)
        }
        print("themes")
        for name in installation.bundledThemes { print("  " + name) }
    }
}

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Print where everything is, and the sessions that run.",
        discussion: "Example: zmqtop info")

    func run() {
        let installation = Installation()
        let rows: [(String, String?)] = [
            ("version", Zmqtop.configuration.version),
            ("programs", installation.binaries.path),
            ("tap", installation.tap),
            ("topologies", installation.topologies),
            ("themes", installation.themes),
            ("run directories", SessionDirectory.base),
        ]
        for (name, value) in rows {
            print(name.padding(toLength: 17, withPad: " ", startingAt: 0) + (value ?? "not found"))
        }
        for session in SessionDirectory.sessions() {
            print("session          \(session.id)  pid \(session.pid)  \(session.layout.directory)")
        }
    }
}
