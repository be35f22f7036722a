import Glibc
import Keeping
import Logging
import RunDirectory

/// The life of a node: waiting, starting, running, ending, starting again.
extension SessionLoop {
    /// A run of this length makes the next failure count as the first.
    private static let longRun: UInt64 = 10_000_000_000
    /// A node that cannot be seen to run otherwise does after this time.
    private static let settlingTime: UInt64 = 1_000_000_000
    /// When to tell what a node waits for.
    private static let longWait: UInt64 = 3_000_000_000

    // MARK: - Starting

    /// Starts a node now, or once what it depends on runs.
    func startWhenReady(_ node: ManagedNode, now: UInt64) {
        node.status.nextStart = nil
        if node.node.dependsOn.isEmpty {
            start(node, now: now)
        } else {
            node.status.state = .waiting
            node.waitsSince = now
        }
    }

    func start(_ node: ManagedNode, now: UInt64) {
        let id = nextProcess()
        node.waitsSince = nil
        node.leavesAt = nil
        node.status.nextStart = nil
        node.status.reason = nil
        node.status.incarnation += 1
        node.status.restarts = node.status.incarnation - 1
        node.process = ManagedNode.Process(
            id: id, startedAt: now, outputStart: fileSize(layout.standardOutput(node.node.name)),
            errorStart: fileSize(layout.standardError(node.node.name)))
        do {
            keeper.send(.spawn(id: id, try launcher.program(for: node.nodes, incarnation: node.status.incarnation)))
        } catch {
            notStarted(node, "\(error)")
        }
    }

    func spawned(process id: UInt32, pid: Int32) {
        guard let node = nodes.first(where: { $0.process?.id == id }) else { return }
        node.status.pid = pid
        // A command may be anything: without declared binds there is nothing to wait for.
        if case .command = node.node.program, node.binds.isEmpty { hasBegunToRun(node) }
    }

    func spawnFailed(process id: UInt32, errno: Int32) {
        guard let node = nodes.first(where: { $0.process?.id == id }) else { return }
        let program: String =
            switch node.node.program {
            case .command(let command): command.first ?? ""
            default: launcher.programs.node
            }
        // The file itself was there just before.
        let hint = errno == ENOENT ? " (perhaps the interpreter that its first line names)" : ""
        notStarted(node, "cannot start “\(program)”: \(systemReason(errno))\(hint)")
    }

    private func notStarted(_ node: ManagedNode, _ reason: String) {
        guard let process = node.process else { return }
        node.process = nil
        node.status.pid = nil
        node.status.exit = nil
        node.status.reason = reason
        node.status.state = .failed
        log.warning("\(node.node.name): \(reason)")
        if !process.isAskedToEnd { applyPolicy(node, failed: true, now: now()) }
        if node.isInjector { injectorEnded(node) }
    }

    /// Looks whether a node that starts has come to run, or one that waits may start.
    func check(_ node: ManagedNode, _ table: ListeningTable, now: UInt64) {
        if let process = node.process {
            guard let pid = node.status.pid else { return }
            let hasBound = node.binds.allSatisfy { table.listens(on: $0) ?? true }
            let isSeen = node.binds.contains { table.listens(on: $0) != nil }
            let hasSettled = isSeen || now >= process.startedAt + Self.settlingTime || hasSegment(node, pid)
            if hasBound && hasSettled { hasBegunToRun(node) }
        } else if let since = node.waitsSince {
            let missing = node.node.dependsOn.compactMap { obstacle($0, table) }
            if missing.isEmpty {
                start(node, now: now)
            } else if now >= since + Self.longWait {
                node.status.reason = "waits for \(missing.joined(separator: ", "))"
            }
        }
    }

    /// What is missing until a node that another depends on is there; nil when it is.
    private func obstacle(_ name: String, _ table: ListeningTable) -> String? {
        guard let node = node(named: name) else { return "\(name), which does not exist" }
        if node.isExternal || node.process != nil {
            if let silent = node.binds.first(where: { table.listens(on: $0) == false }) {
                return "\(name) (nobody listens on \(silent))"
            }
            if node.isExternal { return nil }
        }
        guard node.process?.hasRun ?? false else { return "\(name) (\(node.status.state.rawValue))" }
        return nil
    }

