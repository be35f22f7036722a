import Dispatch
import FoundationEssentials
import Glibc
import Keeping
import Logging
import RunDirectory

/// What the session does, on one thread: it waits for the keeper, the control socket, its owner and the time, and acts.
final class SessionLoop {
    /// How long it takes at most until every process is gone, once that was asked for; the keeper needs a second.
    private static let longestEnd: UInt64 = 3_000_000_000

    static let keeperIsGoneText =
        "zmqtop-keeper ended unexpectedly, and its nodes with it: end the session and start it again"

    enum Phase: Equatable {
        case running
        case ending(deadline: UInt64)
        /// No process is left; the directory still stands.
        case ended
        case closed
    }

    let topology: ResolvedTopology
    let layout: RunLayout
    let options: SessionOptions
    let keeper: KeeperConnection
    let server: ControlServer
    let launcher: Launcher
    let log: Logger
    private let mailbox: Mailbox

    var phase = Phase.running
    /// In the order of the topology, those that share a process as one; then the injectors.
    var nodes: [ManagedNode] = []
    var waiters: [Waiter] = []
    var injections: [String: InjectionFollower] = [:]
    let faults: FaultDesk
    var injectionCount = 0
    private var lastProcess: UInt32 = 0
    private var keeperIsGone = false
    private var published: [NodeStatus] = []
    /// When a joined program or a client was there last.
    var usedAt: UInt64 = 0
    private var replies: [(ControlReply, Asker)] = []

    init(
        topology: ResolvedTopology, layout: RunLayout, options: SessionOptions, mailbox: Mailbox,
        keeper: KeeperConnection, server: ControlServer, launcher: Launcher
    ) {
        self.topology = topology
        self.layout = layout
        self.options = options
        self.mailbox = mailbox
        self.keeper = keeper
        self.server = server
        self.launcher = launcher
        log = options.log
        faults = FaultDesk(layout: layout)
        nodes = topology.nodes.compactMap { node in
            let sharers = topology.sharers(of: node)
            return sharers.first?.name == node.name ? ManagedNode(sharing: sharers) : nil
        }
    }

    /// Before `run`: the first status is there when the session's owner looks.
    func begin(now: UInt64) {
        for node in nodes where !node.isExternal {
            switch node.node.start {
            case .automatic: startWhenReady(node, now: now)
            case .delayed(let seconds): node.status.nextStart = now + seconds.nanoseconds
            case .manual: break
            }
        }
        publish()
    }

    func run() {
        while phase != .closed {
            takeOrders()
            while let (client, line) = server.nextRequest() { serve(line, of: client) }
            tick(now: now())
            answerWaiters()
            publish()
            sendReplies()
            for client in server.removeGone() { askerIsGone(client) }
            if phase != .closed { wait() }
        }
        mailbox.closed.leave()
    }

    // MARK: - Waiting

