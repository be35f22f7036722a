/// A bar made of parts, such as a link's depth by stage. Parts differ by pattern too, not by colour alone.
public struct StackedBar: Widget, Sendable {
    /// One part.
    public struct Segment: Hashable, Sendable {
        /// How much; `nil` is unknown, and drawn as `?`.
        public var value: Double?
        /// How it is drawn.
        public var style: Style

        /// A part.
        public init(_ value: Double?, style: Style = .plain) {
            self.value = value
            self.style = style
        }
    }

    /// The parts, from the left.
    public var segments: [Segment]
    /// The sum that fills the width; `nil` takes the parts' own sum, so that the bar is full whenever there is anything.
    public var maximum: Double?
    /// Whether a line stands between the parts.
    public var separated: Bool
    /// Theme and symbols.
    public var look: Look

    /// A bar.
    public init(_ segments: [Segment], maximum: Double? = nil, separated: Bool = false, look: Look) {
        self.segments = segments
        self.maximum = maximum
        self.separated = separated
        self.look = look
    }

    /// The cells of each part in a bar of that width. Every part above zero has at least one while there is room, an
    /// unknown one has one, and the sum is the width when the values reach the maximum.
    public static func lengths(_ values: [Double?], maximum: Double?, width: Int) -> [Int] {
        let known = values.map { max(0, $0 ?? 0) }
        let sum = known.reduce(0, +)
        let top = max(maximum ?? sum, sum)
        var lengths = values.map { $0 == nil || $0! > 0 ? 1 : 0 }
        while lengths.reduce(0, +) > width, let last = lengths.lastIndex(of: 1) { lengths[last] = 0 }
        guard sum > 0, top > 0, top.isFinite else { return lengths }
        let taken = lengths.reduce(0, +)
        let total = max(taken, Int((Double(width) * sum / top).rounded()))
        // One cell after the other goes to the part that has the least of its due.
        for _ in 0..<(total - taken) {
            let due = known.indices.max { one, other in
                known[one] / sum * Double(total) - Double(lengths[one])
                    < known[other] / sum * Double(total) - Double(lengths[other])
            }
            if let due { lengths[due] += 1 }
        }
        return lengths
    }

    /// Draws the parts, one after the other, in the first row.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        let lines = separated ? max(0, segments.count - 1) : 0
        let width = area.width - lines
        guard width > 0 else { return }
        let patterns: [Character] = look.glyphs.isUnicode ? ["█", "▓", "▒", "░"] : ["#", "=", ":", "."]
        let lengths = StackedBar.lengths(segments.map(\.value), maximum: maximum, width: width)
        var x = area.x
        for (index, segment) in segments.enumerated() {
            if index > 0, separated {
                x += buffer.put(String(look.glyphs.separator), at: Point(x: x, y: area.y), style: look[.border])
            }
            let pattern = segment.value == nil ? "?" : patterns[index % patterns.count]
            x += buffer.put(
                String(repeating: pattern, count: lengths[index]), at: Point(x: x, y: area.y),
                style: segment.value == nil ? look[.dim] : segment.style)
        }
    }
}
