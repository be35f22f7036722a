import RunDirectory
import Telemetry
import Topology

/// Reads what a file says of its scenario and lesson, and reports what is wrong with it.
struct ScenarioReader {
    let problems: Problems
    let shapes: ModelReader
    /// Whose names conditions and deeds may use; nil when it could not be read: names are not judged then.
    let topology: ResolvedTopology?
    /// The file's own keys.
    let fields: [String: Value.Entry]

    func text(_ key: String) -> String? { fields[key].flatMap { shapes.text($0.value, key)?.text } }

    /// The file's `name`, or what it is called without one.
    func name(_ standard: String) -> String {
        guard let value = fields["name"]?.value, let name = shapes.text(value, "name") else { return standard }
        if !ModelReader.isName(name.text) {
            problems.report(
                name.place, "\"\(name.text)\" cannot be a name", help: "a name is letters, digits, - and _")
        }
        return name.text
    }

    /// - Parameter place: of the whole file, for what is missing in it.
    func scenario(name: String, about: String, path: String, place: Place) -> Scenario {
        var scenario = Scenario(name: name, about: about, path: path, steps: [])
        if let timeout = fields["timeout"], let seconds = shapes.duration(timeout.value, "timeout") {
            scenario.timeout = seconds
            if seconds == 0 { problems.report(timeout.value.place, "timeout is a time above 0") }
        }
        guard let steps = fields["scenario"] else {
            problems.report(
                place, "the file has no `scenario:`",
                help: "a scenario is a list of steps, as `- expect: links.up == 3`")
            return scenario
        }
        guard case .list(let items) = steps.value.content, !items.isEmpty else {
            problems.report(
                steps.value.isNull ? steps.keyPlace : steps.value.place, "a scenario is a list of steps",
                help: "as `- expect: links.up == 3`")
            return scenario
        }
        let reader = StepReader(
            problems: problems, shapes: shapes,
            names: topology.map { Names(topology: $0) }, isLesson: fields["lesson"] != nil)
        scenario.steps = items.map(reader.step)
        return scenario
    }

    func lesson(slug: String) -> Lesson? {
        guard let entry = fields["lesson"] else { return nil }
        let keys = shapes.fields(of: entry.value, .lesson, of: "a lesson")
        guard let title = keys["title"] else {
            problems.report(entry.keyPlace, "the lesson has no `title:`")
            return nil
        }
        return Lesson(
            slug: slug, title: shapes.localized(title.value, "title") ?? LocalizedText(""),
            minutes: keys["minutes"].flatMap { shapes.integer($0.value, "minutes", 1...600) })
    }
}

extension ModelReader {
    /// Plain text is English; else a map by language.
    func localized(_ value: Value, _ key: String) -> LocalizedText? {
        guard case .map = value.content else { return text(value, key).map { LocalizedText($0.text) } }
        let names = Language.allCases.map(\.rawValue)
        var texts: [Language: String] = [:]
        for entry in entries(of: value, of: "text") {
            guard let language = Language(rawValue: entry.key) else {
                problems.report(
                    entry.keyPlace, "\(key) has no language \"\(entry.key)\"",
                    help: suggestion(for: entry.key, in: names, label: "there are"))
                continue
            }
            texts[language] = text(entry.value, "\(key) in \(entry.key)")?.text
        }
        guard let english = texts.removeValue(forKey: .english) else {
            if value.entry(Language.english.rawValue) == nil {
                problems.report(value.place, "\(key) is not given in English", help: "add `en:`")
            }
            return nil
        }
        return LocalizedText(english, texts)
    }
}
