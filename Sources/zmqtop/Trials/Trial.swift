import Dashboard
import Dispatch
import Foundation
import RunDirectory
import Scenarios
import Session
import Synchronization
import Telemetry
import Topology

/// One scenario played in a session of its own, without a terminal.
struct Trial {
    let file: ScenarioFile
    let installation: Installation
    let isInverted: Bool
    let timeFactor: Double
    let stop: TrialStop

    /// Seconds between two looks.
    private static let every = 0.05

    /// Blocks until the scenario is over and nothing of its session is left.
    func run() -> TrialReport {
        let began = DispatchTime.now()
        var report = TrialReport(
            name: file.scenario.name, path: file.scenario.path, isLesson: file.lesson != nil, isInverted: isInverted)
        guard !stop.isAsked else {
            report.outcome = .interrupted
            return report
        }
        do {
            try play(&report)
        } catch {
            let text = "\(error)"
            report.problems.append(
                .init(
                    step: nil, line: nil,
                    sentence: text.hasPrefix("zmqtop: ") ? String(text.dropFirst(8)) : text))
            report.outcome = .failed
        }
        report.seconds = Double(DispatchTime.now().uptimeNanoseconds - began.uptimeNanoseconds) / 1e9
        return report
    }

    private func play(_ report: inout TrialReport) throws {
        let wake = DispatchSemaphore(value: 0)
        let downed = Downed()
        let session = try makeSession(
            file.topology, installation, runDirectory: nil, keep: false, seed: nil,
            onDown: {
                downed.isSet.store(true, ordering: .relaxed)
                wake.signal()
            })
        defer { session.stop() }
        let token = stop.add { wake.signal() }
        defer { stop.remove(token) }

        let scene = try OwnScene(session)
        let errands = DeedErrands(scene) { wake.signal() }
        var player = ScenarioPlayer(
            file.scenario, mode: .unattended, isInverted: isInverted, timeFactor: timeFactor)
        var log = TrialLog()
        var last: Snapshot?
        while player.outcome == nil, !stop.isAsked, !downed.isSet.load(ordering: .relaxed) {
            for (id, problem) in errands.ended() { player.finished(id, problem: problem) }
            let snapshot = try scene.snapshot(final: false)
            log.take(snapshot)
            last = snapshot
            for order in player.take(snapshot, at: snapshot.elapsed) {
                log.note(order.deed.text, at: snapshot.elapsed)
                errands.begin(order)
            }
            if player.outcome == nil { _ = wake.wait(timeout: .now() + Self.every) }
        }
        report.take(player)
        if stop.isAsked, player.outcome == nil { report.outcome = .interrupted }
        if downed.isSet.load(ordering: .relaxed), player.outcome == nil {
            report.outcome = .failed
            report.problems.append(.init(step: nil, line: nil, sentence: "somebody ended the session"))
        }
        guard report.outcome == .failed, let last else { return }
        report.events = log.lines
        report.nodes = last.nodes.filter { $0.state == .failed || $0.state == .backoff }.map { node in
            let output = OutputFiles.tail(of: node.name, in: session.layout)
            return .init(
                name: node.name, state: node.state.rawValue, reason: node.reason,
                output: Array((output?.errors.isEmpty == false ? output?.errors : output?.lines)?.suffix(10) ?? []))
        }
    }
}

/// Whether the session was ended from outside.
private final class Downed: Sendable {
    let isSet = Atomic(false)
}

/// Ends all trials at once.
final class TrialStop: Sendable {
    private struct State {
        var isAsked = false
        var wakes: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var isAsked: Bool { state.withLock { $0.isAsked } }

    /// From any thread.
    func ask() {
        let wakes = state.withLock { state in
            state.isAsked = true
            return state.wakes.values
        }
        for wake in wakes { wake() }
    }

    /// - Parameter wake: called on another thread when the end is asked for.
    func add(_ wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.next += 1
            state.wakes[state.next] = wake
            return state.next
        }
    }

    func remove(_ token: Int) { state.withLock { $0.wakes[token] = nil } }
}

/// What has happened last, as lines: monitor events, changes of the nodes' states, and deeds.
struct TrialLog {
    private static let most = 12
    private(set) var lines: [TrialReport.Event] = []
    private var states: [String: String] = [:]
    private var began: Double?

    mutating func take(_ snapshot: Snapshot) {
        began = began ?? snapshot.elapsed
        for event in snapshot.events {
            let place = event.socket.map { "\(event.node).\($0)" } ?? event.node
            note("\(place) \(event.event) \(event.endpoint)", at: event.elapsed)
        }
        for node in snapshot.nodes where states[node.name] != node.state.rawValue {
            if states[node.name] != nil { note("\(node.name) \(node.state.rawValue)", at: snapshot.elapsed) }
            states[node.name] = node.state.rawValue
        }
    }

    mutating func note(_ text: String, at elapsed: Double) {
        lines.append(.init(at: elapsed - (began ?? elapsed), text: text))
        if lines.count > Self.most { lines.removeFirst(lines.count - Self.most) }
    }
}
