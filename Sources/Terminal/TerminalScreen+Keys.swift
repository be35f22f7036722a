import CNcurses
import Glibc
import TerminalUI

extension TerminalScreen {
    /// Beyond cbreak: Ctrl-S, Ctrl-Q, Ctrl-V and Ctrl-O are keys like others. Ctrl-C, Ctrl-\ and Ctrl-Z stay signals.
    static func takeKeys() {
        var modes = termios()
        guard tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
        modes.c_iflag &= ~tcflag_t(IXON)
        modes.c_lflag &= ~tcflag_t(IEXTEN)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
    }

    /// The sequences that terminfo gives for this terminal's keys.
    static func terminfoKeys() -> [[UInt8]: Key] {
        var names: [(String, Key.Code)] = [
            ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
            ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert), ("kdch1", .delete), ("kcbt", .backTab),
            ("kent", .enter),
        ]
        for number in 1...12 { names.append(("kf\(number)", .function(number))) }
        var keys: [[UInt8]: Key] = [:]
        for (name, code) in names {
            if let sequence = cn_string(name) { keys[Array(String(cString: sequence).utf8)] = Key(code) }
        }
        return keys
    }
}

/// A variable of the environment; `nil` when it is not set or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}

/// A string that the terminal understands, without the delays that terminfo writes into it for old hardware.
func capability(_ name: String) -> String {
    guard let value = cn_string(name) else { return "" }
    var result = ""
    var rest = String(cString: value)[...]
    while let start = rest.firstRange(of: "$<") {
        result += rest[..<start.lowerBound]
        guard let end = rest[start.upperBound...].firstIndex(of: ">") else { return result }
        rest = rest[rest.index(after: end)...]
    }
    return result + rest
}
