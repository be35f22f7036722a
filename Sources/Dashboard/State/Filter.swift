/// What the tables show: rows that contain the text, in any case; with `!` in front, rows that do not.
public struct Filter: Equatable, Sendable {
    /// As typed, empty for none.
    public var text: String

    public init(_ text: String = "") { self.text = text }

    public var isActive: Bool { !needle.isEmpty }
    var isInverted: Bool { text.hasPrefix("!") }
    private var needle: String { (isInverted ? String(text.dropFirst()) : text).lowercased() }

    /// Whether a row of these words is shown.
    public func shows(_ words: [String]) -> Bool {
        let needle = needle
        guard !needle.isEmpty else { return true }
        return words.contains { $0.lowercased().contains(needle) } != isInverted
    }
}
