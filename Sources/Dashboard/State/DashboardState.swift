public import RunDirectory
import Telemetry
public import TerminalUI

/// Everything that the dashboard knows. `update` changes it, `view` draws it; neither has a clock or touches the outside.
public struct DashboardState: Equatable, Sendable {
    /// What stands in front of the screen and takes the keys.
    enum Overlay: Equatable, Sendable {
        case help(offset: Int)
        /// A question that `y` answers with the command.
        case question(String, SessionCommand)
        /// Whether the lesson is to begin anew.
        case lessonReset
        /// The lesson's question is being answered; which choice is marked.
        case prediction(Int)
        case composer
        /// A command is being typed.
        case palette(Palette)
        /// The filter is being typed.
        case filter
        case faults(FaultMenu)
        /// The list of what is wrong.
        case findings
        /// The columns of a list, and which of them the keys act on.
        case columns(Pane, row: Int)
    }

    /// A sentence on the status line, until `until` on the clock of `tick`.
    struct Message: Equatable, Sendable {
        var text: String
        var isProblem: Bool
        var until: Duration
    }

    /// A verdict that has ended, told until `until` on the clock of `tick`.
    struct Ended: Equatable, Sendable {
        var finding: Finding
        var until: Duration
    }

    /// Why something asked for is not done: one sentence.
    struct Refusal: Error {
        var text: String
    }

    /// What was loaded.
    public let topology: ResolvedTopology
    /// Whether whatever would change the session is refused.
    public let readOnly: Bool
    /// The styles; `Action.themeChanged` changes them.
    public internal(set) var theme: Theme
    /// The symbols.
    public internal(set) var glyphs: Glyphs
    /// Of the terminal, as last told.
    public internal(set) var size: Size

    /// The keys, as configured.
    public let keymap: Keymap
    /// The names of the themes that there are, for the palette.
    public internal(set) var themes: [String]

    /// Collected all the time.
    var live = Observation()
    /// What is shown while the view is frozen, else nil.
    var frozen: Observation?
    var screen = Screen.topology
    /// Which list of the screen has the keys.
    var focus = Pane.graph
    var selections: [Pane: Selection] = [:]
    /// What was last selected anywhere: it is selected everywhere.
    var sharedSelection: Subject?
    var graph = GraphState()
    /// What Enter opened, and how far it is scrolled.
    var detail: Subject?
    var detailOffset = 0
    /// What the node that is opened wrote last, once it was read.
    var output: NodeOutput?
    /// Of whom it was asked for, and when.
    var outputNode: String?
    var outputAskedAt: Duration?
    var filter = Filter()
    /// What was chosen for each list.
    var lists: [Pane: ListSettings] = [:]
    /// How far back curves reach.
    var window = HistoryWindow.minute
    /// Whose events are shown; nil: all.
    var eventsOf: Subject?
    /// Entries of the event log that stand open.
    var unfolded: Set<Int> = []
    /// The rows of the lists on the screen, as `settle` made them.
    var listRows: [Pane: ListRows] = [:]
    /// The last filter that was used, to be recalled.
    var lastFilter = ""
    /// What is being typed as filter.
    var filterInput = TextInput()
    var overlay: Overlay?
    var composer = Composer()
    /// The lesson that is taken, or nil.
    var lesson: LessonState?
    /// What faults were last given.
    var faultValues = FaultValues()
    /// What is kept of the composer between runs.
    var drafts: [KeptDraft] = []
    /// How many messages the Messages screen asks for.
    var samplingLevel = SamplingLevel.some
    /// Whether messages are shown as bytes, not as what they mean.
    var showsBytes = false
    /// Whether there are taps to ask for messages.
    let canSample: Bool
    /// What was done by the palette, the newest last.
    var commandHistory: [String] = []
    var message: Message?
    /// As one goes through them.
    var findings = Findings()
    /// The verdict that stood on its line last, when there is none any more.
    var ended: Ended?
    /// The time at the beginning when the file's lints stand there is over.
    var hasToldLints = false
    /// How often a snapshot is taken.
    public internal(set) var refresh: Duration
    /// Whether the picture may differ from the last one that was drawn.
    public internal(set) var isFrameDue = true
    /// When the last picture was drawn.
    var drawnAt = Duration.zero
    /// What a slow terminal gets between two frames; zero for one that keeps up.
    var frameInterval = Duration.zero
    /// Time since the dashboard began, as last told by `tick`.
    var now = Duration.zero

