import TerminalUI

extension DashboardState {
    /// A click selects what lies under it, a second one on the same row opens it; the wheel scrolls, and the graph is
    /// pulled about.
    mutating func point(_ mouse: MouseEvent) {
        switch mouse.kind {
        case .press(0):
            click(mouse.point)
            graph.grip = isGraph(at: mouse.point) ? mouse.point : nil
        case .drag:
            guard let grip = graph.grip, overlay == nil else { return }
            pan(x: grip.x - mouse.point.x, y: grip.y - mouse.point.y)
            graph.grip = mouse.point
        case .release: graph.grip = nil
        case .scrollUp: scroll(by: -3, at: mouse.point)
        case .scrollDown: scroll(by: 3, at: mouse.point)
        case .scrollLeft, .scrollRight:
            if overlay == nil, isGraph(at: mouse.point) { pan(x: mouse.kind == .scrollLeft ? -6 : 6, y: 0) }
        case .press: break
        }
    }

    private func isGraph(at point: Point) -> Bool {
        Layout(self, size: size).panes.contains { $0.pane == .graph && $0.frame.contains(point) }
    }

    private mutating func click(_ point: Point) {
        if overlay == .findings {
            clickFinding(point)
            return
        }
        if case .columns(let pane, let row) = overlay {
            clickColumns(point, pane, row: row)
            return
        }
        if case .palette = overlay { return clickChoice(point) }
        if case .faults = overlay { return clickFault(point) }
        guard overlay == nil || overlay == .filter else { return }
        let layout = Layout(self, size: size)
        if layout.verdict?.contains(point) == true {
            openFindings()
            return
        }
        if layout.tabs.contains(point) {
            let tabs = Layout.tabs(self)
            if let index = tabs.tab(atColumn: point.x - layout.tabs.x, width: layout.tabs.width) {
                show(Screen.allCases[index])
            }
            return
        }
        guard let place = layout.panes.first(where: { $0.frame.contains(point) }) else { return }
        focus = place.pane
        defer { if detail != nil { followSelection() } }
        if place.pane == .graph {
            guard let subject = graphSubject(at: point, in: place.frame) else { return }
            graph.followsHottest = false
            if graphSelection == subject { open() } else { selections[.graph]?.subject = subject }
            return
        }
        let rows = rows(of: place.pane)
        if clickTable(point, place, rows: rows) { return }
        guard place.rows.contains(point), let selection = selections[place.pane] else { return }
        let index = selection.offset + point.y - place.rows.y
        guard rows.indices.contains(index) else { return }
        if selection.subject == rows[index] {
            open()
        } else {
            selections[place.pane]?.subject = rows[index]
        }
    }

    private mutating func scroll(by step: Int, at point: Point) {
        if case .help(let offset) = overlay {
            overlay = .help(offset: offset + step)
            return
        }
        if overlay == .findings {
            findings.selected = max(0, min(findings.selected + step.signum(), findings.entries.count - 1))
            return
        }
        if case .palette(var palette) = overlay {
            palette.selected = max(0, min(palette.selected + step / 3, choices.count - 1))
            overlay = .palette(palette)
            return
        }
        if case .columns(let pane, let row) = overlay {
            let last = (Lists.all[pane]?.columnNames.count ?? 1) - 1
            overlay = .columns(pane, row: max(0, min(row + step / 3, last)))
            return
        }
        guard overlay == nil || overlay == .filter else { return }
        let layout = Layout(self, size: size)
        if let area = layout.detail, area.contains(point) || !isDetailBeside {
            detailOffset += step
            return
        }
        defer { if detail != nil { followSelection() } }
        if let place = layout.panes.first(where: { $0.frame.contains(point) }) { focus = place.pane }
        if focus == .graph {
            pan(x: 0, y: step)
            return
        }
        self.step(by: step, rows: rows(of: focus), flows: false)
    }

    /// A click on a heading sorts, on the scroll bar goes there.
    private mutating func clickTable(_ point: Point, _ place: Layout.PanePlace, rows: [Subject]) -> Bool {
        guard let list = Lists.all[place.pane] else { return false }
        let made = Canvas(state: self, size: size).listTable(place, rows: rows)
        if let index = made.table.column(at: point, in: place.table) {
            guard let id = made.columns[index], let column = list.columnNames.first(where: { $0.id == id }),
                column.isSortable
            else { return true }
            if lists[place.pane]?.sort?.column == id { invertSort() } else { sort(place.pane, by: column) }
            return true
        }
        guard let bar = made.table.scrollbar(in: place.table), bar.contains(point), rows.count > 1 else { return false }
        let row = (point.y - bar.y) * (rows.count - 1) / max(1, bar.height - 1)
        selections[place.pane]?.subject = rows[row]
        return true
    }

    private mutating func clickColumns(_ point: Point, _ pane: Pane, row: Int) {
        guard let clicked = Canvas(state: self, size: size).columnRow(at: point, pane, row: row) else {
            overlay = nil
            return
        }
        overlay = .columns(pane, row: clicked)
        toggleColumn(pane, row: clicked)
    }
}
