import FoundationEssentials
import Glibc
import Keeping
import RunDirectory
import Telemetry

/// The session's faults: which are in force, and that they are, in whatever process comes and goes. Used by the
/// session's thread; it reads the run directory only while there are faults.
final class FaultDesk {
    /// How often it looks for new processes and connections: at least so often in nanoseconds, unless that takes more than
    /// a tenth of the time; and at least once a second.
    private static let interval: UInt64 = 100_000_000
    private static let longestInterval: UInt64 = 1_000_000_000
    /// A tap that hears nothing of us for so long forgets them.
    private static let lease: UInt64 = 3_000_000_000

    private(set) var book = FaultBook()
    private(set) var places = FaultPlaces()
    private var serials: [FaultBook.Entry: UInt32] = [:]
    private var lastSerial: UInt32 = 0
    private let layout: RunLayout
    private var collector: Collector?
    private var tables: [String: FaultTable] = [:]
    private var given: [FaultPlan.Key: (wish: FaultPlan.Wish, end: FaultPlaces.End)] = [:]
    private var files: [String: [FaultLine]] = [:]
    private(set) var lookAt: UInt64?
    /// Nanoseconds.
    private var lookTook: UInt64 = 0

    init(layout: RunLayout) { self.layout = layout }

    var isIdle: Bool { book.inForce.isEmpty }

    /// Reads what there is now.
    func look() throws {
        let begun = monotonicNanoseconds()
        defer { lookTook = monotonicNanoseconds() - begun }
        if collector == nil { collector = try Collector(layout: layout) }
        _ = try collector?.collect()
        places = collector?.faultPlaces ?? FaultPlaces()
    }

    /// Puts them in force; what cannot be is taken back.
    /// - Returns: why one of them is not: one sentence.
    func begin(_ entries: [FaultBook.Entry], now: UInt64) -> String? {
        let before = book
        for entry in entries {
            lastSerial += 1
            serials[entry] = lastSerial
            book.begin(entry, at: now)
        }
        if let refusal = apply(now: now) {
            book = before
            _ = apply(now: now)
            return refusal
        }
        return publish()
    }

    /// Ends those of which `ends` is true, and returns them.
    func heal(now: UInt64, where ends: (FaultBook.Entry) -> Bool) -> [FaultBook.Entry] {
        let healed = book.heal(at: now, where: ends)
        for entry in healed { serials[entry] = nil }
        guard !healed.isEmpty else { return [] }
        try? look()
        _ = apply(now: now)
        _ = publish()
        return healed
    }

    /// Gives new processes and connections what is theirs.
    func tick(now: UInt64) {
        guard let due = lookAt, now >= due else { return }
        try? look()
        _ = apply(now: now)
    }

    // MARK: -

    /// - Returns: what the kernel refuses.
    private func apply(now: UInt64) -> String? {
        let active = book.inForce.map { ActiveFault(entry: $0, serial: serials[$0] ?? 0) }
        let plan = FaultPlan(active, places, now: now)
        lookAt = isIdle ? nil : now + min(max(Self.interval, lookTook * 10), Self.longestInterval)
        // First, so that what is cut is refused when it comes again.
        let living = Set(places.processes.map(\.file))
        for file in tables.keys where !living.contains(file) { tables[file] = nil }
        for file in living {
            let lines = plan.tables[file] ?? []
            if tables[file] == nil { tables[file] = collector?.faultTable(of: file) }
            tables[file]?.write(lines, until: now + Self.lease)
        }
        if isIdle { tables = [:] }
        write(plan.files)
        return applyToDescriptors(plan.descriptors)
    }

    private func applyToDescriptors(_ wishes: [FaultPlan.Key: FaultPlan.Wish]) -> String? {
        var refusal: String?
        var ends: [FaultPlan.Key: FaultPlaces.End] = [:]
        for end in places.links.flatMap(\.ends) {
            ends[FaultPlan.Key(process: end.process, connection: end.connection)] = end
        }
        for (key, past) in given where wishes[key] == nil {
            _ = Descriptors.give(.init(), to: past.end, before: past.wish)
            given[key] = nil
        }
        for (key, wish) in wishes {
            guard let end = ends[key], given[key]?.wish != wish else { continue }
            switch Descriptors.give(wish, to: end, before: given[key]?.wish ?? .init()) {
            case .done: given[key] = (wish, end)
            case .gone: break
            case .notLent(let error):
                // A running process does it itself, at its next call.
                guard isStopped(end.pid) else { break }
                refusal =
                    "process \(end.pid) is paused, and the kernel does not lend its descriptors to zmqtop "
                    + "(pidfd_getfd: \(systemReason(error))): resume it first"
            case .refused(let error):
                refusal = "the kernel refuses it for the connection of process \(end.pid): \(systemReason(error))"
            }
        }
        return refusal
    }

    private func isStopped(_ pid: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.hasPrefix(" T") ?? false
    }

    /// What the next process of each node finds.
    private func write(_ wanted: [String: [FaultLine]]) {
        guard wanted != files else { return }
        for node in files.keys where wanted[node] == nil { unlink(layout.firstFaults(node)) }
        if !wanted.isEmpty { mkdir(layout.segments, 0o700) }
        for (node, lines) in wanted where lines != files[node] {
            try? replaceFile(layout.firstFaults(node), with: FaultTable.file(lines))
        }
        files = wanted
    }

    private func publish() -> String? {
        do {
            try replaceFile(layout.faults, withJSON: book)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
