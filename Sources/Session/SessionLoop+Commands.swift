import Glibc
import RunDirectory

/// A command that has been begun, and is done when its nodes are where it wants them.
struct Waiter {
    enum Goal {
        /// Until the process of this number has ended.
        case ended(process: UInt32)
        /// Until this start has succeeded or failed.
        case started(incarnation: Int)
    }

    var asker: Asker
    var nodes: [String]
    var goals: [(node: ManagedNode, goal: Goal)]
}

extension SessionLoop {
    func perform(_ command: SessionCommand, for asker: Asker) {
        switch command {
        case .down:
            let wasRunning = phase == .running
            let running = nodes.filter { $0.process != nil && !$0.isJoined }
            waiters.append(
                Waiter(
                    asker: asker, nodes: running.flatMap(\.names),
                    goals: running.compactMap { node in node.process.map { (node, .ended(process: $0.id)) } }))
            end()
            if wasRunning { options.onDown?() }
        case _ where phase != .running: reply(.error("the session is ending"), to: asker)
        case _ where !canStart: reply(.error(Self.keeperIsGoneText), to: asker)
        case .node(let verb, let name): perform(verb, on: name, for: asker)
        case .fault(let fault, let target): begin(fault, on: target, for: asker)
        case .heal(let target): heal(target, for: asker)
        case .inject(let injection): inject(injection, for: asker)
        case .join(let name, let command): join(name, command, for: asker)
        case .joined(let name, let pid): joined(name, pid: pid, for: asker)
        case .left(let name, let exit): left(name, exit, for: asker)
        }
    }

    private func perform(_ verb: SessionCommand.Verb, on name: String, for asker: Asker) {
        let targets = targets(name)
        guard !targets.isEmpty else {
            let all = nodes.flatMap(\.nodes)
            let names = all.flatMap { [$0.name, $0.group] }
            let near = nearestNames(to: name, among: Array(Set(names)).sorted())
            let advice =
                near.isEmpty ? "there are \(list(all.map(\.name), "and"))" : "did you mean \(list(near, "or"))?"
            reply(.error("there is no node “\(name)”: \(advice)"), to: asker)
            return
        }
        var waiter = Waiter(asker: asker, nodes: [], goals: [])
        var refusals: [String] = []
        for (node, asked) in targets {
            if let refusal = refusal(verb, node, asked) {
                refusals.append("\(list(asked.map(\.name), "and")) \(refusal)")
                continue
            }
            // Whoever shares its process shares its fate.
            waiter.nodes += node.names
            if let goal = carryOut(verb, node) { waiter.goals.append((node, goal)) }
        }
        if waiter.nodes.isEmpty {
            reply(.error(refusals.joined(separator: "; ")), to: asker)
        } else {
            waiters.append(waiter)
        }
    }

    /// What is meant, and which nodes of it were named: those that share a process are one.
    private func targets(_ name: String) -> [(ManagedNode, asked: [ResolvedNode])] {
        if name == "*" { return nodes.filter { !$0.isInjector && !$0.isExternal }.map { ($0, $0.nodes) } }
        return nodes.map { node in (node, node.nodes.filter { $0.name == name || $0.group == name }) }
            .filter { !$0.1.isEmpty }
    }

    /// Why a node cannot do it: the rest of a sentence that begins with its name.
    private func refusal(_ verb: SessionCommand.Verb, _ node: ManagedNode, _ asked: [ResolvedNode]) -> String? {
        if node.isExternal { return "is external: zmqtop did not start it and sends it no signal" }
        let isStopping = node.process?.isAskedToEnd ?? false
        if node.isJoined, verb == .start || verb == .restart {
            return "was started by zmqtop exec: only who did that can start it again"
        }
        switch verb {
        case .start:
            if isStopping { return "is stopping: start it when it has ended, or use restart" }
            if node.process != nil { return "runs already" }
            return node.isInjector ? "has done its work: inject again" : nil
        case .restart: return node.isInjector ? "is an injector: inject again" : nil
        case .stop:
            let isPlanned = node.status.nextStart != nil || node.waitsSince != nil
            return node.process == nil && !isPlanned ? "does not run (\(node.status.state.rawValue))" : nil
        case .quiet, .flow:
            guard node.process != nil else { return "does not run (\(node.status.state.rawValue))" }
            let kinds = ResolvedNode.generatingKinds
            if asked.contains(where: { node in kinds.contains { node.program == .builtin(kind: $0) } }) { return nil }
            let names = kinds.joined(separator: ", ")
            return "(\(asked.first?.kind ?? "")) makes no messages of its own: only \(names) do"
        case .kill, .pause, .resume:
            return node.process == nil ? "does not run (\(node.status.state.rawValue))" : nil
        }
    }

    /// - Returns: what is to be waited for.
    private func carryOut(_ verb: SessionCommand.Verb, _ node: ManagedNode) -> Waiter.Goal? {
        let now = self.now()
        let running = node.process.map { Waiter.Goal.ended(process: $0.id) }
        switch verb {
        case .stop:
            node.process?.isToBeReplaced = false
            stop(node, now: now)
            return running
        case .kill:
            signal(node, SIGKILL)
            return running
        case .start: return startNow(node, now)
        case .restart:
            guard node.process != nil else { return startNow(node, now) }
            node.restarts = 0
            stop(node, now: now)
            node.process?.isToBeReplaced = true
            return .started(incarnation: node.status.incarnation + 1)
        case .pause:
            signal(node, SIGSTOP)
            node.process?.isPaused = true
        case .resume:
            signal(node, SIGCONT)
            node.process?.isPaused = false
        case .quiet, .flow:
            let number = verb == .quiet ? SIGUSR1 : SIGUSR2
            // Before it is seen to run the node may not be ready for the signal, and would die of it.
            if node.process?.hasRun ?? false {
                signal(node, number, group: false)
            } else {
                node.process?.pendingSignal = number
            }
        }
        return nil
    }

    /// Somebody has asked: it waits for nothing that it depends on.
    private func startNow(_ node: ManagedNode, _ now: UInt64) -> Waiter.Goal {
        node.restarts = 0
        start(node, now: now)
        return .started(incarnation: node.status.incarnation)
    }

    /// Replies to those whose command is done.
    func answerWaiters() {
        var waiting: [Waiter] = []
        for var waiter in waiters {
            let failures = waiter.goals.compactMap { $0.node.failure(of: $0.goal) }
            waiter.goals.removeAll { $0.node.hasReached($0.goal) }
            if !failures.isEmpty {
                reply(.error(failures.joined(separator: "; ")), to: waiter.asker)
            } else if waiter.goals.isEmpty {
                reply(.done(nodes: waiter.nodes), to: waiter.asker)
            } else if phase == .ended {
                reply(.error("the session has ended"), to: waiter.asker)
            } else {
                waiting.append(waiter)
            }
        }
        waiters = waiting
    }
}

extension ManagedNode {
    fileprivate func hasReached(_ goal: Waiter.Goal) -> Bool {
        switch goal {
        case .ended(let id): process?.id != id
        case .started(let incarnation):
            status.incarnation >= incarnation && (status.pid != nil || process == nil)
        }
    }

    fileprivate func failure(of goal: Waiter.Goal) -> String? {
        guard case .started(let incarnation) = goal, process == nil else { return nil }
        guard status.incarnation >= incarnation else { return "\(node.name) was stopped before it was started again" }
        // It may have run and ended before anybody looked.
        guard let reason = status.reason else { return nil }
        return "\(node.name): \(reason)"
    }
}
