import RunDirectory

/// Reads a condition by recursive descent; every error has its column.
struct ConditionParser {
    private let text: String
    private let characters: [Character]
    private let snapshot: Snapshot?
    private var position = 0
    /// Inside `count(links, …)` names are fields of a link.
    private var list: SnapshotList?

    init(text: String, snapshot: Snapshot?) {
        self.text = text
        characters = Array(text)
        self.snapshot = snapshot
    }

    mutating func parse() throws(ConditionError) -> ConditionNode {
        let node = try disjunction()
        skipSpaces()
        guard position == characters.count else { throw error("and, or, a comparison, or the end") }
        return node
    }

    // MARK: grammar

    private mutating func disjunction() throws(ConditionError) -> ConditionNode {
        var node = try conjunction()
        while take(word: "or") { node = .or(node, try conjunction()) }
        return node
    }

    private mutating func conjunction() throws(ConditionError) -> ConditionNode {
        var node = try negation()
        while take(word: "and") { node = .and(node, try negation()) }
        return node
    }

    private mutating func negation() throws(ConditionError) -> ConditionNode {
        if take(word: "not") { return .not(try negation()) }
        return try comparison()
    }

    private mutating func comparison() throws(ConditionError) -> ConditionNode {
        skipSpaces()
        let start = position
        let left = try operand(literal: false)
        guard let comparison = takeComparison() else {
            if case .word = left { throw error("a field", at: start) }
            guard isTruth(left) else { throw error("a comparison: == != < <= > >=") }
            return left
        }
        return .compare(left, comparison, try operand(literal: true))
    }

    /// It can stand without a comparison.
    private func isTruth(_ node: ConditionNode) -> Bool {
        switch node {
        case .or, .and, .not, .compare, .flag, .verdict, .gather(.any, _, _), .gather(.all, _, _): true
        case .field(let path): list.map { Schema.isFlag(path, in: $0) } ?? (path == ["final"])
        case .subject(let subject, _, let path): Schema.isFlag(path, in: subject.list)
        case .number, .word, .inState, .gather: false
        }
    }

    /// - Parameter literal: right of a comparison, where a word that is no field stands for itself
    private mutating func operand(literal: Bool) throws(ConditionError) -> ConditionNode {
        skipSpaces()
        let start = position
        guard position < characters.count else { throw error("a field, a number or a word") }
        if characters[position] == "(" {
            position += 1
            let inner = try disjunction()
            try expect(")")
            return inner
        }
        if let quote = [Character("\""), "'"].first(where: { characters[position] == $0 }) {
            position += 1
            let from = position
            while position < characters.count, characters[position] != quote { position += 1 }
            guard position < characters.count else { throw error("the closing \(quote)") }
            position += 1
            return .word(String(characters[from..<(position - 1)]))
        }
        let word = takeWord()
        guard !word.isEmpty else { throw error("a field, a number or a word", at: start) }
        if let number = try number(word, at: start) { return .number(number) }
        switch word {
        case "true": return .flag(true)
        case "false": return .flag(false)
        default: break
        }
        skipSpaces()
        if position < characters.count, characters[position] == "(" { return try call(word, at: start) }
        return try name(word, literal: literal, at: start)
    }

    private mutating func call(_ word: String, at start: Int) throws(ConditionError) -> ConditionNode {
        position += 1
        if let subject = SnapshotSubject(rawValue: word) { return try subjectField(subject) }
        if word == "verdict" {
            skipSpaces()
            let place = position
            let rule = takeWord()
            guard VerdictJudge.rules.contains(rule) else {
                throw error("a verdict", at: place, meaning: nearest(rule, in: VerdictJudge.rules))
            }
            try expect(")")
            return .verdict(rule)
        }
        guard let gathering = ConditionNode.Gathering(rawValue: word) else {
            let names =
                SnapshotSubject.allCases.map(\.rawValue) + ConditionNode.Gathering.allCases.map(\.rawValue) + [
                    "verdict"
                ]
            throw error("one of \(names.joined(separator: ", "))", at: start, meaning: nearest(word, in: names))
        }
        skipSpaces()
        let place = position
        let listName = takeWord()
        guard let list = SnapshotList(rawValue: listName) else {
            let names = SnapshotList.allCases.map(\.rawValue)
            throw error(
                "one of \(names.joined(separator: ", "))", at: place, meaning: nearest(listName, in: names))
        }
        try expect(",")
        let outer = self.list
        self.list = list
        let inner = gathering == .sum ? try operand(literal: false) : try disjunction()
        self.list = outer
        try expect(")")
        return .gather(gathering, list, inner)
    }

