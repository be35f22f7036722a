import TerminalUI

extension Canvas {
    /// The history of the whole, beside the nodes where there is room: messages above, bytes below.
    mutating func drawTraffic(_ area: Rect) {
        let block = Block("traffic", look: look)
        buffer.draw(block, in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let halves = inner.rows(.flexible(), .flexible())
        drawCurve(
            halves[0], values: shown.messageRates.values, now: Format.rate(shown.totals.messageRate), unit: " msg/s",
            text: { Format.rate($0) })
        drawCurve(
            halves[1], values: shown.byteRates.values, now: Format.bytes(shown.totals.byteRate), unit: "/s",
            text: { Format.bytes($0) })
    }

    private mutating func drawCurve(
        _ area: Rect, values: [Double?], now: String, unit: String, text: (Double) -> String
    ) {
        guard area.height >= 2 else { return }
        let curve = area.inset(top: 1)
        let seen = values.suffix(curve.width * 2).compactMap { $0 }
        buffer.put([Span(now, look[.accent]), Span(unit, look[.dim])], at: area.origin, maxWidth: area.width)
        if let top = seen.max() {
            let note = "top \(text(top))"
            buffer.put(note, at: Point(x: area.right - TextWidth.of(note), y: area.y), style: look[.dim])
        }
        buffer.draw(Sparkline(values, look: look), in: curve)
    }
}