    private func wait() {
        var waited = [pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)]
        let keeperEvents = keeper.hasOutgoing ? POLLIN | POLLOUT : POLLIN
        // A negative descriptor is passed over.
        waited.append(pollfd(fd: keeperIsGone ? -1 : keeper.descriptor, events: Int16(keeperEvents), revents: 0))
        waited += server.waited
        guard poll(&waited, nfds_t(waited.count), timeout(now: now())) > 0 else { return }
        if waited[1].revents != 0 {
            keeper.flush()
            hearKeeper()
        }
        server.serve(waited.dropFirst(2))
    }

    /// Milliseconds until something is due; -1 when nothing is.
    private func timeout(now: UInt64) -> Int32 {
        var due: [UInt64] = []
        for node in nodes {
            if let killAt = node.process?.killAt { due.append(killAt) }
            if let next = node.status.nextStart { due.append(next) }
            if let leaves = node.leavesAt { due.append(leaves) }
            if let since = checkedSince(node) { due.append(now + (now < since + 2_000_000_000 ? 20 : 250) * 1_000_000) }
        }
        if !injections.isEmpty { due.append(now + 20_000_000) }
        if options.idleTime != nil || nodes.contains(where: \.isJoined) { due.append(now + 250_000_000) }
        if case .ending(let deadline) = phase { due.append(deadline) }
        if let look = faults.lookAt, phase == .running { due.append(look) }
        if server.hasRequest { return 0 }
        guard let first = due.min() else { return -1 }
        return first <= now ? 0 : Int32(clamping: (first - now + 999_999) / 1_000_000)
    }

    /// Since when a node has been looked at again and again, or nil when nothing is to be seen of it.
    private func checkedSince(_ node: ManagedNode) -> UInt64? {
        if let process = node.process { return process.hasRun ? nil : process.startedAt }
        return node.waitsSince
    }

    private func tick(now: UInt64) {
        if case .ending(let deadline) = phase, now >= deadline {
            log.error("zmqtop-keeper did not end the nodes in time: they are killed")
            kill(keeper.pid, SIGKILL)
            keeperEnded()
        }
        var table: ListeningTable?
        for node in nodes {
            if let killAt = node.process?.killAt, now >= killAt {
                node.process?.killAt = nil
                node.process?.isOverdue = true
                signal(node, SIGKILL)
            }
            if phase == .running, let next = node.status.nextStart, now >= next { startWhenReady(node, now: now) }
            if checkedSince(node) != nil {
                let seen = table ?? ListeningTable()
                table = seen
                check(node, seen, now: now)
            }
        }
        for follower in injections.values { tell(follower) }
        if phase == .running { faults.tick(now: now) }
        watchJoined(now: now)
        nodes.removeAll { $0.leavesAt.map { now >= $0 } ?? false }
    }

    /// Tells everybody how the nodes are, if that has changed.
    private func publish() {
        for node in nodes { node.refreshState() }
        let statuses = statuses
        guard statuses != published else { return }
        published = statuses
        do {
            try replaceFile(layout.status, withJSON: statuses)
        } catch {
            log.error("\(error)")
        }
        mailbox.publish(statuses)
        options.onChange?(statuses)
    }

    /// In the order of the topology, then the injectors.
    private var statuses: [NodeStatus] {
        let all = nodes.flatMap(\.statuses)
        guard all.count > nodes.count else { return all }
        let places = Dictionary(uniqueKeysWithValues: topology.nodes.enumerated().map { ($1.name, $0) })
        func place(_ status: NodeStatus) -> Int { places[status.name] ?? .max }
        return all.filter { place($0) < .max }.sorted { place($0) < place($1) } + all.filter { place($0) == .max }
    }

    // MARK: - Orders of the owner, requests of clients

    private func takeOrders() {
        for order in mailbox.take() {
            switch order {
            case .perform(let command, let reply): perform(command, for: .owner(reply))
            case .end: end()
            case .close: finish()
            }
        }
    }

    private func serve(_ line: [UInt8], of client: Int) {
        do {
            perform(try JSONDecoder().decode(ControlRequest.self, from: Data(line)).command, for: .client(client))
        } catch {
            reply(
                .error("this is no request that a session knows (one JSON object a line): \(error)"),
                to: .client(client))
        }
    }

    /// Once the statuses are published, so that who is told of something finds it there.
    func reply(_ reply: ControlReply, to asker: Asker) { replies.append((reply, asker)) }

    private func sendReplies() {
        for (reply, asker) in replies {
            switch asker {
            case .client(let client): server.reply(reply, to: client)
            case .owner(let callback): callback(reply)
            }
        }
        replies = []
    }

    /// An injection for somebody who has gone is ended.
    private func askerIsGone(_ gone: Int) {
        for follower in injections.values {
            guard case .client(gone) = follower.asker, let node = node(named: follower.name) else { continue }
            stop(node, now: now())
        }
    }

    func now() -> UInt64 { monotonicNanoseconds() }

    func node(named name: String) -> ManagedNode? { nodes.first { $0.names.contains(name) } }

    // MARK: - The keeper

    func nextProcess() -> UInt32 {
        lastProcess += 1
        return lastProcess
    }

    private func hearKeeper() {
        guard let reports = keeper.receive() else { return keeperEnded() }
        for report in reports {
            switch report {
            case .spawned(let id, let pid): spawned(process: id, pid: pid)
            case .spawnFailed(let id, let errno): spawnFailed(process: id, errno: errno)
            case .exited(let id, let code, let signal):
                exited(
                    process: id,
                    NodeStatus.Exit(code: signal < 0 ? code : nil, signal: signal < 0 ? nil : signal))
            case .ended: ended()
            }
        }
    }

    /// The keeper is gone before its time, so the nodes are ours to end.
    private func keeperEnded() {
        guard !keeperIsGone else { return }
        keeperIsGone = true
        log.error("zmqtop-keeper (pid \(keeper.pid)) has ended; its nodes are killed")
        Orphans.kill(groups: nodes.compactMap { $0.process != nil && !$0.isJoined ? $0.status.pid : nil }, of: layout)
        for node in nodes where !node.isJoined {
            cancelStart(node)
            guard let process = node.process else { continue }
            node.process = nil
            node.status.pid = nil
            node.status.state = process.isAskedToEnd ? .exited : .failed
            node.status.reason = process.isAskedToEnd ? nil : Self.keeperIsGoneText
            node.status.exit = NodeStatus.Exit(code: nil, signal: SIGKILL)
        }
        if case .ending = phase { ended() }
    }

    var canStart: Bool { phase == .running && !keeperIsGone }

    // MARK: - The end

    /// Asks the keeper to end everything.
    func end() {
        guard phase == .running else { return }
        // What has joined lives on, without them.
        _ = faults.heal(now: now()) { _ in true }
        phase = .ending(deadline: now() + Self.longestEnd)
        for node in nodes where !node.isJoined {
            cancelStart(node)
            node.process?.isAskedToEnd = true
            node.process?.isToBeReplaced = false
            node.process?.killAt = nil
        }
        if keeperIsGone { ended() } else { keeper.send(.end) }
    }

    private func ended() {
        guard case .ending = phase else { return }
        phase = .ended
        for follower in injections.values { finish(follower) }
        answerWaiters()
        publish()
        sendReplies()
        mailbox.nodesEnded.leave()
    }

    /// Lets the keeper go, which removes the directory.
    private func finish() {
        guard phase == .ended else { return }
        phase = .closed
        unlink(layout.control)
        for case .perform(_, let reply) in mailbox.take(closing: true) { reply(.error("the session has ended")) }
        keeper.disconnect()
        keeper.waitForEnd(seconds: 3)
    }
}
