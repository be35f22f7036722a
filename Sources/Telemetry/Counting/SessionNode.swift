import RunDirectory

/// A node of the session: as declared, as the session started it, or as its segment shows it; or a child of one.
final class SessionNode {
    let name: String
    /// It lives as long as the model does, which holds every node.
    unowned let parent: SessionNode?
    var resolved: ResolvedNode?
    /// Declared ones in their order, then those that were observed.
    var sockets: [SessionSocket] = []
    var children: [SessionNode] = []
    /// The tapped process of this node that was found last.
    var process: TappedProcess?
    /// The process that the session has started, and for which incarnation: known longer than it lives.
    private(set) var own: (incarnation: Int, pid: Int32)?
    private var cpu = RateSeries()
    private var processCPU = RateSeries()

    init(name: String, parent: SessionNode? = nil, resolved: ResolvedNode?) {
        self.name = name
        self.parent = parent
        self.resolved = resolved
        for socket in resolved?.sockets ?? [] {
            sockets.append(
                SessionSocket(
                    id: "\(name).\(socket.name)", node: name, name: socket.name, type: socket.type, declared: socket))
        }
    }

    /// It, its children, and theirs, each before those that descend from it.
    var tree: [SessionNode] { [self] + children.flatMap(\.tree) }

    private var declaredKind: String? { resolved?.kind ?? parent?.declaredKind }

    func note(_ status: NodeStatus) {
        if let pid = status.pid { own = (status.incarnation, pid) }
    }

    func sharesProcess(with other: SessionNode) -> Bool {
        self === other || (resolved?.process != nil && resolved?.process == other.resolved?.process)
    }

    /// One that uses no ZeroMQ itself has no figures but its children's.
    private var source: Snapshot.Node.Source {
        guard let process = process ?? children.lazy.compactMap(\.process).first else { return .none }
        return process.isWireOnly ? .wire : .tap
    }

    func snapshot(
        status: NodeStatus?, now: UInt64, sample: (Int32) -> ProcessSample?,
        threadTime: (_ pid: Int32, _ thread: Int32) -> Double?, elapsed: (UInt64) -> Double
    ) -> Snapshot.Node {
        let living = process?.alive == true ? process : nil
        let pid = parent == nil ? status?.pid ?? living?.pid : living?.pid
        // Of a wrapper and what it runs, the load is that of the latter.
        let current = (living?.pid ?? pid).flatMap(sample)
        var state = status?.state ?? (living != nil ? .running : process == nil ? .waiting : .exited)
        if state == .running, current?.isStopped == true { state = .paused }
        let active = state == .running || state == .paused || state == .starting || state == .stopping
        var gauges: [String: Double] = [:]
        let player = living?.player(name) ?? 0
        for gauge in living?.gauges.values ?? [:].values where gauge.value.isFinite && gauge.player == player {
            gauges[gauge.name] = gauge.value
        }
        // What the process costs as a whole is no one thread's.
        var shared: Snapshot.Node.SharedProcess?
        var time = active ? current?.cpuSeconds : nil
        var resident = active ? current?.residentBytes : nil
        if let name = resolved?.process {
            shared = .init(name: name, cpu: processCPU.add(time, at: now), rss: resident)
            if process.map({ !$0.players.isEmpty }) ?? true {
                let thread = living?.thread(ofPlayer: player)
                time = time == nil ? nil : living.flatMap { living in thread.flatMap { threadTime(living.pid, $0) } }
                resident = nil
            }
        }
        return Snapshot.Node(
            name: name, kind: status?.kind ?? declaredKind ?? "command",
            group: status?.group ?? resolved?.group ?? name, replica: status?.replica ?? resolved?.replica,
            parent: parent?.name, source: source, state: state, pid: pid,
            restarts: status?.restarts ?? 0, exit: status?.exit,
            cpu: cpu.add(time, at: now), rss: resident,
            gauges: gauges, reason: status?.reason, nextStart: status?.nextStart.map(elapsed), process: shared)
    }
}
