public import Topology

/// A file with a scenario that is in order: it was read, and all that can be wrong with it and its topology, apart from
/// the machine it is to run on, was looked for.
public struct ScenarioFile: Sendable {
    /// What is done, and expected.
    public let scenario: Scenario
    /// What makes a lesson of it; nil when the file has no `lesson:`.
    public let lesson: Lesson?
    /// What it is done to: the same file, or the one that `topology:` names.
    public let topology: TopologyFile

    /// Reads and judges a file.
    ///
    /// - Parameters:
    ///   - path: of the file, absolute or relative to the current folder.
    ///   - bundled: paths of the bundled topologies, by name, for `topology: NAME`.
    ///   - environment: for `${VAR}` in the files.
    /// - Throws: all errors of the scenario and of its topology at once. It blocks while it reads.
    public init(
        path: String, bundled: [String: String], environment: [String: String] = [:]
    ) throws(TopologyErrors) {
        switch Machine.read(path) {
        case .success(let text):
            try self.init(text: text, path: path, bundled: bundled, environment: environment)
        case .failure(let failure):
            throw TopologyErrors(diagnostics: [
                Diagnostic(
                    file: path, line: 0, column: 0, message: "the scenario cannot be read: \(failure.reason)",
                    sourceLine: "")
            ])
        }
    }

    /// Judges a text as if it stood in the file at `path`. It reads the topology that the text names, if it names one.
    public init(
        text: String, path: String, bundled: [String: String], environment: [String: String] = [:]
    ) throws(TopologyErrors) {
        var found = Findings()
        let problems = Problems(path: path, text: text, arguments: [])
        guard let root = ValueReader(problems: problems, environment: environment).read(text) else {
            try problems.throwIfAny()
            preconditionFailure("a text without a value was not reported")
        }
        let shapes = ModelReader(problems: problems, fileName: TopologyFile.stem(of: path))
        let isOfItsOwn = root["nodes"] == nil
        let topology: TopologyFile?
        if isOfItsOwn {
            topology = TopologyReference(
                root: root, path: path, problems: problems, shapes: shapes, bundled: bundled, environment: environment
            ).read(&found)
        } else {
            if let place = root.entry("topology")?.keyPlace {
                problems.report(
                    place, "the file has `nodes:` of its own, and names another topology",
                    help: "remove one of the two")
            }
            topology = found.gather { () throws(TopologyErrors) in
                try TopologyFile(text: text, path: path, environment: environment)
            }
            if let place = root.entry("topology")?.keyPlace { found.drop(at: place) }
        }
        let reader = ScenarioReader(
            problems: problems, shapes: shapes, topology: topology?.preview(),
            fields: isOfItsOwn
                ? shapes.fields(of: root, .file, of: "a scenario's file") : root.fields(of: .section))
        let name = isOfItsOwn ? reader.name(TopologyFile.stem(of: path)) : topology?.name ?? ""
        scenario = reader.scenario(
            name: name, about: isOfItsOwn ? reader.text("about") ?? "" : topology?.about ?? "", path: path,
            place: root.place)
        lesson = reader.lesson(slug: name)
        found.gather { () throws(TopologyErrors) in try problems.throwIfAny() }
        try found.throwIfAny(first: path)
        guard let topology else { preconditionFailure("a topology that cannot be had was not reported") }
        self.topology = topology
    }

    /// Whether a text has a scenario: a cheap look for lists, which judges nothing.
    public static func hasScenario(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("scenario:") }
    }
}

/// What was found in several readings, each once.
struct Findings {
    private var diagnostics: [Diagnostic] = []

    @discardableResult
    mutating func gather<T>(_ read: () throws(TopologyErrors) -> T) -> T? {
        do throws(TopologyErrors) {
            return try read()
        } catch {
            add(error.diagnostics)
            return nil
        }
    }

    mutating func add(_ more: [Diagnostic]) {
        for diagnostic in more where !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }

    /// For a place of which something better can be said.
    mutating func drop(at place: Place) {
        diagnostics.removeAll { $0.line == place.line && $0.column == place.column }
    }

    /// Throws in the order of the lines, those of one file first.
    func throwIfAny(first file: String) throws(TopologyErrors) {
        guard !diagnostics.isEmpty else { return }
        let sorted = diagnostics.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            return (a.file == file ? 0 : 1, a.line, a.column, left.offset)
                < (b.file == file ? 0 : 1, b.line, b.column, right.offset)
        }
        throw TopologyErrors(diagnostics: sorted.map(\.element))
    }
}

extension Value {
    func entry(_ key: String) -> Entry? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }

    subscript(key: String) -> Value? { entry(key)?.value }

    /// The entries with these keys; whoever reads the rest of the file reports unknown ones.
    func fields(of map: ScenarioMap) -> [String: Entry] {
        var fields: [String: Entry] = [:]
        for name in map.names { fields[name] = entry(name) }
        return fields
    }
}
