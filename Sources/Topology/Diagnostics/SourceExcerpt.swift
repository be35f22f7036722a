/// One line of a file and the caret below it, as a terminal shows them: tabs expanded, wide characters two cells wide,
/// control characters replaced, a long line cut around the place that is meant.
struct SourceExcerpt {
    private(set) var text = ""
    private(set) var marker = ""

    /// Cells; what is longer is cut.
    private static let widest = 160

    /// `column` counts scalars from 1.
    init(line: String, column: Int, length: Int) {
        let all = Array(line.unicodeScalars)
        // A cut that keeps some text before the place.
        let first = all.count > Self.widest && column > 100 ? column - 60 : 0
        let scalars = all.dropFirst(first).prefix(Self.widest)
        var cell = 0
        if first > 0 {
            text = "…"
            cell = 1
        }
        var start: Int?
        var end: Int?
        for (index, scalar) in scalars.enumerated() {
            let position = first + index + 1
            if position == column { start = cell }
            if position == column + length { end = cell }
            if scalar == "\t" {
                let spaces = 8 - cell % 8
                text += String(repeating: " ", count: spaces)
                cell += spaces
            } else if scalar.isControl {
                text += "\u{FFFD}"
                cell += 1
            } else {
                text.unicodeScalars.append(scalar)
                cell += scalar.cells
            }
        }
        if first + scalars.count < all.count { text += "…" }
        let from = start ?? cell
        let to = max(from + 1, end ?? cell)
        marker = String(repeating: " ", count: from) + "^" + String(repeating: "~", count: to - from - 1)
    }
}

extension Unicode.Scalar {
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029 }

    /// How many cells of a terminal it takes: 0 for combining marks, 2 for East Asian wide and emoji.
    var cells: Int {
        if value < 0x300 { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default:
            return properties.isEmojiPresentation ? 2 : 1
        }
    }
}

extension String {
    /// Safe to print: what a terminal would obey is replaced.
    var withoutControlCharacters: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars { text.append(scalar.isControl ? "\u{FFFD}" : scalar) }
        return String(text)
    }
}
