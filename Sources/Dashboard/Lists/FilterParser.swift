import RunDirectory

/// Reads what was typed as a filter.
struct FilterParser {
    /// What is wrong with a term, and what to write instead.
    struct Problem: Error, Equatable {
        var sentence: String
    }

    let text: String

    init(_ text: String) { self.text = text }

    func terms() throws(Problem) -> [Filter.Term] {
        var terms: [Filter.Term] = []
        for word in words() {
            let isInverted = word.text.hasPrefix("!")
            let body = isInverted ? String(word.text.dropFirst()) : word.text
            // A lone `!` is a term that is still being typed.
            guard !body.isEmpty else { continue }
            let test = try word.isQuoted ? Filter.Test.contains(.init(body, allowsWildcards: false)) : test(body)
            terms.append(.init(isInverted: isInverted, test: test))
        }
        return terms
    }

    private struct Word {
        var text = ""
        var isQuoted = false
    }

    /// Split at spaces, but for those in quotes; a quote that is not closed goes to the end.
    private func words() -> [Word] {
        var words: [Word] = []
        var word = Word()
        var inQuotes = false
        for character in text {
            switch character {
            case "\"":
                inQuotes.toggle()
                word.isQuoted = true
            case " " where !inQuotes:
                words.append(word)
                word = Word()
            default: word.text.append(character)
            }
        }
        return (words + [word]).filter { !$0.text.isEmpty }
    }

    private func test(_ body: String) throws(Problem) -> Filter.Test {
        guard let (name, comparison, value) = split(body) else {
            return .contains(.init(body, allowsWildcards: false))
        }
        guard let kind = Lists.fields[name] else {
            throw Problem(sentence: unknownName(name, body))
        }
        guard !value.isEmpty else { throw Problem(sentence: "\(body) lacks a value: \(example(name, kind))") }
        if value == "unknown" || value == Format.unknown {
            guard [.matches, .equals, .isNot].contains(comparison) else {
                throw Problem(sentence: "What is unknown is neither more nor less: \(name):unknown")
            }
            return .field(name, comparison, .unknown)
        }
        guard kind != .text else {
            guard [.matches, .equals, .isNot].contains(comparison) else {
                throw Problem(sentence: "\(name) is a text, neither more nor less: \(name):\(value)")
            }
            return .field(name, comparison, .text(.init(value, allowsWildcards: true)))
        }
        do {
            return .field(name, comparison, .number(try Magnitude.read(value, as: kind)))
        } catch {
            throw Problem(sentence: "\(name): \(error.sentence)")
        }
    }

    /// `depth>10` is a name, a comparison and a value; nil for what is plain text: `tcp://host`, `127.0.0.1:80`, `a->b`.
    private func split(_ body: String) -> (String, Filter.Comparison, String)? {
        guard let place = body.firstIndex(where: { "<>!=:".contains($0) }), place > body.startIndex else { return nil }
        let name = body[..<place].lowercased()
        let rest = body[place...]
        guard name.first?.isLetter == true,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "/") }),
            !rest.hasPrefix("://"),
            let comparison = Filter.Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) })
        else { return nil }
        return (name, comparison, String(rest.dropFirst(comparison.rawValue.count)))
    }

    private func unknownName(_ name: String, _ body: String) -> String {
        let near = Lists.fields.keys.map { ($0, editDistance($0, name)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
        if let near, near.1 <= max(1, name.count / 3) {
            return "No list has a column '\(name)'; did you mean \(near.0)?"
        }
        return "No list has a column '\(name)'; plain text goes in quotes: \"\(body)\""
    }

    private func example(_ name: String, _ kind: FigureKind) -> String {
        switch kind {
        case .text: "\(name):up"
        case .count, .rate: "\(name)>10"
        case .bytes: "\(name)>64KiB"
        case .seconds: "\(name)>20ms"
        case .share: "\(name)>5%"
        }
    }
}

/// A figure as it is shown, back to a number: `1.2k`, `20ms`, `64KiB`, `5%`.
enum Magnitude {
    static func read(_ text: String, as kind: FigureKind) throws(FilterParser.Problem) -> Double {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        guard let number = Double(digits) else {
            throw .init(sentence: "'\(text)' is no number, such as \(examples(kind))")
        }
        let unit = String(text.dropFirst(digits.count))
        // Nothing is nothing in any unit.
        if number == 0, unit.isEmpty { return 0 }
        guard let factor = units(kind)[unit] else {
            let reason = unit.isEmpty ? "\(text) lacks its unit" : "'\(unit)' is no unit of it"
            throw .init(sentence: "\(reason), as in \(examples(kind))")
        }
        return number * factor
    }

    private static func examples(_ kind: FigureKind) -> String {
        switch kind {
        case .text, .count: "10 or 1.2k"
        case .rate: "0.5 or 1.2k"
        case .bytes: "64KiB or 1MiB"
        case .seconds: "20ms or 1.5s"
        case .share: "5%"
        }
    }

    private static func units(_ kind: FigureKind) -> [String: Double] {
        switch kind {
        case .text, .count, .rate: ["": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
        case .bytes:
            [
                "": 1, "B": 1, "k": 1024, "K": 1024, "KiB": 1024, "kib": 1024, "M": 1_048_576, "MiB": 1_048_576,
                "mib": 1_048_576, "G": 1_073_741_824, "GiB": 1_073_741_824, "gib": 1_073_741_824,
                "TiB": 1_099_511_627_776,
            ]
        case .seconds: ["us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600]
        // As it is shown: 5 is five per cent.
        case .share: ["": 0.01, "%": 0.01]
        }
    }
}
