import Telemetry
import TerminalUI

extension Canvas {
    func linkDetail(_ link: Snapshot.Link, width: Int) -> [[Span]] {
        let mark = look.mark(link.state)
        let since = link.since.map { "  since \(Format.moment($0))" } ?? ""
        let starts = [link.incarnation.from, link.incarnation.to].map { $0.map(String.init) ?? Format.unknown }
        var lines = [
            fact("state", stateText(link) + since, mark.style),
            fact("endpoint", link.endpoint),
            fact("figures from", "\(link.source.rawValue), \(link.transport)"),
            fact("incarnations", starts.joined(separator: " \(glyphs.arrow) ")),
        ]
        if !link.faults.isEmpty { lines.append(fact("faults", link.faults.joined(separator: ", "), look[.warning])) }
        let flow = shown.flow(link.id)
        var carried = 0
        for (isOut, direction) in [(true, link.out), (false, link.back)]
        where (isOut ? flow?.carriesOut : flow?.carriesBack) ?? true {
            carried += 1
            lines += [[]] + pipe(link, direction, isOut: isOut, width: width)
            lines += latencies(of: direction, width: width)
        }
        if carried == 0 { lines += [[], [Span("These two types send each other nothing.", look[.dim])]] }
        lines += timeline(of: link, width: width)
        return lines + recentEvents { $0.subject == link.from || $0.subject == link.to }
    }

    // MARK: The pipe

    /// One way as the pipe that its messages go through: the send queue, the kernel, the receive queue, each as full as it
    /// is, and below the counts of what has passed each of its ends.
    private func pipe(_ link: Snapshot.Link, _ way: Snapshot.Direction, isOut: Bool, width: Int) -> [[Span]] {
        let (from, to) = isOut ? (link.from, link.to) : (link.to, link.from)
        let limits = (send: shown.socket(from)?.hwm.send, receive: shown.socket(to)?.hwm.receive)
        // A link that nobody has a limit of still has a scale: the kernel's part is drawn by the larger of the two.
        let scale = max(limits.send ?? 0, limits.receive ?? 0, way.depth ?? 0, 20)
        let cell = max(12, (width - 4) / 3)
        let isWide = cell >= 22
        let stages = [
            Stage(
                name: isWide ? "send queue" : "send", count: way.stages.sendQueue, limit: limits.send, scale: scale,
                role: .stageSend),
            Stage(name: "kernel", count: way.stages.kernel, limit: nil, scale: scale, role: .stageKernel),
            Stage(
                name: isWide ? "receive queue" : "recv", count: way.stages.receiveQueue, limit: limits.receive,
                scale: scale, role: .stageReceive),
        ]
        let unicode = glyphs.isUnicode
        let line = look[.border]
        var top = [Span(unicode ? "╭" : "+", line)]
        var middle = [Span(unicode ? "│" : "|", line)]
        var bottom = [Span(unicode ? "╰" : "+", line)]
        for (index, stage) in stages.enumerated() {
            let isLast = index == stages.count - 1
            top += stageLabel(stage, width: cell, line) + [Span(unicode ? (isLast ? "╮" : "┬") : "+", line)]
            middle += stageBar(stage, index, width: cell) + [Span(unicode ? "│" : "|", line)]
            let edge = String(repeating: unicode ? "─" : "-", count: cell)
            bottom.append(Span(edge + (unicode ? (isLast ? "╯" : "┴") : "+"), line))
        }
        return [pipeTitle(way, from, to, isOut: isOut, width: width), top, middle, bottom]
            + [passed(way, cell: cell, isWide: isWide)] + pipeLosses(way)
    }

    private struct Stage {
        var name: String
        var count: Int?
        /// The high-water mark; nil unknown, or none.
        var limit: Int?
        var scale: Int
        var role: Theme.Role
    }

