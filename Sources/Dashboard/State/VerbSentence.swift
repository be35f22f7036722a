import RunDirectory

extension SessionCommand.Verb {
    /// What is being done and what was done, at the beginning of a sentence.
    var sentence: (present: String, past: String) {
        switch self {
        case .start: ("Starting", "Started")
        case .stop: ("Stopping", "Stopped")
        case .kill: ("Killing", "Killed")
        case .restart: ("Restarting", "Restarted")
        case .pause: ("Pausing", "Paused")
        case .resume: ("Resuming", "Resumed")
        case .quiet: ("Quieting", "Quieted")
        case .flow: ("Letting flow", "Let flow")
        }
    }
}
