import Dashboard
import Foundation
import RunDirectory
import TerminalUI
import Topology
import Yams

/// What a person has chosen once for all: `$XDG_CONFIG_HOME/zmqtop/config.yaml`. Options of the command line go before it.
struct Configuration: Equatable {
    /// A theme's name or file.
    var theme: String?
    /// Seconds between two looks of the screen.
    var refresh: Double?
    var ascii = false
    /// Whether clicks and the wheel are for zmqtop; without, the terminal's own selection needs no Shift.
    var mouse = true
    var keymap = Keymap.standard

    /// The person's own; without a file, that of nobody in particular.
    ///
    /// - Throws: `Failure` with every error of the file, each with its place.
    static func own() throws -> Configuration {
        guard let path = ConfigurationFolder.file, FileManager.default.fileExists(atPath: path) else {
            return Configuration()
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure("The configuration \(path) cannot be read as UTF-8 text.")
        }
        return try Configuration(text: text, path: path)
    }

    init() {}

    /// - Throws: `Failure` with every error of the text, each with its place.
    init(text: String, path: String) throws {
        var reader = ConfigurationReader(text: text, path: path)
        self = reader.read()
        if !reader.diagnostics.isEmpty { throw Failure(diagnostics: reader.diagnostics) }
    }
}

/// Reads a configuration and collects what is wrong with it.
struct ConfigurationReader {
    private let text: String
    private let path: String
    private(set) var diagnostics: [Diagnostic] = []

    private static let names = ["theme", "refresh", "ascii", "mouse", "keys"]

    init(text: String, path: String) {
        self.text = text
        self.path = path
    }

    mutating func read() -> Configuration {
        var configuration = Configuration()
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            complainOfYAML(error)
            return configuration
        }
        // Empty, or comments alone.
        guard let root, root.scalar?.string != "" else { return configuration }
        guard let mapping = root.mapping else {
            complain(root.mark, "a configuration is a list of settings", help: "write for example:  theme: gruvbox")
            return configuration
        }
        for (key, value) in mapping {
            switch key.string {
            case "theme": configuration.theme = word(value, "the name of a theme, as gruvbox")
            case "refresh": configuration.refresh = time(value)
            case "ascii": configuration.ascii = flag(value) ?? false
            case "mouse": configuration.mouse = flag(value) ?? true
            case "keys": configuration.keymap = keymap(value)
            default:
                let name = key.string ?? ""
                let near = Self.near(name, Self.names)
                complain(
                    key.mark, "there is no setting \"\(name)\"",
                    help: near.map { "did you mean \"\($0)\"?" } ?? "there are: " + Self.names.joined(separator: ", "),
                    length: name.count)
            }
        }
        return configuration
    }

    // MARK: Values

    private mutating func word(_ value: Node, _ expected: String) -> String? {
        guard let text = value.scalar?.string, !text.isEmpty else {
            complain(value.mark, "expected \(expected)")
            return nil
        }
        return text
    }

    private mutating func time(_ value: Node) -> Double? {
        let text = value.scalar?.string ?? ""
        guard let span = TimeSpan(argument: text), (0.02...60).contains(span.seconds) else {
            complain(value.mark, "expected a time from 20ms to 1m, as 250ms or 1s", length: text.count)
            return nil
        }
        return span.seconds
    }

    private mutating func flag(_ value: Node) -> Bool? {
        switch value.scalar?.string {
        case "true": return true
        case "false": return false
        default:
            complain(value.mark, "expected true or false", length: value.scalar?.string.count ?? 1)
            return nil
        }
    }

    private mutating func keymap(_ value: Node) -> Keymap {
        guard let mapping = value.mapping else {
            complain(value.mark, "expected commands and their keys", help: "write for example:  keys: { stop: ctrl-x }")
            return .standard
        }
        var remaps: [Keymap.Remap] = []
        var marks: [(name: Node, keys: Node)] = []
        for (name, keys) in mapping {
            guard let read = self.keys(keys) else { continue }
            remaps.append(.init(name: name.string ?? "", keys: read))
            marks.append((name, keys))
        }
        let (keymap, problems) = Keymap.standard.remapped(remaps)
        for problem in problems {
            let isName = !Keymap.names.contains(remaps[problem.index].name)
            let node = isName ? marks[problem.index].name : marks[problem.index].keys
            complain(node.mark, problem.text, length: node.scalar?.string.count ?? 1)
        }
        return keymap
    }

    /// A key, or a list of keys; `[]` for none.
    private mutating func keys(_ value: Node) -> [Key]? {
        var keys: [Key] = []
        for node in value.sequence.map(Array.init) ?? [value] {
            let name = node.scalar?.string ?? ""
            guard let key = Key(named: name) else {
                let near = Self.near(name.lowercased(), Key.names)
                complain(
                    node.mark, name.isEmpty ? "expected a key, or a list of keys" : "there is no key \"\(name)\"",
                    help: near.map { "did you mean \"\($0)\"?" }
                        ?? "a key is one character, or ctrl-x, alt-x, or one of: "
                        + Key.names.joined(separator: " "),
                    length: name.count)
                return nil
            }
            if keys.contains(key) { continue }
            keys.append(key)
        }
        return keys
    }

    // MARK: Complaints

    private mutating func complainOfYAML(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
            .composer(_, let problem, let mark, _)?:
            complain(mark, "this is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context)?:
            complain(context.mark, "\(duplicates.joined(separator: ", ")) stands there twice")
        default: complain(nil, "this is no YAML: \(error)")
        }
    }

    private mutating func complain(_ mark: Mark?, _ message: String, help: String? = nil, length: Int = 1) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let line = mark?.line ?? 0
        diagnostics.append(
            Diagnostic(
                file: path, line: line, column: mark?.column ?? 0, message: message,
                sourceLine: lines.indices.contains(line - 1) ? String(lines[line - 1]) : "", help: help,
                length: max(1, length)))
    }

    private static func near(_ name: String, _ names: [String]) -> String? {
        names.map { (name: $0, distance: editDistance($0, name)) }
            .filter { $0.distance <= max(1, min(2, name.count / 2)) }
            .min { $0.distance < $1.distance }?.name
    }
}
