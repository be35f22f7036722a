import Dispatch
import Foundation
import RunDirectory
import Scenarios
import Synchronization
import Topology

/// Runs trials on threads of their own, so many at a time; those that bind the same endpoint one after the other.
struct TrialQueue {
    let trials: [Trial]

    /// Blocks until all are over.
    /// - Parameter tell: called with each report as it comes, on the caller's thread.
    /// - Returns: the reports in the trials' order.
    func run(jobs: Int, tell: (TrialReport) -> Void) -> [TrialReport] {
        let ended = Ended()
        let claims = trials.map { Self.claims(of: $0.file.topology.preview()) }
        var waiting = Array(trials.indices)
        var running: Set<Int> = []
        var reports: [Int: TrialReport] = [:]
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < jobs,
                let place = waiting.firstIndex(where: { index in
                    running.allSatisfy { claims[$0].isDisjoint(with: claims[index]) }
                })
            {
                let index = waiting.remove(at: place)
                running.insert(index)
                let trial = trials[index]
                Thread.detachNewThread { ended.add(index, trial.run()) }
            }
            let (index, report) = ended.next()
            running.remove(index)
            reports[index] = report
            tell(report)
        }
        return trials.indices.compactMap { reports[$0] }
    }

    /// What two sessions cannot both have: endpoints that a file fixes. The ports that `*` chooses and the ipc names in run
    /// directories are each session's own.
    static func claims(of topology: ResolvedTopology) -> Set<String> {
        Set(
            topology.nodes.filter { $0.program != .external }.flatMap { $0.sockets.flatMap(\.binds) }.compactMap {
                bind in
                if bind.hasPrefix("tcp://"), let port = bind.split(separator: ":").last, port != "*" {
                    return "tcp port \(port)"
                }
                return bind.hasPrefix("ipc:///") || bind.hasPrefix("ipc://@") ? bind : nil
            })
    }

    /// Reports, from the threads that made them to the one that tells.
    private final class Ended: Sendable {
        private let reports = Mutex<[(Int, TrialReport)]>([])
        private let count = DispatchSemaphore(value: 0)

        func add(_ index: Int, _ report: TrialReport) {
            reports.withLock { $0.append((index, report)) }
            count.signal()
        }

        func next() -> (Int, TrialReport) {
            count.wait()
            return reports.withLock { $0.removeFirst() }
        }
    }
}
