/// Lines below each other, of which one may be selected: menus, logs. Only the lines in sight are made.
public struct ListView: Widget {
    /// The number of lines.
    public var count: Int
    /// The line that is selected, from 0.
    public var selected: Int?
    /// The first line in sight; corrected where it would hide the selection or leave room unused. `Int.max` shows the
    /// end, as a log that follows does.
    public var offset: Int
    /// Theme and symbols.
    public var look: Look
    /// Makes a line; called for the lines in sight only.
    public var line: (Int) -> [Span]

    /// A list.
    public init(
        count: Int, selected: Int? = nil, offset: Int = 0, look: Look, line: @escaping (Int) -> [Span]
    ) {
        self.count = count
        self.selected = selected
        self.offset = offset
        self.look = look
        self.line = line
    }

    /// The line at that place of the area that the list is drawn in (for the mouse).
    public func line(at point: Point, in area: Rect) -> Int? {
        guard area.contains(point) else { return nil }
        let index = firstLine(visible: area.height) + point.y - area.y
        return index < count ? index : nil
    }

    /// The first line in sight when so many are visible.
    public func firstLine(visible: Int) -> Int {
        // No overflow where the caller asks for the end.
        let offset = min(offset, count)
        return Scroll.offset(offset, selected: selected, count: count, visible: visible)
    }

    /// Draws the lines in sight.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        let first = firstLine(visible: area.height)
        let scrolls = count > area.height && area.width > 2
        let width = area.width - (scrolls ? 1 : 0)
        for index in first..<max(first, min(count, first + area.height)) {
            let row = area.row(index - first)
            let spans = Buffer.fitted(line(index), width: width, ellipsis: look.glyphs.ellipsis)
            buffer.put(spans, at: row.origin, maxWidth: width)
            if index == selected { buffer.patch(row.inset(right: area.width - width), style: look[.selection]) }
        }
        if scrolls {
            let bar = Scrollbar(count: count, visible: area.height, offset: first, look: look)
            buffer.draw(bar, in: area.inset(left: area.width - 1))
        }
    }
}
