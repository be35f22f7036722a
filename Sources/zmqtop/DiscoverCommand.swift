import ArgumentParser
import Dashboard
import Discovery
import Dispatch
import Foundation
import RunDirectory
import Session
import Telemetry

struct DiscoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Show every process on this machine that uses libzmq (what zmqtop alone does).",
        discussion: """
            Examples:
              zmqtop
              zmqtop discover --headless
              zmqtop discover --headless --json --every 1s --for 10s
            Sessions of zmqtop are shown with all that their taps know; of other processes the kernel tells the
            listening endpoints, the connections, and the bytes that wait in them.
            """)

    @Flag(help: "No screen: what is there now, as tables on standard output.")
    var headless = false

    @Flag(help: "With --headless: one JSON object a line.")
    var json = false

    @Option(help: "Time between two looks: 500ms, 2s. (default: 1s)")
    var every: TimeSpan?

    @Option(name: .customLong("for"), help: "With --headless: look for so long: 10s. (default: look once)")
    var duration: TimeSpan?

    @OptionGroup var drawing: DrawingOptions

    @OptionGroup var shot: ShotOptions

    func validate() throws {
        if shot.screenshot != nil, headless {
            throw ValidationError("--screenshot needs no terminal: --headless does not go with it.")
        }
        if json && !headless { throw ValidationError("--json goes with --headless.") }
        if duration != nil && !headless { throw ValidationError("--for goes with --headless.") }
        if let every, every.seconds < 0.1 { throw ValidationError("--every takes 100ms or more.") }
    }

    func run() throws {
        let ending = Ending()
        let installation = Installation()
        let scene = MachineScene(installation)
        if headless { throw ExitCode(try look(scene, ending)) }
        if let path = shot.screenshot {
            let run = ShotRun(scene: scene, ending: ending, drawing: drawing, options: shot, every: every?.seconds ?? 1)
            throw ExitCode(try run.run(to: path))
        }
        let screen = try Screen(drawing, installation)
        screen.greet(scene.topology)
        defer { screen.restore() }
        let outcome = try DashboardRun(
            scene: scene, ending: ending, screen: screen, readOnly: false,
            every: every?.seconds ?? screen.configuration.refresh ?? 1, duration: nil,
            cannotDetach: "Nothing runs in this screen: q leaves it."
        ).run()
        guard case .ended(let status) = outcome else { return }
        screen.restore()
        throw ExitCode(status)
    }

    private func look(_ scene: MachineScene, _ ending: Ending) throws -> Int32 {
        let wake = DispatchSemaphore(value: 0)
        ending.onAsked { wake.signal() }
        let step = every?.seconds ?? 1
        let start = DispatchTime.now()
        var planned = 0.0
        while true {
            let isLast = planned >= duration?.seconds ?? 0 || ending.reason != nil
            let snapshot = try scene.snapshot(final: isLast)
            if planned == 0 { for note in scene.notes { complain(note) } }
            guard printLine(json ? snapshot.jsonLine() : SurveyTables.text(snapshot)) else { return 0 }
            if isLast { return ending.reason?.status ?? 0 }
            planned = min(planned + step, duration?.seconds ?? 0)
            _ = wake.wait(timeout: start + planned)
        }
    }
}

/// The survey of this machine with the sessions that run on it.
final class MachineSurvey {
    private let surveyor = Surveyor()
    private var collectors: [String: Collector] = [:]

    /// What could not be looked at.
    var notes: [String] { surveyor.notes }

    func snapshot(final: Bool) throws -> Snapshot {
        let running = SessionDirectory.sessions()
        collectors = collectors.filter { id, _ in running.contains { $0.record.id == id } }
        let sessions = running.compactMap { session -> Snapshot? in
            let id = session.record.id
            // A session that ends at this moment is no error: the next look does not list it.
            if collectors[id] == nil { collectors[id] = try? Collector(layout: session.layout) }
            return try? collectors[id]?.collect()
        }
        return try surveyor.survey(sessions: sessions, final: final)
    }
}
