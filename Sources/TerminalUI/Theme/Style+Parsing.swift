/// Why a look could not be read; the theme's reader adds the entry's name.
struct StyleSyntaxError: Error {
    let reason: String
}

extension Style {
    /// A style as a theme file writes it; see ``Theme/init(name:entries:)``.
    init(parsing look: String) throws(StyleSyntaxError) {
        self.init()
        var onBackground = false
        for word in look.split(whereSeparator: \.isWhitespace) {
            let word = word.lowercased()
            if let modifier = Style.modifiers[word] {
                modifiers.insert(modifier)
            } else if word == "on" {
                guard !onBackground else { throw StyleSyntaxError(reason: "'on' stands twice in '\(look)'") }
                onBackground = true
            } else {
                let color = try Color(parsing: word)
                guard (onBackground ? background : foreground) == nil else {
                    throw StyleSyntaxError(
                        reason: "'\(word)' is one colour too many in '\(look)'; write COLOUR on COLOUR")
                }
                if onBackground { background = color } else { foreground = color }
            }
        }
        if onBackground, background == nil {
            throw StyleSyntaxError(reason: "a colour is missing after 'on' in '\(look)'")
        }
        if self == .plain {
            throw StyleSyntaxError(
                reason: "is empty; write for example \"bold #89b4fa\" (in quotes, for # begins a comment)")
        }
    }

    fileprivate static let modifiers: [String: Modifiers] = [
        "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    ]
}

extension Color {
    /// A colour as a theme file writes it.
    init(parsing word: String) throws(StyleSyntaxError) {
        if let named = Color.named[word] {
            self = named
        } else if word.hasPrefix("#") {
            let digits = word.dropFirst().compactMap { $0.isASCII ? $0.hexDigitValue : nil }.map(UInt8.init)
            switch (digits.count, word.count) {
            case (3, 4): self = .rgb(digits[0] * 17, digits[1] * 17, digits[2] * 17)
            case (6, 7):
                self = .rgb(
                    digits[0] * 16 + digits[1], digits[2] * 16 + digits[3], digits[4] * 16 + digits[5])
            default: throw StyleSyntaxError(reason: "'\(word)' is no colour; write #rrggbb or #rgb in hexadecimal")
            }
        } else if let number = Int(word) {
            guard let index = UInt8(exactly: number) else {
                throw StyleSyntaxError(reason: "'\(word)' is no colour; the numbers go from 0 to 255")
            }
            self = .indexed(index)
        } else {
            let names = Array(Color.named.keys) + Array(Style.modifiers.keys)
            let near = Spelling.nearest(to: word, in: names.sorted()).map { "did you mean '\($0)'?" }
            throw StyleSyntaxError(
                reason: "'\(word)' is neither a colour nor a modifier; "
                    + (near ?? "write #rrggbb, a name like bright-blue, or a number from 0 to 255"))
        }
    }

    private static let named: [String: Color] = {
        var names: [String: Color] = ["standard": .standard, "gray": .indexed(8), "grey": .indexed(8)]
        for (index, name) in ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].enumerated() {
            names[name] = .indexed(UInt8(index))
            names["bright-" + name] = .indexed(UInt8(index + 8))
        }
        return names
    }()
}

/// Guesses at what a slip of the fingers meant.
enum Spelling {
    /// The candidate that is at most two edits (one for short words) away, the nearest first; `nil` when none is.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let limit = word.count <= 3 ? 1 : 2
        return
            candidates
            .map { (name: $0, distance: distance(Array(word), Array($0))) }
            .filter { $0.distance <= limit }
            .min { $0.distance < $1.distance }?.name
    }

    private static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var row = Array(0...other.count)
        for (i, a) in one.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in other.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[other.count]
    }
}
