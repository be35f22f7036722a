import Telemetry
public import TerminalUI

/// What a terminal shows at one moment.
public struct Frame: Equatable, Sendable {
    public var buffer: Buffer
    /// Where the cursor blinks; nil: hidden.
    public var cursor: Point?
    /// The title of the terminal's window.
    public var title: String
}

/// The picture of a state. Pure: the same state and size give the same frame.
public func view(_ state: DashboardState, size: Size) -> Frame {
    var canvas = Canvas(state: state, size: size)
    canvas.draw()
    return Frame(buffer: canvas.buffer, cursor: canvas.cursor, title: "zmqtop \(state.topology.name)")
}

/// A buffer being drawn, with what all the parts of the picture need.
struct Canvas {
    let state: DashboardState
    let theme: Theme
    let glyphs: Glyphs
    let size: Size
    var buffer: Buffer
    var cursor: Point?

    init(state: DashboardState, size: Size) {
        self.state = state
        self.size = size
        theme = state.theme
        glyphs = state.glyphs
        buffer = Buffer(size, style: state.theme.text)
    }

    var shown: Observation { state.shown }

    mutating func draw() {
        guard size.width >= Layout.minimum.width, size.height >= Layout.minimum.height else {
            drawTooSmall()
            return
        }
        let layout = Layout(state, size: size)
        drawHeader(layout.header)
        drawTabs(layout.tabs)
        if state.detail != nil {
            drawDetail(layout.body)
        } else {
            for place in layout.panes { drawPane(place, isBoxed: layout.isBoxed) }
            if let traffic = layout.traffic { drawTraffic(traffic) }
        }
        drawStatus(layout.status)
        switch state.overlay {
        case .help(let offset): drawHelp(offset: offset)
        case .composer: drawComposer()
        case .question(let question, _): drawQuestion(question)
        case .filter, nil: break
        }
    }

    private mutating func drawTooSmall() {
        let lines = ["zmqtop needs 40x10.", "This is \(size.width)x\(size.height).", "q quits."]
        for (index, line) in lines.enumerated() {
            let y = max(0, size.height - lines.count) / 2 + index
            buffer.put(
                line, at: Point(x: 0, y: y), width: size.width, alignment: .center,
                style: index == 0 ? theme.warning : theme.text, ellipsis: glyphs.ellipsis)
        }
    }

    // MARK: The frame around the screens

    private mutating func drawHeader(_ area: Rect) {
        let totals = shown.totals
        let clock = Format.clock(shown.snapshot?.elapsed)
        let allUp = totals.running == totals.nodes && totals.nodes > 0
        let steady = { (text: String, width: Int) in
            String(repeating: " ", count: max(0, width - TextWidth.of(text))) + text
        }
        // From the left in this order; where the width is short, what has the highest number is left out first.
        let items: [(priority: Int, spans: [Span])] = [
            (4, [Span("zmqtop", theme.title)]),
            (0, [Span(state.topology.name, theme.text.adding(.bold))]),
            (
                0,
                [
                    Span("\(allUp ? glyphs.up : totals.running == 0 ? glyphs.idle : glyphs.warning) ", allUp ? theme.good : theme.warning),
                    Span("\(totals.running)/\(totals.nodes) up", allUp ? theme.text : theme.warning),
                ]
            ),
            (1, [Span(steady(Format.rate(totals.messageRate), 5), theme.text), Span(" msg/s", theme.dim)]),
            (3, [Span(steady(Format.bytes(totals.byteRate), 8), theme.text), Span("/s", theme.dim)]),
            (2, [Span("depth ", theme.dim), Span(totals.depth.text, theme.text)]),
            (
                6,
                [
                    Span("reconnects ", theme.dim),
                    Span(Format.count(totals.reconnects), totals.reconnects > 0 ? theme.warning : theme.text),
                ]
            ),
            (
                5,
                [
                    Span("lost ", theme.dim),
                    Span(totals.lost.text, (totals.lost.known ?? 0) > 0 ? theme.bad : theme.text),
                ]
            ),
        ]
        let gap = area.width >= 100 ? 4 : 2
        let room = area.width - 2 - clock.count - 1
        var kept: Set<Int> = []
        var used = 0
        for index in items.indices.sorted(by: { (items[$0].priority, $0) < (items[$1].priority, $1) }) {
            let needed = items[index].spans.reduce(0) { $0 + TextWidth.of($1.text) } + (kept.isEmpty ? 0 : gap)
            guard used + needed <= room else { continue }
            used += needed
            kept.insert(index)
        }
        var x = area.x + 1
        for index in kept.sorted() {
            x += buffer.put(items[index].spans, at: Point(x: x, y: area.y)) + gap
        }
        buffer.put(clock, at: Point(x: area.right - 1 - clock.count, y: area.y), style: theme.dim)
    }

    private mutating func drawTabs(_ area: Rect) {
        var end = area.x
        for tab in Layout.tabs(width: area.width) {
            let isCurrent = tab.screen == state.screen
            let at = Point(x: area.x + tab.x, y: area.y)
            buffer.put(tab.text, at: at, style: isCurrent ? theme.tabSelected : theme.tab)
            buffer.put(String(tab.screen.digit), at: at, style: isCurrent ? theme.tabSelected : theme.key)
            end = at.x + tab.text.count
        }
        var notes: [Span] = []
        if let frozen = state.frozen {
            let age = max(0, (state.live.snapshot?.elapsed ?? 0) - (frozen.snapshot?.elapsed ?? 0))
            notes.append(Span(" FROZEN \(Format.seconds(age)) ago ", theme.frozen))
            notes.append(Span(" ", theme.text))
        }
        if state.filter.isActive, state.overlay != .filter {
            notes.append(Span("/\(state.filter.text)", theme.key))
            notes.append(Span(" Esc clears ", theme.dim))
        }
        notes.append(Span("?", theme.key))
        notes.append(Span(" help", theme.dim))
        let width = notes.reduce(0) { $0 + TextWidth.of($1.text) }
        let x = max(end + 2, area.right - 1 - width)
        buffer.put(notes, at: Point(x: x, y: area.y), maxWidth: max(0, area.right - x))
    }

