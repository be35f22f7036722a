import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    /// One list of the screen: its table, its frame, and what stands there when it is empty.
    mutating func drawPane(_ place: Layout.PanePlace, isBoxed: Bool) {
        guard !place.frame.isEmpty else { return }
        let rows = state.rows(of: place.pane)
        let selection = state.selections[place.pane] ?? Selection()
        let hasKeys = state.focus == place.pane
        if isBoxed {
            let block = Block(
                paneTitle(place.pane), focused: hasKeys && state.screen.panes.count > 1, look: look)
            buffer.draw(block, in: place.frame)
        }
        var table = listTable(place, rows: rows).table
        table.offset = selection.offset
        if hasKeys, let subject = selection.subject { table.selected = rows.firstIndex(of: subject) }
        buffer.draw(table, in: place.table)
        if rows.isEmpty, !place.rows.isEmpty {
            buffer.put(
                emptyText(place.pane), at: place.rows.row(0).origin, width: place.rows.width, style: look[.dim],
                ellipsis: glyphs.ellipsis)
        }
        drawNote(place, rows: rows.count, isBoxed: isBoxed)
    }

    /// Of events also whose they are, when those of one thing are shown.
    private func paneTitle(_ pane: Pane) -> String {
        guard pane == .events, let subject = state.eventsOf else { return pane.title }
        return "events of \(subject.name)"
    }

    /// How many rows there are where not all are in sight, and what was lost of the events.
    private mutating func drawNote(_ place: Layout.PanePlace, rows: Int, isBoxed: Bool) {
        guard isBoxed else { return }
        var notes: [String] = []
        let all = state.shown.count(of: place.pane)
        if rows != all {
            notes.append("\(rows) of \(all)")
        } else if rows > place.rows.height {
            notes.append("\(rows)")
        }
        if place.pane == .events, let dropped = shown.snapshot?.eventsDropped, dropped > 0 {
            notes.append("\(Format.count(dropped)) dropped")
        }
        let note = notes.joined(separator: ", ")
        guard !note.isEmpty, place.frame.width > note.count + 20 else { return }
        buffer.put(" \(note) ", at: Point(x: place.frame.right - note.count - 4, y: place.frame.y), style: look[.dim])
    }

    private func emptyText(_ pane: Pane) -> String {
        if state.filter.isActive, shown.count(of: pane) > 0 { return "nothing here for /\(state.filter.text)" }
        if pane == .events, let subject = state.eventsOf { return "no events of \(subject.name); n shows all" }
        if pane == .messages { return noMessages }
        if shown.snapshot == nil { return "waiting for the first look at the session \(glyphs.ellipsis)" }
        return "no \(pane.title) yet"
    }

    private var noMessages: String {
        if !state.canSample { return "no messages: zmqtop did not start these programs" }
        return state.samplingLevel == .off ? "no messages: S asks for some" : "no message has passed yet"
    }

    /// The table of a list at its place.
    func listTable(_ place: Layout.PanePlace, rows: [Subject]) -> ListTable {
        guard let list = Lists.all[place.pane] else {
            return ListTable(table: Table(columns: [], rows: [], look: look), columns: [])
        }
        let scrolls = rows.count > place.rows.height && place.table.width > 2
        let isBoxed = place.frame.width != place.table.width + 2
        return list.table(
            on: self, pane: place.pane, rows: rows, width: place.table.width - (scrolls ? 1 : 0),
            head: isBoxed ? nil : place.pane.title)
    }
}

extension Pane {
    var title: String {
        switch self {
        case .graph: "graph"
        case .nodes: "nodes"
        case .links: "links"
        case .sockets: "sockets"
        case .messages: "messages"
        case .events: "events"
        }
    }
}

extension Observation {
    /// How many things a list has without the filter.
    func count(of pane: Pane) -> Int {
        switch pane {
        case .graph: nodes.count
        case .nodes: nodes.count
        case .links: links.count
        case .sockets: sockets.count
        case .messages: messages.entries.count
        case .events: log.entries.count
        }
    }
}

extension Look {
    /// A state by symbol and style.
    func mark(_ state: NodeStatus.State) -> (glyph: Character, style: Style) {
        switch state {
        case .waiting: (glyphs.idle, self[.dim])
        case .starting, .stopping: (glyphs.busy, self[.busy])
        case .running: (glyphs.up, self[.good])
        case .paused: (glyphs.paused, self[.paused])
        case .exited: (glyphs.exited, self[.dim])
        case .failed: (glyphs.failed, self[.bad])
        case .backoff: (glyphs.warning, self[.warning])
        }
    }

    /// A state by symbol and style.
    func mark(_ state: Snapshot.Link.State) -> (glyph: Character, style: Style) {
        switch state {
        case .declared: (glyphs.idle, self[.dim])
        case .connecting, .connected: (glyphs.busy, self[.busy])
        case .retrying: (glyphs.warning, self[.warning])
        case .up: (glyphs.up, self[.good])
        case .down, .refused: (glyphs.failed, self[.bad])
        }
    }

    func style(_ severity: EventMeaning.Severity) -> Style {
        switch severity {
        case .good: self[.good]
        case .plain: .plain
        case .quiet: self[.dim]
        case .warning: self[.warning]
        case .bad: self[.bad]
        }
    }

    /// A figure: what is not known and what is nothing stand back, so that the eye finds the rest.
    func figure(_ text: String, _ style: Style = .plain) -> Table.Content {
        text == Format.unknown
            ? .text(String(glyphs.unknown), self[.dim]) : .text(text, text == "0" ? self[.dim] : style)
    }

    /// A figure that should be zero.
    func trouble(_ value: Int?, _ role: Theme.Role) -> Table.Content {
        figure(Format.count(value), (value ?? 0) > 0 ? self[role] : .plain)
    }
}

/// Endpoints as there is room for them.
enum EndpointText {
    /// An ipc path lies in the run directory and is long: its last part tells it.
    static func short(_ endpoint: String) -> String {
        guard endpoint.hasPrefix("ipc://"), let slash = endpoint.lastIndex(of: "/"), endpoint.count > 20 else {
            return endpoint
        }
        return "ipc://…" + endpoint[slash...]
    }
}
