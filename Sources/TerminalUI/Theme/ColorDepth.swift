/// How many colours a terminal can show.
public enum ColorDepth: Int, Comparable, Sendable {
    /// No colour: bold, dim, underline and reverse alone (also when NO_COLOR is set).
    case none
    /// The sixteen colours of the user's palette.
    case sixteen
    /// The 256 numbered colours.
    case indexed256
    /// Red, green and blue, 8 bits each.
    case trueColor

    /// Fewer colours are less.
    public static func < (one: ColorDepth, other: ColorDepth) -> Bool { one.rawValue < other.rawValue }
}

extension Color {
    /// The nearest colour that the depth has. Below 256 colours, a colour without much tint becomes black, a grey or
    /// white, any other the palette's entry of the nearest hue: the palette is the user's, so distance means little.
    public func degraded(to depth: ColorDepth) -> Color {
        switch (self, depth) {
        case (.standard, _), (_, .none): return .standard
        case (.indexed(let index), .sixteen) where index >= 16:
            let (red, green, blue) = Color.components(ofIndex: index)
            return Color.rgb(red, green, blue).degraded(to: .sixteen)
        case (.rgb(let red, let green, let blue), .indexed256):
            return .indexed(Color.nearestOf256(red, green, blue))
        case (.rgb(let red, let green, let blue), .sixteen):
            return .indexed(Color.nearestOf16(red, green, blue))
        default: return self
        }
    }

    /// The colour as red, green and blue; the first sixteen numbers as xterm has them. ``standard`` stays as it is.
    public var components: Color {
        guard case .indexed(let index) = self else { return self }
        let (red, green, blue) = Color.components(ofIndex: index)
        return .rgb(red, green, blue)
    }

    /// Red, green and blue of an entry of the 256 colour table; the first sixteen as xterm has them.
    static func components(ofIndex index: UInt8) -> (UInt8, UInt8, UInt8) {
        switch index {
        case 0..<16: return palette[Int(index)]
        case 232...255:
            let grey = 8 + 10 * (index - 232)
            return (grey, grey, grey)
        default:
            let cube = Int(index) - 16
            return (levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
        }
    }

    /// Black or white, whichever can be read on one of the sixteen colours.
    public static func contrast(to index: UInt8) -> UInt8 {
        [2, 3, 6, 7, 9, 10, 11, 13, 14, 15].contains(index) ? 0 : 15
    }

    private static let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    private static let palette: [(UInt8, UInt8, UInt8)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]

    private static func nearestOf256(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        // The first sixteen are left out: the user may have changed them.
        func distance(_ index: UInt8) -> Int {
            let other = components(ofIndex: index)
            let (r, g, b) = (Int(red) - Int(other.0), Int(green) - Int(other.1), Int(blue) - Int(other.2))
            return r * r + g * g + b * b
        }
        func level(_ value: UInt8) -> UInt8 {
            UInt8(levels.indices.min { abs(Int(levels[$0]) - Int(value)) < abs(Int(levels[$1]) - Int(value)) } ?? 0)
        }
        let cube = 16 + 36 * level(red) + 6 * level(green) + level(blue)
        let mean = (Int(red) + Int(green) + Int(blue)) / 3
        let grey = UInt8(232 + min(23, max(0, (mean - 3) / 10)))
        return distance(grey) < distance(cube) ? grey : cube
    }

    private static func nearestOf16(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let high = Int(max(red, green, blue))
        let low = Int(min(red, green, blue))
        guard (high - low) * 4 > high, high >= 80 else {
            // Half way between what xterm has for black, grey, silver and white.
            switch (high + low) / 2 {
            case ..<64: return 0
            case ..<178: return 8
            case ..<242: return 7
            default: return 15
            }
        }
        // A component counts when it stands above the middle of the lowest and the highest.
        let middle = (high + low) / 2
        let hue: UInt8 = (Int(red) > middle ? 1 : 0) | (Int(green) > middle ? 2 : 0) | (Int(blue) > middle ? 4 : 0)
        return high > 160 ? hue + 8 : hue
    }
}

extension Style {
    /// The style with the nearest colours that the depth has; without colours when it has none. Where text and background
    /// would become the same colour, the text becomes black or white.
    public func degraded(to depth: ColorDepth) -> Style {
        guard depth != .none else { return Style(modifiers: modifiers) }
        var result = Style(
            foreground: foreground?.degraded(to: depth), background: background?.degraded(to: depth),
            modifiers: modifiers)
        if foreground != background, result.foreground == result.background,
            case .indexed(let index) = result.background
        {
            result.foreground = .indexed(Color.contrast(to: index))
        }
        return result
    }
}
