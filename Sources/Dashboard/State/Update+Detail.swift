import RunDirectory
import Telemetry
import TerminalUI

extension DashboardState {
    /// On a wide terminal the details stand beside the lists, and follow what is selected there.
    var isDetailBeside: Bool { detail != nil && Layout.hasRoomBeside(self) }

    /// How often the output of an opened node is read.
    private static let outputTime = Duration.seconds(1)

    /// Asks for the last lines of the node that is shown whole; again from time to time while it is.
    mutating func askForOutput() -> [Effect] {
        guard case .node(let name)? = detail else {
            output = nil
            outputAskedAt = nil
            return []
        }
        let writer = writer(of: name)
        if output?.node != writer { output = nil }
        if outputNode == writer, let asked = outputAskedAt, now < asked + Self.outputTime { return [] }
        outputNode = writer
        outputAskedAt = now
        return [.readOutput(node: writer)]
    }

    /// Whose files hold what a node writes: a child writes where its parent does, and a thread where its process does.
    func writer(of name: String) -> String {
        let root = shown.root(of: name)
        guard let node = topology.nodes.first(where: { $0.name == root }) else { return root }
        return topology.sharers(of: node).first?.name ?? root
    }

    mutating func take(_ read: NodeOutput) {
        if read.node == outputNode { output = read }
    }

    /// A movement while the details fill the body: they scroll.
    mutating func scrollDetail(_ command: Command, page: Int) {
        switch command {
        case .up: detailOffset -= 1
        case .down: detailOffset += 1
        case .pageUp: detailOffset -= page
        case .pageDown: detailOffset += page
        case .first: detailOffset = 0
        default: detailOffset = .max / 2
        }
    }

    /// The details beside the lists show what is selected there.
    mutating func followSelection() {
        guard let subject = selections[focus]?.subject, let next = openable(subject), next != detail else { return }
        detail = next
        detailOffset = 0
    }

    /// What Enter shows of it; nil where it does something else.
    func openable(_ subject: Subject) -> Subject? {
        switch subject {
        case .event(let id):
            // What is known of an event is its line; what one wants to see is where it happened.
            guard let entry = shown.log.entry(id) else { return nil }
            return shown.socket(entry.subject) == nil ? .node(entry.node) : .socket(entry.subject)
        case .group, .edge: return nil
        default: return subject
        }
    }
}

extension Observation {
    /// The node of the session whose process this one descends from; itself, for one that is no child.
    func root(of name: String) -> String {
        var name = name
        while let parent = node(name)?.parent { name = parent }
        return name
    }
}
