/// A frame with a title.
public struct Block: Widget, Sendable {
    /// Stands in the upper edge.
    public var title: [Span]
    /// Whether the keys go here: the frame takes the style `focus`.
    public var focused: Bool
    /// Whether what lies beneath is wiped out first, as dialogs need it.
    public var covers: Bool
    /// Theme and symbols.
    public var look: Look

    /// A frame.
    public init(title: [Span] = [], focused: Bool = false, covers: Bool = false, look: Look) {
        self.title = title
        self.focused = focused
        self.covers = covers
        self.look = look
    }

    /// A frame whose title has the theme's style.
    public init(_ title: String, focused: Bool = false, covers: Bool = false, look: Look) {
        self.init(title: [Span(title, look[.title])], focused: focused, covers: covers, look: look)
    }

    /// The cells inside the frame.
    public func inner(_ area: Rect) -> Rect { area.inset(1) }

    /// Draws the frame; the cells inside stay, unless it covers.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        if covers { buffer.fill(area, style: look[.text].patched(look[.popup])) }
        guard area.width >= 2, area.height >= 2 else { return }
        let unicode = look.glyphs.isUnicode
        let (horizontal, vertical) = unicode ? ("─", "│") : ("-", "|")
        let corners = unicode ? ["╭", "╮", "╰", "╯"] : ["+", "+", "+", "+"]
        let style = look[focused ? .focus : .border]
        let edge = String(repeating: horizontal, count: area.width - 2)
        let last = area.bottom - 1
        buffer.put(corners[0] + edge + corners[1], at: area.origin, style: style)
        buffer.put(corners[2] + edge + corners[3], at: Point(x: area.x, y: last), style: style)
        for y in (area.y + 1)..<last {
            buffer.put(vertical, at: Point(x: area.x, y: y), style: style)
            buffer.put(vertical, at: Point(x: area.right - 1, y: y), style: style)
        }
        guard !title.isEmpty, area.width > 6 else { return }
        let fitted = Buffer.fitted(title, width: area.width - 4, ellipsis: look.glyphs.ellipsis)
        buffer.put([Span(" ")] + fitted + [Span(" ")], at: Point(x: area.x + 1, y: area.y), maxWidth: area.width - 2)
    }
}
