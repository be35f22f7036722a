import TerminalUI

/// What a key asks for.
enum Command: Equatable, Sendable {
    case screen(Screen)
    case nextScreen, previousScreen
    case up, down, left, right, pageUp, pageDown, first, last
    case open, back
    case filter, freeze, faster, slower
    case sortLeft, sortRight, invertSort, columns, window, onlySelected
    // In the column chooser.
    case toggleColumn, resetColumns
    case panLeft, panRight, panUp, panDown, zoomIn, zoomOut, fold, hottest
    case messages, sampling, bytes, copy, again, edit
    case start, stop, kill, restart, pause
    case cut, faults
    case lessonOn, lessonBack, lessonHint, lessonReset, choose
    case inject, theme, previousTheme, help, detach, quit, interrupt
    case palette, screenshot
    // In the palette.
    case run, complete, older, newer
    // In the composer.
    case nextField, previousField, send, keep, forget
    // What is wrong: the list, and the next in it.
    case verdict
    // Answers to a question.
    case yes, no
}

/// The one table of keys: it drives the dispatch, the hints, the help screen, the palette, and the table in the README.
/// ``bindings`` of the type are those that come with the program; a configuration may give other keys.
public struct Keymap: Sendable {
    /// Where a binding holds.
    enum Context: String, Sendable, CaseIterable {
        case looking = "Looking"
        case moving = "Moving"
        case graph = "In the graph"
        case lists = "In the lists"
        case columns = "In the column chooser"
        case messages = "In the messages"
        case acting = "On the selected node"
        case lesson = "In a lesson"
        case prediction = "At a prediction"
        case faults = "In the faults"
        case verdicts = "In the verdicts"
        case composer = "In the composer"
        case palette = "In the palette"
        case question = "At a question"
        case anywhere = "Anywhere"

        /// Whether it stands in front of the screens, and has the keys to itself.
        var isInFront: Bool {
            switch self {
            case .prediction, .faults, .verdicts, .columns, .composer, .palette, .question: true
            default: false
            }
        }
    }

    struct Binding: Equatable, Sendable {
        var context: Context
        var keys: [Key]
        /// How the keys are written for people.
        var label: String
        var command: Command
        /// What it does, for help and README.
        var help: String
        /// One word for the hint line, or nil.
        var hint: String?
    }

    static let bindings: [Binding] =
        screens + moving + graph + messages + looking + lists + columns + acting + faults + lesson + verdicts + composer
        + palette
        + question + anywhere

    private static let screens = Screen.allCases.map { screen in
        Binding(
            context: .looking, keys: [.character(screen.digit)], label: String(screen.digit), command: .screen(screen),
            help: screen.help, hint: nil)
    }

    private static let moving: [Binding] = [
        Binding(context: .moving, keys: [.down, .character("j")], label: "↓ j", command: .down, help: "next row"),
        Binding(context: .moving, keys: [.up, .character("k")], label: "↑ k", command: .up, help: "row before"),
        Binding(context: .moving, keys: [.right, .character("l")], label: "→ l", command: .right, help: "next list"),
        Binding(context: .moving, keys: [.left, .character("h")], label: "← h", command: .left, help: "list before"),
        Binding(context: .moving, keys: [.home, .character("g")], label: "Home g", command: .first, help: "first row"),
        Binding(
            context: .moving, keys: [.end, .character("G")], label: "End G", command: .last,
            help: "last row; in the events: follow"),
        Binding(context: .moving, keys: [.pageDown], label: "PgDn", command: .pageDown, help: "a page down"),
        Binding(context: .moving, keys: [.pageUp], label: "PgUp", command: .pageUp, help: "a page up"),
    ]

