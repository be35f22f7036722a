import ArgumentParser
import Dispatch
import Foundation
import Scenarios
import Topology

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Play scenarios without a terminal, and judge what they expect.",
        discussion: """
            Examples:
              zmqtop test engine-dies
              zmqtop test my-scenarios/ --junit report.xml
              zmqtop test                        (all bundled scenarios and lessons)
              zmqtop test lessons --inverted     (which expectations check nothing?)
            Exit status: 0 all passed, 1 one failed, 2 wrong usage or file.
            """)

    @Argument(help: "Files, folders, or names of bundled scenarios and lessons. (default: all bundled ones)")
    var scenarios: [String] = []

    @Option(help: ArgumentHelp("Write a JUnit report, which every CI reads.", valueName: "file"))
    var junit: String?

    @Flag(help: "Print one JSON object a scenario and line.")
    var json = false

    @Flag(help: "Expect the opposite of everything, and name the expectations that check nothing.")
    var inverted = false

    @Option(help: "How many at a time. (default: as many as there are cores, at least 2)")
    var jobs: Int?

    @Option(help: "On slow machines: time limits are so many times as long.")
    var timeoutFactor = 1.0

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes 1 or more.") }
        guard timeoutFactor >= 0.1, timeoutFactor <= 1000 else {
            throw ValidationError("--timeout-factor takes a number from 0.1 to 1000.")
        }
    }

    func run() throws {
        // Before any thread is there.
        let ending = Ending()
        let installation = Installation()
        let files = try read(installation)
        let stop = TrialStop()
        ending.onAsked { stop.ask() }
        let trials = files.map {
            Trial(file: $0, installation: installation, isInverted: inverted, timeFactor: timeoutFactor, stop: stop)
        }
        if let junit { try Self.write("", to: junit) }
        let width = files.map { TrialText.cells($0.scenario.name) }.max() ?? 0
        let reports = TrialQueue(trials: trials).run(jobs: jobs ?? max(2, ProcessInfo.processInfo.activeProcessorCount))
        {
            tell($0, width)
        }
        if let junit { try Self.write(JUnitFile.text(reports), to: junit) }
        if !json, reports.count > 1 { _ = printLine(TrialText.summary(reports)) }
        if case .signal(let number)? = ending.reason { throw ExitCode(128 + number) }
        if reports.contains(where: { $0.outcome != .passed }) { throw ExitCode(1) }
    }

    private func tell(_ report: TrialReport, _ width: Int) {
        if json {
            _ = printLine(report.json())
        } else {
            _ = printLine(([TrialText.line(report, width: width)] + TrialText.details(report)).joined(separator: "\n"))
        }
    }

    /// All files before anything starts.
    ///
    /// - Throws: `Failure` with all errors of all files.
    private func read(_ installation: Installation) throws -> [ScenarioFile] {
        let paths =
            scenarios.isEmpty
            ? installation.bundledScenarios() : try scenarios.flatMap { try installation.scenarios($0) }
        var seen: Set<String> = []
        var files: [ScenarioFile] = []
        var errors: [Diagnostic] = []
        for path in paths where seen.insert(path).inserted {
            do throws(TopologyErrors) {
                files.append(try readScenario(path, installation))
            } catch {
                errors += error.diagnostics
            }
        }
        guard errors.isEmpty else { throw Failure(diagnostics: errors) }
        guard !files.isEmpty else { throw Failure("There is nothing to test: no bundled file has a scenario.") }
        return files
    }

    /// - Throws: `Failure` with the reason. A report that cannot be written is known before minutes of tests.
    private static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure("--junit: \(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
