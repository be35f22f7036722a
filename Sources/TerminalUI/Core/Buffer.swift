/// A picture made of cells, that widgets draw into and that a terminal shows.
///
/// Whatever is drawn outside the buffer is cut off. Text is made safe where it enters a cell: no control character and
/// no escape code ever stands in one.
public struct Buffer: Hashable, Sendable {
    /// Columns and rows.
    public let size: Size
    private var cells: ContiguousArray<Cell>

    /// A buffer full of spaces in that style.
    public init(_ size: Size, style: Style = .plain) {
        self.size = size
        cells = ContiguousArray(
            repeating: Cell(text: " ", scalar: 0x20, style: style, width: 1), count: size.width * size.height)
    }

    /// The whole buffer.
    public var area: Rect { Rect(size) }

    /// The cell at a place. Reading outside gives a blank cell.
    public subscript(_ point: Point) -> Cell {
        area.contains(point) ? cells[point.y * size.width + point.x] : .blank
    }

    /// The cell in that column and row.
    public subscript(x: Int, y: Int) -> Cell { self[Point(x: x, y: y)] }

    /// Draws a text on one line and gives the number of columns that it took.
    ///
    /// - Parameters:
    ///   - text: Control characters are dropped; tabs and line ends become one space.
    ///   - point: Where it begins. What lies left of the buffer is cut off, and counts as taken.
    ///   - style: Laid over the style of the cells beneath.
    ///   - maxWidth: The most columns to take; `nil` is up to the right edge. A wide character of which only half would
    ///     fit is left out.
    @discardableResult
    public mutating func put(_ text: String, at point: Point, style: Style = .plain, maxWidth: Int? = nil) -> Int {
        guard point.y >= 0, point.y < size.height else { return 0 }
        let limit = min(size.width, maxWidth.map { point.x + max(0, $0) } ?? size.width)
        var x = point.x
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex, x < limit {
            let scalar = scalars[index]
            let after = scalars.index(after: index)
            // Two simple scalars never join: no need to look for clusters, which costs ten times as much.
            if TextWidth.isSimple(scalar), after == scalars.endIndex || TextWidth.isSimple(scalars[after]) {
                set(Character(scalar), scalar: scalar.value, width: 1, x: x, y: point.y, style: style)
                x += 1
                index = after
                continue
            }
            let character = text[index]
            index = text.index(after: index)
            guard let drawable = TextWidth.drawable(character) else { continue }
            let width = TextWidth.of(drawable)
            guard x + width <= limit else { break }
            set(drawable, scalar: 0, width: width, x: x, y: point.y, style: style)
            x += width
        }
        return max(0, x - point.x)
    }

    /// Draws a text on one line into exactly `width` columns: cut with `ellipsis` when it is too long, else with spaces
    /// to the side that `alignment` says. Every cell of the width is drawn.
    public mutating func put(
        _ text: String, at point: Point, width: Int, alignment: Alignment = .left, style: Style = .plain,
        ellipsis: String = "…"
    ) {
        guard width > 0 else { return }
        let fitted = Buffer.fitted(text, width: width, ellipsis: ellipsis)
        let spare = width - TextWidth.of(fitted)
        let before =
            switch alignment {
            case .left: 0
            case .center: spare / 2
            case .right: spare
            }
        put(String(repeating: " ", count: before), at: point, style: style, maxWidth: before)
        put(fitted, at: Point(x: point.x + before, y: point.y), style: style, maxWidth: width - before)
        put(
            String(repeating: " ", count: spare - before),
            at: Point(x: point.x + width - (spare - before), y: point.y), style: style, maxWidth: spare - before)
    }

    /// Draws several texts, each in its style, one after the other; gives the number of columns that they took.
    @discardableResult
    public mutating func put(_ spans: [Span], at point: Point, maxWidth: Int? = nil) -> Int {
        var taken = 0
        for span in spans {
            taken += put(
                span.text, at: Point(x: point.x + taken, y: point.y), style: span.style,
                maxWidth: maxWidth.map { $0 - taken })
        }
        return taken
    }

    /// The text cut to `width` columns, with `ellipsis` at its end when something was cut off.
    public static func fitted(_ text: String, width: Int, ellipsis: String = "…") -> String {
        guard TextWidth.of(text) > width else { return text }
        let room = width - TextWidth.of(ellipsis)
        guard room >= 0 else { return String(repeating: ".", count: max(0, width)) }
        var result = ""
        var taken = 0
        for character in text {
            guard let drawable = TextWidth.drawable(character) else { continue }
            let columns = TextWidth.of(drawable)
            guard taken + columns <= room else { break }
            result.append(drawable)
            taken += columns
        }
        return result + ellipsis
    }

    /// Fills a rectangle with a character of one column, forgetting what stood there.
    public mutating func fill(_ rect: Rect, with character: Character = " ", style: Style = .plain) {
        let text = TextWidth.of(character) == 1 ? character : " "
        let only = text.unicodeScalars.first.flatMap {
            TextWidth.isSimple($0) && text == Character($0) ? $0.value : nil
        }
        let cell = Cell(text: text, scalar: only ?? 0, style: style, width: 1)
        let rect = rect.intersection(area)
        for y in rect.y..<rect.bottom where !rect.isEmpty {
            breakWide(x: rect.x, y: y)
            breakWide(x: rect.right - 1, y: y)
            for x in rect.x..<rect.right { cells[y * size.width + x] = cell }
        }
    }

