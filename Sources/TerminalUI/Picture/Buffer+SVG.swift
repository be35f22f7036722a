extension Buffer {
    /// The colours of a picture where a cell has the terminal's own.
    public struct Ground: Hashable, Sendable {
        /// Of the text.
        public var foreground: Color
        /// Behind it.
        public var background: Color

        /// Those that a theme's text has, and for what it leaves to the terminal those of a dark one.
        public init(_ theme: Theme) {
            func own(_ color: Color?, else other: Color) -> Color { color == .standard ? other : color ?? other }
            foreground = own(theme[.text].foreground, else: .rgb(0xD6, 0xDA, 0xE6))
            background = own(theme[.text].background, else: .rgb(0x12, 0x13, 0x1A))
        }
    }

    /// The picture as an SVG document, with the same cells whatever font the reader has: text runs are set at exact places
    /// and lengths; frames, blocks and braille, which fonts draw in many ways, are shapes.
    ///
    /// - Parameter title: What a reader that cannot see the picture is told.
    public func svg(title: String, ground: Ground) -> String {
        var writer = SVGWriter(size: size, ground: ground)
        for y in 0..<size.height { writer.row((0..<size.width).map { self[$0, y] }, y: y) }
        return writer.document(title: title)
    }
}

/// Collects the elements of a picture.
struct SVGWriter {
    /// Of one cell, in pixels.
    static let cell = (width: 9.0, height: 19.0)
    private static let fontSize = 15.0
    private static let baseline = 14.5
    private static let margin = 14.0

    private let size: Size
    private let ground: Buffer.Ground
    private var backgrounds: [String] = []
    private var texts: [String] = []
    /// Paths that share a colour are one element.
    private var shapes: [String: String] = [:]
    private var shapeOrder: [String] = []

    init(size: Size, ground: Buffer.Ground) {
        self.size = size
        self.ground = ground
    }

    /// What a style comes to.
    private struct Ink: Hashable {
        var foreground: String
        var background: String
        var isBold: Bool
        var isItalic: Bool
        var isUnderlined: Bool
    }

    private var known: [Style: Ink] = [:]

    private mutating func ink(_ style: Style) -> Ink {
        if let ink = known[style] { return ink }
        func own(_ color: Color?, _ other: Color) -> Color {
            color == nil || color == .standard ? other : color ?? other
        }
        var foreground = own(style.foreground, ground.foreground)
        var background = own(style.background, ground.background)
        if style.modifiers.contains(.reverse) { swap(&foreground, &background) }
        if style.modifiers.contains(.dim) { foreground = Self.mixed(foreground, background) }
        let ink = Ink(
            foreground: Self.hex(foreground), background: Self.hex(background),
            isBold: style.modifiers.contains(.bold), isItalic: style.modifiers.contains(.italic),
            isUnderlined: style.modifiers.contains(.underline))
        known[style] = ink
        return ink
    }

    /// Adds the cells of one row.
    mutating func row(_ cells: [Cell], y: Int) {
        var x = 0
        while x < cells.count {
            let start = x
            let ink = ink(cells[start].style)
            while x < cells.count, self.ink(cells[x].style) == ink { x += 1 }
            if ink.background != Self.hex(ground.background) {
                backgrounds.append(
                    "<rect x=\"\(Self.number(Double(start) * Self.cell.width))\" y=\"\(Self.number(top(y)))\" "
                        + "width=\"\(Self.number(Double(x - start) * Self.cell.width))\" "
                        + "height=\"\(Self.number(Self.cell.height))\" fill=\"\(ink.background)\"/>")
            }
            run(cells[start..<x], y: y, ink: ink)
        }
    }

