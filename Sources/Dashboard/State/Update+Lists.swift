import TerminalUI

extension DashboardState {
    /// The rows of a list, through the filter and in the chosen order.
    func rows(of pane: Pane) -> [Subject] { made(pane)?.subjects ?? (pane == .graph ? graphRows : []) }

    /// The rows of a list with their sums; nil for what is no list.
    func made(_ pane: Pane) -> ListRows? {
        guard let list = Lists.all[pane] else { return nil }
        let source = source(of: pane, list)
        if let made = listRows[pane], made.source == source { return made }
        return list.made(in: self, from: source)
    }

    private func source(of pane: Pane, _ list: any AnyList) -> ListRows.Source {
        .init(
            revision: shown.revision, filter: filter, sort: lists[pane]?.sort,
            unfolded: pane == .events ? unfolded : [], eventsOf: pane == .events ? eventsOf : nil,
            hasSums: list.hasSums && screen.panes.count == 1)
    }

    /// Makes the rows of the lists on the screen, where what they are made from has changed.
    mutating func settleLists() {
        if !unfolded.isEmpty { unfolded = unfolded.filter { shown.log.entry($0) != nil } }
        for pane in screen.panes {
            guard let list = Lists.all[pane] else { continue }
            let source = source(of: pane, list)
            guard listRows[pane]?.source != source else { continue }
            listRows[pane] = list.made(in: self, from: source)
        }
    }

    /// Whether a list shows its newest end as long as nothing is selected in it.
    func followsTail(_ pane: Pane) -> Bool { pane.followsTail && lists[pane]?.sort == nil }

    /// Whether the sums of a list stand below it: where it has the screen for itself, and something to sum.
    func hasSums(_ pane: Pane) -> Bool {
        screen.panes.count == 1 && Lists.all[pane]?.hasSums == true && rows(of: pane).count > 1
    }

    /// The list that the keys act on.
    private mutating func listInFocus() -> (any AnyList)? {
        if detail == nil, let list = Lists.all[focus] { return list }
        say("Go into a list first: this is one of its keys.", isProblem: true)
        return nil
    }

    // MARK: Order

    /// The columns of a list that one sees now, from the left.
    func columnsInSight(of pane: Pane) -> [ColumnName] {
        guard let list = Lists.all[pane], let place = Layout(self, size: size).panes.first(where: { $0.pane == pane })
        else { return [] }
        let ids = Canvas(state: self, size: size).listTable(place, rows: rows(of: pane)).columns
        return list.columnNames.filter { ids.contains($0.id) }
    }

    /// The next column in sight that can be sorted by; before the first one stands the order of the file.
    mutating func changeSort(by step: Int) {
        guard let list = listInFocus() else { return }
        let names = list.columnNames
        let current = names.firstIndex { $0.id == lists[focus]?.sort?.column } ?? -1
        let choices = columnsInSight(of: focus).filter(\.isSortable)
            .compactMap { column in names.firstIndex { $0.id == column.id } }
        let next = step > 0 ? choices.first { $0 > current } : choices.last { $0 < current }
        if let next {
            sort(focus, by: names[next])
        } else {
            // Round again, by way of the file's order.
            sort(focus, by: current >= 0 ? nil : (step > 0 ? choices.first : choices.last).map { names[$0] })
        }
    }

    /// Texts are read from A, figures from the largest.
    mutating func sort(_ pane: Pane, by column: ColumnName?) {
        lists[pane, default: ListSettings()].sort = column.map { .init(column: $0.id, isDescending: !$0.isText) }
        sayOrder(of: pane)
    }

    mutating func invertSort() {
        guard listInFocus() != nil else { return }
        guard lists[focus]?.sort != nil else {
            say("Rows stand in the file's order: \(keymap.key(for: .sortRight)) sorts them.", isProblem: true)
            return
        }
        lists[focus]?.sort?.isDescending.toggle()
        sayOrder(of: focus)
    }

