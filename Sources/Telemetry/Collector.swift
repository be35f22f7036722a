import FoundationEssentials
import Glibc
public import RunDirectory

/// Reads a run directory and makes Snapshots of it: the session's records, the segments of its processes, and /proc.
/// It writes nothing and talks to nobody, so any number of collectors may watch one session.
///
/// To be used by one thread. `collect` blocks for the few hundred microseconds that the reading takes.
public final class Collector {
    /// Files in the segments' folder that are not read, and why: one sentence each, each file once.
    public private(set) var segmentProblems: [String] = []
    /// The topology, as resolved.
    public let topology: ResolvedTopology
    /// The session's record.
    public let session: SessionRecord

    /// Where it reads.
    public let layout: RunLayout
    let surroundings: Surroundings
    let model: SessionModel
    private let scratch = Scratch()
    private(set) var processes: [TappedProcess] = []
    /// Names and inodes of segments that are known, good or bad.
    private var knownFiles: [String: UInt64] = [:]
    private var namedProblems: Set<String> = []
    private var statuses: [NodeStatus] = []
    private var statusStamp: [Int] = []
    private var faultReader = FaultReader()
    private var sequence = 0
    private var eventsDropped = 0
    private var judge: VerdictJudge

    /// Reads the session's record and topology.
    /// - Throws: what is missing or cannot be decoded in the run directory.
    public convenience init(layout: RunLayout) throws {
        try self.init(layout: layout, surroundings: .system)
    }

    package init(layout: RunLayout, surroundings: Surroundings) throws {
        self.layout = layout
        self.surroundings = surroundings
        session = try JSONDecoder().decode(SessionRecord.self, from: Collector.contents(layout.session))
        topology = try JSONDecoder().decode(ResolvedTopology.self, from: Collector.contents(layout.topology))
        model = SessionModel(topology: topology)
        judge = VerdictJudge(silenced: topology.silenced ?? [])
    }

    deinit {
        // Sockets and the ends of their connections hold each other.
        for process in processes { process.forget() }
    }

    private static func contents(_ path: String) throws -> Data {
        try Data(contentsOf: URL(filePath: path))
    }

    /// Reads what has changed, and sums up.
    /// - Parameter final: marks the last snapshot of a run.
    /// - Throws: when the folder of the segments cannot be listed. A segment that cannot be read is a `segmentProblem`.
    public func collect(final: Bool = false) throws -> Snapshot {
        let now = surroundings.monotonic()
        readStatus()
        faultReader.read(layout.faults)
        var samples: [Int32: ProcessSample?] = [:]
        func sample(_ pid: Int32) -> ProcessSample? {
            if let known = samples[pid] { return known }
            let sample = surroundings.process(pid)
            samples[pid] = .some(sample)
            return sample
        }
        func lives(_ process: TappedProcess) -> Bool {
            sample(process.pid).map { seconds(from: process.started, to: $0.started) <= 0.1 } ?? false
        }
        try findSegments { $0.alive && lives($0) }
        var events: [(time: UInt64, event: Snapshot.Event)] = []
        var stamped: [End] = []
        var pendingEvents: [(process: TappedProcess, row: EventRow)] = []
        for process in processes {
            guard let segment = process.segment else { continue }
            // Dead before it is read: what is read is the last word.
            let living = lives(process)
            process.isStopped = sample(process.pid).map { $0.isStopped } ?? false
            do {
                try process.read(segment, scratch)
                eventsDropped += try segment.events(scratch, last: !living) {
                    pendingEvents.append((process, EventRow($0)))
                }
            } catch {
                name(problem: error.text, file: process.file)
                process.end()
            }
            stamped += (try? process.readStamps(segment, scratch, now: now, last: !living)) ?? []
            process.readAt = surroundings.monotonic()
            model.take(process, now: now)
            if !living { process.end() }
        }
        model.resolve(now: now)
        var matched: Set<ObjectIdentifier> = []
        for pair in stamped.compactMap(\.pair) where matched.insert(ObjectIdentifier(pair)).inserted {
            pair.matchStamps()
        }
        for (process, row) in pendingEvents {
            let socket = row.socketID.flatMap { process.sockets[$0] }
            guard socket?.row.hidden != true else { continue }
            events.append(
                (
                    row.time,
                    .init(
                        elapsed: elapsed(row.time), node: socket?.socket?.node ?? process.shownAs,
                        socket: socket?.socket?.name, event: MonitorEvent.name(row.event), endpoint: row.endpoint,
                        value: row.value)
                ))
        }
        for event in faultReader.takeEvents() { events.append((event.time, event.shown(elapsed: elapsed(event.time)))) }
        events.sort { $0.time < $1.time }
        processes.removeAll { !$0.alive }
        sequence += 1
        var snapshot = Snapshot(
            session: session.id, seq: sequence, final: final, time: timestamp(surroundings.wallClock()),
            elapsed: elapsed(now), topology: session.topology,
            nodes: model.nodes(
                statuses: statuses, now: now, sample: sample, threadTime: surroundings.threadTime, elapsed: elapsed),
            sockets: [], links: model.links(now: now, elapsed: elapsed), events: events.map(\.event),
            eventsDropped: eventsDropped)
        // After the links: they tell the sockets what of their backlog they know.
        snapshot.sockets = model.sockets(now: now)
        model.forgetTheDead()
        faultReader.mark(&snapshot)
        snapshot.verdicts = judge.judge(snapshot, model.evidence(now: now, elapsed: elapsed))
        return snapshot
    }

