public import RunDirectory
import Telemetry
import Topology

/// Reads the steps of a scenario.
struct StepReader {
    let problems: Problems
    let shapes: ModelReader
    /// nil: names are not judged.
    let names: Names?
    let isLesson: Bool

    func step(_ value: Value) -> Step {
        var step = Step(line: value.place.line)
        guard case .map(let entries) = value.content else {
            problems.report(
                value.place, "a step is a map",
                help: "as `- do: kill engine-1`, with `expect: node(engine-1).restarts == 1` below it")
            return step
        }
        if entries.isEmpty { problems.report(value.place, "the step is empty") }
        let fields = shapes.fields(of: value, .step, of: "a step")
        func localized(_ key: String) -> LocalizedText? {
            fields[key].flatMap { shapes.localized($0.value, key) }
        }
        func duration(_ key: String) -> Double? { fields[key].flatMap { shapes.duration($0.value, key) } }
        step.text = localized("text")
        step.hint = localized("hint")
        step.reveal = localized("reveal")
        step.at = duration("at")
        step.wait = duration("wait")
        step.prepare = deeds(fields["prepare"])
        step.deeds = deeds(fields["do"])
        step.expectations = conditions(fields["expect"], isAlways: false)
        step.always = conditions(fields["always"], isAlways: true)
        step.predict = fields["predict"].flatMap { prediction($0.value) }
        return step
    }

    private func prediction(_ value: Value) -> Prediction? {
        let fields = shapes.fields(of: value, .prediction, of: "a prediction")
        for name in ScenarioMap.prediction.names where fields[name] == nil {
            problems.report(value.place, "the prediction has no `\(name):`")
        }
        guard let question = fields["question"].flatMap({ shapes.localized($0.value, "question") }),
            let choices = fields["choices"]?.value
        else { return nil }
        guard case .list(let items) = choices.content, (2...4).contains(items.count) else {
            problems.report(choices.place, "choices is a list of two to four answers")
            return nil
        }
        let texts = items.compactMap { shapes.localized($0, "a choice") }
        guard let answer = fields["answer"].flatMap({ shapes.integer($0.value, "answer", 1...items.count) }) else {
            return nil
        }
        return Prediction(question: question, choices: texts, answer: answer - 1)
    }

    // MARK: Conditions

    private func conditions(_ entry: Value.Entry?, isAlways: Bool) -> [Expectation] {
        guard let entry else { return [] }
        return shapes.texts(entry.value, entry.key).compactMap { condition($0, isAlways: isAlways) }
    }

    private func condition(_ written: Located, isAlways: Bool) -> Expectation? {
        let clauses = Clauses(written.text)
        var (within, lasting): (Double?, Double?) = (nil, nil)
        for clause in clauses.clauses {
            let place = problems.place(of: clause.offset, in: written)
            if isAlways {
                problems.report(
                    place, "`always` holds to the end: it has no `\(clause.word)`", help: "or write `expect:`")
                continue
            }
            guard let seconds = Units.composedDuration(clause.value) else {
                problems.report(
                    place, "`\(clause.word)` wants a time, not \"\(clause.value)\"", help: "as in \(clause.word) 2s")
                continue
            }
            if clause.word == "within" { within = seconds } else { lasting = seconds }
        }
        do throws(ConditionError) {
            let condition = try Condition(parsing: clauses.condition, knowing: names?.snapshot)
            return Expectation(
                text: written.text, line: written.place.line, condition: condition, within: within, lasting: lasting)
        } catch {
            let offset = clauses.condition.prefix(error.column - 1).unicodeScalars.count
            problems.report(
                problems.place(of: offset, in: written), "the condition cannot be read: expected \(error.expected)",
                help: error.suggestion.map { "did you mean \($0)?" } ?? remedy(for: clauses.condition))
            return nil
        }
    }

    /// A comma ends an item of `[…]`, whatever parentheses are about it.
    private func remedy(for condition: String) -> String? {
        condition.count { $0 == "(" } == condition.count { $0 == ")" }
            ? nil : "in a list in brackets, quote a condition that has a comma"
    }

    // MARK: Deeds

    private func deeds(_ entry: Value.Entry?) -> [StepDeed] {
        guard let entry else { return [] }
        return shapes.texts(entry.value, entry.key).compactMap(deed)
    }

    private func deed(_ written: Located) -> StepDeed? {
        func complain(_ message: String, at offset: Int = 0, help: String? = nil) {
            problems.report(problems.place(of: offset, in: written), message, help: help)
        }
        let words: [Words.Word]
        switch Words.split(written.text) {
        case .success(let found): words = found
        case .failure(let failure):
            complain(failure.message, at: failure.offset)
            return nil
        }
        guard let verb = words.first else {
            complain("a deed is missing", help: "as in `do: kill engine-1`")
            return nil
        }
        do throws(WordsError) {
            let deed = try Deed(words: words.map(\.text))
            if let names, let slip = names.slip(in: deed) {
                let word = words.first { $0.text.contains(slip.name) } ?? verb
                complain(slip.message, at: word.offset, help: slip.help)
            }
            return StepDeed(text: written.text, line: written.place.line, deed: deed)
        } catch {
            complain("\(error)", at: verb.offset)
            return nil
        }
    }
}

extension Deed {
    /// Reads the words of a deed: those of `zmqtop ctl`, `inject` with those of `zmqtop inject`, or `wait` and a time.
    ///
    /// - Throws: what is wrong with them.
    public init(words: [String]) throws(WordsError) {
        switch words.first {
        case "wait":
            guard words.count == 2, let seconds = Units.composedDuration(words[1]), seconds >= 0 else {
                throw WordsError("wait wants a time, as in: wait 500ms")
            }
            self = .wait(seconds: seconds)
        case "inject": self = .inject(try InjectionOrder(words: Array(words.dropFirst())))
        case let first?:
            let others = ["inject", "wait"]
            if !SessionCommand.verbs.contains(first), let near = nearest(to: first, in: SessionCommand.verbs + others),
                others.contains(near)
            {
                throw WordsError("there is no verb “\(first)”: did you mean \(near)?")
            }
            self = .control(try SessionCommand(words: words))
        case nil: throw WordsError("a deed is missing")
        }
    }
}

extension Problems {
    /// Where a scalar of a text stands in the file, as near as can be told: exactly when the text stands in one line of
    /// the file as it is.
    func place(of offset: Int, in written: Located) -> Place {
        let scalars = Array(line(written.place.line).unicodeScalars.dropFirst(written.place.column - 1))
        let quote = scalars.first.map { $0 == "\"" || $0 == "'" } == true ? 1 : 0
        guard scalars.dropFirst(quote).starts(with: written.text.unicodeScalars) else { return written.place }
        return Place(line: written.place.line, column: written.place.column + quote + offset)
    }
}
