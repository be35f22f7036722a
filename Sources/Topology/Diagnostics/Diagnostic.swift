/// One thing that is wrong with a topology: where, what, and what to do about it.
///
/// As JSON (`zmqtop check --json`) it has the names of its properties; `line` and `column` count from 1, columns in
/// Unicode scalars, as YAML parsers count them.
public struct Diagnostic: Error, Codable, Equatable, Sendable {
    /// The path as it was given, or `--set` for an override on the command line.
    public var file: String
    /// From 1; 0 when no line is meant.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// What is wrong and what was expected, one sentence.
    public var message: String
    /// The line as it stands in the file; empty where there is none (a file that could not be read).
    public var sourceLine: String
    /// The remedy ("did you mean …?"), or nil.
    public var help: String?
    /// How many scalars of the line are meant, from `column`; at least 1.
    public var length: Int

    package init(
        file: String, line: Int, column: Int, message: String, sourceLine: String, help: String? = nil, length: Int = 1
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.sourceLine = sourceLine
        self.help = help
        self.length = length
    }
}

extension Diagnostic: CustomStringConvertible {
    /// The rendered form, without a newline at its end:
    ///
    ///     topologies/a.yaml:12:18: error: there is no socket option "sndhwn"
    ///        12 |       options: { sndhwn: 1000 }
    ///           |                  ^~~~~~
    ///           = did you mean "sndhwm"?
    ///
    /// Control characters, which a file may contain, are shown as `�`: the text is safe for a terminal.
    public var description: String { rendered(severity: "error") }

    func rendered(severity: String) -> String {
        guard line > 0 else {
            let remedy = help.map { " (\($0))" } ?? ""
            return "\(file): \(severity): \(message)\(remedy)".withoutControlCharacters
        }
        var text = "\(file):\(line):\(column): \(severity): \(message)".withoutControlCharacters
        let number = String(line)
        let gutter = String(repeating: " ", count: max(0, 5 - number.count))
        let blank = String(repeating: " ", count: max(5, number.count))
        if !sourceLine.isEmpty {
            let excerpt = SourceExcerpt(line: sourceLine, column: column, length: length)
            text += "\n\(gutter)\(number) | \(excerpt.text)\n\(blank) | \(excerpt.marker)"
        }
        if let help {
            text += "\n\(blank) = \(help.withoutControlCharacters)"
        }
        return text
    }
}

/// All that is wrong with a topology, in the order of the file.
public struct TopologyErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// Never empty.
    public var diagnostics: [Diagnostic]

    package init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    /// All diagnostics rendered, and a count where there are several.
    public var description: String {
        var text = diagnostics.map(\.description).joined(separator: "\n")
        if diagnostics.count > 1 { text += "\n\(diagnostics.count) errors" }
        return text
    }
}