    /// Cells of one style: pieces of text between spaces, and shapes.
    private mutating func run(_ cells: ArraySlice<Cell>, y: Int, ink: Ink) {
        var text = ""
        var start = cells.startIndex
        var end = cells.startIndex
        func flush(_ writer: inout SVGWriter) {
            if !text.isEmpty { writer.text(text, from: start, to: end, y: y, ink: ink) }
            text = ""
        }
        for (x, cell) in zip(cells.indices, cells) where cell.width > 0 {
            if cell.text == " " {
                flush(&self)
            } else if let path = CellShape.path(
                cell.text, x: Double(x) * Self.cell.width, y: top(y), width: Self.cell.width,
                height: Self.cell.height)
            {
                flush(&self)
                shape(path, ink.foreground)
            } else if cell.width == 2 || !cell.text.isASCII {
                // What the reader's font may not have comes from another, with other widths: it stands by itself.
                flush(&self)
                (start, end) = (x, x + Int(cell.width))
                text = String(cell.text)
                flush(&self)
            } else {
                if text.isEmpty { start = x }
                text.append(cell.text)
                end = x + 1
            }
        }
        flush(&self)
        if ink.isUnderlined {
            let line = top(y) + Self.baseline + 2
            let (left, right) = (Double(cells.startIndex) * Self.cell.width, Double(cells.endIndex) * Self.cell.width)
            shape(
                "M\(Self.number(left)) \(Self.number(line))H\(Self.number(right))v1H\(Self.number(left))z",
                ink.foreground)
        }
    }

    private mutating func text(_ text: String, from start: Int, to end: Int, y: Int, ink: Ink) {
        let look = (ink.isBold ? " font-weight=\"bold\"" : "") + (ink.isItalic ? " font-style=\"italic\"" : "")
        texts.append(
            "<text x=\"\(Self.number(Double(start) * Self.cell.width))\" y=\"\(Self.number(top(y) + Self.baseline))\" "
                + "textLength=\"\(Self.number(Double(end - start) * Self.cell.width))\" "
                + "lengthAdjust=\"spacingAndGlyphs\" fill=\"\(ink.foreground)\"\(look)>\(Self.escaped(text))</text>")
    }

    private mutating func shape(_ path: String, _ fill: String) {
        if shapes[fill] == nil { shapeOrder.append(fill) }
        shapes[fill, default: ""] += path
    }

    private func top(_ y: Int) -> Double { Double(y) * Self.cell.height }

    func document(title: String) -> String {
        let width = Double(size.width) * Self.cell.width + 2 * Self.margin
        let height = Double(size.height) * Self.cell.height + 2 * Self.margin
        let paths = shapeOrder.map { "<path fill=\"\($0)\" d=\"\(shapes[$0] ?? "")\"/>" }
        let frame =
            "<rect x=\"0.5\" y=\"0.5\" width=\"\(Self.number(width - 1))\" height=\"\(Self.number(height - 1))\" "
            + "rx=\"9\" fill=\"\(Self.hex(ground.background))\" stroke=\"#808080\" stroke-opacity=\"0.35\"/>"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
            viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img">
            <title>\(Self.escaped(title))</title>
            \(frame)
            <g transform="translate(\(Self.number(Self.margin)) \(Self.number(Self.margin)))" \
            font-family="'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,'Liberation Mono',monospace" \
            font-size="\(Self.number(Self.fontSize))">
            \((backgrounds + paths + texts).joined(separator: "\n"))
            </g>
            </svg>

            """
    }

    // MARK: Text of the document

    /// A length without needless digits.
    static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let whole = "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100)"
        let rest = abs(hundredths) % 100
        if rest == 0 { return whole }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func hex(_ color: Color) -> String {
        guard case .rgb(let red, let green, let blue) = color.components else { return "#808080" }
        return "#"
            + [red, green, blue].map { value in
                let digits = String(value, radix: 16)
                return digits.count < 2 ? "0" + digits : digits
            }.joined()
    }

    /// What terminals make of dim: nearer to the background.
    private static func mixed(_ one: Color, _ other: Color) -> Color {
        guard case .rgb(let red, let green, let blue) = one.components,
            case .rgb(let r, let g, let b) = other.components
        else { return one }
        func mix(_ one: UInt8, _ other: UInt8) -> UInt8 { UInt8((Int(one) * 62 + Int(other) * 38) / 100) }
        return .rgb(mix(red, r), mix(green, g), mix(blue, b))
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default:
                // XML has no control characters, and a title may come from a file.
                let isControl = character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
                result += isControl ? " " : String(character)
            }
        }
        return result
    }
}
