/// Why there is no screen to draw on, and what to do about it.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or standard output (whose name is given) is a file or a pipe.
    case notATerminal(String)
    /// The environment has no TERM.
    case noTerminalType
    /// terminfo does not know the terminal's type.
    case unknownTerminal(String)
    /// terminfo knows the type, but such a terminal cannot place its cursor.
    case cannotPlaceCursor(String)
    /// ncurses gave up without a reason.
    case refused(String)

    /// One sentence without its end: what, why, and the remedy.
    public var description: String {
        switch self {
        case .notATerminal(let stream):
            return "\(stream) is not a terminal, so there is nothing to draw on; run in a terminal"
        case .noTerminalType:
            return
                "TERM is not set, so the terminal's type is unknown; set it (TERM=xterm-256color fits most)"
        case .unknownTerminal(let name):
            return
                "the terminal type TERM='\(name)' is unknown here; set TERM to one that is known (TERM=xterm-256color fits most; more come with the package ncurses-term)"
        case .cannotPlaceCursor(let name):
            return
                "a terminal of type TERM='\(name)' cannot place its cursor; run in a terminal that can (TERM=xterm-256color fits most)"
        case .refused(let name):
            return "ncurses could not start a screen on a terminal of type TERM='\(name)'; try TERM=xterm"
        }
    }
}
