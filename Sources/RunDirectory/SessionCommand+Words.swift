/// Why words are no command: one sentence.
public struct WordsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sentence, without a full stop.
    public let description: String

    /// Takes the sentence.
    public init(_ description: String) { self.description = description }
}

/// The words that `zmqtop ctl`, scenarios, lessons and the palette share.
extension SessionCommand {
    /// All words that a command can begin with.
    public static let verbs = Verb.allCases.map(\.rawValue) + Fault.Name.allCases.map(\.rawValue) + ["heal"]

    /// Reads a command from its words, as in `kill engine-1` or `loss client.out->server.in 30%`. The arrow of a link may
    /// stand between blanks. Whether there is such a node, socket or link is for the session to say.
    ///
    /// - Throws: what is wrong with them, with the nearest verb when it looks like a slip.
    public init(words: [String]) throws(WordsError) {
        guard let first = words.first else {
            throw WordsError("a verb is missing: \(Self.verbs.joined(separator: ", "))")
        }
        var rest = Self.joiningArrows(words.dropFirst())
        guard Self.verbs.contains(first) else {
            let near = Self.verbs.min { editDistance($0, first) < editDistance($1, first) }
            let isSlip = near.map { editDistance($0, first) <= max(1, first.count / 3) } ?? false
            throw WordsError(
                "there is no verb “\(first)”: "
                    + (isSlip ? "did you mean \(near ?? "")?" : "there are \(Self.verbs.joined(separator: ", "))"))
        }
        guard !rest.isEmpty else { throw WordsError("\(first) wants a target, as in: \(Self.example(first))") }
        let target = rest.removeFirst()
        if let name = Fault.Name(rawValue: first) {
            guard rest.count <= 1 else { throw Self.tooMany(first, rest[1]) }
            self = .fault(try Fault(name, value: rest.first), target: target)
            return
        }
        if let extra = rest.first { throw Self.tooMany(first, extra) }
        if let verb = Verb(rawValue: first) {
            self = .node(verb, node: target)
        } else {
            self = .heal(target: target)
        }
    }

    private static func tooMany(_ verb: String, _ word: String) -> WordsError {
        WordsError("“\(word)” is one word too many, as \(example(verb)) shows")
    }

    private static func example(_ verb: String) -> String {
        guard let fault = Fault.Name(rawValue: verb) else { return verb == "heal" ? "heal '*'" : "\(verb) engine-1" }
        let target = fault.isOfLinks ? "client.out->server.in" : "client.out"
        return "\(verb) \(target)" + (fault.example.map { " \($0)" } ?? "")
    }

    /// `a.x -> b.y` is one word.
    private static func joiningArrows(_ words: ArraySlice<String>) -> [String] {
        var joined: [String] = []
        for word in words {
            if let last = joined.last, last.hasSuffix("->") || word.hasPrefix("->") {
                joined[joined.count - 1] = last + word
            } else {
                joined.append(word)
            }
        }
        return joined
    }
}
