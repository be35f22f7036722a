/// Text as words, as a shell splits it: blanks part them, '…' holds anything, in "…" and outside a backslash takes the
/// next character as it is.
enum Words {
    struct Word: Equatable {
        var text: String
        /// Where it begins, in Unicode scalars from 0.
        var offset: Int
    }

    struct Failure: Error, Equatable {
        var message: String
        var offset: Int
    }

    static func split(_ text: String) -> Result<[Word], Failure> {
        let scalars = Array(text.unicodeScalars)
        var words: [Word] = []
        var word = String.UnicodeScalarView()
        var start: Int?
        var index = 0
        func close() {
            if let begin = start { words.append(Word(text: String(word), offset: begin)) }
            word = String.UnicodeScalarView()
            start = nil
        }
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == " " || scalar == "\t" || scalar == "\n" {
                close()
                index += 1
                continue
            }
            start = start ?? index
            if scalar == "'" || scalar == "\"" {
                let opening = index
                index += 1
                while index < scalars.count, scalars[index] != scalar {
                    if scalar == "\"", scalars[index] == "\\", index + 1 < scalars.count { index += 1 }
                    word.append(scalars[index])
                    index += 1
                }
                guard index < scalars.count else {
                    return .failure(Failure(message: "the closing \(scalar) is missing", offset: opening))
                }
            } else if scalar == "\\", index + 1 < scalars.count {
                index += 1
                word.append(scalars[index])
            } else {
                word.append(scalar)
            }
            index += 1
        }
        close()
        return .success(words)
    }
}

/// A condition and the `within` and `for` behind it.
struct Clauses {
    struct Clause: Equatable {
        /// `within` or `for`
        var word: String
        var value: String
        /// Where the word begins, in Unicode scalars from 0.
        var offset: Int
    }

    /// What is left in front of them.
    private(set) var condition: String
    /// In their order; each at most once.
    private(set) var clauses: [Clause] = []

    init(_ text: String) {
        condition = text
        while let clause = takeLast(), !clauses.contains(where: { $0.word == clause.word }) {
            clauses.insert(clause, at: 0)
            condition = String(String.UnicodeScalarView(condition.unicodeScalars.prefix(clause.offset)))
        }
    }

    private func takeLast() -> Clause? {
        let scalars = Array(condition.unicodeScalars)
        var words: [(start: Int, end: Int)] = []
        var start: Int?
        for (index, scalar) in (scalars + [" "]).enumerated() {
            if scalar.properties.isWhitespace {
                if let begin = start { words.append((begin, index)) }
                start = nil
            } else {
                start = start ?? index
            }
        }
        func text(_ word: (start: Int, end: Int)) -> String {
            String(String.UnicodeScalarView(scalars[word.start..<word.end]))
        }
        guard let last = words.last else { return nil }
        if words.count > 1, ["within", "for"].contains(text(last)) {
            return Clause(word: text(last), value: "", offset: last.start)
        }
        guard words.count > 2 else { return nil }
        let before = words[words.count - 2]
        guard ["within", "for"].contains(text(before)) else { return nil }
        return Clause(word: text(before), value: text(last), offset: before.start)
    }
}
