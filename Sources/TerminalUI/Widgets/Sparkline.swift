/// A curve of the latest values, newest at the right. A gap (`nil`) stays empty: it is not a zero.
public struct Sparkline: Widget, Sendable {
    /// What the curve is made of.
    public enum Kind: Hashable, Sendable {
        /// A bar a value, eight heights a row.
        case blocks
        /// Two values a cell, four heights a row.
        case braille
    }

    /// The values, oldest first; `nil` where none is known. Only as many as there is room for are drawn.
    public var values: [Double?]
    /// The value that fills the height; `nil` takes the largest in sight.
    public var maximum: Double?
    /// What the curve is made of; without Unicode it is always one ASCII character a value.
    public var kind: Kind
    /// How it is drawn.
    public var style: Style
    /// Whether it is drawn in Unicode.
    public var unicode: Bool

    /// A curve.
    public init(
        _ values: [Double?], maximum: Double? = nil, kind: Kind = .braille, style: Style = .plain, unicode: Bool = true
    ) {
        self.values = values
        self.maximum = maximum
        self.kind = kind
        self.style = style
        self.unicode = unicode
    }

    /// A curve in the theme's style.
    public init(_ values: [Double?], maximum: Double? = nil, kind: Kind = .braille, look: Look) {
        self.init(
            values, maximum: maximum, kind: kind, style: look[.sparkline], unicode: look.glyphs.isUnicode)
    }

    /// Draws the curve over the whole area.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        let perCell = unicode && kind == .braille ? 2 : 1
        let perRow = unicode ? (kind == .braille ? 4 : 8) : 7
        let shown = values.suffix(area.width * perCell).map { $0.flatMap { $0.isFinite ? $0 : nil } }
        let top = maximum ?? shown.compactMap { $0 }.max() ?? 0
        let full = perRow * area.height
        // Zero takes the lowest step, so that it differs from a gap; anything above it at least the second.
        let steps = shown.map { value -> Int in
            guard let value else { return 0 }
            guard value > 0, top > 0 else { return 1 }
            return min(full, max(2, 1 + Int((value / top * Double(full - 1)).rounded())))
        }
        let padded = Array(repeating: 0, count: area.width * perCell - steps.count) + steps
        for column in 0..<area.width {
            let pair = padded[(column * perCell)..<((column + 1) * perCell)]
            for row in 0..<area.height {
                let below = (area.height - 1 - row) * perRow
                let heights = pair.map { min(perRow, max(0, $0 - below)) }
                let place = Point(x: area.x + column, y: area.y + row)
                buffer.put(String(glyph(heights)), at: place, style: style)
            }
        }
    }

    private func glyph(_ heights: [Int]) -> Character {
        guard unicode else { return Sparkline.ascii[heights[0]] }
        guard kind == .braille else { return Sparkline.blocks[heights[0]] }
        let dots = Sparkline.leftDots[heights[0]] | Sparkline.rightDots[heights[1]]
        guard dots != 0, let scalar = Unicode.Scalar(0x2800 + dots) else { return " " }
        return Character(scalar)
    }

    private static let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let ascii: [Character] = [" ", "_", ".", ":", "-", "=", "+", "#"]
    /// Braille's dots filled from below: left column 7 3 2 1, right column 8 6 5 4.
    private static let leftDots: [UInt32] = [0, 0x40, 0x44, 0x46, 0x47]
    private static let rightDots: [UInt32] = [0, 0x80, 0xA0, 0xB0, 0xB8]
}
