/// The symbols that screens draw with: Unicode's, or plain ASCII where the terminal cannot show more.
public struct Glyphs: Hashable, Sendable {
    /// Whether these are Unicode's; widgets choose their bars and frames by it.
    public let isUnicode: Bool
    /// Alive and well.
    public let up: Character
    /// Not started, waiting, unknown.
    public let idle: Character
    /// Under way: starting, connecting, retrying.
    public let busy: Character
    /// Failed.
    public let failed: Character
    /// Ended as asked.
    public let exited: Character
    /// Paused.
    public let paused: Character
    /// Needs a look.
    public let warning: Character
    /// Flow to the right, and "selected".
    public let right: Character
    /// Flow to the left.
    public let left: Character
    /// More above.
    public let above: Character
    /// More below.
    public let below: Character
    /// A live link.
    public let heavyLine: Character
    /// A quiet link.
    public let lightLine: Character
    /// A link that is down.
    public let dashedLine: Character
    /// Between parts of a bar.
    public let separator: Character
    /// In place of a figure that is not known.
    public let unknown: Character
    /// From one thing to another, as in "client → scheduler".
    public let arrow: String
    /// At the end of a text that was cut.
    public let ellipsis: String

    /// Unicode's symbols.
    public static let unicode = Glyphs(
        isUnicode: true, up: "●", idle: "○", busy: "◌", failed: "✖", exited: "◇", paused: "‖", warning: "▲",
        right: "▸", left: "◂", above: "▴", below: "▾", heavyLine: "━", lightLine: "─", dashedLine: "╌", separator: "│",
        unknown: "—", arrow: "→", ellipsis: "…")

    /// ASCII's.
    public static let ascii = Glyphs(
        isUnicode: false, up: "*", idle: "o", busy: "~", failed: "X", exited: "-", paused: "=", warning: "!",
        right: ">", left: "<", above: "^", below: "v", heavyLine: "=", lightLine: "-", dashedLine: ".", separator: "|",
        unknown: "-", arrow: "->", ellipsis: "..")
}
