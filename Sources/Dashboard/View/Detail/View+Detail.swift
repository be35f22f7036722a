import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    private var detailArea: Rect { Layout(state, size: size).detail ?? Rect(size) }

    /// Lines of the detail at this width, with its frame.
    var detailHeight: Int { wrappedDetail(width: detailArea.width - 4).count + 2 }

    /// All that is known of what was opened.
    mutating func drawDetail(_ area: Rect) {
        guard let subject = state.detail else { return }
        let back = state.keymap.key(for: .back)
        let note =
            state.isDetailBeside
            ? [(" \(state.keymap.key(for: .pageDown))", " more"), ("  \(back)", " close ")] : [(" \(back)", " back ")]
        let noteWidth = note.reduce(0) { $0 + $1.0.count + $1.1.count }
        let hasNote = area.width > 50
        let title = Buffer.fitted(
            detailTitle(subject), width: area.width - 6 - (hasNote ? noteWidth : 0), ellipsis: glyphs.ellipsis)
        buffer.draw(Block(title: title, focused: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let lines = wrappedDetail(width: inner.width)
        let first = max(0, min(state.detailOffset, lines.count - inner.height))
        for (row, line) in lines.dropFirst(first).prefix(inner.height).enumerated() {
            buffer.put(line, at: inner.row(row).origin, maxWidth: inner.width)
        }
        buffer.draw(
            Scrollbar(count: lines.count, visible: inner.height, offset: first, look: look),
            in: Rect(x: area.right - 1, y: inner.y, width: 1, height: inner.height))
        if hasNote {
            let spans = note.flatMap { [Span($0.0, look[.key]), Span($0.1, look[.hint])] }
            buffer.put(spans, at: Point(x: area.right - noteWidth - 2, y: area.y))
        }
    }

    private func wrappedDetail(width: Int) -> [[Span]] {
        guard let subject = state.detail else { return [] }
        return Paragraph(lines: detailLines(subject, width: max(1, width))).wrapped(to: max(1, width))
    }

    private func detailTitle(_ subject: Subject) -> [Span] {
        switch subject {
        case .node(let name):
            let mark = shown.node(name).map { look.mark($0.state) }
            return [Span("\(mark?.glyph ?? glyphs.idle) ", mark?.style ?? .plain), Span(name, look[.title])]
        case .link(let id):
            guard let link = shown.link(id) else { return [] }
            let mark = look.mark(link.state)
            return [
                Span("\(mark.glyph) ", mark.style), Span("\(link.from) \(glyphs.arrow) \(link.to)", look[.title]),
            ]
        case .socket(let id): return [Span(id, look[.title])]
        case .message(let id): return [Span(shown.messages.entry(id)?.message.socket ?? "", look[.title])]
        case .event, .group, .edge: return []
        }
    }

    private func detailLines(_ subject: Subject, width: Int) -> [[Span]] {
        findings(on: subject) + facts(of: subject, width: width)
    }

    /// What is wrong with it, and what the file's lints say of it, in whole sentences; of a node, with its sockets and
    /// links too.
    private func findings(on subject: Subject) -> [[Span]] {
        let found = state.allFindings.filter { finding in
            guard let about = finding.subject else { return false }
            guard case .node(let name) = subject else { return about == subject.name }
            let link = shown.link(about)
            let ends = link.map { [$0.from, $0.to] } ?? [about]
            return ends.contains { shown.owner(of: $0) == name }
        }
        guard !found.isEmpty else { return [] }
        return found.map { heading(of: $0) + [Span("  \($0.text)")] } + [[]]
    }

    private func facts(of subject: Subject, width: Int) -> [[Span]] {
        switch subject {
        case .node(let name): shown.node(name).map { nodeDetail($0, width: width) } ?? []
        case .link(let id): shown.link(id).map { linkDetail($0, width: width) } ?? []
        case .socket(let id): shown.socket(id).map { socketDetail($0, width: width) } ?? []
        case .message(let id): shown.messages.entry(id).map { messageLines($0, width: width, limit: 2000) } ?? []
        case .event, .group, .edge: []
        }
    }

    // MARK: Parts

    func fact(_ name: String, _ value: String, _ style: Style = .plain) -> [Span] {
        [
            Span(name.padded(to: 16), look[.dim]),
            value == Format.unknown ? Span(String(glyphs.unknown), look[.dim]) : Span(value, style),
        ]
    }

    func section(_ title: String) -> [[Span]] { [[], [Span(title, look[.header])]] }

    func recentEvents(_ isWanted: (EventLog.Entry) -> Bool) -> [[Span]] {
        let entries = shown.log.entries.filter(isWanted).suffix(12)
        guard !entries.isEmpty else { return [] }
        return section("events")
            + entries.map { entry in
                [
                    Span(Format.moment(entry.elapsed).padded(to: 16), look[.dim]),
                    Span(EventMeaning.title(entry).padded(to: 26), look.style(EventMeaning.severity(entry))),
                    Span(EventMeaning.detail(entry), look[.dim]),
                ]
            }
    }

    func summary(_ link: Snapshot.Link, width: Int) -> [Span] {
        let mark = look.mark(link.state)
        let flow = shown.flow(link.id)
        let word = link.faults.isEmpty ? link.state.rawValue : link.faults.joined(separator: " ")
        let figures = "\(Self.right(Format.rate(flow?.rate), 5)) msg/s  depth \(Format.count(flow?.depth))"
        let room = max(12, min(40, width - 2 - 11 - 24))
        let name = Buffer.fitted(
            "\(link.from) \(glyphs.arrow) \(link.to)", width: room - 1, ellipsis: glyphs.ellipsis)
        return [
            Span("\(mark.glyph) ", mark.style), Span(name.padded(to: room)),
            Span(word.padded(to: 10) + " ", mark.style), Span(figures, look[.dim]),
        ]
    }

    /// A table of a few columns: the first at the left, the others at the right.
    func heads(_ titles: [String]) -> [Span] {
        [Span("".padded(to: 16))] + titles.map { Span(Self.right($0, 12), look[.header]) }
    }

    func row(_ name: String, _ values: [String], _ style: Style = .plain) -> [Span] {
        [Span(name.padded(to: 16), style == .plain ? look[.dim] : style)]
            + values.map { value in
                value == Format.unknown
                    ? Span(Self.right(String(glyphs.unknown), 12), look[.dim]) : Span(Self.right(value, 12))
            }
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - TextWidth.of(text))) + text
    }
}
