import ArgumentParser
import Foundation
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
              zmqtop run inference -d        (in the background: zmqtop attach shows it, zmqtop down ends it)
              zmqtop run inference --screenshot picture.svg --at 5s --size 120x36
              zmqtop run my.yaml --headless --until "links.up == 5" --for 10s --set nodes.engine.replicas=4
            """)

    @Argument(help: "A bundled topology's name (see zmqtop list) or a file's path.")
    var topology: String

    @Flag(help: "No screen: a line each tick on standard output.")
    var headless = false

    @Flag(name: [.customShort("d"), .long], help: "Start it and give the terminal back: zmqtop attach shows it.")
    var detach = false

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

    @OptionGroup var drawing: DrawingOptions

    @OptionGroup var shot: ShotOptions

    @Flag(help: "Look, do not touch: keys that change the session are refused.")
    var readOnly = false

    @Option(help: "Use this run directory, and leave it there afterwards.")
    var runDir: String?

    @Flag(help: "Leave the run directory there afterwards.")
    var keep = false

    func validate() throws {
        if detach && headless { throw ValidationError("-d shows nothing, so --headless does not go with it.") }
        if shot.screenshot != nil, headless || detach {
            throw ValidationError("--screenshot needs no terminal: neither --headless nor -d goes with it.")
        }
        if json && !headless { throw ValidationError("--json goes with --headless.") }
        if !headless && (until != nil || !failOn.isEmpty) {
            throw ValidationError("--until and --fail-on go with --headless.")
        }
        if let every, every.seconds < 0.02 { throw ValidationError("--every takes 20ms or more.") }
    }

    func run() throws {
        // Before any thread is there.
        let front = headless || shot.screenshot != nil ? nil : Front()
        let ending = Ending()
        front?.watch(ending)
        let installation = Installation()
        let condition = try readCondition()
        let failRules = try readFailRules()
        let file = try readTopology(try installation.topology(topology), set: set)
        for lint in file.lints { complain(lint.description) }
        let screen = try headless || detach || shot.screenshot != nil ? nil : Screen(drawing, installation)
        defer { screen?.restore() }
        // Before the session is up: that takes a while.
        screen?.greet(file.preview())

        let session = try makeSession(
            file, installation, runDirectory: runDir, keep: keep, seed: seed, onDown: { ending.ask(.down) })
        defer { session.stop() }
        var outcome = DashboardRun.Outcome.detached
        if headless {
            let layout = session.layout
            outcome = .ended(
                try HeadlessRun(
                    scene: try OwnScene(session), ending: ending, json: json, every: every?.seconds ?? 1,
                    duration: duration?.seconds, until: condition, failOn: failRules,
                    names: { try Collector(layout: layout).collect() }
                ).run())
        } else if let path = shot.screenshot {
            let run = ShotRun(
                scene: try OwnScene(session), ending: ending, drawing: drawing, options: shot, every: every?.seconds)
            outcome = .ended(try run.run(to: path))
        } else if let screen {
            outcome = try DashboardRun(
                scene: try OwnScene(session), ending: ending, screen: screen, readOnly: readOnly,
                every: every?.seconds ?? screen.configuration.refresh ?? 0.25, duration: duration?.seconds,
                cannotDetach: front == nil ? "This run cannot be detached: start it with -d." : nil
            ).run()
            screen.restore()
        }
        if outcome == .detached { outcome = try goOn(session, ending, front) }
        session.stop()
        if keep || runDir != nil { complain("The run directory is kept: \(session.layout.directory)") }
        guard case .ended(let status) = outcome else { return }
        throw ExitCode(status)
    }

    /// Lives on without a terminal until somebody ends the session, or its time is over.
    private func goOn(_ session: Session, _ ending: Ending, _ front: Front?) throws -> DashboardRun.Outcome {
        guard let front else {
            throw Failure("the session cannot leave this terminal; use --headless in the background.")
        }
        // No id leads to a run directory of one's own choice.
        let name = runDir == nil ? session.id : session.layout.directory
        try front.letGo(
            """
            The session \(session.id) goes on. Look at it: zmqtop attach \(name)
            End it: zmqtop down --session \(name)
            """)
        return .ended(ending.wait(atMost: duration?.seconds)?.status ?? 0)
    }

    private func readCondition() throws -> Condition? {
        guard let until else { return nil }
        do {
            return try Condition(parsing: until)
        } catch {
            throw Failure("--until: \(error)")
        }
    }

    private func readFailRules() throws -> [FailRule] {
        do {
            return try failOn.map { try FailRule(parsing: $0) }
        } catch {
            throw Failure("--fail-on: \(error)")
        }
    }
}
