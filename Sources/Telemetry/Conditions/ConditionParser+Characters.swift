/// The words, signs and numbers of an expression.
extension ConditionParser {
    mutating func skipSpaces() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    mutating func takeWord() -> String {
        let start = position
        while position < characters.count, Character.isOfWord(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    mutating func take(word: String) -> Bool {
        let before = position
        skipSpaces()
        if takeWord() == word { return true }
        position = before
        return false
    }

    mutating func takeComparison() -> ConditionNode.Comparison? {
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

    mutating func takeOperation(
        _ operations: ConditionNode.Operation...
    ) -> (ConditionNode.Operation, at: Int)? {
        skipSpaces()
        guard position < characters.count,
            let operation = operations.first(where: { $0.rawValue == characters[position] })
        else { return nil }
        position += 1
        return (operation, position - 1)
    }

    mutating func expect(_ character: Character) throws(ConditionError) {
        skipSpaces()
        guard position < characters.count, characters[position] == character else { throw error("\(character)") }
        position += 1
    }

    private static let units: [String: Double] = [
        "": 1, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "B": 1, "KiB": 1024, "MiB": 1_048_576,
        "GiB": 1_073_741_824, "kB": 1e3, "MB": 1e6, "GB": 1e9,
    ]

    /// A number with or without a unit; nil for a word that does not begin like one.
    mutating func number(_ word: String, at start: Int) throws(ConditionError) -> Double? {
        guard let first = word.first, first.isNumber || (first == "-" && word.dropFirst().first?.isNumber == true)
        else {
            return nil
        }
        if let number = Double(word), number.isFinite { return number }
        // `5-2`: the rest is what follows the number.
        if let sign = word.dropFirst().firstIndex(where: { "-*/".contains($0) }) {
            position = start + word.distance(from: word.startIndex, to: sign)
            return try self.number(String(word[..<sign]), at: start)
        }
        let digits = word.prefix { $0.isNumber || $0 == "." || $0 == "-" }
        guard let number = Double(digits), let unit = ConditionParser.units[String(word.dropFirst(digits.count))] else {
            throw error("a number, perhaps with a unit (5s, 200ms, 64KiB); quotes make it a text", at: start)
        }
        return number * unit
    }

    func error(_ expected: String, at place: Int? = nil, meaning: String? = nil) -> ConditionError {
        ConditionError(expression: text, column: (place ?? position) + 1, expected: expected, suggestion: meaning)
    }
}

extension Character {
    fileprivate static func isOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_-.#/:*".contains(character)
    }
}
