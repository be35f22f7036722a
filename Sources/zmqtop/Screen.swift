import Terminal
import TerminalUI

/// The terminal, taken over, and what it is drawn with.
struct Screen {
    let terminal: TerminalScreen
    let themes: Themes
    let isASCII: Bool

    /// - Throws: `Failure` when there is no terminal, or no such theme; the terminal is as it was then.
    init(theme: String, isASCII: Bool, _ installation: Installation) throws {
        themes = try Themes(theme, installation: installation)
        do {
            terminal = try TerminalScreen()
        } catch {
            throw Failure("\(error) Without a terminal, run it with --headless.")
        }
        self.isASCII = isASCII || !terminal.supportsUnicode
    }

    /// Gives the terminal back as it was; once is enough.
    func restore() { terminal.restore() }
}
