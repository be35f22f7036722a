import TerminalUI

/// A column of a table. When the window is narrow the columns with the highest `priority` number go first.
struct Column<Row> {
    var title: String
    /// What it needs at least, in cells.
    var width: Int
    /// What it takes when there is room to spare.
    var maximum: Int
    /// 0 stays longest.
    var priority: Int
    var alignment: Alignment
    var draw: (Row, Rect, inout Buffer) -> Void

    /// A column that draws for itself.
    init(
        _ title: String, width: Int, maximum: Int? = nil, priority: Int, alignment: Alignment = .left,
        draw: @escaping (Row, Rect, inout Buffer) -> Void
    ) {
        self.title = title
        self.width = width
        self.maximum = max(width, maximum ?? width)
        self.priority = priority
        self.alignment = alignment
        self.draw = draw
    }

    /// A column of text.
    init(
        _ title: String, width: Int, maximum: Int? = nil, priority: Int, alignment: Alignment = .left,
        ellipsis: String = "…", text: @escaping (Row) -> Span
    ) {
        self.init(title, width: width, maximum: maximum, priority: priority, alignment: alignment) { row, area, buffer in
            let span = text(row)
            buffer.put(
                span.text, at: area.origin, width: area.width, alignment: alignment, style: span.style,
                ellipsis: ellipsis)
        }
    }
}

/// Columns that were given their places for a width.
struct FittedColumns<Row> {
    var columns: [(column: Column<Row>, x: Int, width: Int)] = []

    /// Keeps the columns of the best priorities that fit, and shares what is left among those that can take it.
    init(_ all: [Column<Row>], width: Int) {
        let gap = width >= 110 ? 2 : 1
        var kept: Set<Int> = []
        var used = 0
        for index in all.indices.sorted(by: { (all[$0].priority, $0) < (all[$1].priority, $1) }) {
            let needed = all[index].width + (kept.isEmpty ? 0 : gap)
            // The first column is kept at any width; it is cut.
            guard used + needed <= width || kept.isEmpty else { continue }
            used += needed
            kept.insert(index)
        }
        var widths = Dictionary(uniqueKeysWithValues: kept.map { ($0, min(all[$0].width, width)) })
        var spare = max(0, width - used)
        while spare > 0 {
            let growing = kept.sorted().filter { (widths[$0] ?? 0) < all[$0].maximum }
            if growing.isEmpty { break }
            for index in growing where spare > 0 {
                widths[index, default: 0] += 1
                spare -= 1
            }
        }
        var x = 0
        for index in kept.sorted() {
            let columnWidth = widths[index] ?? 0
            columns.append((all[index], x, columnWidth))
            x += columnWidth + gap
        }
    }

    /// The line of the titles.
    func drawTitles(in area: Rect, style: Style, ellipsis: String, into buffer: inout Buffer) {
        for (column, x, width) in columns where width > 0 {
            buffer.put(
                column.title, at: Point(x: area.x + x, y: area.y), width: width, alignment: column.alignment,
                style: style, ellipsis: ellipsis)
        }
    }

    func draw(_ row: Row, in area: Rect, into buffer: inout Buffer) {
        for (column, x, width) in columns where width > 0 {
            column.draw(row, Rect(x: area.x + x, y: area.y, width: width, height: 1).intersection(area), &buffer)
        }
    }
}