    /// Lays a style over every cell of a rectangle; the text stays.
    public mutating func patch(_ rect: Rect, style: Style) {
        let rect = rect.intersection(area)
        for y in rect.y..<rect.bottom where !rect.isEmpty {
            for x in rect.x..<rect.right {
                let index = y * size.width + x
                cells[index].style = cells[index].style.patched(style)
            }
        }
    }

    /// Draws a widget.
    public mutating func draw(_ widget: some Widget, in area: Rect) {
        let area = area.intersection(self.area)
        if !area.isEmpty { widget.draw(in: area, into: &self) }
    }

    /// `scalar` is the character's only scalar when that is simple, else 0.
    private mutating func set(_ character: Character, scalar: UInt32, width: Int, x: Int, y: Int, style: Style) {
        // The part left of the buffer is cut off; a wide character that reaches in from there leaves a space.
        guard x >= 0 else {
            if x + width > 0 { set(" ", scalar: 0x20, width: 1, x: 0, y: y, style: style) }
            return
        }
        breakWide(x: x, y: y)
        if width == 2 { breakWide(x: x + 1, y: y) }
        let index = y * size.width + x
        let style = cells[index].style.patched(style)
        cells[index] = Cell(text: character, scalar: scalar, style: style, width: Int8(width))
        if width == 2 { cells[index + 1] = Cell(text: " ", scalar: 0x20, style: style, width: 0) }
    }

    /// Where one half of a wide character is about to be overwritten, its other half becomes a space.
    private mutating func breakWide(x: Int, y: Int) {
        let index = y * size.width + x
        switch cells[index].width {
        case 0 where x > 0:
            cells[index - 1].clear()
        case 2 where x + 1 < size.width:
            cells[index + 1].clear()
        default:
            return
        }
        cells[index].clear()
    }
}

extension Buffer {
    /// A stretch of one row that changed.
    public struct Change: Hashable, Sendable {
        /// The row.
        public var y: Int
        /// The columns.
        public var columns: Range<Int>
    }

    /// The stretches in which this buffer differs from an earlier one, row by row; all of it when the sizes differ.
    /// A wide character is never split between what changed and what did not.
    public func diff(from earlier: Buffer) -> [Change] {
        guard size.width > 0 else { return [] }
        guard size == earlier.size else {
            return (0..<size.height).map { Change(y: $0, columns: 0..<size.width) }
        }
        var changes: [Change] = []
        for y in 0..<size.height {
            let row = y * size.width
            var x = 0
            while x < size.width {
                let width = cells[row + x].width == 2 ? 2 : 1
                var differs = cells[row + x] != earlier.cells[row + x]
                if width == 2, x + 1 < size.width {
                    differs = differs || cells[row + x + 1] != earlier.cells[row + x + 1]
                }
                if differs {
                    if let last = changes.last, last.y == y, last.columns.upperBound == x {
                        changes[changes.count - 1].columns = last.columns.lowerBound..<(x + width)
                    } else {
                        changes.append(Change(y: y, columns: x..<(x + width)))
                    }
                }
                x += width
            }
        }
        return changes
    }

    /// The text of every row, without styles: what a test compares. Spaces at the ends of rows are kept.
    public var lines: [String] {
        (0..<size.height).map { y in
            var line = ""
            for cell in cells[(y * size.width)..<((y + 1) * size.width)] where cell.width > 0 { line.append(cell.text) }
            return line
        }
    }
}

/// A text in one style; several make a line.
public struct Span: Hashable, Sendable {
    /// What is written.
    public var text: String
    /// How it is drawn.
    public var style: Style

    /// A text in a style.
    public init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }
}

/// To which side a text leans when there is room to spare.
public enum Alignment: Hashable, Sendable {
    /// To the left.
    case left
    /// In the middle; an odd column goes to the right.
    case center
    /// To the right, as numbers want it.
    case right
}

/// Something that draws itself into a rectangle of a buffer. It knows no terminal, no clock and no input.
public protocol Widget {
    /// Draws into `area`, and nowhere else. `area` lies in the buffer and is not empty.
    func draw(in area: Rect, into buffer: inout Buffer)
}

extension Buffer {
    /// The texts cut to `width` columns together, with `ellipsis` at the end when something was cut off.
    public static func fitted(_ spans: [Span], width: Int, ellipsis: String = "…") -> [Span] {
        guard spans.reduce(0, { $0 + TextWidth.of($1.text) }) > width else { return spans }
        let room = width - TextWidth.of(ellipsis)
        guard room >= 0 else { return [] }
        var result: [Span] = []
        var taken = 0
        for span in spans {
            let text = fitted(span.text, width: room - taken, ellipsis: "")
            result.append(Span(text, span.style))
            taken += TextWidth.of(text)
            if TextWidth.of(text) < TextWidth.of(span.text) { break }
        }
        result.append(Span(ellipsis, result.last?.style ?? .plain))
        return result
    }
}