    /// `link(A -> B).out.sent`, with or without spaces about the arrow.
    private mutating func subjectField(_ subject: SnapshotSubject) throws(ConditionError) -> ConditionNode {
        let start = position
        while position < characters.count, characters[position] != ")" { position += 1 }
        guard position < characters.count else { throw error("the closing )") }
        let id = String(characters[start..<position].filter { $0 != " " })
        let place = start + (characters[start..<position].firstIndex { $0 != " " } ?? start) - start
        position += 1
        if let snapshot {
            let ids = subject.ids(in: snapshot)
            let mayCome = id.contains("#") || id.contains("/") || id.contains("inject-") || id.contains(":")
            if !ids.contains(id), !mayCome {
                throw error("the id of a \(subject.rawValue)", at: place, meaning: nearest(id, in: ids))
            }
        }
        guard position < characters.count, characters[position] == "." else {
            throw error("a field: .state, for one", at: position)
        }
        position += 1
        let fieldStart = position
        let path = takeWord().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        try check(path, in: subject.list, at: fieldStart)
        return .subject(subject, id, path)
    }

    /// A field of the snapshot or of the list's items, a list's count, or a word.
    private func name(_ word: String, literal: Bool, at start: Int) throws(ConditionError) -> ConditionNode {
        let path = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if let list {
            if Schema.knows(path, in: list) { return .field(path) }
            if literal { return .word(word) }
            try check(path, in: list, at: start)
        }
        if list == nil, let counted = SnapshotList(rawValue: path[0]), path.count <= 2 {
            guard path.count == 2 else { return .inState(counted, nil) }
            let states: [String] =
                switch counted {
                case .nodes: NodeStatus.State.allCases.map(\.rawValue)
                case .links: Snapshot.Link.State.allCases.map(\.rawValue)
                default: []
                }
            guard states.contains(path[1]) else {
                throw error(
                    states.isEmpty ? "\(path[0]) alone: they have no states" : "a state of \(path[0])",
                    at: start + path[0].count + 1, meaning: nearest(path[1], in: states))
            }
            return .inState(counted, path[1])
        }
        if list == nil, path.count == 1, Schema.own.contains(word) { return .field(path) }
        if literal { return .word(word) }
        let names =
            Schema.own + SnapshotList.allCases.map(\.rawValue) + SnapshotSubject.allCases.map { "\($0.rawValue)(…)" }
        throw error("a field: \(names.joined(separator: ", "))", at: start, meaning: nearest(word, in: names))
    }

    private func check(_ path: [String], in list: SnapshotList, at start: Int) throws(ConditionError) {
        var place = start
        for length in 1...path.count {
            let known = Array(path.prefix(length))
            if !Schema.knows(known, in: list) {
                let names = Schema.fields(after: Array(path.prefix(length - 1)), in: list)
                let expected =
                    names.isEmpty
                    ? "no field after \(path[max(0, length - 2)])" : "a field: \(names.joined(separator: ", "))"
                throw error(expected, at: place, meaning: nearest(path[length - 1], in: names))
            }
            place += path[length - 1].count + 1
        }
    }

    // MARK: characters

