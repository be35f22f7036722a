/// Text being typed, with a cursor. One line, or several where newlines are allowed.
public struct TextEditor: Equatable, Sendable {
    /// What is typed beyond this many characters is not taken.
    static let limit = 100_000

    private var characters: [Character]
    /// Number of characters before the cursor.
    public private(set) var cursor: Int
    public let isMultiline: Bool

    /// With the cursor at the end of `text`.
    public init(_ text: String = "", isMultiline: Bool = false) {
        characters = Array(text)
        cursor = characters.count
        self.isMultiline = isMultiline
    }

    public var text: String { String(characters) }
    public var isEmpty: Bool { characters.isEmpty }

    /// The lines, and the cursor's place in them, counted from 0.
    public var lines: [String] {
        characters.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }
    public var line: Int { characters[..<cursor].count { $0 == "\n" } }
    public var column: Int { cursor - lineStart(of: cursor) }

    /// Puts text in at the cursor. Line ends become `\n`, or blanks in a single line; other control characters are
    /// left out, for nobody can see them (`hex:` writes them).
    mutating func insert(_ text: String) {
        var clean: [Character] = []
        for character in text {
            if character.isNewline {
                clean.append(isMultiline ? "\n" : " ")
            } else if character == "\t" {
                clean.append(" ")
            } else if !character.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
                clean.append(character)
            }
        }
        clean = Array(clean.prefix(max(0, Self.limit - characters.count)))
        characters.insert(contentsOf: clean, at: cursor)
        cursor += clean.count
    }

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        characters.remove(at: cursor)
    }

    mutating func deleteForward() {
        guard cursor < characters.count else { return }
        characters.remove(at: cursor)
    }

    /// Back to the beginning of the line (Ctrl-U).
    mutating func deleteToLineStart() {
        let start = lineStart(of: cursor)
        characters.removeSubrange(start..<cursor)
        cursor = start
    }

    /// Back over blanks and the word before them (Ctrl-W).
    mutating func deleteWord() {
        var start = cursor
        while start > 0, characters[start - 1] == " " { start -= 1 }
        while start > 0, characters[start - 1] != " ", characters[start - 1] != "\n" { start -= 1 }
        characters.removeSubrange(start..<cursor)
        cursor = start
    }

    mutating func moveLeft() { cursor = max(0, cursor - 1) }
    mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
    mutating func moveToLineStart() { cursor = lineStart(of: cursor) }
    mutating func moveToLineEnd() { cursor = lineEnd(of: cursor) }

    /// Up one line; false when there is none above.
    mutating func moveUp() -> Bool {
        let start = lineStart(of: cursor)
        guard start > 0 else { return false }
        let above = lineStart(of: start - 1)
        cursor = min(above + (cursor - start), start - 1)
        return true
    }

    /// Down one line; false when there is none below.
    mutating func moveDown() -> Bool {
        let end = lineEnd(of: cursor)
        guard end < characters.count else { return false }
        cursor = min(end + 1 + column, lineEnd(of: end + 1))
        return true
    }

    private func lineStart(of place: Int) -> Int {
        (characters[..<place].lastIndex(of: "\n") ?? -1) + 1
    }
    private func lineEnd(of place: Int) -> Int {
        characters[place...].firstIndex(of: "\n") ?? characters.count
    }
}