    private static let graph: [Binding] = [
        Binding(
            context: .graph, keys: [.character("z")], label: "z", command: .zoomIn, help: "nearer: more in each box"),
        Binding(context: .graph, keys: [.character("Z")], label: "Z", command: .zoomOut, help: "farther: less"),
        Binding(
            context: .graph, keys: [.character("o")], label: "o", command: .fold,
            help: "fold replicas into one box, or unfold", hint: "fold"),
        Binding(
            context: .graph, keys: [.character("f")], label: "f", command: .hottest,
            help: "follow the link with the most messages", hint: "follow"),
        Binding(
            context: .graph, keys: [Key(.left, shift: true)], label: "Shift-←", command: .panLeft, help: "pan left"),
        Binding(
            context: .graph, keys: [Key(.right, shift: true)], label: "Shift-→", command: .panRight, help: "pan right"),
        Binding(context: .graph, keys: [Key(.up, shift: true)], label: "Shift-↑", command: .panUp, help: "pan up"),
        Binding(
            context: .graph, keys: [Key(.down, shift: true)], label: "Shift-↓", command: .panDown, help: "pan down"),
    ]

    private static let messages: [Binding] = [
        Binding(
            context: .messages, keys: [.character("S")], label: "S", command: .sampling,
            help: "how many are copied: some, every one, none"),
        Binding(
            context: .messages, keys: [.character("b")], label: "b", command: .bytes,
            help: "what it means, or its bytes"
        ),
        Binding(
            context: .messages, keys: [.character("y")], label: "y", command: .copy,
            help: "copy the payload to the clipboard"),
        Binding(
            context: .messages, keys: [.character("a")], label: "a", command: .again, help: "send it again"),
        Binding(
            context: .messages, keys: [.character("e")], label: "e", command: .edit, help: "edit it, and send"),
    ]

    private static let looking: [Binding] = [
        Binding(context: .looking, keys: [.tab], label: "Tab", command: .nextScreen, help: "next screen"),
        Binding(
            context: .looking, keys: [.backTab], label: "Shift-Tab", command: .previousScreen, help: "screen before"),
        Binding(
            context: .looking, keys: [.enter], label: "Enter", command: .open, help: "all that is known of the row"),
        Binding(context: .looking, keys: [.escape], label: "Esc", command: .back, help: "back; clears the filter"),
        Binding(
            context: .looking, keys: [.character("/")], label: "/", command: .filter,
            help: "filter: text state:up depth>10; ! inverts", hint: "filter"),
        Binding(
            context: .looking, keys: [.character("m")], label: "m", command: .messages,
            help: "messages of what is selected"),
        Binding(
            context: .looking, keys: [.character(" ")], label: "Space", command: .freeze,
            help: "freeze the view; collection goes on", hint: "freeze"),
        Binding(context: .looking, keys: [.character("+")], label: "+", command: .faster, help: "refresh more often"),
        Binding(context: .looking, keys: [.character("-")], label: "-", command: .slower, help: "refresh less often"),
        Binding(
            context: .looking, keys: [.character("v")], label: "v", command: .verdict,
            help: "what is wrong: verdicts, then lints"),
        Binding(context: .looking, keys: [.character("t")], label: "t", command: .theme, help: "next theme"),
        Binding(
            context: .looking, keys: [.character("T")], label: "T", command: .previousTheme, help: "theme before"),
        Binding(
            context: .looking, keys: [.character(":")], label: ":", command: .palette,
            help: "any command by its name; Tab completes", hint: "command"),
        Binding(
            context: .looking, keys: [.character("P")], label: "P", command: .screenshot,
            help: "save the screen to files, as SVG and as text"),
    ]

    private static let lists: [Binding] = [
        Binding(
            context: .lists, keys: [.character(">")], label: ">", command: .sortRight,
            help: "sort by the next column (or click a heading)"),
        Binding(
            context: .lists, keys: [.character("<")], label: "<", command: .sortLeft,
            help: "sort by the column before; then file's order"),
        Binding(context: .lists, keys: [.character("I")], label: "I", command: .invertSort, help: "invert the order"),
        Binding(
            context: .lists, keys: [.character("C")], label: "C", command: .columns, help: "choose the columns",
            hint: "columns"),
        Binding(
            context: .lists, keys: [.character("w")], label: "w", command: .window,
            help: "window of the curves: 10 s to 10 min"),
        Binding(
            context: .lists, keys: [.character("n")], label: "n", command: .onlySelected,
            help: "only the events of what is selected; or all"),
    ]