    private func pipeTitle(
        _ way: Snapshot.Direction, _ from: String, _ to: String, isOut: Bool, width: Int
    ) -> [Span] {
        let figures =
            "\(Format.rate(way.rate)) msg/s   \(Format.bytes(way.bytes))   depth "
            + (way.kernelBytes.map { Format.bytes($0) } ?? Format.count(way.depth))
        let name = "\(isOut ? glyphs.right : glyphs.left) \(isOut ? "out" : "back")  to \(to)"
        let room = width - TextWidth.of(figures) - 2
        let fitted = Buffer.fitted(name, width: max(8, room), ellipsis: glyphs.ellipsis)
        return [
            Span(fitted.padded(to: max(0, room)), look[.header]), Span("  "), Span(figures),
        ]
    }

    /// `─ send queue 37/1000 ─`
    private func stageLabel(_ stage: Stage, width: Int, _ line: Style) -> [Span] {
        let limit = stage.limit.map { $0 > 0 ? "/\($0)" : " of any" } ?? ""
        let count = Format.count(stage.count)
        let isFull = stage.limit.map { $0 > 0 && (stage.count ?? 0) * 5 >= $0 * 4 } ?? false
        let full = " \(stage.name) \(count)\(limit) "
        let label = TextWidth.of(full) <= width - 1 ? full : " \(stage.name) \(count) "
        let fitted = Buffer.fitted(label, width: width - 1, ellipsis: glyphs.ellipsis)
        let dash = glyphs.isUnicode ? "─" : "-"
        let style = stage.count == nil ? look[.dim] : isFull ? look[.warning].adding(.bold) : look[stage.role]
        return [
            Span(dash, line), Span(fitted, style),
            Span(String(repeating: dash, count: max(0, width - 1 - TextWidth.of(fitted))), line),
        ]
    }

    private func stageBar(_ stage: Stage, _ index: Int, width: Int) -> [Span] {
        guard let count = stage.count else {
            return [Span(" \(glyphs.unknown)".padded(to: width), look[.dim])]
        }
        let most = stage.limit.map { $0 > 0 ? $0 : stage.scale } ?? stage.scale
        let share = min(1, Double(count) / Double(max(1, most)))
        let cells = count == 0 ? 0 : max(1, Int((share * Double(width)).rounded()))
        let patterns = glyphs.isUnicode ? ["█", "▓", "▒"] : ["#", "=", ":"]
        return [
            Span(String(repeating: patterns[index], count: cells), look[stage.role]),
            Span(String(repeating: " ", count: width - cells)),
        ]
    }

    /// What has passed each end of the pipe, below the line where it did.
    private func passed(_ way: Snapshot.Direction, cell: Int, isWide: Bool) -> [Span] {
        let names = isWide ? ["sent", "on wire", "off", "received"] : ["sent", "wire", "off", "got"]
        let counts = [way.sent, way.onWire, way.offWire, way.received].map(Format.count)
        let texts = zip(names, counts).map { ($0.0, $0.1) }
        var spans: [Span] = []
        for (index, text) in texts.enumerated() {
            let whole = "\(text.0) \(text.1)"
            if index == 3 {
                let used = TextWidth.of("\(texts[2].0) \(texts[2].1)")
                spans.append(
                    Span(String(repeating: " ", count: max(1, cell + 2 - used - TextWidth.of(whole)))))
            }
            spans += [Span("\(text.0) ", look[.dim]), Span(text.1)]
            if index < 2 { spans.append(Span(String(repeating: " ", count: max(1, cell + 1 - TextWidth.of(whole))))) }
        }
        return spans
    }

    /// What left the pipe on no good way, where there is any.
    private func pipeLosses(_ way: Snapshot.Direction) -> [[Span]] {
        var spans: [Span] = []
        func add(_ name: String, _ text: String, _ style: Style) {
            spans += [Span(spans.isEmpty ? "" : "   "), Span("\(name) ", look[.dim]), Span(text, style)]
        }
        if way.lost != 0, way.lost != nil || way.sent != nil {
            let isLoss = way.lost != nil
            add(
                "lost", (way.lostEstimated ? "~" : "") + Format.count(way.lost), isLoss ? look[.bad] : look[.dim])
        }
        if let discarded = way.discarded, discarded > 0 { add("discarded", Format.count(discarded), look[.warning]) }
        if let matched = way.matched { add("matched by its subscriptions", Format.count(matched), .plain) }
        return spans.isEmpty ? [] : [spans]
    }
}
