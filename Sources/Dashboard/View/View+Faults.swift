import RunDirectory
import TerminalUI

/// The menu of faults.
extension Canvas {
    private static let widest = 78

    func faultsArea(_ menu: FaultMenu) -> Rect {
        let count = state.faultEntries(menu).count
        return Rect(size).centered(
            Size(width: min(Self.widest, size.width - 2), height: min(count + 4, size.height - 2)))
    }

    /// The entry at a place of the screen.
    func faultRow(at point: Point, _ menu: FaultMenu) -> Int? {
        faultList(menu).line(at: point, in: faultsArea(menu).inset(left: 2, top: 1, right: 2, bottom: 3))
    }

    mutating func drawFaults(_ menu: FaultMenu) {
        let area = faultsArea(menu)
        buffer.draw(Block("faults of \(menu.subject.name)", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let entries = state.faultEntries(menu)
        let list = faultList(menu)
        let rows = inner.inset(bottom: 2)
        buffer.draw(list, in: rows)
        if entries.indices.contains(menu.selected), let name = entries[menu.selected].fault, name.example != nil {
            let row = rows.row(menu.selected - list.firstLine(visible: rows.height))
            let field = TextField(state.faultValues[name], look: look)
            let place = Rect(x: row.x + Self.valueColumn, y: row.y, width: Self.valueWidth, height: 1)
            buffer.draw(field, in: place)
            cursor = field.cursor(in: place)
        }
        let last = inner.row(inner.height - 1)
        if let problem = menu.problem {
            buffer.put(
                "\(glyphs.warning) \(problem)", at: last.origin, width: last.width, style: look[.warning],
                ellipsis: glyphs.ellipsis)
            return
        }
        let ways =
            [(state.keymap.key(for: .open, in: .faults), "does it"), ("↑↓", "choose")]
            + (entries.contains { $0.fault?.example != nil } ? [("0-9", "change the value")] : [])
            + [(state.keymap.key(for: .back, in: .faults), "back")]
        buffer.draw(KeyHints(ways, look: look), in: last)
    }

    private static let valueColumn = 11
    private static let valueWidth = 10

    private func faultList(_ menu: FaultMenu) -> ListView {
        let entries = state.faultEntries(menu)
        return ListView(count: entries.count, selected: menu.selected, look: look) { index in
            let entry = entries[index]
            guard let name = entry.fault else {
                return [
                    Span("heal".padded(to: Self.valueColumn), look[.good]), Span("ends what is in force", look[.dim]),
                ]
            }
            let value = name.example == nil ? "" : state.faultValues[name].text
            var spans = [
                Span(name.rawValue.padded(to: Self.valueColumn), Style(modifiers: .bold)),
                Span(value.padded(to: Self.valueWidth + 1)),
            ]
            if let inForce = entry.inForce { spans.append(Span("\(glyphs.warning) \(inForce)  ", look[.warning])) }
            if entry.target != menu.subject.name { spans.append(Span("\(entry.target)  ", look[.accent])) }
            return spans + [Span(name.about, look[.dim])]
        }
    }
}