    private static let columns: [Binding] = [
        Binding(
            context: .columns, keys: [.character(" ")], label: "Space", command: .toggleColumn,
            help: "show the column, or hide it"),
        Binding(
            context: .columns, keys: [.character("0")], label: "0", command: .resetColumns,
            help: "columns and order as they were at first"),
        Binding(
            context: .columns, keys: [.escape, .enter, .character("C")], label: "Esc Enter", command: .back,
            help: "back"),
    ]

    private static let acting: [Binding] = [
        Binding(
            context: .acting, keys: [.character("i")], label: "i", command: .inject, help: "inject a message",
            hint: "inject"),
        Binding(context: .acting, keys: [.character("s")], label: "s", command: .start, help: "start", hint: "start"),
        Binding(
            context: .acting, keys: [.character("x")], label: "x", command: .stop,
            help: "stop: TERM, then KILL after its grace", hint: "stop"),
        Binding(
            context: .acting, keys: [.character("X")], label: "X", command: .kill, help: "kill; asks first",
            hint: "kill"),
        Binding(
            context: .acting, keys: [.character("r")], label: "r", command: .restart, help: "restart", hint: "restart"),
        Binding(
            context: .acting, keys: [.character("p")], label: "p", command: .pause, help: "pause, or resume",
            hint: "pause"),
        Binding(
            context: .acting, keys: [.character("c")], label: "c", command: .cut,
            help: "cut the link, or heal it; a node: all its links", hint: "cut"),
        Binding(
            context: .acting, keys: [.character("F")], label: "F", command: .faults,
            help: "faults: partition, loss, slow, drop …", hint: "faults"),
    ]

    private static let faults: [Binding] = [
        Binding(context: .faults, keys: [.enter], label: "Enter", command: .open, help: "do it"),
        Binding(context: .faults, keys: [.escape], label: "Esc", command: .back, help: "leave, and do nothing"),
    ]

    private static let lesson: [Binding] = [
        Binding(context: .lesson, keys: [.character("]")], label: "]", command: .lessonOn, help: "go on"),
        Binding(context: .lesson, keys: [.character("[")], label: "[", command: .lessonBack, help: "go back"),
        Binding(context: .lesson, keys: [.character("H")], label: "H", command: .lessonHint, help: "how it is done"),
        Binding(
            context: .lesson, keys: [.character("R")], label: "R", command: .lessonReset,
            help: "the lesson from its start; asks first"),
        Binding(
            context: .prediction, keys: ["1", "2", "3", "4"].map { .character($0) }, label: "1-4", command: .choose,
            help: "this answer"),
        Binding(
            context: .prediction, keys: [.enter], label: "Enter", command: .open, help: "the answer that is marked"),
        Binding(
            context: .prediction, keys: [.escape], label: "Esc", command: .back, help: "look around first; ] asks again"
        ),
    ]

    private static let verdicts: [Binding] = [
        Binding(
            context: .verdicts, keys: [.character("v")], label: "v", command: .verdict,
            help: "the next one, round and round", hint: "next"),
        Binding(
            context: .verdicts, keys: [.enter], label: "Enter", command: .open, help: "go to what it is about",
            hint: "go there"),
        Binding(
            context: .verdicts, keys: [.escape, .character("q")], label: "Esc", command: .back, help: "leave",
            hint: "leave"),
    ]

    private static let composer: [Binding] = [
        Binding(context: .composer, keys: [.tab], label: "Tab", command: .nextField, help: "next field"),
        Binding(
            context: .composer, keys: [.backTab], label: "Shift-Tab", command: .previousField, help: "field before"),
        Binding(
            context: .composer, keys: [.left], label: "←", command: .left, help: "choice before; left in the text"),
        Binding(
            context: .composer, keys: [.right], label: "→", command: .right, help: "next choice; right in the text"),
        Binding(
            context: .composer, keys: [.enter], label: "Enter", command: .open,
            help: "next frame or field; sends on [ Send ]"),
        Binding(context: .composer, keys: [.control("s")], label: "Ctrl-S", command: .send, help: "send"),
        Binding(
            context: .composer, keys: [.control("t")], label: "Ctrl-T", command: .keep,
            help: "keep it between runs, by its name"),
        Binding(
            context: .composer, keys: [.control("x")], label: "Ctrl-X", command: .forget, help: "forget what is kept"),
        Binding(context: .composer, keys: [.escape], label: "Esc", command: .back, help: "close; the draft stays"),
    ]

