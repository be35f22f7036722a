import TerminalUI

extension Canvas {
    /// The keymap in as many columns as fit without cutting a sentence.
    private var helpColumns: [[[Span]]] {
        let groups = (Keymap.Context.allCases.map(helpLines) + [filterHelp]).filter { !$0.isEmpty }
        let count = max(1, (size.width - 8 + 3) / (widestHelp(groups) + 3))
        let lines = groups.reduce(0) { $0 + $1.count + 1 }
        var columns: [[[Span]]] = [[]]
        for group in groups {
            // A group goes over to the next column as a whole where the columns before have their share.
            let share = lines * columns.count / count
            let before = columns.reduce(0) { $0 + $1.count }
            if columns.count < count, before > 0, before + group.count / 2 >= share { columns.append([]) }
            if !columns[columns.count - 1].isEmpty { columns[columns.count - 1].append([]) }
            columns[columns.count - 1] += group
        }
        return columns
    }

    private func widestHelp(_ groups: [[[Span]]]) -> Int {
        groups.joined().map { line in line.reduce(0) { $0 + TextWidth.of($1.text) } }.max() ?? 0
    }

    private var helpHeight: Int { helpColumns.map(\.count).max() ?? 0 }

    private var helpArea: Rect {
        let columns = helpColumns
        let width = columns.count * (widestHelp(columns) + 3) - 3 + 4
        return Rect(size).centered(
            Size(width: min(width, size.width - 2), height: min(helpHeight + 2, size.height - 2)))
    }

    /// How many lines of help do not fit.
    var helpOverflow: Int { max(0, helpHeight - helpArea.inset(1).height) }

    private func helpLines(_ context: Keymap.Context) -> [[Span]] {
        let bindings = state.keymap.bindings.filter { $0.context == context && !$0.keys.isEmpty }
        guard !bindings.isEmpty else { return [] }
        let keyWidth = bindings.map { TextWidth.of($0.label) }.max() ?? 0
        return [[Span(context.rawValue, look[.title])]]
            + bindings.map { binding in
                [Span(" \(binding.label.padded(to: keyWidth))  ", look[.key]), Span(binding.help)]
            }
    }

    /// What can be typed as a filter.
    private var filterHelp: [[Span]] {
        let width = Filter.examples.map { TextWidth.of($0.text) }.max() ?? 0
        return [[Span("In a filter", look[.title])]]
            + Filter.examples.map { [Span(" \($0.text.padded(to: width))  ", look[.key]), Span($0.help)] }
    }

    /// The keymap, context by context.
    mutating func drawHelp(offset: Int) {
        let area = helpArea
        buffer.draw(Block("keys", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let first = max(0, min(offset, helpHeight - inner.height))
        let columns = helpColumns
        let places = inner.columns(columns.map { _ in .flexible() }, gap: 3)
        for (lines, place) in zip(columns, places) {
            for (row, line) in lines.dropFirst(first).prefix(place.height).enumerated() {
                let fitted = Buffer.fitted(line, width: place.width, ellipsis: glyphs.ellipsis)
                buffer.put(fitted, at: place.row(row).origin, maxWidth: place.width)
            }
        }
        buffer.draw(
            Scrollbar(count: helpHeight, visible: inner.height, offset: first, look: look),
            in: Rect(x: area.right - 1, y: inner.y, width: 1, height: inner.height))
        let scrolls = helpHeight > inner.height
        drawFoot(
            [(keyLabel(.back), "back")]
                + (scrolls ? [(keyLabel(.down), "scrolls"), (keyLabel(.pageDown), "a page")] : []),
            of: area)
    }

    /// The first key of a command, as the foot of a frame names it.
    func keyLabel(_ command: Command, in context: Keymap.Context? = nil) -> String? {
        state.keymap.bindings
            .first { $0.command == command && !$0.keys.isEmpty && (context == nil || $0.context == context) }?
            .keys[0].label
    }

    /// Keys and what they do, at the right end of a frame's lower edge, as many as fit; what has no key is left out.
    mutating func drawFoot(_ hints: [(key: String?, word: String)], of area: Rect) {
        var spans: [Span] = []
        var width = 0
        for (key, word) in hints {
            guard let key else { continue }
            let needed = TextWidth.of(key) + TextWidth.of(word) + 3
            guard width + needed <= area.width - 4 else { break }
            spans += [Span(" \(key)", look[.key]), Span(" \(word) ", look[.hint])]
            width += needed
        }
        buffer.put(spans, at: Point(x: area.right - 2 - width, y: area.bottom - 1))
    }
}
