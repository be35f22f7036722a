import ArgumentParser
import Foundation
import RunDirectory
import Session
import Telemetry

struct AttachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Look at a session that runs elsewhere, or at what one has left.",
        discussion: """
            Examples:
              zmqtop attach                     (the only session, or the list of them)
              zmqtop attach inference-x7
              zmqtop attach inference-x7 --headless --json --for 10s
              zmqtop attach /tmp/kept-run       (a run directory that was kept)
            q leaves, and the session goes on. Any number may look at one session.
            """)

    @Argument(help: "A session's id, or a run directory.")
    var session: String?

    @Flag(help: "No screen: a line each tick on standard output.")
    var headless = false

    @Flag(help: "With --headless: one JSON object a line.")
    var json = false

    @Option(help: "Time between two looks: 100ms, 1s. (default: 1s; on the screen 250ms)")
    var every: TimeSpan?

    @Option(name: .customLong("for"), help: "Leave after this time: 10s, 5m.")
    var duration: TimeSpan?

    @OptionGroup var drawing: DrawingOptions

    @OptionGroup var shot: ShotOptions

    @Flag(help: "Look, do not touch: keys that change the session are refused.")
    var readOnly = false

    func validate() throws {
        if shot.screenshot != nil, headless {
            throw ValidationError("--screenshot needs no terminal: --headless does not go with it.")
        }
        if json && !headless { throw ValidationError("--json goes with --headless.") }
        if let every, every.seconds < 0.02 { throw ValidationError("--every takes 20ms or more.") }
    }

    func run() throws {
        let ending = Ending()
        let (scene, layout) = try find()
        if headless {
            throw ExitCode(
                try HeadlessRun(
                    scene: scene, ending: ending, json: json, every: every?.seconds ?? 1, duration: duration?.seconds,
                    until: nil, failOn: [], names: { try Collector(layout: layout).collect() }
                ).run())
        }
        if let path = shot.screenshot {
            let run = ShotRun(scene: scene, ending: ending, drawing: drawing, options: shot, every: every?.seconds)
            throw ExitCode(try run.run(to: path))
        }
        let screen = try Screen(drawing, Installation())
        screen.greet(scene.topology)
        defer { screen.restore() }
        let outcome = try DashboardRun(
            scene: scene, ending: ending, screen: screen, readOnly: readOnly,
            every: every?.seconds ?? screen.configuration.refresh ?? 0.25,
            duration: duration?.seconds, cannotDetach: nil
        ).run()
        screen.restore()
        switch outcome {
        case .ended(let status): throw ExitCode(status)
        case .over(let sentence): complain(sentence)
        case .detached, .lesson: break
        }
    }

    private func find() throws -> (scene: any Scene, layout: RunLayout) {
        guard let session, session.contains("/") else {
            let running = try findSession(session)
            return (try AttachedScene(running), running.layout)
        }
        if let running = SessionDirectory.session(at: session) { return (try AttachedScene(running), running.layout) }
        let directory = URL(fileURLWithPath: session).standardizedFileURL.path
        do {
            return (try KeptScene(directory: directory), RunLayout(directory: directory))
        } catch {
            throw Failure("\(session) is no run directory: it has no record of a session that can be read (\(error)).")
        }
    }
}