    private mutating func skipSpaces() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    private mutating func takeWord() -> String {
        let start = position
        while position < characters.count, Character.isOfWord(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func take(word: String) -> Bool {
        let before = position
        skipSpaces()
        if takeWord() == word { return true }
        position = before
        return false
    }

    private mutating func takeComparison() -> ConditionNode.Comparison? {
        skipSpaces()
        for length in [2, 1] where position + length <= characters.count {
            let text = String(characters[position..<(position + length)])
            if let comparison = ConditionNode.Comparison(rawValue: text) {
                position += length
                return comparison
            }
        }
        return nil
    }

    private mutating func expect(_ character: Character) throws(ConditionError) {
        skipSpaces()
        guard position < characters.count, characters[position] == character else { throw error("\(character)") }
        position += 1
    }

    private static let units: [String: Double] = [
        "": 1, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "B": 1, "KiB": 1024, "MiB": 1_048_576,
        "GiB": 1_073_741_824, "kB": 1e3, "MB": 1e6, "GB": 1e9,
    ]

    /// A number with or without a unit; nil for a word that does not begin like one.
    private func number(_ word: String, at start: Int) throws(ConditionError) -> Double? {
        guard let first = word.first, first.isNumber || (first == "-" && word.dropFirst().first?.isNumber == true)
        else {
            return nil
        }
        if let number = Double(word), number.isFinite { return number }
        let digits = word.prefix { $0.isNumber || $0 == "." || $0 == "-" }
        guard let number = Double(digits), let unit = ConditionParser.units[String(word.dropFirst(digits.count))] else {
            throw error("a number, perhaps with a unit (5s, 200ms, 64KiB); quotes make it a text", at: start)
        }
        return number * unit
    }

    private func error(_ expected: String, at place: Int? = nil, meaning: String? = nil) -> ConditionError {
        ConditionError(expression: text, column: (place ?? position) + 1, expected: expected, suggestion: meaning)
    }
}

extension Character {
    fileprivate static func isOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_-.#/:*".contains(character)
    }
}

/// The names of all fields, taken from the tree that the JSON is written from.
private enum Schema {
    static let own: [String] = fields(
        of: Snapshot(session: "", seq: 0, time: "", elapsed: 0, topology: "").ownFields)

    private static let samples: [SnapshotList: SnapshotValue] = {
        var socket = Snapshot.Socket(id: "", node: "", name: "", type: "", declared: true, observed: true)
        socket.blocked = .init(call: "", for: 0, on: [])
        var link = Snapshot.Link(id: "", from: "", to: "", endpoint: "", transport: "", state: .up)
        link.out.latency = .init(p50: 0, p90: 0, p99: 0, max: 0, samples: 0)
        link.out.deliveryLatency = link.out.latency
        link.back = link.out
        let node = Snapshot.Node(
            name: "", kind: "", group: "", state: .running, exit: .init(code: nil, signal: nil))
        let event = Snapshot.Event(elapsed: 0, node: "", socket: nil, event: "", endpoint: "", value: 0)
        let verdict = Snapshot.Verdict(rule: "", subject: "", since: 0, text: "")
        return [
            .nodes: node.value, .sockets: socket.value, .links: link.value, .events: event.tree,
            .verdicts: verdict.value,
        ]
    }()

    static func knows(_ path: [String], in list: SnapshotList) -> Bool {
        // A gauge has the name that the program gives it.
        if list == .nodes, path.first == "gauges" { return path.count <= 2 }
        return value(path, in: list) != nil
    }

    static func isFlag(_ path: [String], in list: SnapshotList) -> Bool {
        if case .flag = value(path, in: list) { return true }
        return false
    }

    static func fields(after path: [String], in list: SnapshotList) -> [String] {
        value(path, in: list).map(fields(of:)) ?? []
    }

    private static func value(_ path: [String], in list: SnapshotList) -> SnapshotValue? {
        path.reduce(samples[list]) { $0?[$1] }
    }

    private static func fields(of value: SnapshotValue) -> [String] {
        guard case .object(let fields) = value else { return [] }
        return fields.map(\.0)
    }
}
