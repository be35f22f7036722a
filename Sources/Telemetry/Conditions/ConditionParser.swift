import RunDirectory

/// Reads a condition by recursive descent; every error has its column.
struct ConditionParser {
    let text: String
    let characters: [Character]
    private let snapshot: Snapshot?
    var position = 0
    /// Inside `count(links, …)` names are fields of a link.
    private var list: SnapshotList?
    /// Inside `rise(…)`.
    private var isInRise = false
    /// Parentheses that are open.
    private var depth = 0
    /// The parser is recursive, and the stack has an end.
    private static let deepest = 100

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
        while try take(word: "or", after: node) { node = .or(node, try truth(of: conjunction())) }
        return node
    }

    private mutating func conjunction() throws(ConditionError) -> ConditionNode {
        var node = try negation()
        while try take(word: "and", after: node) { node = .and(node, try truth(of: negation())) }
        return node
    }

    private mutating func negation() throws(ConditionError) -> ConditionNode {
        if take(word: "not") {
            try descend(at: position)
            let inner = try negation()
            depth -= 1
            return .not(try truth(of: inner))
        }
        return try comparison()
    }

    /// A number may stand alone in parentheses; what `and`, `or` and `not` join is true or false.
    private func truth(of node: ConditionNode) throws(ConditionError) -> ConditionNode {
        guard isTruth(node) else { throw error("a comparison: == != < <= > >=") }
        return node
    }

    private mutating func take(word: String, after node: ConditionNode) throws(ConditionError) -> Bool {
        let before = position
        guard take(word: word) else { return false }
        guard isTruth(node) else { throw error("a comparison: == != < <= > >=", at: before) }
        return true
    }

    private mutating func comparison() throws(ConditionError) -> ConditionNode {
        skipSpaces()
        let start = position
        let left = try sum(literal: false)
        guard let comparison = takeComparison() else {
            if case .word = left { throw error("a field", at: start) }
            if isTruth(left) { return left }
            skipSpaces()
            if depth > 0, position < characters.count, characters[position] == ")" { return left }
            throw error("a comparison: == != < <= > >=")
        }
        return .compare(left, comparison, try sum(literal: true))
    }

    private mutating func sum(literal: Bool) throws(ConditionError) -> ConditionNode {
        var node = try product(literal: literal)
        while let (operation, place) = takeOperation(.plus, .minus) {
            try checkNumber(node, before: place)
            let start = position
            let right = try product(literal: false)
            try checkNumber(right, before: start)
            node = .calculate(node, operation, right)
        }
        return node
    }

    private mutating func product(literal: Bool) throws(ConditionError) -> ConditionNode {
        var node = try operand(literal: literal)
        while let (operation, place) = takeOperation(.times, .over) {
            try checkNumber(node, before: place)
            let start = position
            let right = try operand(literal: false)
            try checkNumber(right, before: start)
            node = .calculate(node, operation, right)
        }
        return node
    }

    private func checkNumber(_ node: ConditionNode, before place: Int) throws(ConditionError) {
        if isTruth(node) { throw error("a number beside + - * /", at: place) }
        if case .word = node { throw error("a number beside + - * /", at: place) }
    }

    /// It can stand without a comparison.
    private func isTruth(_ node: ConditionNode) -> Bool {
        switch node {
        case .or, .and, .not, .compare, .flag, .verdict, .gather(.any, _, _), .gather(.all, _, _): true
        case .field(let path): list.map { ConditionSchema.isFlag(path, in: $0) } ?? (path == ["final"])
        case .subject(let subject, _, let path): ConditionSchema.isFlag(path, in: subject.list)
        case .number, .word, .inState, .gather, .calculate, .rise: false
        }
    }

    /// - Parameter literal: right of a comparison, where a word that is no field stands for itself
    private mutating func operand(literal: Bool) throws(ConditionError) -> ConditionNode {
        skipSpaces()
        let start = position
        guard position < characters.count else { throw error("a field, a number or a word") }
        if characters[position] == "(" {
            position += 1
            try descend(at: start)
            let inner = try disjunction()
            try expect(")")
            depth -= 1
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

    private mutating func descend(at place: Int) throws(ConditionError) {
        depth += 1
        if depth > Self.deepest { throw error("no more than \(Self.deepest) parentheses inside each other", at: place) }
    }

    private mutating func call(_ word: String, at start: Int) throws(ConditionError) -> ConditionNode {
        position += 1
        if let subject = SnapshotSubject(rawValue: word) { return try subjectField(subject) }
        if word == "rise" { return try rise(at: start) }
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
                    "verdict", "rise",
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
        try descend(at: start)
        let inner = gathering == .sum ? try sum(literal: false) : try truth(of: disjunction())
        depth -= 1
        self.list = outer
        try expect(")")
        return .gather(gathering, list, inner)
    }

    /// `rise(FIELD)`, or of anything that is a number.
    private mutating func rise(at start: Int) throws(ConditionError) -> ConditionNode {
        guard !isInRise else { throw error("no rise(…) inside another", at: start) }
        isInRise = true
        try descend(at: start)
        skipSpaces()
        let place = position
        let inner = try sum(literal: false)
        try checkNumber(inner, before: place)
        depth -= 1
        isInRise = false
        try expect(")")
        return .rise(inner)
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
            if ConditionSchema.knows(path, in: list) { return .field(path) }
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
        if list == nil, path.count == 1, ConditionSchema.own.contains(word) { return .field(path) }
        if literal { return .word(word) }
        let names =
            ConditionSchema.own + SnapshotList.allCases.map(\.rawValue)
            + SnapshotSubject.allCases.map { "\($0.rawValue)(…)" }
        throw error("a field: \(names.joined(separator: ", "))", at: start, meaning: nearest(word, in: names))
    }

    private func check(_ path: [String], in list: SnapshotList, at start: Int) throws(ConditionError) {
        var place = start
        for length in 1...path.count {
            let known = Array(path.prefix(length))
            if !ConditionSchema.knows(known, in: list) {
                let names = ConditionSchema.fields(after: Array(path.prefix(length - 1)), in: list)
                let expected =
                    names.isEmpty
                    ? "no field after \(path[max(0, length - 2)])" : "a field: \(names.joined(separator: ", "))"
                throw error(expected, at: place, meaning: nearest(path[length - 1], in: names))
            }
            place += path[length - 1].count + 1
        }
    }
}
