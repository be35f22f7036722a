import RunDirectory

extension SessionCommand.Verb {
    /// What is being done, at the beginning of a sentence.
    var doing: String {
        switch self {
        case .start: "Starting"
        case .stop: "Stopping"
        case .kill: "Killing"
        case .restart: "Restarting"
        case .pause: "Pausing"
        case .resume: "Resuming"
        case .quiet: "Quieting"
        case .flow: "Letting flow"
        }
    }
}

extension DashboardState {
    /// A node, with those that what is done to its process concerns too.
    func meant(_ name: String) -> String {
        guard let node = topology.nodes.first(where: { $0.name == name }), let process = node.process else {
            return name
        }
        let others = topology.sharers(of: node).map(\.name).filter { $0 != name }
        guard !others.isEmpty else { return name }
        let who = others.count <= 2 ? others.joined(separator: " and ") : "\(others.count) more nodes"
        return "\(name), with \(who) in the process \(process)"
    }

    /// What was done, and what undoes it.
    /// - Parameters:
    ///   - name: what was meant.
    ///   - names: the nodes that it concerned.
    func sentence(after verb: SessionCommand.Verb, of name: String, _ names: [String]) -> String {
        let whole = meant(name)
        let who = whole == name ? names.joined(separator: ", ") : whole + ","
        let isOne = names.count == 1
        let (are, it) = isOne ? ("is", "it") : ("are", "them")
        switch verb {
        case .start: return "\(who) \(are) started: \(keymap.key(for: .stop)) stops \(it)."
        case .stop: return "\(who) \(are) stopped: \(keymap.key(for: .start)) starts \(it) again."
        case .kill:
            return "\(who) \(are) killed: \(keymap.key(for: .start)) starts \(it) again, if no restart policy does."
        case .restart: return "\(who) \(are) restarted."
        case .pause: return "\(who) \(are) paused: \(keymap.key(for: .pause)) lets \(it) go on."
        case .resume: return "\(who) \(isOne ? "goes" : "go") on: \(keymap.key(for: .pause)) pauses \(it)."
        case .quiet:
            return
                "\(who) \(isOne ? "generates" : "generate") no more: \(keymap.key(for: .palette))flow lets \(it) go on."
        case .flow: return "\(who) \(isOne ? "generates" : "generate") again."
        }
    }
}
