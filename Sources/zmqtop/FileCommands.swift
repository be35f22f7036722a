public import ArgumentParser
import Dashboard
import Foundation
import RunDirectory
import Scenarios
import Session
public import Topology

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
            let report = report(try installation.topology(argument), installation)
            failed = failed || !report.errors.isEmpty
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                print(String(decoding: try encoder.encode(report), as: UTF8.self))
            } else {
                for error in report.errors { complain(error.description) }
                for lint in report.lints { complain(lint.description) }
                if report.errors.isEmpty {
                    print("\(report.file): good, \(report.nodes ?? 0) nodes, \(report.lints.count) warnings")
                }
            }
        }
        if failed { throw ExitCode(1) }
    }

    private struct Report: Encodable {
        var file: String
        var nodes: Int?
        var errors: [Diagnostic] = []
        var lints: [Lint] = []
    }

    private func report(_ path: String, _ installation: Installation) -> Report {
        let environment = ProcessInfo.processInfo.environment
        var report = Report(file: path)
        do throws(TopologyErrors) {
            let text = try? String(contentsOfFile: path, encoding: .utf8)
            let hasScenario = text.map(ScenarioFile.hasScenario) ?? false
            let file =
                hasScenario
                ? try readScenario(path, installation).topology
                : try TopologyFile(path: path, environment: environment)
            report.nodes = file.preview().nodes.count
            report.lints = file.lints
            try file.checkMachine(environment: environment)
        } catch {
            report.errors = error.diagnostics
        }
        return report
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
        print(file.graph(format), terminator: "")
    }
}

extension GraphFormat: ExpressibleByArgument {}

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of topology files, for editors.",
        discussion: "Example: zmqtop schema > zmqtop.schema.json")

    func run() {
        print(TopologySchema.json, terminator: "")
    }
}

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is bundled (topologies, patterns, lessons, themes), and the sessions that run.",
        discussion: "Example: zmqtop list")

    func run() {
        let installation = Installation()
        print("topologies")
        for name in installation.bundledTopologies { print(installation.line(name)) }
        print("patterns, to begin your own with: zmqtop new NAME --from PATTERN")
        for name in installation.patterns { print(installation.line(name)) }
        print("scenarios and lessons")
        for path in installation.bundledScenarios() {
            guard let scenario = (try? readScenario(path, installation))?.scenario else { continue }
            let name = scenario.name.padding(toLength: max(14, scenario.name.count), withPad: " ", startingAt: 0)
            print("  " + name + "  " + scenario.about)
        }
        print("themes")
        for name in Themes.names(installation) { print("  " + name) }
        print("sessions")
        print(SessionTable.text(SessionDirectory.sessions()))
    }
}

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Print where everything is, and the sessions that run.",
        discussion: "Example: zmqtop info")

    func run() {
        let installation = Installation()
        let configuration = ConfigurationFolder.file.map {
            $0 + (FileManager.default.fileExists(atPath: $0) ? "" : " (not there: all is as it comes)")
        }
        let rows: [(String, String?)] = [
            ("version", Zmqtop.configuration.version),
            ("programs", installation.binaries.path),
            ("tap", installation.tap),
            ("topologies", installation.topologies),
            ("themes", installation.themes),
            ("configuration", configuration),
            ("your themes", ConfigurationFolder.path.map { $0 + "/themes" }),
        ]
        for (name, value) in rows {
            print(name.padding(toLength: 17, withPad: " ", startingAt: 0) + (value ?? "not found"))
        }
        print("commands".padding(toLength: 17, withPad: " ", startingAt: 0) + Keymap.names.joined(separator: " "))
        print("sessions")
        print(SessionTable.text(SessionDirectory.sessions(), withDirectories: true))
    }
}
