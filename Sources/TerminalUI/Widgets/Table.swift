/// Rows and columns with a head, of which one row may be selected. Only the rows in sight are made.
public struct Table: Widget {
    /// A column.
    public struct Column: Hashable, Sendable {
        /// Its head.
        public var title: String
        /// How wide it is.
        public var extent: Extent
        /// To which side head and cells lean.
        public var alignment: Alignment
        /// Where there is too little room the columns with the highest value go first; those with 0 stay.
        public var priority: Int
        /// Stands behind the head, in the space after the column where the head leaves none: which way rows are sorted.
        public var mark: Character?

        /// A column.
        public init(_ title: String, _ extent: Extent, alignment: Alignment = .left, priority: Int = 0) {
            self.title = title
            self.extent = extent
            self.alignment = alignment
            self.priority = priority
        }
    }

    /// What stands where a row and a column cross.
    public enum Content {
        /// A text of one or several styles; cut with an ellipsis when it is too long.
        case spans([Span])
        /// A widget of one row, such as a ``Sparkline``.
        case widget(any Widget)

        /// A text in one style.
        public static func text(_ text: String, _ style: Style = .plain) -> Content { .spans([Span(text, style)]) }
    }

    /// A row: one content for each column, also for those that will be hidden.
    public struct Row {
        /// The contents, in the columns' order. Missing ones are empty.
        public var cells: [Content]
        /// Lies under the whole row.
        public var style: Style

        /// A row.
        public init(_ cells: [Content], style: Style = .plain) {
            self.cells = cells
            self.style = style
        }
    }

    /// The columns, from the left.
    public var columns: [Column]
    /// The number of rows.
    public var count: Int
    /// The row that is selected, from 0.
    public var selected: Int?
    /// The first row in sight; corrected where it would hide the selection or leave room unused.
    public var offset: Int
    /// Theme and symbols.
    public var look: Look
    /// Makes a row; called for the rows in sight only.
    public var row: (Int) -> Row
    /// Stands in the last line, whatever rows are in sight: sums.
    public var footer: Row?

    /// A table.
    public init(
        columns: [Column], count: Int, selected: Int? = nil, offset: Int = 0, look: Look,
        row: @escaping (Int) -> Row
    ) {
        self.columns = columns
        self.count = count
        self.selected = selected
        self.offset = offset
        self.look = look
        self.row = row
    }

    /// A table of rows that are made already.
    public init(columns: [Column], rows: [Row], selected: Int? = nil, offset: Int = 0, look: Look) {
        self.init(columns: columns, count: rows.count, selected: selected, offset: offset, look: look) { rows[$0] }
    }

    /// The columns that are shown at that width, with their widths.
    public func layout(width: Int) -> [(column: Int, width: Int)] {
        var shown = Array(columns.indices)
        func needed() -> Int { shown.reduce(0) { $0 + columns[$1].extent.minimum } + max(0, shown.count - 1) }
        while needed() > width {
            // The last among those with the highest value.
            let candidate = shown.reversed().max { columns[$0].priority < columns[$1].priority }
            guard let candidate, columns[candidate].priority > 0 else { break }
            shown.removeAll { $0 == candidate }
        }
        let widths = Extent.solve(shown.map { columns[$0].extent }, total: width, gap: 1)
        // A column of no width is a wider space between its neighbours; one that got no room is none.
        return zip(shown, widths).filter { $0.1 > 0 || columns[$0.0].extent == .fixed(0) }
            .map { (column: $0.0, width: $0.1) }
    }

    /// The rows' place in the area that the table is drawn in: below the head, above the footer.
    public func body(_ area: Rect) -> Rect { area.inset(top: 1, bottom: footer == nil || area.height < 3 ? 0 : 1) }

