/// A colour as a theme names it. What a terminal can show of it is decided later (``ColorDepth``).
public enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case standard
    /// One of the terminal's 256 numbered colours; 0–15 are the user's own palette.
    case indexed(UInt8)
    /// Red, green and blue, 0–255 each.
    case rgb(UInt8, UInt8, UInt8)
}

/// How a text is drawn apart from its colours.
public struct Modifiers: OptionSet, Hashable, Sendable {
    /// One bit a modifier.
    public let rawValue: UInt8

    /// The set with those bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Heavier, or brighter.
    public static let bold = Modifiers(rawValue: 1)
    /// Fainter.
    public static let dim = Modifiers(rawValue: 2)
    /// Slanted, where the terminal can.
    public static let italic = Modifiers(rawValue: 4)
    /// Underlined.
    public static let underline = Modifiers(rawValue: 8)
    /// Foreground and background exchanged.
    public static let reverse = Modifiers(rawValue: 16)
}

/// Colours and modifiers of a cell. A colour that is `nil` leaves what lies beneath.
public struct Style: Hashable, Sendable {
    /// The text's colour; `nil` leaves the colour beneath.
    public var foreground: Color?
    /// The colour behind the text; `nil` leaves the colour beneath.
    public var background: Color?
    /// Added to the modifiers beneath.
    public var modifiers: Modifiers

    /// A style; without arguments the one that changes nothing.
    public init(foreground: Color? = nil, background: Color? = nil, modifiers: Modifiers = []) {
        self.foreground = foreground
        self.background = background
        self.modifiers = modifiers
    }

    /// The style that changes nothing.
    public static let plain = Style()

    /// This style with the other laid over it: its colours where it names any, the modifiers of both.
    public func patched(_ other: Style) -> Style {
        Style(
            foreground: other.foreground ?? foreground, background: other.background ?? background,
            modifiers: modifiers.union(other.modifiers))
    }

    /// This style with more modifiers.
    public func adding(_ modifiers: Modifiers) -> Style {
        Style(foreground: foreground, background: background, modifiers: self.modifiers.union(modifiers))
    }
}
