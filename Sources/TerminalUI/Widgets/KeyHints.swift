/// One line that tells which keys do what; those at the end go first where there is too little room.
public struct KeyHints: Widget, Sendable {
    /// Key and deed, the most useful first.
    public var hints: [(key: String, label: String)]
    /// Theme and symbols.
    public var look: Look

    /// A line of hints.
    public init(_ hints: [(key: String, label: String)], look: Look) {
        self.hints = hints
        self.look = look
    }

    /// Draws as many hints as fit.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        var x = area.x
        for (key, label) in hints {
            let needed = TextWidth.of(key) + 1 + TextWidth.of(label)
            guard x + needed <= area.right else { return }
            buffer.put([Span(key, look[.key]), Span(" "), Span(label, look[.hint])], at: Point(x: x, y: area.y))
            x += needed + 2
        }
    }
}
