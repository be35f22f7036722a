import TerminalUI

extension Canvas {
    /// Two columns where there is room for them.
    private var helpColumns: [[[Span]]] {
        let groups = Keymap.Context.allCases.map(helpLines)
        let left = size.width >= 124 ? 2 : groups.count
        return [groups.prefix(left), groups.dropFirst(left)].filter { !$0.isEmpty }.map {
            Array($0.joined().dropLast())
        }
    }

    private var helpHeight: Int { helpColumns.map(\.count).max() ?? 0 }

    private var helpArea: Rect {
        let width = helpColumns.count > 1 ? 122 : 66
        return Rect(size).centered(
            Size(width: min(width, size.width - 2), height: min(helpHeight + 2, size.height - 2)))
    }

    /// How many lines of help do not fit.
    var helpOverflow: Int { max(0, helpHeight - helpArea.inset(1).height) }

    private func helpLines(_ context: Keymap.Context) -> [[Span]] {
        let keyWidth = Keymap.bindings.map { TextWidth.of($0.label) }.max() ?? 0
        let bindings = Keymap.bindings.filter { $0.context == context }
        return [[Span(context.rawValue, look[.title])]]
            + bindings.map { binding in
                [Span("  \(binding.label.padded(to: keyWidth))  ", look[.key]), Span(binding.help)]
            } + [[]]
    }

    /// The keymap, context by context.
    mutating func drawHelp(offset: Int) {
        let area = helpArea
        buffer.draw(Block("keys", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let first = max(0, min(offset, helpHeight - inner.height))
        let columns = helpColumns
        let places = inner.columns(columns.map { _ in .flexible() }, gap: 2)
        for (lines, place) in zip(columns, places) {
            for (row, line) in lines.dropFirst(first).prefix(place.height).enumerated() {
                let fitted = Buffer.fitted(line, width: place.width, ellipsis: glyphs.ellipsis)
                buffer.put(fitted, at: place.row(row).origin, maxWidth: place.width)
            }
        }
        buffer.draw(
            Scrollbar(count: helpHeight, visible: inner.height, offset: first, look: look),
            in: Rect(x: area.right - 1, y: inner.y, width: 1, height: inner.height))
    }
}