    private func elapsed(_ time: UInt64) -> Double { seconds(from: session.startedMonotonic, to: time) }

    private func readStatus() {
        var information = stat()
        guard stat(layout.status, &information) == 0 else { return }
        let stamp = [
            Int(information.st_ino), Int(information.st_size), information.st_mtim.tv_sec, information.st_mtim.tv_nsec,
        ]
        guard stamp != statusStamp, let data = try? Collector.contents(layout.status),
            let read = try? JSONDecoder().decode([NodeStatus].self, from: data)
        else { return }
        statuses = read
        statusStamp = stamp
        model.note(read, layout: layout)
    }

    private func findSegments(isLiving: (TappedProcess) -> Bool) throws {
        guard let folder = opendir(layout.segments) else {
            // The first node makes it.
            if errno == ENOENT { return }
            throw CollectorError(
                description: "\(layout.segments) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { closedir(folder) }
        var found: [(name: String, inode: UInt64)] = []
        while let entry = readdir(folder) {
            let name = text(entry.pointee.d_name)
            guard !name.hasPrefix("."), knownFiles[name] != UInt64(entry.pointee.d_ino) else { continue }
            found.append((name, UInt64(entry.pointee.d_ino)))
        }
        var new: [TappedProcess] = []
        for (name, inode) in found.sorted(by: { $0.name < $1.name }) {
            knownFiles[name] = inode
            do {
                let segment = try SegmentFile(path: layout.segments + "/" + name, name: name)
                new.append(TappedProcess(segment: segment))
            } catch {
                self.name(problem: error.text, file: name)
            }
        }
        processes += new
        model.add(new, layout: layout, surroundings: surroundings, isLiving: isLiving)
    }

    private func name(problem: String, file: String) {
        guard namedProblems.insert(file).inserted else { return }
        segmentProblems.append(problem)
    }
}

/// Why a run directory cannot be watched.
public struct CollectorError: Error, Equatable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}

/// ISO 8601 in UTC with milliseconds.
package func timestamp(_ wallClock: Double) -> String {
    let milliseconds = Int((wallClock * 1000).rounded(.down))
    var time = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&time, &parts)
    func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = [padded(Int(parts.tm_year) + 1900, 4), padded(Int(parts.tm_mon) + 1, 2), padded(Int(parts.tm_mday), 2)]
    let clock = [padded(Int(parts.tm_hour), 2), padded(Int(parts.tm_min), 2), padded(Int(parts.tm_sec), 2)]
    return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "." + padded(milliseconds % 1000, 3) + "Z"
}
