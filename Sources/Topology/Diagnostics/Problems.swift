/// A place in the file or in a `--set` argument.
package struct Place: Hashable, Sendable {
    /// 0 is the file, n the nth `--set` argument.
    var source = 0
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int

    /// A place in the file.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(source: Int, line: Int, column: Int) {
        self.source = source
        self.line = line
        self.column = column
    }
}

/// Collects what is wrong, so that all of it is reported at once.
package final class Problems {
    /// Name and text of the file, then of each `--set` argument.
    private let sources: [(name: String, text: String)]
    /// The file's lines; split when something is wrong, which is rare.
    private lazy var lines = Self.lines(of: sources[0].text)
    private var found: [(place: Place, diagnostic: Diagnostic)] = []
    private var seen: Set<Place> = []

    package init(path: String, text: String, arguments: [String]) {
        sources = [(path, text)] + arguments.map { ("--set", $0) }
    }

    package var isEmpty: Bool { found.isEmpty }

    package func report(_ place: Place, _ message: String, help: String? = nil) {
        let diagnostic = diagnostic(at: place, message, help: help)
        guard !found.contains(where: { $0.diagnostic == diagnostic }) else { return }
        seen.insert(place)
        found.append((place, diagnostic))
    }

    /// For what replicas share: the place is reported once, however many replicas find it wrong.
    func reportOnce(_ place: Place, _ message: String, help: String? = nil) {
        guard !seen.contains(place) else { return }
        report(place, message, help: help)
    }

    func wasReported(_ place: Place) -> Bool { seen.contains(place) }

    /// Throws all that was reported, in the order of the file.
    package func throwIfAny() throws(TopologyErrors) {
        guard !found.isEmpty else { return }
        let sorted = found.enumerated().sorted { left, right in
            let (a, b) = (left.element.place, right.element.place)
            return (a.source, a.line, a.column, left.offset) < (b.source, b.line, b.column, right.offset)
        }
        throw TopologyErrors(diagnostics: sorted.map(\.element.diagnostic))
    }

    package func diagnostic(at place: Place, _ message: String, help: String? = nil) -> Diagnostic {
        let source = sources[place.source]
        let lines = place.source == 0 ? self.lines : [source.text]
        let line = lines.indices.contains(place.line - 1) ? lines[place.line - 1] : ""
        return Diagnostic(
            file: source.name, line: place.line, column: place.column, message: message, sourceLine: line, help: help,
            length: Self.wordLength(in: line, from: place.column))
    }

    /// A line of the file, from 1, as it stands there; empty where there is none.
    package func line(_ number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }

    /// How another error's text names this place.
    func name(_ place: Place) -> String {
        place.source == 0 ? "line \(place.line)" : "--set \(sources[place.source].text)"
    }

    private static func lines(of text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }

    /// The length of the word (or of the quoted text) that starts at a column, for the marker below the line.
    private static func wordLength(in line: String, from column: Int) -> Int {
        let rest = Array(line.unicodeScalars.dropFirst(column - 1))
        guard let first = rest.first else { return 1 }
        if first == "\"" || first == "'" {
            return rest.dropFirst().firstIndex(of: first).map { $0 + 1 } ?? 1
        }
        if "{[&*".unicodeScalars.contains(first) { return 1 }
        var length = 0
        for (index, scalar) in rest.enumerated() {
            if ",]}#".unicodeScalars.contains(scalar) || scalar.properties.isWhitespace { break }
            if scalar == ":", index + 1 == rest.count || rest[index + 1].properties.isWhitespace { break }
            length += 1
        }
        return max(1, length)
    }
}