    /// - Parameters:
    ///   - topology: what was loaded; declared sockets and options are shown from it.
    ///   - refresh: how often snapshots come, until `+` and `-` change it.
    ///   - readOnly: refuses, with a sentence, whatever would change the session.
    ///   - keymap: the keys.
    ///   - themes: the names of the themes that `Effect.theme` can load.
    ///   - canSample: whether messages can be asked for.
    ///   - lesson: what is taught in a pane of its own, if anything; it has at least one step.
    public init(
        topology: ResolvedTopology, theme: Theme, glyphs: Glyphs, size: Size = Size(width: 80, height: 24),
        refresh: Duration = .milliseconds(500), readOnly: Bool = false, keymap: Keymap = .standard,
        themes: [String] = [], canSample: Bool = true, lesson: LessonPlan? = nil
    ) {
        self.lesson = lesson.map(LessonState.init)
        self.topology = topology
        self.theme = theme
        self.glyphs = glyphs
        self.size = size
        self.refresh = refresh
        self.readOnly = readOnly
        self.canSample = canSample
        self.keymap = keymap
        self.themes = themes
    }

    /// How long one picture stands while something moves in it; nil while nothing does.
    public var motion: Duration? {
        guard screen == .topology, detail == nil || isDetailBeside, frozen == nil, !graph.layout.paths.isEmpty,
            shown.flows.contains(where: { $0.link.state == .up && ($0.rate ?? 0) > 0 })
        else { return nil }
        return .milliseconds(200)
    }

    /// Theme and symbols, as widgets take them.
    var look: Look { Look(theme: theme, glyphs: glyphs) }

    /// What is on the screen: the newest, or what was frozen.
    var shown: Observation { frozen ?? live }

    /// What is selected, or opened.
    var selected: Subject? { detail ?? selections[focus]?.subject }

    /// The node that the keys act on: the one selected, or the owner of what is selected (of a link, the connecting end).
    var targetNode: String? {
        switch selected {
        case .node(let name): return name
        case .socket(let id): return shown.socket(id)?.node
        case .link(let id):
            guard let link = shown.link(id) else { return nil }
            return shown.owner(of: link.from) ?? shown.owner(of: link.to)
        case .event(let id): return shown.log.entry(id)?.node
        case .message(let id): return shown.messages.entry(id).flatMap { shown.owner(of: $0.message.socket) }
        case .group, .edge, nil: return nil
        }
    }

    /// Sockets that a fresh peer can reach, `NODE.SOCKET`: those that are bound, by the file or as the links show.
    var boundSockets: [String] {
        var found: [String] = []
        var seen: Set<String> = []
        for node in topology.nodes {
            for socket in node.sockets where !socket.binds.isEmpty {
                let id = "\(node.name).\(socket.name)"
                if seen.insert(id).inserted { found.append(id) }
            }
        }
        for link in live.links where live.socket(link.to) != nil && seen.insert(link.to).inserted {
            found.append(link.to)
        }
        // Of a program that only the kernel tells of.
        for socket in live.sockets where live.node(socket.node)?.source == .kernel {
            if socket.name.hasPrefix("bind#"), seen.insert(socket.id).inserted { found.append(socket.id) }
        }
        return found
    }

    /// The type of a socket as `DEALER`, from what is seen or what the file declares.
    func socketType(_ id: String) -> String? {
        if let type = live.socket(id)?.type { return type }
        for node in topology.nodes where id.hasPrefix(node.name + ".") {
            if let socket = node.sockets.first(where: { "\(node.name).\($0.name)" == id }) { return socket.type }
        }
        return nil
    }

    mutating func say(_ text: String, isProblem: Bool = false) {
        message = Message(text: text, isProblem: isProblem, until: now + .seconds(isProblem ? 12 : 6))
    }
}
