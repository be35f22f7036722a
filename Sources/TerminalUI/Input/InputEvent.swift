/// What comes from the terminal.
public enum InputEvent: Hashable, Sendable {
    /// A key was pressed.
    case key(Key)
    /// A text was pasted, as one piece (line ends are `\n`).
    case paste(String)
    /// The mouse was pressed, moved while pressed, released, or its wheel turned.
    case mouse(MouseEvent)
    /// The terminal has a new size.
    case resize(Size)
    /// Another thread asked for attention.
    case wake
    /// The terminal is gone: nothing more will come, and nothing drawn will be seen.
    case closed
}

/// A key with what was held down with it.
public struct Key: Hashable, Sendable {
    /// Which key.
    public enum Code: Hashable, Sendable {
        /// A key that writes; with `control` the letter is lower case. Shift is in the character itself.
        case character(Character)
        case enter, escape, tab, backTab, backspace, delete, insert
        case up, down, left, right, home, end, pageUp, pageDown
        /// F1 is `function(1)`.
        case function(Int)
    }

    /// Which key.
    public var code: Code
    /// Whether Ctrl was held down.
    public var control: Bool
    /// Whether Alt (Meta) was held down.
    public var alt: Bool
    /// Whether Shift was held down, of keys that do not write.
    public var shift: Bool

    /// A key.
    public init(_ code: Code, control: Bool = false, alt: Bool = false, shift: Bool = false) {
        self.code = code
        self.control = control
        self.alt = alt
        self.shift = shift
    }

    /// The key that writes that character.
    public init(_ character: Character, control: Bool = false, alt: Bool = false) {
        self.init(.character(character), control: control, alt: alt)
    }
}

/// What the mouse did, and where.
public struct MouseEvent: Hashable, Sendable {
    /// What it did.
    public enum Kind: Hashable, Sendable {
        /// A button went down: 0 left, 1 middle, 2 right.
        case press(Int)
        /// The button went up.
        case release(Int)
        /// It moved to another cell while the left button was down.
        case drag
        case scrollUp, scrollDown, scrollLeft, scrollRight
    }

    /// What it did.
    public var kind: Kind
    /// The cell, from (0, 0).
    public var point: Point

    /// A mouse event.
    public init(_ kind: Kind, at point: Point) {
        self.kind = kind
        self.point = point
    }
}
