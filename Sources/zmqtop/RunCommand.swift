import ArgumentParser
import Foundation
import Logging
import RunDirectory
import Session
import Telemetry
import Topology

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Start a topology and watch it.",
        discussion: """
            Examples:
              zmqtop run inference
              zmqtop run pipeline --headless --json --every 1s --for 10s
              zmqtop run my.yaml --headless --until "links.up == 5" --for 10s --set nodes.engine.replicas=4
            """)

    @Argument(help: "A bundled topology's name (see zmqtop list) or a file's path.")
    var topology: String

    @Flag(help: "No screen: a line each tick on standard output.")
    var headless = false

    @Flag(help: "With --headless: one JSON object a line.")
    var json = false

    @Option(help: "Time between two looks: 100ms, 1s. (default: 1s; on the screen 250ms)")
    var every: TimeSpan?

    @Option(name: .customLong("for"), help: "End after this time: 10s, 5m.")
    var duration: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "End as soon as this holds; with --for, exit status 1 if it does not hold in that time.",
            valueName: "expr"))
    var until: String?

    @Option(
        help: ArgumentHelp(
            "End with status 1 as soon as this is seen: failed, lost, or the name of a verdict.", valueName: "what"))
    var failOn: [String] = []

    @Option(help: ArgumentHelp("Change a value of the file: nodes.engine.replicas=4.", valueName: "path=value"))
    var set: [String] = []

    @Option(help: "The same random numbers for the same seed, in every node that has none of its own.")
    var seed: Int?

    @Option(help: "A theme's name or file.")
    var theme: String = "night"

    @Flag(help: "Draw with ASCII only.")
    var ascii = false

    @Flag(help: "Look, do not touch: keys that change the session are refused.")
    var readOnly = false

    @Option(help: "Use this run directory, and leave it there afterwards.")
    var runDir: String?

    @Flag(help: "Leave the run directory there afterwards.")
    var keep = false

    func validate() throws {
        if json && !headless { throw ValidationError("--json goes with --headless.") }
        if !headless && until != nil { throw ValidationError("--until goes with --headless.") }
        if let every, every.seconds < 0.02 { throw ValidationError("--every takes 20ms or more.") }
    }

    func run() throws {
        let signals = SignalWatcher()
        let installation = Installation()
        if !headless { try requireTerminal() }
        let condition = try until.map { try parseCondition($0, option: "--until") }
        let file = try readTopology(try installation.topology(topology), overrides: set)
        for lint in file.lints { complain(lint.rendered) }
        if !failOn.isEmpty { try checkFailOn() }

        let session = try makeSession(file, installation, runDirectory: runDir, keep: keep, seed: seed)
        let status: Int32
        do {
            status =
                headless
                ? try HeadlessRun(
                    session: session, signals: signals, json: json, every: every?.seconds ?? 1,
                    duration: duration?.seconds, until: condition, failOn: failOn
                ).run()
                : try DashboardRun(
                    session: session, signals: signals, installation: installation, theme: theme, ascii: ascii,
                    readOnly: readOnly, every: every?.seconds ?? 0.25, duration: duration?.seconds
                ).run()
        } catch {
            session.stop()
            throw error
        }
        session.stop()
        if keep || runDir != nil { complain("The run directory is kept: \(session.layout.directory)") }
        throw ExitCode(status)
    }
}
