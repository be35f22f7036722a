import Dispatch
import Foundation
import RunDirectory
import Session
import Telemetry

/// A run without a screen: looks at the session at each tick, prints what it sees, and judges.
struct HeadlessRun {
    let session: Session
    let signals: SignalWatcher
    let json: Bool
    /// Seconds.
    let every: Double
    let duration: Double?
    let until: Condition?
    let failOn: [String]

    /// - Returns: the exit status. Blocks until the run is over; the session still runs then.
    func run() throws -> Int32 {
        let wake = DispatchSemaphore(value: 0)
        signals.onSignal { wake.signal() }
        let collector = try Collector(layout: session.layout)
        let start = DispatchTime.now()
        var tick = 1
        while true {
            // Ticks stand on a grid: a slow look makes one late, not all that follow.
            let planned = min(Double(tick) * every, duration ?? .infinity)
            _ = wake.wait(timeout: start + planned)
            let timeIsUp = duration.map { planned >= $0 } ?? false
            let interrupted = signals.pending

            let seen = try collector.collect()
            let held = until.map { $0.holds(in: seen) } ?? false
            let alarm = failOn.lazy.compactMap { FailOn.reason($0, in: seen) }.first
            let isLast = timeIsUp || interrupted != nil || held || alarm != nil
            var snapshot = seen
            snapshot.final = isLast
            guard printLine(json ? snapshot.jsonLine() : Summary.line(snapshot)) else { return 0 }
            if isLast {
                if !json { _ = printLine(Summary.tables(snapshot)) }
                return status(of: snapshot, interrupted: interrupted, held: held, alarm: alarm)
            }
            tick = max(tick + 1, Int(elapsed(since: start) / every) + 1)
        }
    }

    private func status(of snapshot: Snapshot, interrupted: Int32?, held: Bool, alarm: String?) -> Int32 {
        for node in snapshot.nodes where node.state == .failed {
            complain("zmqtop: \(node.name) failed: " + (node.reason ?? "the reason is not known"))
        }
        if let alarm {
            complain("zmqtop: --fail-on: " + alarm)
            return 1
        }
        if let interrupted { return 128 + interrupted }
        if let until, !held {
            complain("zmqtop: --until did not hold within \(duration ?? 0) s: \(until.text)")
            return 1
        }
        return snapshot.nodes.contains { $0.state == .failed } ? 1 : 0
    }

    private func elapsed(since start: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    }
}
