import Telemetry
import TerminalUI

extension Canvas {
    /// Seconds that the strip shows.
    private static let strip = 240.0

    /// How the link went up and down: the last minutes as a strip, and each time without it with how long it took until a
    /// message came through again.
    func timeline(of link: Snapshot.Link, width: Int) -> [[Span]] {
        let now = shown.snapshot?.elapsed ?? 0
        let times = shown.downtimes[link.id] ?? Downtimes()
        var title = "reconnects \(Format.count(link.reconnects))"
        title += "   attempts \(Format.count(link.attempts))"
        var lines = section(title)
        lines.append(stripLine(times, now: now, width: width))
        if let wait = link.retryIn, link.state == .retrying || link.state == .down {
            lines.append(fact("next attempt", "in \(Format.seconds(wait))", look[.warning]))
        }
        let periods = times.periods.suffix(6)
        if !periods.isEmpty {
            lines.append(
                [
                    Span("down at".padded(to: 16), look[.dim]), Span("for".padded(to: 16), look[.dim]),
                    Span("first message after", look[.dim]),
                ])
        }
        for period in periods.reversed() {
            let length = Format.seconds(period.length(at: now))
            let after: String =
                switch (period.to, period.firstMessage) {
                case (nil, _): "it is still down"
                case (_, nil): "none yet"
                case (let to?, let first?): "within \(Format.seconds(max(0, first - to)))"
                }
            lines.append([
                Span(Format.moment(period.from).padded(to: 16)),
                Span(length.padded(to: 16), period.to == nil ? look[.bad] : .plain), Span(after, look[.dim]),
            ])
        }
        let earlier = times.unseen + max(0, times.periods.count - periods.count)
        if earlier > 0 {
            lines.append([
                Span("\(earlier) more: earlier, or over before the next look", look[.dim])
            ])
        }
        return lines
    }

    /// Up, down, and not looked at, the newest at the right.
    private func stripLine(_ times: Downtimes, now: Double, width: Int) -> [Span] {
        let count = max(10, min(width - 18, 60))
        let stretches = times.stretches(count, seconds: Self.strip, now: now, gaps: shown.gaps)
        var spans = [Span("last 4 minutes".padded(to: 16), look[.dim])]
        var index = 0
        while index < stretches.count {
            let kind = stretches[index]
            let run = stretches[index...].prefix { $0 == kind }.count
            let (glyph, style): (String, Style) =
                switch kind {
                case .up: (String(glyphs.heavyLine), look[.good])
                case .down: (glyphs.isUnicode ? "╳" : "X", look[.bad])
                case .unknown: (glyphs.isUnicode ? "·" : " ", look[.dim])
                }
            spans.append(Span(String(repeating: glyph, count: run), style))
            index += run
        }
        return spans
    }
}
