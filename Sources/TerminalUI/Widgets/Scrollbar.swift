/// Shows which part of a long list is in sight: one column, along the area's left edge.
public struct Scrollbar: Widget, Sendable {
    /// How many lines there are.
    public var count: Int
    /// How many of them are in sight.
    public var visible: Int
    /// The first one in sight.
    public var offset: Int
    /// Theme and symbols.
    public var look: Look

    /// A scroll bar.
    public init(count: Int, visible: Int, offset: Int, look: Look) {
        self.count = count
        self.visible = visible
        self.offset = offset
        self.look = look
    }

    /// Draws the bar, when not everything is in sight.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        guard count > visible, visible > 0 else { return }
        let length = max(1, area.height * visible / count)
        let room = area.height - length
        let start = room * min(offset, count - visible) / (count - visible)
        for y in 0..<area.height {
            let inThumb = y >= start && y < start + length
            let glyph = look.glyphs.isUnicode ? (inThumb ? "┃" : "│") : (inThumb ? "#" : "|")
            buffer.put(glyph, at: Point(x: area.x, y: area.y + y), style: look[inThumb ? .focus : .border])
        }
    }
}

/// Keeps a selection in sight.
public enum Scroll {
    /// The first line to show: the current one, moved no further than it takes to show the selection, and never so far
    /// that lines of the view stay empty without need.
    public static func offset(_ current: Int, selected: Int?, count: Int, visible: Int) -> Int {
        guard visible > 0 else { return 0 }
        var offset = current
        if let selected {
            if selected < offset { offset = selected }
            if selected >= offset + visible { offset = selected - visible + 1 }
        }
        return max(0, min(offset, count - visible))
    }
}
