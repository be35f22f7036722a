import RunDirectory

/// Where an expression cannot be read, what was expected there, and what may have been meant.
public struct ConditionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let expression: String
    /// In characters, from 1.
    public let column: Int
    /// What could have stood there.
    public let expected: String
    /// The nearest name that exists, when it looks like a slip.
    public let suggestion: String?

    init(expression: String, column: Int, expected: String, suggestion: String? = nil) {
        self.expression = expression
        self.column = column
        self.expected = expected
        self.suggestion = suggestion
    }

    /// The sentence, the expression, and a caret below the place.
    public var description: String {
        let question = suggestion.map { " Did you mean \($0)?" } ?? ""
        let caret = String(repeating: " ", count: max(0, column - 1)) + "^"
        return "column \(column): expected \(expected).\(question)\n  \(expression)\n  \(caret)"
    }
}

/// The name that is nearest to what was written, when it is near enough to be a slip.
func nearest(_ word: String, in names: [String]) -> String? {
    names.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
        .filter { $0.1 <= max(1, word.count / 3) }
        .min { $0.1 < $1.1 }?.0
}
