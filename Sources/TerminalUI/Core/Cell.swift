/// One cell of a ``Buffer``: what a reader sees as one character, and how it is drawn.
public struct Cell: Hashable, Sendable {
    /// What stands in the cell: never a control character. A space where a wide character to the left reaches in.
    public internal(set) var text: Character
    /// Colours and modifiers.
    public var style: Style
    /// The columns that the text takes: 1; 2 for a wide character; 0 for the second half of one.
    public internal(set) var width: Int8

    /// The text's only scalar, where that is one of the simple ones, else 0: compared many times faster than the text.
    private var scalar: UInt32

    /// An empty cell.
    public static let blank = Cell(text: " ", scalar: 0x20, style: .plain, width: 1)

    init(text: Character, scalar: UInt32, style: Style, width: Int8) {
        self.text = text
        self.scalar = scalar
        self.style = style
        self.width = width
    }

    mutating func clear() {
        text = " "
        scalar = 0x20
        width = 1
    }

    /// Whether both look the same.
    public static func == (one: Cell, other: Cell) -> Bool {
        one.scalar == other.scalar && one.style == other.style && one.width == other.width
            && (one.scalar != 0 || one.text == other.text)
    }
}
