import TerminalUI

extension Canvas {
    private var helpArea: Rect {
        Rect(size).centered(Size(width: min(76, size.width - 2), height: min(helpLines.count + 2, size.height - 2)))
    }

    /// How many lines of help do not fit.
    var helpOverflow: Int { max(0, helpLines.count - helpArea.inset(1).height) }

    /// The keymap, context by context.
    private var helpLines: [[Span]] {
        let keyWidth = Keymap.bindings.map { TextWidth.of($0.label) }.max() ?? 0
        var lines: [[Span]] = []
        for context in Keymap.Context.allCases {
            if !lines.isEmpty { lines.append([]) }
            lines.append([Span(context.rawValue, look[.title])])
            for binding in Keymap.bindings where binding.context == context {
                let padding = String(repeating: " ", count: keyWidth - TextWidth.of(binding.label))
                lines.append([Span("  \(binding.label)\(padding)   ", look[.key]), Span(binding.help)])
            }
        }
        return lines
    }

    mutating func drawHelp(offset: Int) {
        let lines = helpLines
        let area = helpArea
        buffer.draw(Block("keys", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let first = max(0, min(offset, lines.count - inner.height))
        for (row, line) in lines.dropFirst(first).prefix(inner.height).enumerated() {
            let fitted = Buffer.fitted(line, width: inner.width, ellipsis: glyphs.ellipsis)
            buffer.put(fitted, at: inner.row(row).origin, maxWidth: inner.width)
        }
        buffer.draw(
            Scrollbar(count: lines.count, visible: inner.height, offset: first, look: look),
            in: Rect(x: area.right - 1, y: inner.y, width: 1, height: inner.height))
    }
}
