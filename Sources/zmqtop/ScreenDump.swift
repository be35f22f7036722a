import Dashboard
import Foundation
import TerminalUI

/// Saves what is on the screen.
enum ScreenDump {
    /// Writes one file: text where its name ends in `.txt`, else SVG.
    ///
    /// - Throws: `Failure` when it cannot be written.
    static func write(_ frame: Frame, theme: Theme, to path: String) throws {
        let text =
            path.lowercased().hasSuffix(".txt")
            ? frame.buffer.plainText : frame.buffer.svg(title: frame.title, ground: .init(theme))
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure("The screen cannot be saved to \(path): \(error.localizedDescription)")
        }
    }

    /// Writes both, under a name with the session's topology and the time, in the current folder.
    ///
    /// - Returns: the name without its endings.
    static func writeBoth(_ frame: Frame, theme: Theme, topology: String, at date: Date = Date()) throws -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyyMMdd-HHmmss"
        let safe = String(topology.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" })
        let name = "zmqtop-\(safe)-\(format.string(from: date))"
        for ending in ["svg", "txt"] { try write(frame, theme: theme, to: "\(name).\(ending)") }
        return name
    }
}
