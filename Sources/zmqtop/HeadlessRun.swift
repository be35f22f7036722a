import Dashboard
import Dispatch
import Foundation
import RunDirectory
import Telemetry

/// A run without a screen: looks at a scene at each tick, prints what it sees, and judges.
struct HeadlessRun {
    let scene: any Scene
    let ending: Ending
    let json: Bool
    /// Seconds between two looks.
    let every: Double
    /// Seconds.
    let duration: Double?
    let until: Condition?
    let failOn: [FailRule]
    /// A look for the sake of the names in it: it must not be `scene`'s, for a look takes the events since the one before.
    let names: () throws -> Snapshot

    /// - Returns: the exit status. Blocks until the run is over; the session still runs then.
    /// - Throws: `Failure` when `--until` names what the session does not have.
    func run() throws -> Int32 {
        let wake = DispatchSemaphore(value: 0)
        ending.onAsked { wake.signal() }
        var observation = Observation()
        // What `rise(…)` counts from.
        var first: Snapshot?
        try checkNames()
        let start = DispatchTime.now()
        var tick = 1
        while true {
            // Ticks stand on a grid: a slow look makes one late, not all that follow.
            let planned = min(Double(tick) * every, duration ?? .infinity)
            _ = wake.wait(timeout: start + planned)
            let timeIsUp = duration.map { planned >= $0 } ?? false
            let asked = ending.reason

            var snapshot = try scene.snapshot(final: false)
            let end = scene.end()
            first = first ?? snapshot
            let held = until?.holds(in: snapshot, since: first) ?? false
            let alarm = failOn.lazy.compactMap { $0.reason(in: snapshot) }.first
            snapshot.final = timeIsUp || asked != nil || held || alarm != nil || end != nil
            observation.take(snapshot)
            guard printLine(json ? snapshot.jsonLine() : Summary.line(observation)) else { return 0 }
            if snapshot.final {
                if !json { _ = printLine(Summary.tables(snapshot)) }
                if let end { complain(end) }
                return status(of: snapshot, asked: asked, held: held, alarm: alarm)
            }
            tick = max(tick + 1, Int(elapsed(since: start) / every) + 1)
        }
    }

    /// Names in the expression are those of this session.
    private func checkNames() throws {
        guard let until else { return }
        do {
            _ = try Condition(parsing: until.text, knowing: try names())
        } catch {
            throw Failure("--until: \(error)")
        }
    }

    private func status(of snapshot: Snapshot, asked: Ending.Reason?, held: Bool, alarm: String?) -> Int32 {
        for node in snapshot.nodes where node.state == .failed {
            complain("zmqtop: \(node.name): " + (node.reason ?? "failed, and the reason is not known"))
        }
        if let alarm {
            complain("zmqtop: --fail-on: " + alarm)
            return 1
        }
        if let asked { return asked.status }
        if let until, !held {
            complain("zmqtop: --until did not hold within \(Format.seconds(duration)): \(until.text)")
            return 1
        }
        return snapshot.nodes.contains { $0.state == .failed } ? 1 : 0
    }

    private func elapsed(since start: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    }
}
