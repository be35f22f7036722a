import TerminalUI

extension ListDefinition {
    /// The table for a list of this width: the columns that are chosen and have room. `head` stands in place of the first
    /// column's heading.
    func table(on canvas: Canvas, pane: Pane, rows: [Subject], width: Int, head: String?) -> ListTable {
        let settings = canvas.state.lists[pane] ?? ListSettings()
        let scene = scene(canvas)
        // A space before what leans to the left, after what leans to the right: the first to go where room is short.
        var columns: [ListColumn<Row>?] = []
        for column in self.columns where isChosen(column, settings) && column.isUseful(scene.shown) {
            if let last = columns.last, last?.alignment == .right, column.alignment == .left { columns.append(nil) }
            columns.append(column)
        }
        let drafts = columns.enumerated().map { index, column in
            guard let column else { return Table.Column("", .fixed(0), priority: 99) }
            return draft(column, settings, scene, head: index == 0 ? head : nil)
        }
        let all = Table(columns: drafts, count: rows.count, look: canvas.look) { _ in .init([]) }
        let layout = all.layout(width: width)
        let shownColumns = layout.map { columns[$0.column] }
        let row = row
        var table = Table(columns: layout.map { drafts[$0.column] }, count: rows.count, look: canvas.look) { index in
            guard let row = row(rows[index], scene.shown) else { return .init([]) }
            return .init(shownColumns.map { $0?.cell(row, scene) ?? .spans([]) })
        }
        let wide = zip(shownColumns, layout).map { (column: $0, width: $1.width) }
        table.footer = footer(wide, canvas, pane: pane)
        return ListTable(table: table, columns: shownColumns.map { $0?.id })
    }

    private func isChosen(_ column: ListColumn<Row>, _ settings: ListSettings) -> Bool {
        settings.shown[column.id] ?? column.isDefault
    }

    private func draft(
        _ column: ListColumn<Row>, _ settings: ListSettings, _ scene: ListScene, head: String?
    ) -> Table.Column {
        let window = scene.canvas.state.window.title
        let own = !column.isHistory ? column.title : column.title.isEmpty ? window : "\(column.title) \(window)"
        var mark: Character?
        if let sort = settings.sort, sort.column == column.id {
            mark = sort.isDescending ? scene.look.glyphs.below : scene.look.glyphs.above
        }
        // What was asked for is the last to go.
        let isAsked = settings.shown[column.id] == true
        let priority = scene.isAlone ? column.priority : column.sharedPriority
        var draft = Table.Column(
            head ?? own, column.extent(scene), alignment: column.alignment,
            priority: isAsked ? min(priority, 1) : priority)
        draft.mark = mark
        return draft
    }

    // MARK: Sums

    /// The sums of rows, column by column.
    func sums(of rows: [Row], _ shown: Observation) -> ListSums {
        guard let isSummed else { return ListSums() }
        let summed = columns.compactMap { column in column.isSummed ? column.measure : nil }
        var sums = Array(repeating: ListSums.Sum(), count: summed.count)
        var count = 0
        for row in rows where isSummed(row, shown) {
            count += 1
            for place in summed.indices {
                if case .number(let value) = summed[place].value(row, shown) {
                    sums[place].known = (sums[place].known ?? 0) + value
                } else if leavesGaps(row) {
                    sums[place].isComplete = false
                }
            }
        }
        let ids = columns.filter { $0.isSummed && $0.measure != nil }.map(\.id)
        return ListSums(count: count, sums: Dictionary(zip(ids, sums), uniquingKeysWith: { first, _ in first }))
    }

    /// The sums of the rows that are shown, where the list has the screen for itself and there is something to sum.
    private func footer(
        _ columns: [(column: ListColumn<Row>?, width: Int)], _ canvas: Canvas, pane: Pane
    ) -> Table.Row? {
        guard canvas.state.hasSums(pane), let sums = canvas.state.made(pane)?.sums else { return nil }
        let look = canvas.look
        let all = canvas.state.filter.isActive ? "\(sums.count) of \(canvas.shown.count(of: pane))" : "\(sums.count)"
        let sign = look.glyphs.isUnicode ? "Σ" : "sum"
        return .init(
            columns.enumerated().map { index, place in
                guard index > 0 else { return .text("\(sign) \(all) \(pane.title)", look[.dim]) }
                guard let column = place.column, let sum = sums.sums[column.id] else { return .spans([]) }
                guard let known = sum.known, let kind = column.measure?.kind else { return look.figure(Format.unknown) }
                let text = kind.format(known)
                return .text(sum.isComplete ? text : Self.atLeast(text, width: place.width), look[.title])
            })
    }

    /// `≥12.3k`, or in less room `≥12k`: a figure that is cut off would be another figure.
    private static func atLeast(_ text: String, width: Int) -> String {
        guard TextWidth.of(text) >= width else { return "≥" + text }
        guard let point = text.firstIndex(of: ".") else { return "≥" + text.filter { $0 != " " } }
        return "≥" + text[..<point] + text[point...].drop { $0 == "." || $0.isNumber }
    }
}
