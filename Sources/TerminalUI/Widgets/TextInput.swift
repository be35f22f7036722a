/// A text that is being typed: the text, the cursor, and what keys do to them.
public struct TextInput: Hashable, Sendable {
    /// The characters, without controls.
    public private(set) var text: String
    /// How many characters stand left of the cursor.
    public private(set) var cursor: Int

    /// A text with the cursor at its end.
    public init(_ text: String = "") {
        self.text = ""
        cursor = 0
        insert(text)
    }

    /// Puts a text where the cursor is, without its control characters; tabs and line ends become spaces.
    public mutating func insert(_ added: String) {
        var characters = Array(text)
        // Combining characters may join what stands before: the count is taken from the result.
        let tail = characters.count - cursor
        characters.insert(contentsOf: added.compactMap(TextInput.typed), at: cursor)
        text = String(characters)
        cursor = max(0, text.count - tail)
    }

    /// Does what the key asks: writing, moving (arrows, Home, End, Ctrl-A, E, B, F), deleting (Backspace, Delete, Ctrl-D,
    /// U, K, W). Gives false, and does nothing, when the key means nothing here.
    public mutating func handle(_ key: Key) -> Bool {
        switch key.code {
        case .character(let character) where !key.control && !key.alt: insert(String(character))
        case .character(let character) where key.control: return handleControl(character)
        case .backspace where key.alt: remove(from: wordStart, to: cursor)
        case .backspace: remove(from: cursor - 1, to: cursor)
        case .delete: remove(from: cursor, to: cursor + 1)
        case .left: cursor = key.control ? wordStart : max(0, cursor - 1)
        case .right: cursor = key.control ? wordEnd : min(text.count, cursor + 1)
        case .home: cursor = 0
        case .end: cursor = text.count
        default: return false
        }
        return true
    }

    private mutating func handleControl(_ character: Character) -> Bool {
        switch character {
        case "a": cursor = 0
        case "e": cursor = text.count
        case "b": cursor = max(0, cursor - 1)
        case "f": cursor = min(text.count, cursor + 1)
        case "d": remove(from: cursor, to: cursor + 1)
        case "u": remove(from: 0, to: cursor)
        case "k": remove(from: cursor, to: text.count)
        case "w": remove(from: wordStart, to: cursor)
        default: return false
        }
        return true
    }

    private mutating func remove(from start: Int, to end: Int) {
        var characters = Array(text)
        let range = max(0, start)..<max(0, min(end, characters.count))
        guard range.lowerBound < range.upperBound else { return }
        characters.removeSubrange(range)
        text = String(characters)
        cursor = min(range.lowerBound, text.count)
    }

    private var wordStart: Int {
        let characters = Array(text)
        var index = cursor
        while index > 0, characters[index - 1] == " " { index -= 1 }
        while index > 0, characters[index - 1] != " " { index -= 1 }
        return index
    }

    private var wordEnd: Int {
        let characters = Array(text)
        var index = cursor
        while index < characters.count, characters[index] == " " { index += 1 }
        while index < characters.count, characters[index] != " " { index += 1 }
        return index
    }

    /// Joiners and combining marks may come as characters of their own while an emoji or accent is being typed.
    private static func typed(_ character: Character) -> Character? {
        if let drawable = TextWidth.drawable(character) { return drawable }
        let mark = character.unicodeScalars.allSatisfy {
            $0.value == 0x200D || $0.properties.generalCategory == .nonspacingMark
        }
        return mark ? character : nil
    }
}

/// Draws a ``TextInput`` in one line, scrolled sideways so that the cursor is in sight.
public struct TextField: Widget, Sendable {
    /// What is being typed.
    public var input: TextInput
    /// Shown while nothing has been typed.
    public var placeholder: String
    /// Whether the keys go here: only then it looks like a field to type in.
    public var focused: Bool
    /// Theme and symbols.
    public var look: Look

    /// A field.
    public init(_ input: TextInput, placeholder: String = "", focused: Bool = true, look: Look) {
        self.input = input
        self.placeholder = placeholder
        self.focused = focused
        self.look = look
    }

    /// Where the terminal's cursor belongs when the field is drawn in that area.
    public func cursor(in area: Rect) -> Point {
        let view = view(width: area.width)
        return Point(x: area.x + view.cursor, y: area.y)
    }

    /// Draws the field in the first row.
    public func draw(in area: Rect, into buffer: inout Buffer) {
        let line = area.row(0)
        buffer.fill(line, style: buffer[area.origin].style.patched(focused ? look[.input] : .plain))
        if input.text.isEmpty {
            buffer.put(placeholder, at: area.origin, style: look[.dim], maxWidth: area.width)
        } else {
            buffer.put(view(width: area.width).text, at: area.origin, maxWidth: area.width)
        }
    }

    /// What of the text is in sight, and the cursor's column in it. It looks at no more of the text than it shows, for
    /// that may be a megabyte that was pasted.
    private func view(width: Int) -> (text: String, cursor: Int) {
        let text = input.text
        let cursor = text.index(text.startIndex, offsetBy: input.cursor)
        var start = cursor
        var columns = 0
        while start > text.startIndex {
            let before = text.index(before: start)
            let wide = TextWidth.of(text[before])
            guard columns + wide <= max(0, width - 2) else { break }
            columns += wide
            start = before
        }
        return (String(text[start...].prefix(max(1, width) * 2)), columns)
    }
}
