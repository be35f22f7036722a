import ArgumentParser
import Dashboard
import RunDirectory
import Terminal
import TerminalUI

/// How the screen is drawn.
struct DrawingOptions: ParsableArguments {
    @Option(help: "A theme's name or file. (default: night, or what the configuration says)")
    var theme: String?

    @Flag(help: "Draw with ASCII only.")
    var ascii = false
}

/// The terminal, taken over, and what it is drawn with.
struct Screen {
    let terminal: TerminalScreen
    let themes: Themes
    let isASCII: Bool
    let configuration: Configuration

    /// - Parameter instead: what to do where there is no terminal.
    /// - Throws: `Failure` when there is no terminal, or no such theme; the terminal is as it was then.
    init(
        _ drawing: DrawingOptions, _ installation: Installation,
        instead: String = "use --headless, which needs no terminal"
    ) throws {
        configuration = try Configuration.own()
        themes = try Themes(drawing, configuration, installation)
        do {
            terminal = try TerminalScreen(mouse: configuration.mouse)
        } catch {
            throw Failure("\(error), or \(instead).")
        }
        isASCII = drawing.ascii || configuration.ascii || !terminal.supportsUnicode
    }

    /// What is on the screen while the session starts: the frame, and that the first look is yet to come.
    func greet(_ topology: ResolvedTopology, _ lesson: LessonPlan? = nil) {
        let state = DashboardState(
            topology: topology, theme: themes.current.adapted(to: terminal.colorDepth),
            glyphs: isASCII ? .ascii : .unicode, size: terminal.size, keymap: configuration.keymap,
            lesson: lesson)
        terminal.present(view(state, size: terminal.size).buffer)
    }

    /// Gives the terminal back as it was; once is enough.
    func restore() { terminal.restore() }
}

extension Themes {
    /// The one that is wanted: by the command line, else by the configuration, else `night`.
    init(_ drawing: DrawingOptions, _ configuration: Configuration, _ installation: Installation) throws {
        try self.init(drawing.theme ?? configuration.theme ?? "night", installation: installation)
    }
}
