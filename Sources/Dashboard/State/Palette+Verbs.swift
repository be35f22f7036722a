import RunDirectory
import Telemetry

extension DashboardState {
    /// All that can be typed: what one does to nodes, what concerns all screens, and what the screen that is open has of
    /// its own.
    var verbs: [Palette.Verb] {
        var verbs: [Palette.Verb] = []
        var seen: Set<String> = []
        func add(_ name: String, _ help: String, keys: String = "", _ argument: Palette.Argument) {
            guard seen.insert(name).inserted else { return }
            verbs.append(.init(name: name, help: help, keys: keys, argument: argument))
        }
        add("screen", "open a screen", .oneOf(kind: "screen", names: Screen.allCases.map(\.word), isNeeded: true))
        add("go", "select a node, a link or a socket", .oneOf(kind: "subject", names: subjectNames, isNeeded: true))
        let own = contexts.filter { ![.acting, .looking, .moving].contains($0) }
        for context in [.acting, .looking] + own {
            for binding in keymap.bindings where binding.context == context && binding.isTypable {
                add(
                    binding.command.name, binding.help, keys: binding.keys.isEmpty ? "" : binding.label,
                    argument(of: binding.command))
            }
        }
        for fault in Fault.Name.allCases {
            // The key's own command has its name, and takes what is selected.
            let names = faultTargets(fault)
            if let example = fault.example {
                add(fault.rawValue, fault.about, .oneWithValue(kind: fault.targetKind, names: names, example: example))
            } else {
                add(fault.rawValue, fault.about, .oneOf(kind: fault.targetKind, names: names, isNeeded: true))
            }
        }
        let healable = ["*"] + live.healable
        add("heal", "end faults", .oneOf(kind: "subject with a fault, or *", names: healable, isNeeded: true))
        add("resume", "let a paused node go on", .oneOf(kind: "node", names: nodeNames, isNeeded: false))
        let generating = Palette.Argument.oneOf(kind: "node", names: nodeNames, isNeeded: true)
        add("quiet", "let a node that makes messages make no more", generating)
        add("flow", "let it make them again", generating)
        add("refresh", "look this often", .text("a time from 20ms to 1m, as 200ms or 1s", isNeeded: true))
        return verbs
    }

    private func argument(of command: Command) -> Palette.Argument {
        switch command {
        case .start, .stop, .kill, .restart, .pause: .oneOf(kind: "node", names: nodeNames, isNeeded: false)
        case .theme: .oneOf(kind: "theme", names: themes, isNeeded: false)
        case .cut: .oneOf(kind: "link or node", names: faultTargets(.cut), isNeeded: false)
        case .inject: .oneOf(kind: "bound socket", names: boundSockets, isNeeded: false)
        case .filter: .text("rows that contain this; ! in front inverts", isNeeded: false)
        case .screenshot: .text("a file: .svg, or .txt for text", isNeeded: false)
        default: .nothing
        }
    }

    private func faultTargets(_ fault: Fault.Name) -> [String] {
        if fault.isOfLinks { return live.links.map(\.id) + nodeNames }
        return (fault == .slow ? nodeNames : []) + live.sockets.map(\.id)
    }

    private var nodeNames: [String] { live.nodes.map(\.name) }

    private var subjectNames: [String] {
        nodeNames + live.sockets.map(\.id) + live.links.map(\.id)
    }
}

extension Keymap.Binding {
    /// Whether the palette offers it: screens are an argument there, and there is nothing to go back from.
    fileprivate var isTypable: Bool {
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

extension Fault.Name {
    /// What it can befall, for a sentence.
    fileprivate var targetKind: String { isOfLinks ? "link or node" : self == .slow ? "node or socket" : "socket" }
}
