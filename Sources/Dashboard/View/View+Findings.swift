import Telemetry
import TerminalUI

/// The line of verdicts, and the list of all of them that `v` opens.
extension Canvas {
    /// What is most wrong, and how many more findings there are.
    mutating func drawVerdict(_ area: Rect) {
        guard let finding = state.headline else { return }
        let line = area.inset(left: 1, right: 1)
        let count = finding.isLint || finding.lasted != nil ? state.topology.findings.count : state.allFindings.count
        let others = count - (finding.lasted == nil ? 1 : 0)
        let note: [Span] =
            [Span(others > 0 ? " +\(others) " : " ", look[.dim]), Span(state.keymap.key(for: .verdict), look[.key])]
        let width = note.reduce(0) { $0 + TextWidth.of($1.text) }
        let room = line.width - width
        let spans = heading(of: finding) + [Span("  \(finding.text)", finding.lasted == nil ? .plain : look[.dim])]
        buffer.put(Buffer.fitted(spans, width: room, ellipsis: glyphs.ellipsis), at: line.origin, maxWidth: room)
        buffer.put(note, at: Point(x: line.right - width, y: line.y))
    }

    /// `▲ stalled-link`; `○ lint hwm-zero`; `◇ blocked-on is over after 12 s`.
    func heading(of finding: Finding) -> [Span] {
        if let lasted = finding.lasted {
            return [
                Span("\(glyphs.exited) \(finding.rule)", look[.dim]),
                Span(" is over after \(Format.seconds(lasted))", look[.good]),
            ]
        }
        if finding.isLint {
            return [Span("\(glyphs.idle) lint ", look[.dim]), Span(finding.rule, Style(modifiers: .bold))]
        }
        return [Span("\(glyphs.warning) \(finding.rule)", look[.warning].adding(.bold))]
    }

    // MARK: the list

    private struct FindingLine {
        var index: Int
        var spans: [Span]
    }

    /// The selected one with its whole sentence, of each other one line.
    private func findingLines(width: Int) -> [FindingLine] {
        state.findings.entries.enumerated().flatMap { index, finding -> [FindingLine] in
            guard index == state.findings.selected else {
                let line = heading(of: finding) + [Span("  \(finding.text)", look[.dim])]
                return [FindingLine(index: index, spans: Buffer.fitted(line, width: width, ellipsis: glyphs.ellipsis))]
            }
            var head = heading(of: finding)
            if let since = finding.since, finding.lasted == nil {
                let age = max(0, (shown.snapshot?.elapsed ?? since) - since)
                head.append(Span("  for \(Format.seconds(age)), since \(Format.moment(since))", look[.dim]))
            }
            if let line = finding.line { head.append(Span("  line \(line) of the file", look[.dim])) }
            let sentence = Paragraph(finding.text).wrapped(to: max(1, width - 2))
            return [FindingLine(index: index, spans: Buffer.fitted(head, width: width, ellipsis: glyphs.ellipsis))]
                + sentence.map { FindingLine(index: index, spans: [Span("  ")] + $0) }
        }
    }

    /// At the lower edge, as high as it needs to be; the screen above stays in sight.
    var findingsArea: Rect {
        let width = size.width
        let needed = findingLines(width: width - 4).count + 2
        let height = max(5, min(needed, size.height - 5))
        return Rect(x: 0, y: max(0, size.height - 1 - height), width: width, height: height)
    }

    /// The lines in sight: the selected one's are among them.
    private func findingWindow(_ inner: Rect) -> (lines: ArraySlice<FindingLine>, first: Int, count: Int) {
        let lines = findingLines(width: inner.width)
        let own = lines.indices.filter { lines[$0].index == state.findings.selected }
        let middle = ((own.first ?? 0) + (own.last ?? 0) - inner.height + 1) / 2
        let first = max(0, min(middle, lines.count - inner.height))
        return (lines[first..<min(lines.count, first + inner.height)], first, lines.count)
    }

    private func findingsInner(_ area: Rect) -> Rect { area.inset(left: 2, top: 1, right: 2, bottom: 1) }

    /// The place in the list of what is drawn at a point.
    func finding(at point: Point) -> Int? {
        let inner = findingsInner(findingsArea)
        guard inner.contains(point) else { return nil }
        let window = findingWindow(inner)
        let line = window.first + point.y - inner.y
        return window.lines.indices.contains(line) ? window.lines[line].index : nil
    }

    mutating func drawFindings() {
        let area = findingsArea
        let holding = state.findings.entries.filter { !$0.isLint && $0.lasted == nil }.count
        let title =
            holding == 0 ? "nothing is wrong now" : holding == 1 ? "1 thing is wrong" : "\(holding) things are wrong"
        buffer.draw(Block(title, focused: true, covers: true, look: look), in: area)
        let inner = findingsInner(area)
        let window = findingWindow(inner)
        for (row, line) in window.lines.enumerated() {
            let place = inner.row(row)
            buffer.put(line.spans, at: place.origin, maxWidth: place.width)
            let isFirst = row == 0 || window.lines[window.lines.startIndex + row - 1].index != line.index
            if line.index == state.findings.selected, isFirst {
                buffer.put(String(glyphs.right), at: Point(x: area.x + 1, y: place.y), style: look[.focus])
            }
        }
        buffer.draw(
            Scrollbar(count: window.count, visible: inner.height, offset: window.first, look: look),
            in: Rect(x: area.right - 1, y: inner.y, width: 1, height: inner.height))
    }
}
