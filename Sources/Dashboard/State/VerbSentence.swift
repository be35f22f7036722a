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
    /// What was done, and what undoes it.
    func sentence(after verb: SessionCommand.Verb, _ names: [String]) -> String {
        let who = names.joined(separator: ", ")
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
        case .quiet: return "\(who) \(isOne ? "generates" : "generate") no more: zmqtop ctl flow lets \(it) go on."
        case .flow: return "\(who) \(isOne ? "generates" : "generate") again."
        }
    }
}
