import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    /// What the session does as a whole, on one line.
    mutating func drawHeader(_ area: Rect) {
        let totals = shown.totals
        let isNarrow = area.width < 100
        let elapsed = shown.snapshot?.elapsed
        let clock = isNarrow ? Format.shortClock(elapsed) : Format.clock(elapsed)
        let allUp = totals.running == totals.nodes && totals.nodes > 0
        let steady = { (text: String, width: Int) in
            String(repeating: " ", count: max(0, width - TextWidth.of(text))) + text
        }
        // From the left in this order; where the width is short, what has the highest number is left out first.
        let items: [(priority: Int, spans: [Span])] = [
            (6, [Span("zmqtop", look[.title])]),
            (0, [Span(state.topology.name, Style(modifiers: .bold))]),
            (
                0,
                [
                    Span(
                        "\(allUp ? glyphs.up : totals.running == 0 ? glyphs.idle : glyphs.warning) ",
                        allUp ? look[.good] : look[.warning]),
                    Span(
                        shown.snapshot == nil ? "— up" : "\(totals.running)/\(totals.nodes) up",
                        allUp ? .plain : look[.warning]),
                ]
            ),
            (1, [Span(steady(Format.rate(totals.messageRate), 5), .plain), Span(" msg/s", look[.dim])]),
            (5, [Span(steady(Format.bytes(totals.byteRate), 7), .plain), Span("/s", look[.dim])]),
            (2, [Span("depth ", look[.dim]), Span(totals.depth.text, .plain)]),
            (
                4,
                [
                    Span(isNarrow ? "reconn " : "reconnects ", look[.dim]),
                    Span(
                        Format.count(shown.snapshot == nil ? nil : totals.reconnects),
                        totals.reconnects > 0 ? look[.warning] : .plain),
                ]
            ),
            (
                3,
                [
                    Span("lost ", look[.dim]),
                    Span(totals.lost.text, (totals.lost.known ?? 0) > 0 ? look[.bad] : .plain),
                ]
            ),
        ]
        let gap = isNarrow ? 2 : 4
        let room = area.width - 2 - clock.count - 2
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
        buffer.put(clock, at: Point(x: area.right - 1 - clock.count, y: area.y), style: look[.dim])
    }

    mutating func drawTabs(_ area: Rect) {
        let tabs = Layout.tabs(state)
        // The notes stand at the right, and give way to the tabs where there is too little room for both.
        let end = max(0, tabs.extent(width: area.width) - 1)
        let notes = tabNotes(room: area.width - end - 4)
        let x = area.right - 1 - notes.reduce(0) { $0 + TextWidth.of($1.text) }
        buffer.draw(tabs, in: area)
        buffer.put(notes, at: Point(x: x, y: area.y))
    }

    /// That the view is frozen or filtered, and where help is: as much as fits, the most important first.
    private func tabNotes(room: Int) -> [Span] {
        var notes: [[Span]] = []
        if let frozen = state.frozen {
            let age = max(0, (state.live.snapshot?.elapsed ?? 0) - (frozen.snapshot?.elapsed ?? 0))
            notes.append([Span(" FROZEN \(Format.seconds(age)) ", look[.paused].adding([.bold, .reverse]))])
        }
        let faulty = shown.faulty.count
        if faulty > 0 {
            let word = faulty == 1 ? "1 FAULT" : "\(faulty) FAULTS"
            notes.append([Span(" \(word) ", look[.warning].adding([.bold, .reverse]))])
        }
        if state.filter.isActive, state.overlay != .filter {
            let text = Buffer.fitted(state.filter.text, width: 20, ellipsis: glyphs.ellipsis)
            notes.append([Span("/\(text)", look[.key])])
            notes.append([Span("\(state.keymap.key(for: .back)) clears", look[.hint])])
        }
        if let subject = state.eventsOf, state.screen.panes.contains(.events) {
            let name = Buffer.fitted(subject.name, width: min(24, max(8, room - 2)), ellipsis: glyphs.ellipsis)
            notes.append([Span(state.keymap.key(for: .onlySelected), look[.key]), Span(" \(name)", look[.accent])])
        }
        notes.append([Span(state.keymap.key(for: .help), look[.key]), Span(" help", look[.hint])])
        var line: [Span] = []
        var width = 0
        for note in notes {
            let needed = note.reduce(0) { $0 + TextWidth.of($1.text) } + (line.isEmpty ? 0 : 1)
            guard width + needed <= room else { break }
            line += (line.isEmpty ? [] : [Span(" ")]) + note
            width += needed
        }
        return line
    }

    mutating func drawStatus(_ area: Rect) {
        let line = area.inset(left: 1, right: 1)
        if state.overlay == .filter {
            drawFilter(line)
            return
        }
        if state.overlay == .findings, state.message == nil {
            drawKeys(of: .verdicts, at: line)
            return
        }
        if let message = state.message {
            let mark = message.isProblem ? "\(glyphs.warning) " : ""
            buffer.put(
                mark + message.text, at: line.origin, width: line.width,
                style: message.isProblem ? look[.warning] : .plain, ellipsis: glyphs.ellipsis)
            return
        }
        drawHints(area)
    }

    /// The keys of a context that have a hint: as many as fit.
    private mutating func drawKeys(of context: Keymap.Context, at line: Rect) {
        var x = line.x
        for binding in state.keymap.bindings where binding.context == context {
            guard let hint = binding.hint else { continue }
            let width = TextWidth.of(binding.label) + 1 + hint.count
            guard x + width <= line.right else { continue }
            x +=
                buffer.put([Span(binding.label, look[.key]), Span(" \(hint)", look[.dim])], at: Point(x: x, y: line.y))
                + 2
        }
    }

    /// What can be done now, and to which node: as many hints as fit.
    mutating func drawHints(_ area: Rect) {
        var x = area.x + 1
        let end = area.right - 1
        var commands: [Command] = []
        if let name = state.targetNode, let node = state.live.node(name) {
            x += buffer.put(name, at: Point(x: x, y: area.y), style: Style(modifiers: .bold), maxWidth: 24)
            x += 2
            if !state.readOnly { commands = Self.verbs(for: node) }
        }
        if !state.readOnly { commands.append(.inject) }
        commands += [.freeze, .filter, .quit]
        for command in commands {
            guard let binding = state.keymap.bindings.first(where: { $0.command == command && !$0.keys.isEmpty }),
                var hint = binding.hint
            else {
                continue
            }
            if command == .freeze, state.frozen != nil { hint = "go on" }
            if command == .pause, let name = state.targetNode, state.live.node(name)?.state == .paused {
                hint = "resume"
            }
            let width = TextWidth.of(binding.label) + 1 + hint.count
            guard x + width <= end else { continue }
            x +=
                buffer.put([Span(binding.label, look[.key]), Span(" \(hint)", look[.dim])], at: Point(x: x, y: area.y))
                + 2
        }
        var note = state.readOnly ? "read-only" : "\(Format.seconds(state.refresh / .seconds(1)))"
        if state.frameInterval > max(state.refresh, .milliseconds(100)) {
            note = "slow terminal: drawn every \(Format.seconds(state.frameInterval / .seconds(1)))"
        }
        if x + note.count <= end {
            buffer.put(note, at: Point(x: end - note.count, y: area.y), style: look[.dim])
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

    mutating func drawQuestion(_ question: String) {
        let answers = [
            Span(state.keymap.key(for: .yes), look[.key]), Span(" yes   ", look[.hint]),
            Span(state.keymap.key(for: .no), look[.key]), Span(" no", look[.hint]),
        ]
        let area = Rect(size).centered(Size(width: max(30, TextWidth.of(question) + 6), height: 6))
        buffer.draw(Block("", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(1)
        let style = look[.warning].adding(.bold)
        buffer.put(question, at: inner.row(1).origin, width: inner.width, alignment: .center, style: style)
        let width = answers.reduce(0) { $0 + $1.text.count }
        buffer.put(
            answers, at: Point(x: inner.x + max(0, inner.width - width) / 2, y: inner.row(2).y), maxWidth: inner.width)
    }
}
