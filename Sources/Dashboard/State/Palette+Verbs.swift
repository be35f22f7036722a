import Telemetry

extension DashboardState {
    /// All that can be typed, in the order of the keymap.
    var verbs: [Palette.Verb] {
        var verbs: [Palette.Verb] = []
        var seen: Set<String> = []
        func add(_ name: String, _ help: String, keys: String = "", _ argument: Palette.Argument) {
            guard seen.insert(name).inserted else { return }
            verbs.append(.init(name: name, help: help, keys: keys, argument: argument))
        }
        add("screen", "open a screen", .oneOf(kind: "screen", names: Screen.allCases.map(\.word), isNeeded: true))
        add("go", "select a node, a link or a socket", .oneOf(kind: "subject", names: subjectNames, isNeeded: true))
        for binding in keymap.bindings where binding.isTypable {
            add(
                binding.command.name, binding.help, keys: binding.keys.isEmpty ? "" : binding.label,
                argument(of: binding.command))
        }
        add("resume", "let a paused node go on", .oneOf(kind: "node", names: nodeNames, isNeeded: false))
        add("refresh", "look this often", .text("a time from 20ms to 1m, as 200ms or 1s", isNeeded: true))
        return verbs
    }

    private func argument(of command: Command) -> Palette.Argument {
        switch command {
        case .start, .stop, .kill, .restart, .pause: .oneOf(kind: "node", names: nodeNames, isNeeded: false)
        case .theme: .oneOf(kind: "theme", names: themes, isNeeded: false)
        case .inject: .oneOf(kind: "bound socket", names: boundSockets, isNeeded: false)
        case .filter: .text("rows that contain this; ! in front inverts", isNeeded: false)
        case .screenshot: .text("a file: .svg, or .txt for text", isNeeded: false)
        default: .nothing
        }
    }

    private var nodeNames: [String] { live.nodes.map(\.name) }

    private var subjectNames: [String] {
        nodeNames + live.sockets.map(\.id) + live.links.map(\.id)
    }
}

extension Keymap.Binding {
    /// Whether the palette offers it: what moves a cursor is quicker by its key, and what stands in front of a screen
    /// has its own keys.
    fileprivate var isTypable: Bool {
        if context.isInFront || context == .moving || context == .anywhere { return false }
        switch command {
        case .screen, .palette, .back: return false
        default: return true
        }
    }
}

extension Screen {
    /// Its name as it is typed.
    var word: String { "\(self)" }
}