    /// The column whose head is at that place of the area that the table is drawn in (for the mouse).
    public func column(at point: Point, in area: Rect) -> Int? {
        guard area.row(0).contains(point) else { return nil }
        var found: Int?
        each(layout(width: area.width - (scrolls(in: area) ? 1 : 0)), in: area.row(0)) { column, rect in
            // The space after a column counts as the column's.
            if point.x >= rect.x, point.x <= rect.right { found = column }
        }
        return found
    }

    /// Where the scroll bar is drawn, when not all rows are in sight.
    public func scrollbar(in area: Rect) -> Rect? {
        let body = body(area)
        return scrolls(in: area) ? body.inset(left: body.width - 1) : nil
    }

    private func scrolls(in area: Rect) -> Bool { count > body(area).height && area.width > 2 }

    /// The row at that place of the area that the table is drawn in (for the mouse); `nil` for the head or none.
    public func row(at point: Point, in area: Rect) -> Int? {
        let body = body(area)
        guard body.contains(point) else { return nil }
        let index = firstRow(visible: body.height) + point.y - body.y
        return index < count ? index : nil
    }

    /// The first row in sight when so many are visible.
    public func firstRow(visible: Int) -> Int {
        Scroll.offset(offset, selected: selected, count: count, visible: visible)
    }

    /// Draws the head and the rows in sight.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        let body = body(area)
        let first = firstRow(visible: body.height)
        let scrolls = scrolls(in: area)
        let layout = layout(width: area.width - (scrolls ? 1 : 0))
        buffer.patch(area.row(0), style: look[.header])
        each(layout, in: area.row(0)) { column, rect in
            drawHead(columns[column], in: rect, last: area.right - 1, into: &buffer)
        }
        for index in first..<max(first, min(count, first + body.height)) {
            let line = body.row(index - first)
            draw(row(index), layout, in: line, into: &buffer)
            if index == selected { buffer.patch(line, style: look[.selection]) }
        }
        if let footer, area.height >= 3 { draw(footer, layout, in: area.row(area.height - 1), into: &buffer) }
        if scrolls {
            let bar = Scrollbar(count: count, visible: body.height, offset: first, look: look)
            buffer.draw(bar, in: body.inset(left: body.width - 1))
        }
    }

    private func drawHead(_ column: Column, in rect: Rect, last: Int, into buffer: inout Buffer) {
        var title = column.title
        var width = rect.width
        if let mark = column.mark {
            if TextWidth.of(title) >= width, rect.right <= last {
                // The space after the column has room for it, and no column moves.
                width += 1
            }
            title = Buffer.fitted(title, width: width - 1, ellipsis: look.glyphs.ellipsis) + String(mark)
        }
        buffer.put(
            title, at: rect.origin, width: width, alignment: column.alignment, style: look[.header],
            ellipsis: look.glyphs.ellipsis)
    }

    private func draw(
        _ row: Row, _ layout: [(column: Int, width: Int)], in line: Rect, into buffer: inout Buffer
    ) {
        buffer.patch(line, style: row.style)
        each(layout, in: line) { column, rect in
            guard column < row.cells.count else { return }
            draw(row.cells[column], alignment: columns[column].alignment, in: rect, into: &buffer)
        }
    }

    private func each(_ layout: [(column: Int, width: Int)], in line: Rect, _ body: (Int, Rect) -> Void) {
        var x = line.x
        for (column, width) in layout {
            body(column, Rect(x: x, y: line.y, width: width, height: 1))
            x += width + 1
        }
    }

    private func draw(_ content: Content, alignment: Alignment, in rect: Rect, into buffer: inout Buffer) {
        switch content {
        case .widget(let widget): buffer.draw(widget, in: rect)
        case .spans(let spans):
            let spans = Buffer.fitted(spans, width: rect.width, ellipsis: look.glyphs.ellipsis)
            let spare = rect.width - spans.reduce(0) { $0 + TextWidth.of($1.text) }
            let before =
                switch alignment {
                case .left: 0
                case .center: spare / 2
                case .right: spare
                }
            buffer.put(spans, at: Point(x: rect.x + before, y: rect.y), maxWidth: rect.width - before)
        }
    }
}
