import ArgumentParser
import Terminal
import TerminalUI

/// How the screen is drawn.
struct DrawingOptions: ParsableArguments {
    @Option(help: "A theme's name or file.")
    var theme: String = "night"

    @Flag(help: "Draw with ASCII only.")
    var ascii = false
}

/// The terminal, taken over, and what it is drawn with.
struct Screen {
    let terminal: TerminalScreen
    let themes: Themes
    let isASCII: Bool

    /// - Throws: `Failure` when there is no terminal, or no such theme; the terminal is as it was then.
    init(_ drawing: DrawingOptions, _ installation: Installation) throws {
        themes = try Themes(drawing.theme, installation: installation)
        do {
            terminal = try TerminalScreen()
        } catch {
            throw Failure("\(error) Without a terminal, run it with --headless.")
        }
        isASCII = drawing.ascii || !terminal.supportsUnicode
    }

    /// Gives the terminal back as it was; once is enough.
    func restore() { terminal.restore() }
}
