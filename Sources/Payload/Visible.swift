/// Makes data safe to print: what could steer a terminal, hide, or reorder a line stands as a visible escape.
///
/// `\xNN` is a byte (a control character, or one that is not UTF-8), `\u{NNNN}` a character that is no letter to be
/// seen (bidirectional overrides, zero-width and private ones, line separators). A backslash is doubled.
public enum Visible {
    /// - Parameters:
    ///   - bytes: meant as UTF-8, valid or not.
    ///   - columns: the most that the result takes; what goes beyond is left out and `…` put in its place.
    ///   - quoted: a quote is escaped too, and quotes are put around.
    public static func text(_ bytes: some Collection<UInt8>, columns: Int = .max, quoted: Bool = false) -> String {
        var line = Line(columns: columns)
        line.put(bytes, quoted: quoted)
        return line.text
    }

    /// A text that is ours already or was made visible, cut to so many columns.
    public static func clip(_ text: String, columns: Int) -> String {
        var line = Line(columns: columns)
        line.put(text)
        return line.text
    }

    /// Whether the character can be shown as it is.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value >= 0x20 }
        if scalar.value < 0xA1 { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            return false
        default:
            // Invisible though they are called letters or marks: fillers of Hangul, the variation selectors.
            return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Joins the character before it.
    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300 else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: return true
        default: return false
        }
    }

    /// The most columns that a terminal gives to it.
    static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: 1
        case 0x1100..<0x1200, 0x2E80..<0xD800, 0xF900..<0xFB00, 0xFE10..<0xFE70, 0xFF00..<0xFFEF, 0x16F00..<0x18E00,
            0x1AFF0..<0x1B300, 0x1F000..<0x40000:
            2
        case 0x2300..<0x2500, 0x25A0..<0x2800, 0x2900..<0x2C00: scalar.properties.isEmojiPresentation ? 2 : 1
        default: isMark(scalar) ? 0 : 1
        }
    }

    /// The character at the index, and how many bytes it takes; nil and 1 where there is no valid one.
    static func scalar(_ bytes: [UInt8], _ index: Int, _ end: Int) -> (scalar: Unicode.Scalar?, length: Int) {
        let first = bytes[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length: Int
        var value: UInt32
        let least: UInt32
        switch first {
        case 0xC2...0xDF: (length, value, least) = (2, UInt32(first & 0x1F), 0x80)
        case 0xE0...0xEF: (length, value, least) = (3, UInt32(first & 0x0F), 0x800)
        case 0xF0...0xF4: (length, value, least) = (4, UInt32(first & 0x07), 0x10000)
        default: return (nil, 1)
        }
        guard length <= end - index else { return (nil, 1) }
        for next in bytes[(index + 1)..<(index + length)] {
            guard next & 0xC0 == 0x80 else { return (nil, 1) }
            value = value << 6 | UInt32(next & 0x3F)
        }
        guard value >= least, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
        return (scalar, length)
    }

    /// Two digits each, without a prefix.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// At least so many digits.
    static func hex(_ value: some BinaryInteger, digits count: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

/// A text that grows up to a number of columns, and then ends in `…`.
struct Line {
    private(set) var text = ""
    private var columns: Int
    /// Where the text is cut if it grows too long: before the last column.
    private var cut: String.Index?
    /// Marks on the character before.
    private var marks = 0
    private(set) var isFull = false

    init(columns: Int) {
        self.columns = max(columns, 0)
        if columns <= 0 { isFull = true }
    }

    /// Data.
    mutating func put(_ bytes: some Collection<UInt8>, quoted: Bool = false) {
        if quoted { put("\"") }
        // Never more than what can be seen is looked at; a character has at most 4 bytes and may have 3 marks.
        let bytes = columns < bytes.count / 16 ? Array(bytes.prefix((columns + 1) * 16)) : Array(bytes)
        marks = Self.most
        var index = 0
        while index < bytes.count, !isFull {
            let (scalar, length) = Visible.scalar(bytes, index, bytes.count)
            defer { index += length }
            guard let scalar else {
                escape(byte: bytes[index])
                continue
            }
            put(data: scalar, quoted: quoted)
        }
        if quoted { put("\"") }
    }

    private mutating func put(data scalar: Unicode.Scalar, quoted: Bool) {
        switch scalar {
        case "\n": put("\\n")
        case "\r": put("\\r")
        case "\t": put("\\t")
        case "\\": put("\\\\")
        case "\"" where quoted: put("\\\"")
        default:
            if scalar.value < 0x20 || scalar.value == 0x7F {
                escape(byte: UInt8(scalar.value))
            } else if !Visible.isPrintable(scalar) {
                put("\\u{\(String(scalar.value, radix: 16))}")
            } else if Visible.isMark(scalar) {
                // A few make an accent; a heap of them draws over the lines around.
                if marks < Self.most {
                    marks += 1
                    append(scalar)
                } else {
                    put("\\u{\(String(scalar.value, radix: 16))}")
                }
                return
            } else {
                append(scalar)
                marks = 0
                return
            }
        }
        marks = Self.most
    }

    /// Words of ours.
    mutating func put(_ words: String) {
        for scalar in words.unicodeScalars where !isFull { append(scalar) }
    }

    private mutating func escape(byte: UInt8) {
        put("\\x" + Visible.hex(CollectionOfOne(byte)))
        marks = Self.most
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        guard !isFull else { return }
        let width = Visible.columns(scalar)
        if width > columns {
            // What stood in the last column makes room.
            if let cut { text = String(text[..<cut]) }
            text += "…"
            isFull = true
            return
        }
        if columns - width < 1, cut == nil, width > 0 { cut = text.endIndex }
        columns -= width
        text.unicodeScalars.append(scalar)
    }

    private static let most = 3
}