    private static let palette: [Binding] = [
        Binding(context: .palette, keys: [.enter], label: "Enter", command: .run, help: "do it"),
        Binding(context: .palette, keys: [.tab], label: "Tab", command: .complete, help: "complete what is typed"),
        Binding(
            context: .palette, keys: [.up, .control("p")], label: "↑ Ctrl-P", command: .older,
            help: "choice before; then what was typed before"),
        Binding(
            context: .palette, keys: [.down, .control("n")], label: "↓ Ctrl-N", command: .newer, help: "next choice"),
        Binding(context: .palette, keys: [.escape], label: "Esc", command: .back, help: "leave, and do nothing"),
    ]

    private static let question: [Binding] = [
        Binding(context: .question, keys: [.character("y")], label: "y", command: .yes, help: "yes"),
        Binding(context: .question, keys: [.character("n"), .escape], label: "n Esc", command: .no, help: "no"),
    ]

    private static let anywhere: [Binding] = [
        Binding(
            context: .looking, keys: [.character("?")], label: "?", command: .help, help: "this help", hint: "help"),
        Binding(
            context: .looking, keys: [.character("D")], label: "D", command: .detach,
            help: "detach; zmqtop attach comes back"),
        Binding(
            context: .looking, keys: [.character("q")], label: "q", command: .quit,
            help: "quit; ends the session that it started", hint: "quit"),
        Binding(context: .anywhere, keys: [.control("c")], label: "Ctrl-C", command: .interrupt, help: "quit, always"),
    ]

    /// These bindings, with the keys that they have now.
    let bindings: [Binding]
    private let byContext: [Context: [Key: Command]]

    /// The keys that come with the program.
    public static let standard = Keymap(Keymap.bindings)

    init(_ bindings: [Binding]) {
        self.bindings = bindings
        var table: [Context: [Key: Command]] = [:]
        for binding in bindings {
            for key in binding.keys { table[binding.context, default: [:]][key] = binding.command }
        }
        byContext = table
    }

    /// What `key` asks for where these contexts hold; the first that knows it decides.
    func command(for key: Key, in contexts: [Context]) -> Command? {
        for context in contexts {
            if let command = byContext[context]?[key] { return command }
        }
        return nil
    }

    /// The key that asks for a command, as a sentence names it; its name in the palette where it has no key.
    ///
    /// - Parameter context: where; nil: while one looks at a screen, and where it has no key there, anywhere.
    func key(for command: Command, in context: Context? = nil) -> String {
        let all = bindings.filter { $0.command == command && !$0.keys.isEmpty }
        let binding = all.first { context == nil ? !$0.context.isInFront : $0.context == context } ?? all.first
        return binding.map { $0.keys[0].label } ?? ":\(command.name)"
    }

    /// The table for the README: one row a binding, in the order of the contexts.
    public static var markdownTable: String {
        var lines = ["| key | where | what it does |", "|---|---|---|"]
        for context in Context.allCases {
            for binding in bindings where binding.context == context {
                lines.append("| `\(binding.label)` | \(context.rawValue.lowercased()) | \(binding.help) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Key {
    static let up = Key(.up), down = Key(.down), left = Key(.left), right = Key(.right)
    static let home = Key(.home), end = Key(.end), pageUp = Key(.pageUp), pageDown = Key(.pageDown)
    static let tab = Key(.tab), backTab = Key(.backTab), enter = Key(.enter), escape = Key(.escape)

    static func character(_ character: Character) -> Key { Key(character) }
    static func control(_ character: Character) -> Key { Key(character, control: true) }
}

extension Keymap: Equatable {
    /// The table follows from the bindings.
    public static func == (one: Keymap, other: Keymap) -> Bool { one.bindings == other.bindings }
}
