/// Which rows the lists show. Terms stand with spaces between, and a row is shown when all of them hold:
/// plain text that the row contains, or `state:up`, `node:engine*`, `depth>10`, `p99>=20ms`; `!` in front turns a term
/// round. What stands in quotes is plain text, spaces and all.
struct Filter: Equatable, Sendable {
    struct Term: Equatable, Sendable {
        var isInverted = false
        var test: Test
    }

    enum Test: Equatable, Sendable {
        /// Any word of the row contains it, in any case.
        case contains(TextPattern)
        /// A field is compared with a value.
        case field(String, Comparison, Operand)
    }

    enum Comparison: String, Equatable, Sendable, CaseIterable {
        // The longer ones first: `<=` is no `<`.
        case atMost = "<="
        case atLeast = ">="
        case isNot = "!="
        case below = "<"
        case above = ">"
        case matches = ":"
        case equals = "="
    }

    enum Operand: Equatable, Sendable {
        case text(TextPattern)
        case number(Double)
        case unknown
    }

    /// As typed, empty for none.
    var text: String {
        didSet { if text != oldValue { self = Filter(text) } }
    }
    private(set) var terms: [Term] = []
    /// What is wrong with a term, in a sentence; then nothing is filtered.
    private(set) var problem: String?

    init(_ text: String = "") {
        self.text = text
        do {
            terms = try FilterParser(text).terms()
        } catch {
            problem = error.sentence
        }
    }

    /// Whether any row may be hidden by it.
    var isActive: Bool { !terms.isEmpty }

    /// For the help.
    static let examples: [(text: String, help: String)] = [
        ("engine 41873", "rows that contain both"), ("!client", "rows that do not"),
        ("state:up", "a column that contains it; C lists them"), ("node:engine*", "* any text, ? one character"),
        ("depth>10", "also < <= >= = !=, with k M as shown"), ("p99>20ms", "us ms s m h"),
        ("memory>64KiB", "B KiB MiB GiB"), ("cpu>5%", "per cent of one core"),
        ("lost:unknown", "where it is not known"), ("severity:bad", "events: good plain quiet warning bad"),
        ("\"a b\"", "plain text with spaces"),
    ]

    /// Whether no term is about a column.
    var isPlain: Bool { terms.allSatisfy { if case .contains = $0.test { true } else { false } } }

    /// Whether something is shown that has these words and no columns; terms on columns do not speak of it.
    func shows(_ words: [String]) -> Bool { shows(words: { words }, value: { _ in nil }) }

    /// Whether a row is shown that has these words, and values for what the terms name. `value` gives nil for a name that
    /// means nothing in the row's list: such a term does not speak of the row.
    func shows(words: () -> [String], value: (String) -> (FigureKind, ColumnValue)?) -> Bool {
        terms.allSatisfy { term in
            switch term.test {
            case .contains(let pattern): return words().contains(where: pattern.isFound) != term.isInverted
            case .field(let name, let comparison, let operand):
                guard let (kind, value) = value(name) else { return true }
                return Filter.holds(kind, value, comparison, operand) != term.isInverted
            }
        }
    }

    private static func holds(
        _ kind: FigureKind, _ value: ColumnValue, _ comparison: Comparison, _ operand: Operand
    ) -> Bool {
        switch (value, operand) {
        case (.unknown, .unknown): return comparison != .isNot
        case (_, .unknown): return comparison == .isNot
        case (.unknown, _): return false
        case (.number(let value), .number(let wanted)):
            switch comparison {
            case .atMost: return value <= wanted
            case .atLeast: return value >= wanted
            case .below: return value < wanted
            case .above: return value > wanted
            // What looks the same is the same.
            case .matches, .equals: return value == wanted || kind.asSeen(value) == kind.asSeen(wanted)
            case .isNot: return value != wanted && kind.asSeen(value) != kind.asSeen(wanted)
            }
        case (.text(let text), .text(let pattern)): return pattern.holds([text], comparison)
        case (.texts(let texts), .text(let pattern)): return pattern.holds(texts, comparison)
        default: return false
        }
    }
}

/// A text to look for, in any case; `*` stands for anything and `?` for one character, and then the whole is meant.
struct TextPattern: Equatable, Sendable {
    private let needle: String
    private let isGlob: Bool

    init(_ text: String, allowsWildcards: Bool) {
        needle = text.lowercased()
        isGlob = allowsWildcards && text.contains { $0 == "*" || $0 == "?" }
    }

    /// Whether the pattern lies in the text, or with wildcards is the text.
    func isFound(in text: String) -> Bool {
        isGlob ? TextPattern.globs(Array(needle), Array(text.lowercased())) : TextPattern.contains(needle, in: text)
    }

    fileprivate func holds(_ texts: [String], _ comparison: Filter.Comparison) -> Bool {
        switch comparison {
        case .matches: texts.contains(where: isFound)
        case .isNot: !texts.contains(where: isWhole)
        default: texts.contains(where: isWhole)
        }
    }

    private func isWhole(_ text: String) -> Bool { isGlob ? isFound(in: text) : text.lowercased() == needle }

    /// Byte by byte where both are ASCII, which is a hundred times faster than the general way.
    private static func contains(_ needle: String, in text: String) -> Bool {
        var (needle, text) = (needle, text)
        let found: Bool? = needle.withUTF8 { needle in
            text.withUTF8 { text in
                guard needle.allSatisfy({ $0 < 0x80 }), text.allSatisfy({ $0 < 0x80 }) else { return nil }
                guard needle.count <= text.count else { return false }
                return (0...(text.count - needle.count)).contains { start in
                    needle.indices.allSatisfy { RowOrder.lowered(text[start + $0]) == needle[$0] }
                }
            }
        }
        return found ?? text.lowercased().contains(needle)
    }

    private static func globs(_ pattern: [Character], _ text: [Character]) -> Bool {
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                // The star takes one character more.
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
