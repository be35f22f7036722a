import RunDirectory
public import Telemetry

/// Makes Snapshots of what runs on this machine without our doing: every process that has libzmq mapped is a node, its
/// listening endpoints and its connections are sockets, and connections whose two ends are known are links.
///
/// All of it comes from /proc and the kernel's tables, so nothing is asked of the programs, and little is known:
/// `source` is `kernel`, messages are null, `kernelBytes` is what lies in the kernel's queues. A process may also have
/// connections that are no ZeroMQ's (the kernel cannot tell); those to programs without libzmq on this machine are left out.
/// Processes of other users are seen only by root, those in other network namespaces without their connections.
///
/// To be used by one thread. A survey blocks for some milliseconds: it looks at every process.
public final class Surveyor {
    /// What could not be looked at, one sentence each; of the last survey.
    public private(set) var notes: [String] = []

    private let machine: Machine
    private let began: UInt64
    private var sequence = 0
    private var names = SocketNames()
    private var lastCPU: [Int32: (started: UInt64, time: UInt64, seconds: Double)] = [:]

    /// Looks at nothing yet.
    public convenience init() {
        self.init(machine: .system)
    }

    package init(machine: Machine) {
        self.machine = machine
        began = machine.monotonic()
    }

    /// What runs now.
    /// - Parameter sessions: what sessions of zmqtop on this machine show of themselves. Their nodes, sockets and links
    ///   are taken over with the session's id before each name, and take the place of what the kernel tells of the same
    ///   processes.
    /// - Throws: `SurveyError` when the kernel's tables cannot be read.
    public func survey(sessions: [Snapshot] = [], final: Bool = false) throws -> Snapshot {
        let (processes, forbidden) = machine.processes()
        let (streams, complete) = try machine.streams()
        let now = machine.monotonic()
        note(processes, forbidden: forbidden, complete: complete)

        let kernel = KernelView(processes: processes, streams: streams, names: &names)
        sequence += 1
        var snapshot = Snapshot(
            session: "machine", seq: sequence, final: final, time: timestamp(machine.wallClock()),
            elapsed: Double(now - began) / 1e9, topology: "this machine")
        snapshot.nodes = processes.map { node($0, now: now) }
        snapshot.sockets = kernel.sockets
        snapshot.links = kernel.links
        lastCPU = lastCPU.filter { entry in processes.contains { $0.pid == entry.key } }
        for session in sessions { snapshot.take(session, in: kernel) }
        return snapshot
    }

    private func note(_ processes: [FoundProcess], forbidden: Int, complete: Bool) {
        notes = []
        if forbidden > 0 {
            notes.append(
                "\(forbidden) of the processes may not be looked at (another user's, or protected): root sees more.")
        }
        let elsewhere = processes.count { !$0.sharesOurNetwork }
        if elsewhere > 0 {
            notes.append(
                "\(elsewhere) of the processes are in other network namespaces (containers): their connections are "
                    + "not seen from here; run zmqtop there.")
        }
        if !complete { notes.append("The kernel did not show all of its tables: some connections are missing.") }
    }

    private func node(_ process: FoundProcess, now: UInt64) -> Snapshot.Node {
        var cpu: Double?
        if let last = lastCPU[process.pid], last.started == process.started, now > last.time {
            cpu = max(0, process.cpuSeconds - last.seconds) / (Double(now - last.time) / 1e9)
        }
        lastCPU[process.pid] = (process.started, now, process.cpuSeconds)
        let stopped = process.state == "T" || process.state == "t"
        return Snapshot.Node(
            name: process.name, kind: "process", group: process.program, source: .kernel,
            state: stopped ? .paused : .running, pid: process.pid, cpu: cpu, rss: process.residentBytes,
            reason: process.sharesOurNetwork ? nil : "It is in another network namespace: its connections are not seen."
        )
    }
}

extension FoundProcess {
    /// As the log of a system writes it: `python3[4711]`.
    package var name: String { "\(program)[\(pid)]" }
}

/// Which number a socket of a process has: given when it is first seen, kept while it is there.
struct SocketNames {
    private struct Owner: Hashable {
        var pid: Int32
        var started: UInt64
    }
    private var given: [Owner: [String: String]] = [:]
    private var counts: [Owner: [String: Int]] = [:]

    /// - Parameters:
    ///   - role: `bind` or `connect`.
    ///   - key: what it is known by: an endpoint or an inode.
    mutating func name(_ process: FoundProcess, role: String, key: String) -> String {
        let owner = Owner(pid: process.pid, started: process.started)
        if let name = given[owner]?[key] { return name }
        let number = (counts[owner]?[role] ?? 0) + 1
        counts[owner, default: [:]][role] = number
        given[owner, default: [:]][key] = "\(role)#\(number)"
        return "\(role)#\(number)"
    }

    mutating func keep(_ processes: [FoundProcess]) {
        let living = Set(processes.map { Owner(pid: $0.pid, started: $0.started) })
        given = given.filter { living.contains($0.key) }
        counts = counts.filter { living.contains($0.key) }
    }
}