    private mutating func sayOrder(of pane: Pane) {
        guard let sort = lists[pane]?.sort,
            let column = Lists.all[pane]?.columnNames.first(where: { $0.id == sort.column })
        else {
            say(pane == .events ? "Events in their order." : "\(pane.sentence) in the file's order.")
            return
        }
        let way =
            switch (column.isText, sort.isDescending) {
            case (true, false): "from A to Z"
            case (true, true): "from Z to A"
            case (false, true): "the largest first"
            case (false, false): "the smallest first"
            }
        let invert = keymap.key(for: .invertSort)
        let next = "\(keymap.key(for: .sortLeft)) and \(keymap.key(for: .sortRight))"
        say("\(pane.sentence) by \(column.id), \(way); \(invert) inverts, \(next) go on.")
    }

    // MARK: Columns

    mutating func openColumns() {
        guard listInFocus() != nil else { return }
        overlay = .columns(focus, row: 0)
    }

    mutating func chooseColumns(_ key: Key, _ pane: Pane, row: Int) -> [Effect] {
        let count = Lists.all[pane]?.columnNames.count ?? 0
        func moved(to row: Int) -> Overlay { .columns(pane, row: max(0, min(row, count - 1))) }
        switch keymap.command(for: key, in: [.columns, .moving]) {
        case .up: overlay = moved(to: row - 1)
        case .down: overlay = moved(to: row + 1)
        case .pageUp: overlay = moved(to: row - 10)
        case .pageDown: overlay = moved(to: row + 10)
        case .first: overlay = moved(to: 0)
        case .last: overlay = moved(to: count - 1)
        case .toggleColumn: toggleColumn(pane, row: row)
        case .resetColumns:
            lists[pane] = nil
            say("Columns and order of the \(pane.title) are as they were at first.")
        case .back: overlay = nil
        default: break
        }
        return []
    }

    mutating func toggleColumn(_ pane: Pane, row: Int) {
        guard let columns = Lists.all[pane]?.columnNames, columns.indices.contains(row) else { return }
        let column = columns[row]
        guard row > 0 else {
            say("The first column stays: without it nobody knows whose the rest is.", isProblem: true)
            return
        }
        let chosen = lists[pane]?.shown[column.id]
        let isShown = chosen ?? column.isDefault
        let next: Bool? =
            if isShown, chosen == nil, !columnsInSight(of: pane).contains(column) {
                // It is one of the columns, and others took its room: asked for, it comes before them.
                true
            } else if isShown {
                column.isDefault ? false : nil
            } else {
                column.isDefault ? nil : true
            }
        lists[pane, default: ListSettings()].shown[column.id] = next
        if next == false || (next == nil && !column.isDefault), lists[pane]?.sort?.column == column.id {
            lists[pane]?.sort = nil
        }
    }

    // MARK: Curves and events

    mutating func changeWindow() {
        window = window.next
        say("Curves show the last \(window.title).")
    }

    /// Only what happened at the selected node, link or socket; and back.
    mutating func toggleOnlySelected() {
        guard eventsOf == nil else {
            eventsOf = nil
            say("All events again.")
            return
        }
        var subject = selected
        if case .event(let id) = subject, let entry = shown.log.entry(id) {
            subject = entry.socket == nil ? .node(entry.node) : .socket(entry.subject)
        }
        guard let subject, subject.hasEvents else {
            say(
                "Select a node, a link or a socket first: \(keymap.key(for: .onlySelected)) shows its events alone.",
                isProblem: true)
            return
        }
        eventsOf = subject
        if Layout(self, size: size).panes.first(where: { $0.pane == .events })?.frame.isEmpty ?? true { show(.events) }
        if case .event = selections[.events]?.subject { selections[.events]?.subject = nil }
        say(
            "Only the events of \(subject.name); \(keymap.key(for: .onlySelected)) or \(keymap.key(for: .back)) shows all."
        )
    }
}

extension Subject {
    /// Whether anything can happen to it by itself.
    fileprivate var hasEvents: Bool {
        switch self {
        case .node, .link, .socket, .group: true
        case .edge, .event, .message: false
        }
    }
}

extension Pane {
    /// As a sentence begins.
    fileprivate var sentence: String { title.prefix(1).uppercased() + title.dropFirst() }
}
