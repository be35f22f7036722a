import Foundation
import TerminalUI
import Testing

@testable import Dashboard

/// Golden screens: a picture in a file, compared whole. A file that is missing is recorded, and the test that records
/// fails: look at the picture, then run again.
enum Golden {
    /// The text of a frame, its cursor, and, for colours, a second picture with a letter for every style.
    static func picture(_ frame: Frame, styles: Bool) -> String {
        let buffer = frame.buffer
        var lines = buffer.lines.map(trimmed)
        lines.append("-- cursor \(frame.cursor.map { "\($0.x),\($0.y)" } ?? "hidden"), title \(frame.title)")
        guard styles else { return lines.joined(separator: "\n") + "\n" }
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        var known: [Style: Character] = [buffer[0, 0].style: "."]
        var order: [(Character, Style)] = [(".", buffer[0, 0].style)]
        for y in 0..<buffer.size.height {
            var line = ""
            for x in 0..<buffer.size.width {
                let style = buffer[x, y].style
                if known[style] == nil {
                    let letter = known.count <= letters.count ? letters[known.count - 1] : "?"
                    known[style] = letter
                    order.append((letter, style))
                }
                line.append(known[style] ?? "?")
            }
            lines.append(line)
        }
        lines += order.map { "\($0) \(describe($1))" }
        return lines.joined(separator: "\n") + "\n"
    }

    static func check(_ frame: Frame, _ name: String, styles: Bool, at location: SourceLocation = #_sourceLocation)
        throws
    {
        let picture = picture(frame, styles: styles)
        let file = folder.appending(path: "\(name).txt")
        guard let golden = try? String(contentsOf: file, encoding: .utf8) else {
            try picture.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("\(name) was missing and is recorded now:\n\(picture)", sourceLocation: location)
            return
        }
        if picture != golden {
            Issue.record(
                "\(name) differs (remove the file to record anew).\nexpected:\n\(golden)\nis:\n\(picture)",
                sourceLocation: location)
        }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    private static func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    private static func describe(_ style: Style) -> String {
        func name(_ color: Color?) -> String {
            switch color {
            case nil: "-"
            case .standard: "standard"
            case .indexed(let index): String(index)
            case .rgb(let red, let green, let blue): "rgb(\(red),\(green),\(blue))"
            }
        }
        let names: [(Modifiers, String)] = [
            (.bold, "bold"), (.dim, "dim"), (.italic, "italic"), (.underline, "underline"), (.reverse, "reverse"),
        ]
        let modifiers = names.filter { style.modifiers.contains($0.0) }.map(\.1)
        return ([name(style.foreground), "on", name(style.background)] + modifiers).joined(separator: " ")
    }
}
