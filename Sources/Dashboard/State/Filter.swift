/// What the tables show: rows that contain the text, in any case; with `!` in front, rows that do not.
struct Filter: Equatable, Sendable {
    /// As typed, empty for none.
    var text: String

    init(_ text: String = "") { self.text = text }

    var isActive: Bool { !needle.isEmpty }
    var isInverted: Bool { text.hasPrefix("!") }
    private var needle: String { (isInverted ? String(text.dropFirst()) : text).lowercased() }

    /// Whether a row of these words is shown.
    func shows(_ words: [String]) -> Bool {
        let needle = needle
        guard !needle.isEmpty else { return true }
        return words.contains { $0.lowercased().contains(needle) } != isInverted
    }
}
