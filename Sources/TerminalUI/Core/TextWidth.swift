/// How many terminal columns a text takes, by an own table: the C library's `wcwidth` depends on the locale.
public enum TextWidth {
    /// The columns of a text as ``Buffer/put(_:at:style:maxWidth:)`` draws it: characters that it drops count 0.
    public static func of(_ text: String) -> Int {
        var count = 0
        for scalar in text.unicodeScalars {
            guard isSimple(scalar) else { return text.reduce(0) { $0 + (drawable($1).map { of($0) } ?? 0) } }
            count += 1
        }
        return count
    }

    /// The columns of one character: 0 (control characters, lone combining marks), 1 or 2.
    ///
    /// A character is a whole grapheme cluster: an emoji with modifiers, joiners and variation selector takes 2.
    public static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii >= 0x20 && ascii < 0x7F ? 1 : 0 }
        let scalars = character.unicodeScalars
        var sum = 0
        for scalar in scalars {
            // The emoji variation selector widens what precedes it: ❤ takes 1, ❤️ takes 2.
            if scalar.value == 0xFE0F, sum > 0 { return 2 }
            sum += of(scalar)
        }
        return min(sum, 2)
    }

    /// Whether a scalar takes one column and joins none of its kind: ASCII, the Latin letters, and what screens are drawn
    /// with (frames, blocks, geometric shapes, braille).
    static func isSimple(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0xA1..<0xAD, 0xAE..<0x300, 0x2500..<0x25FD, 0x2800..<0x2900: true
        default: false
        }
    }

    /// The columns of one scalar by itself.
    static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x7F { return value >= 0x20 ? 1 : 0 }
        if value < 0xA0 { return 0 }
        if value < 0x300 { return value == 0xAD ? 0 : 1 }
        // Hangul vowels and final consonants join the syllable's first consonant, which is wide.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .surrogate, .lineSeparator, .paragraphSeparator:
            return 0
        default:
            return isWide(value) ? 2 : 1
        }
    }

    /// What of a character may stand in a cell: without controls and without format characters that could reorder the
    /// line or hide in it; `nil` when nothing visible is left. Tabs and line ends become one space.
    static func drawable(_ character: Character) -> Character? {
        if let ascii = character.asciiValue {
            if ascii >= 0x20 && ascii < 0x7F { return character }
            return (0x09...0x0D).contains(ascii) ? " " : nil
        }
        let scalars = character.unicodeScalars
        if scalars.allSatisfy(isDrawable) { return of(character) > 0 ? character : nil }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: scalars.filter(isDrawable))
        // What is left of one cluster may be several; the first is kept, the rest was invisible or is not a character.
        guard let first = String(kept).first, of(first) > 0 else { return nil }
        return first
    }

    private static func isDrawable(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 0xA0 { return value >= 0x20 && value < 0x7F }
        if value == 0x200D { return true }
        switch scalar.properties.generalCategory {
        case .format, .control, .surrogate, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        if value < 0x1100 { return false }
        var low = 0
        var high = wideRanges.count - 1
        while low <= high {
            let middle = (low + high) / 2
            let range = wideRanges[middle]
            if value < range.0 {
                high = middle - 1
            } else if value > range.1 {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }
}
