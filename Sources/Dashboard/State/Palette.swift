import TerminalUI

/// The line in which a command is typed, and what one chooses from.
struct Palette: Equatable, Sendable {
    var input = TextInput()
    /// Which of the choices is marked.
    var selected = 0
    /// How far back in the history one is; nil: not in it.
    var recalled: Int?
    /// Why the last line could not be done: one sentence, until the line changes.
    var problem: String?

    /// One line that can be chosen.
    struct Choice: Equatable, Sendable {
        /// The whole line.
        var line: String
        /// What it does, or what is wanted after it.
        var help: String
        /// Its keys, while one looks at a screen; empty for none.
        var keys: String
        /// Which characters of the line fit what was typed.
        var places: [Int]
        /// Whether something must be typed after it.
        var wantsMore: Bool
    }

    /// What stands behind a command's name.
    enum Argument: Equatable, Sendable {
        case nothing
        /// One of these; where it may be missing, the command takes what is selected, or the next.
        case oneOf(kind: String, names: [String], isNeeded: Bool)
        /// One of these, and then a value as the example.
        case oneWithValue(kind: String, names: [String], example: String)
        /// Anything.
        case text(String, isNeeded: Bool)
    }

    /// A command that can be typed.
    struct Verb: Equatable, Sendable {
        var name: String
        var help: String
        var keys: String
        var argument: Argument
    }

    /// A line as name and rest, without the blanks around; rest is nil while the name is still being typed.
    static func split(_ line: String) -> (name: String, rest: String?) {
        let line = line.drop { $0 == " " }
        guard let blank = line.firstIndex(of: " ") else { return (String(line), nil) }
        let rest = line[line.index(after: blank)...].drop { $0 == " " }
        return (String(line[..<blank]), String(rest))
    }

    /// The choices for a line, the best first.
    static func choices(for line: String, among verbs: [Verb]) -> [Choice] {
        let (name, rest) = split(line)
        guard let rest else {
            return ranked(verbs, name) { $0.name }.map { verb, match in
                Choice(
                    line: verb.name, help: verb.help, keys: verb.keys, places: match.places, wantsMore: verb.isWanting)
            }
        }
        guard let verb = verbs.first(where: { $0.name == name }) else { return [] }
        switch verb.argument {
        case .nothing: return []
        case .text(let what, let isNeeded):
            let whole = rest.isEmpty ? verb.name : "\(verb.name) \(rest)"
            return [
                Choice(
                    line: whole, help: rest.isEmpty ? what : verb.help, keys: "", places: [],
                    wantsMore: rest.isEmpty && isNeeded)
            ]
        case .oneWithValue(let kind, let names, let example):
            return choices(verb, rest, names, kind, example)
        case .oneOf(_, let names, _):
            let typed = rest.reversed().drop { $0 == " " }.reversed()
            return ranked(names, String(typed)) { $0 }.map { argument, match in
                Choice(
                    line: "\(verb.name) \(argument)", help: verb.help, keys: "",
                    places: match.places.map { $0 + verb.name.count + 1 }, wantsMore: false)
            }
        }
    }

    /// First the names, then the value.
    private static func choices(
        _ verb: Verb, _ rest: String, _ names: [String], _ kind: String, _ example: String
    ) -> [Choice] {
        if let name = names.first(where: { rest.hasPrefix($0 + " ") }) {
            let value = rest.dropFirst(name.count).drop { $0 == " " }
            let help = value.isEmpty ? "a value, as \(example)" : verb.help
            return [
                Choice(
                    line: "\(verb.name) \(name) \(value.isEmpty ? example : String(value))", help: help, keys: "",
                    places: [], wantsMore: false)
            ]
        }
        return ranked(names, rest) { $0 }.map { name, match in
            Choice(
                line: "\(verb.name) \(name) \(example)", help: verb.help, keys: "",
                places: match.places.map { $0 + verb.name.count + 1 }, wantsMore: false)
        }
    }

    /// Those that the letters fit, the best first; of equals the earlier first.
    private static func ranked<Item>(
        _ items: [Item], _ letters: String, name: (Item) -> String
    ) -> [(item: Item, match: FuzzyMatch)] {
        let found = items.enumerated().compactMap { place, item in
            FuzzyMatch(letters, in: name(item)).map { (place: place, item: item, match: $0) }
        }
        guard !letters.isEmpty else { return found.map { ($0.item, $0.match) } }
        return found.sorted { ($1.match.score, $0.place) < ($0.match.score, $1.place) }.map { ($0.item, $0.match) }
    }
}

extension Palette.Verb {
    /// Whether it cannot be done without an argument.
    var isWanting: Bool {
        switch argument {
        case .nothing: false
        case .oneWithValue: true
        case .oneOf(_, _, let isNeeded), .text(_, let isNeeded): isNeeded
        }
    }
}
