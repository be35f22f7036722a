/// Text in lines, wrapped to the width that there is: at spaces, and between the characters of a script that has none.
public struct Paragraph: Widget, Sendable {
    /// The lines before they are wrapped.
    public var lines: [[Span]]
    /// How many wrapped lines are scrolled out above.
    public var offset: Int

    /// Styled lines.
    public init(lines: [[Span]], offset: Int = 0) {
        self.lines = lines
        self.offset = offset
    }

    /// A text in one style; `\n` begins a new line.
    public init(_ text: String, style: Style = .plain, offset: Int = 0) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        self.init(lines: lines.map { [Span(String($0), style)] }, offset: offset)
    }

    /// The lines as they are drawn at that width: broken at spaces and beside wide characters (but no line begins with a
    /// closing mark, or ends with an opening one), and inside a word only where it is wider than the line. Spaces at a
    /// break disappear.
    public func wrapped(to width: Int) -> [[Span]] {
        width <= 0 ? [] : lines.flatMap { Paragraph.wrap($0, width: width) }
    }

    /// Draws the wrapped lines, from the one that is scrolled to.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        for (row, line) in wrapped(to: area.width).dropFirst(offset).prefix(area.height).enumerated() {
            buffer.put(line, at: Point(x: area.x, y: area.y + row), maxWidth: area.width)
        }
    }

    private struct Piece {
        var character: Character
        var width: Int
        var style: Style
    }

    /// The line in pieces of at most that width, cut anywhere; at least one piece, which may be empty.
    public static func cut(_ line: [Span], width: Int) -> [[Span]] {
        var result: [[Span]] = []
        var piece: [Piece] = []
        var columns = 0
        for next in pieces(line) where next.width <= width {
            if columns + next.width > width {
                result.append(spans(piece[...]))
                piece = []
                columns = 0
            }
            piece.append(next)
            columns += next.width
        }
        return result + [spans(piece[...])]
    }

    private static func pieces(_ line: [Span]) -> [Piece] {
        line.flatMap { span in
            span.text.compactMap { character -> Piece? in
                guard let drawable = TextWidth.drawable(character) else { return nil }
                return Piece(character: drawable, width: TextWidth.of(drawable), style: span.style)
            }
        }
    }

    private static func wrap(_ line: [Span], width: Int) -> [[Span]] {
        var rest = pieces(line)[...]
        var result: [[Span]] = []
        repeat {
            var columns = 0
            var end = rest.startIndex
            var lastBreak: Int?
            while end < rest.endIndex, columns + rest[end].width <= width {
                // Leading spaces indent; they are no place to break.
                if rest[end].character == " ", rest[rest.startIndex..<end].contains(where: { $0.character != " " }) {
                    lastBreak = end
                } else if end > rest.startIndex, mayBreak(between: rest[end - 1], and: rest[end]) {
                    lastBreak = end
                }
                columns += rest[end].width
                end += 1
            }
            if end < rest.endIndex, end > rest.startIndex, rest[end].character != " ",
                !mayBreak(between: rest[end - 1], and: rest[end]), let lastBreak
            {
                end = lastBreak
            }
            // A wide character in a single column: it cannot be drawn, but it must not stop the text.
            if end == rest.startIndex, end < rest.endIndex {
                rest = rest.dropFirst()
                continue
            }
            var taken = rest[rest.startIndex..<end]
            if end < rest.endIndex { while taken.last?.character == " " { taken = taken.dropLast() } }
            result.append(spans(taken))
            rest = rest[end...]
            if !rest.isEmpty { rest = rest.drop { $0.character == " " } }
        } while !rest.isEmpty
        return result
    }

    /// Chinese and Japanese have no spaces; a line may end between any two characters, but for punctuation.
    private static func mayBreak(between one: Piece, and other: Piece) -> Bool {
        guard one.width == 2 || other.width == 2, other.character != " " else { return false }
        return !closing.contains(other.character) && !opening.contains(one.character)
    }

    private static let closing: Set<Character> = Set("，。、；：？！）】」』》〉”’…—·％,.;:!?)]}%")
    private static let opening: Set<Character> = Set("（【「『《〈“‘([{")

    private static func spans(_ pieces: ArraySlice<Piece>) -> [Span] {
        var result: [Span] = []
        for piece in pieces {
            if let last = result.indices.last, result[last].style == piece.style {
                result[last].text.append(piece.character)
            } else {
                result.append(Span(String(piece.character), piece.style))
            }
        }
        return result
    }
}
