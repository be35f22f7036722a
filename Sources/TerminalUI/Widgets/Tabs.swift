/// The names of the screens in one line, one of them open.
public struct Tabs: Widget, Sendable {
    /// The key and the name of each.
    public var titles: [(key: String, name: String)]
    /// Which one is open, from 0.
    public var selected: Int
    /// Theme and symbols.
    public var look: Look

    /// A line of tabs.
    public init(_ titles: [(key: String, name: String)], selected: Int, look: Look) {
        self.titles = titles
        self.selected = selected
        self.look = look
    }

    /// Which tab stands in that column of the line (for the mouse).
    public func tab(atColumn column: Int, width: Int) -> Int? {
        places(width: width).first { $0.columns.contains(column) }?.index
    }

    /// Columns that the tabs take of a line that is so wide.
    public func extent(width: Int) -> Int { min(width, places(width: width).last?.columns.upperBound ?? 0) }

    /// Draws the names in the first row.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        for (index, columns, text) in places(width: area.width) {
            let style = look[index == selected ? .tabSelected : .tab]
            let left = Point(x: area.x + columns.lowerBound, y: area.y)
            buffer.put(text, at: left, style: style, maxWidth: area.width - columns.lowerBound)
            if index != selected {
                buffer.patch(Rect(x: left.x + 1, y: left.y, width: 1, height: 1), style: look[.key])
            }
        }
    }

    /// Where there is too little room for all names, only the open one keeps its name.
    private func places(width: Int) -> [(index: Int, columns: Range<Int>, text: String)] {
        func layout(names: Bool) -> [(index: Int, columns: Range<Int>, text: String)] {
            var x = 0
            return titles.enumerated().map { index, title in
                let text = names || index == selected ? " \(title.key) \(title.name) " : " \(title.key) "
                let end = x + TextWidth.of(text)
                defer { x = end }
                return (index, x..<end, text)
            }
        }
        let full = layout(names: true)
        return (full.last?.columns.upperBound ?? 0) <= width ? full : layout(names: false)
    }
}