    private mutating func drawStatus(_ area: Rect) {
        if state.overlay == .filter {
            let x = area.x + 1
            let taken = buffer.put("/", at: Point(x: x, y: area.y), style: theme.key)
            let text = state.filterEditor.text
            buffer.put(text, at: Point(x: x + taken, y: area.y), maxWidth: area.width - 30)
            let before = String(text.prefix(state.filterEditor.cursor))
            cursor = Point(x: min(x + taken + TextWidth.of(before), area.right - 1), y: area.y)
            let hints = "Enter keeps  Esc clears  ! inverts"
            if area.width >= 60 {
                buffer.put(hints, at: Point(x: area.right - 1 - hints.count, y: area.y), style: theme.dim)
            }
            return
        }
        if let message = state.message {
            let mark = message.isProblem ? "\(glyphs.warning) " : ""
            buffer.put(
                mark + message.text, at: Point(x: area.x + 1, y: area.y), width: area.width - 2,
                style: message.isProblem ? theme.warning : theme.text, ellipsis: glyphs.ellipsis)
            return
        }
        drawHints(area)
    }

    /// What can be done now, and to which node: as many hints as fit.
    private mutating func drawHints(_ area: Rect) {
        var x = area.x + 1
        let end = area.right - 1
        var commands: [Command] = []
        if let name = state.targetNode, let node = state.live.node(name) {
            x += buffer.put(name, at: Point(x: x, y: area.y), style: theme.text.adding(.bold), maxWidth: 24)
            x += 2
            if !state.readOnly { commands = Self.verbs(for: node) }
        }
        if !state.readOnly { commands.append(.inject) }
        commands += [.freeze, .filter, .quit]
        for command in commands {
            guard let binding = Keymap.bindings.first(where: { $0.command == command }), var hint = binding.hint else {
                continue
            }
            if command == .freeze, state.frozen != nil { hint = "go on" }
            if command == .pause, let name = state.targetNode, state.live.node(name)?.state == .paused { hint = "resume" }
            let width = TextWidth.of(binding.label) + 1 + hint.count
            guard x + width <= end else { continue }
            x += buffer.put([Span(binding.label, theme.key), Span(" \(hint)", theme.dim)], at: Point(x: x, y: area.y)) + 2
        }
        let note = state.readOnly ? "read-only" : "\(Format.seconds(state.refresh / .seconds(1)))"
        if x + note.count <= end {
            buffer.put(note, at: Point(x: end - note.count, y: area.y), style: theme.dim)
        }
    }

    /// The commands that make sense for a node as it is.
    private static func verbs(for node: Snapshot.Node) -> [Command] {
        if node.kind == "external" || node.parent != nil { return [] }
        switch node.state {
        case .running, .starting, .paused, .stopping: return [.stop, .kill, .restart, .pause]
        case .backoff: return [.start, .stop]
        case .waiting, .exited, .failed: return [.start]
        }
    }

    private mutating func drawQuestion(_ question: String) {
        let text = "\(question)  y yes  n no"
        let area = Rect(size).centered(Size(width: min(size.width - 4, max(30, TextWidth.of(text) + 6)), height: 5))
        let inner = drawBox(area, title: "", isFocused: true)
        let y = inner.y + inner.height / 2
        let x = inner.x + max(1, (inner.width - TextWidth.of(text)) / 2)
        buffer.put(
            [
                Span(question, theme.warning.adding(.bold)), Span("  ", theme.text), Span("y", theme.key),
                Span(" yes  ", theme.dim), Span("n", theme.key), Span(" no", theme.dim),
            ], at: Point(x: x, y: y), maxWidth: max(0, inner.right - x))
    }

    /// A frame with a title; what stood there is gone. Returns the area inside.
    mutating func drawBox(_ area: Rect, title: String, note: String = "", isFocused: Bool) -> Rect {
        buffer.fill(area, style: theme.text)
        guard area.width >= 2, area.height >= 2 else { return area }
        let style = isFocused ? theme.borderFocused : theme.border
        let edges: [Character] = glyphs.isUnicode ? ["╭", "╮", "╰", "╯", "─", "│"] : ["+", "+", "+", "+", "-", "|"]
        let line = String(repeating: edges[4], count: area.width - 2)
        buffer.put("\(edges[0])\(line)\(edges[1])", at: area.origin, style: style)
        buffer.put("\(edges[2])\(line)\(edges[3])", at: Point(x: area.x, y: area.bottom - 1), style: style)
        for y in area.y + 1..<area.bottom - 1 {
            buffer.put(String(edges[5]), at: Point(x: area.x, y: y), style: style)
            buffer.put(String(edges[5]), at: Point(x: area.right - 1, y: y), style: style)
        }
        if !title.isEmpty {
            buffer.put(
                " \(title) ", at: Point(x: area.x + 2, y: area.y), style: isFocused ? theme.title : theme.heading,
                maxWidth: max(0, area.width - 4))
        }
        if !note.isEmpty, TextWidth.of(note) + TextWidth.of(title) + 10 <= area.width {
            buffer.put(
                " \(note) ", at: Point(x: area.right - 4 - TextWidth.of(note), y: area.y), style: theme.dim)
        }
        return area.inset(1)
    }
}
