/// One cell of a ``Buffer``: what a reader sees as one character, and how it is drawn.
public struct Cell: Hashable, Sendable {
    /// What stands in the cell: never a control character. A space where a wide character to the left reaches in.
    public internal(set) var text: Character
    /// Colours and modifiers.
    public var style: Style
    /// The columns that the text takes: 1; 2 for a wide character; 0 for the second half of one.
    public internal(set) var width: Int8

    /// An empty cell.
    public static let blank = Cell(text: " ", style: .plain, width: 1)

    init(text: Character, style: Style, width: Int8) {
        self.text = text
        self.style = style
        self.width = width
    }

    /// Whether both look the same. The style goes first: it is compared faster than the text.
    public static func == (one: Cell, other: Cell) -> Bool {
        one.style == other.style && one.width == other.width && one.text == other.text
    }
}
