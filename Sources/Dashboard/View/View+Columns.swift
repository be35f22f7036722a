import TerminalUI

extension Canvas {
    private func columnsArea(_ count: Int) -> Rect {
        Rect(size).centered(Size(width: min(78, size.width - 2), height: min(count + 4, size.height - 2)))
    }

    /// The columns of a list and what they mean, with a mark at those that are shown.
    mutating func drawColumns(_ pane: Pane, row: Int) {
        let names = Lists.all[pane]?.columnNames ?? []
        let area = columnsArea(names.count)
        buffer.draw(Block("columns of \(pane.title)", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let list = inner.inset(bottom: 2)
        buffer.draw(columnList(pane, row: row), in: list)
        let ways: [(Command, String)] = [
            (.toggleColumn, "shows or hides"), (.resetColumns, "as at first"), (.back, "back"),
        ]
        let hints = KeyHints(
            ways.map { (state.keymap.key(for: $0.0, in: .columns), $0.1) }, look: look)
        buffer.draw(hints, in: inner.row(inner.height - 1))
    }

    /// The column of the chooser at a place of the screen.
    func columnRow(at point: Point, _ pane: Pane, row: Int) -> Int? {
        let area = columnsArea(Lists.all[pane]?.columnNames.count ?? 0)
        let list = area.inset(left: 2, top: 1, right: 2, bottom: 3)
        return columnList(pane, row: row).line(at: point, in: list)
    }

    private func columnList(_ pane: Pane, row: Int) -> ListView {
        let names = Lists.all[pane]?.columnNames ?? []
        let settings = state.lists[pane] ?? ListSettings()
        let inSight = state.columnsInSight(of: pane)
        let width = names.map { TextWidth.of($0.id) }.max() ?? 0
        return ListView(count: names.count, selected: row, look: look) { index in
            let column = names[index]
            let isChosen = settings.shown[column.id] ?? column.isDefault
            let hasRoom = inSight.contains { $0.id == column.id }
            var order = " "
            if let sort = settings.sort, sort.column == column.id {
                order = String(sort.isDescending ? glyphs.below : glyphs.above)
            }
            return [
                Span(isChosen ? "[x] " : "[ ] ", isChosen ? look[.key] : look[.dim]),
                Span(column.id.padded(to: width), isChosen ? .plain : look[.dim]),
                Span("\(order) ", look[.accent]),
                Span(column.help, look[.dim]),
                Span(isChosen && !hasRoom ? "  no room" : "", look[.warning]),
            ]
        }
    }

    /// The filter that is being typed, and beside it what is wrong with it or what can be typed.
    mutating func drawFilter(_ line: Rect) {
        let hints = "Enter keeps  Esc clears  ! inverts  state:up  depth>10"
        var note = state.filter.problem.map { "\(glyphs.warning) \($0)" } ?? hints
        if state.filter.problem == nil, line.width < note.count + 24 { note = "Enter keeps  Esc clears  ! inverts" }
        let typed = TextWidth.of(state.filterInput.text) + 2
        // What is wrong is told in full as long as what is typed can still be read.
        let room = min(TextWidth.of(note), line.width - max(min(typed, line.width / 2), 20) - 3)
        let isNoted = room >= 16 && (state.filter.problem != nil || room >= TextWidth.of(note))
        buffer.put("/", at: line.origin, style: look[.key])
        let field = TextField(state.filterInput, look: look)
        let place = line.inset(left: 1, right: isNoted ? room + 2 : 0)
        buffer.draw(field, in: place)
        cursor = field.cursor(in: place)
        guard isNoted else { return }
        buffer.put(
            note, at: Point(x: line.right - room, y: line.y), width: room,
            style: state.filter.problem == nil ? look[.hint] : look[.warning], ellipsis: glyphs.ellipsis)
    }
}
