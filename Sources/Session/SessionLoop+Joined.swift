import Glibc
import Keeping
import RunDirectory

/// Programs that somebody else has started and wants to have seen.
extension SessionLoop {
    /// How long after its end the account of a joined program's starter may come: it knows the exit status.
    private static let accountTime: UInt64 = 1_000_000_000

    /// Gives a program a name: one of before that has ended is the same node, started again.
    func join(_ name: String, _ command: [String], for asker: Asker) {
        let stem = Self.nodeName(name)
        var chosen = stem
        var number = 1
        while let taken = node(named: chosen), !(taken.isJoined && taken.process == nil) {
            number += 1
            chosen = "\(stem)-\(number)"
        }
        let node: ManagedNode
        if let known = self.node(named: chosen) {
            node = known
        } else {
            node = ManagedNode(
                ResolvedNode(name: chosen, program: .command(command), workingDirectory: "/"), isJoined: true)
            do {
                try replaceFile(layout.node(chosen), withJSON: node.node)
            } catch {
                return reply(.error("\(error)"), to: asker)
            }
            nodes.append(node)
        }
        node.status.incarnation += 1
        node.status.restarts = node.status.incarnation - 1
        node.status.reason = nil
        node.process = ManagedNode.Process(id: nextProcess(), startedAt: now(), outputStart: 0, errorStart: 0)
        reply(.joined(node: chosen, incarnation: node.status.incarnation), to: asker)
    }

    func joined(_ name: String, pid: Int32, for asker: Asker) {
        guard let node = node(named: name), node.isJoined, node.process != nil, pid > 1 else {
            return reply(.error("no node “\(name)” has joined and waits for its process"), to: asker)
        }
        node.status.pid = pid
        node.process?.hasRun = true
        reply(.done(nodes: [name]), to: asker)
    }

    func left(_ name: String, _ exit: NodeStatus.Exit, for asker: Asker) {
        guard let node = node(named: name), node.isJoined, let process = node.process else {
            return reply(.error("no node “\(name)” has joined"), to: asker)
        }
        end(node, exit, asked: process.isAskedToEnd)
        reply(.done(nodes: [name]), to: asker)
    }

    /// Looks whether the joined programs are still there, and whether anybody needs this session.
    func watchJoined(now: UInt64) {
        for node in nodes where node.isJoined {
            guard let process = node.process else { continue }
            usedAt = now
            let isThere =
                node.status.pid.map { ProcessTable.isRunning($0) } ?? (now < process.startedAt + 5_000_000_000)
            if isThere { continue }
            if let gone = node.process?.goneAt {
                // Its starter is gone too: how it ended nobody knows.
                if now >= gone + Self.accountTime { end(node, nil, asked: process.isAskedToEnd) }
            } else {
                node.process?.goneAt = now
            }
        }
        if server.hasClients || usedAt == 0 { usedAt = now }
        if let idle = options.idleTime, phase == .running, now > usedAt + idle.nanoseconds {
            end()
            options.onDown?()
        }
    }

    private func end(_ node: ManagedNode, _ exit: NodeStatus.Exit?, asked: Bool) {
        node.process = nil
        node.status.pid = nil
        node.status.exit = exit
        let failed = exit.map { $0.code != 0 && !asked } ?? false
        node.status.state = failed ? .failed : .exited
        node.status.reason =
            exit == nil ? "has ended, and nobody saw how: its zmqtop exec was killed" : failed ? exit?.sentence : nil
    }

    /// As the files and the screen want it.
    private static func nodeName(_ name: String) -> String {
        let plain = name.unicodeScalars.prefix(40).map { scalar in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain || scalar == "_" || scalar == "-" ? Character(scalar) : "-"
        }
        return plain.isEmpty ? "program" : String(plain)
    }
}