    private func hasSegment(_ node: ManagedNode, _ pid: Int32) -> Bool {
        access("\(layout.segments)/\(node.node.name).\(node.status.incarnation).\(pid).segment", F_OK) == 0
    }

    private func hasBegunToRun(_ node: ManagedNode) {
        node.process?.hasRun = true
        if let pending = node.process?.pendingSignal {
            node.process?.pendingSignal = nil
            signal(node, pending, group: false)
        }
    }

    // MARK: - Ending

    func signal(_ node: ManagedNode, _ number: Int32, group: Bool = true) {
        guard let process = node.process else { return }
        if node.isJoined {
            if let pid = node.status.pid { kill(pid, number) }
            return
        }
        keeper.send(.signal(id: process.id, signal: number, group: group))
    }

    /// TERM; CONT, for a stopped process sees TERM only then; KILL after the node's grace.
    func stop(_ node: ManagedNode, now: UInt64) {
        cancelStart(node)
        guard let process = node.process, !process.isAskedToEnd else { return }
        node.process?.isAskedToEnd = true
        // A program of somebody's own may take its time.
        if !node.isJoined { node.process?.killAt = now + node.node.stopGrace.nanoseconds }
        signal(node, SIGTERM)
        signal(node, SIGCONT)
    }

    /// It planned to start (again), and does no more.
    func cancelStart(_ node: ManagedNode) {
        node.status.nextStart = nil
        node.waitsSince = nil
        if node.status.state == .backoff { node.status.state = node.status.exit?.code == 0 ? .exited : .failed }
    }

    func exited(process id: UInt32, _ exit: NodeStatus.Exit) {
        guard let node = nodes.first(where: { $0.process?.id == id }), let process = node.process else { return }
        let now = self.now()
        node.process = nil
        node.status.pid = nil
        node.status.exit = exit
        if now >= process.startedAt + Self.longRun { node.restarts = 0 }
        let failed = exit.code != 0 && !process.isAskedToEnd
        node.status.state = failed ? .failed : .exited
        if failed {
            node.status.reason = reason(node, exit, process)
            log.warning("\(node.node.name) \(node.status.reason ?? "")")
        } else if process.isOverdue {
            node.status.reason = "did not end within \(node.node.stopGrace) s of SIGTERM and was killed"
        } else {
            node.status.reason = nil
        }
        if node.isInjector { injectorEnded(node) }
        guard canStart else { return }
        if process.isToBeReplaced {
            start(node, now: now)
        } else if !process.isAskedToEnd {
            applyPolicy(node, failed: failed, now: now)
        }
    }

    private func reason(_ node: ManagedNode, _ exit: NodeStatus.Exit, _ process: ManagedNode.Process) -> String {
        let name = node.node.name
        if let text = OutputTail.read(layout.standardError(name), from: process.errorStart) {
            return "\(exit.sentence); its standard error ends: \(text)"
        }
        if let text = OutputTail.read(layout.standardOutput(name), from: process.outputStart) {
            return "\(exit.sentence); its standard output ends: \(text)"
        }
        return exit.sentence
    }

    private func applyPolicy(_ node: ManagedNode, failed: Bool, now: UInt64) {
        guard canStart, !node.isInjector else { return }
        let policy = node.node.restart
        if let delay = policy.delay(afterFailure: failed, restarts: node.restarts) {
            node.restarts += 1
            node.status.state = .backoff
            node.status.nextStart = now + delay.nanoseconds
        } else if failed, node.restarts > 0, node.restarts == policy.maximumRestarts {
            let times = node.restarts == 1 ? "one restart" : "\(node.restarts) restarts"
            node.status.reason = (node.status.reason ?? "failed") + " (after \(times), which is its maximum)"
        }
    }
}

extension ManagedNode {
    /// Every endpoint that the sockets of its nodes bind, as declared.
    var binds: [String] { nodes.flatMap(\.sockets).flatMap(\.binds) }
}
