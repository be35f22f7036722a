import RunDirectory
import Telemetry
import TerminalUI

extension DashboardState {
    /// - Parameter name: the node; nil: the one that is selected.
    mutating func act(_ command: Command, on name: String? = nil) -> [Effect] {
        guard let name = name ?? targetNode, let node = live.node(name) else {
            say("No node is selected.", isProblem: true)
            return []
        }
        let verb: SessionCommand.Verb =
            switch command {
            case .start: .start
            case .stop: .stop
            case .kill: .kill
            case .restart: .restart
            default: node.state == .paused ? .resume : .pause
            }
        if let refusal = refusal(verb, node) {
            say(refusal, isProblem: true)
            return []
        }
        let order = SessionCommand.node(verb, node: name)
        if verb == .kill {
            overlay = .question("Kill \(meant(name))\(node.pid.map { " (pid \($0))" } ?? "")?", order)
            return []
        }
        say("\(verb.doing) \(name) …")
        return [.command(order)]
    }

    private func refusal(_ verb: SessionCommand.Verb, _ node: Snapshot.Node) -> String? {
        if readOnly {
            return "Read-only: \(node.name) is left alone. Run zmqtop without --read-only to \(verb.rawValue) it."
        }
        if node.kind == "external" {
            return "\(node.name) is external: zmqtop did not start it and cannot \(verb.rawValue) it."
        }
        if var parent = node.parent {
            while let above = live.node(parent)?.parent { parent = above }
            return "\(node.name) is a process of \(parent): \(verb.rawValue) \(parent) instead."
        }
        let alive = node.pid != nil
        let start = keymap.key(for: .start)
        switch verb {
        case .start where alive:
            return "\(node.name) runs already (pid \(node.pid ?? 0)): \(keymap.key(for: .restart)) restarts it."
        case .kill where !alive, .pause where !alive, .resume where !alive:
            return
                "\(node.name) is \(node.state.rawValue): there is no process to \(verb.rawValue). \(start) starts it."
        case .stop where !alive && node.state != .backoff && node.state != .waiting:
            return "\(node.name) is \(node.state.rawValue): there is nothing to stop. \(start) starts it."
        default: return nil
        }
    }

    mutating func take(_ reply: ControlReply, to order: SessionCommand) {
        switch reply {
        case .error(let sentence): say(sentence, isProblem: true)
        case .event, .joined: break
        case .done(let nodes):
            switch order {
            case .node(let verb, let name):
                say(sentence(after: verb, of: name, nodes.isEmpty ? [name] : nodes))
            case .fault(let fault, let target): say("\(target): \(fault) from now on. \(healing(target))")
            case .heal(let target): say(target == "*" ? "All faults are healed." : "\(target) is healed.")
            case .inject, .down, .join, .joined, .left: break
            }
        }
    }
}
