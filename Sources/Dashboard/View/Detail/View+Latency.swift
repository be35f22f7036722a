import Telemetry
import TerminalUI

extension Canvas {
    /// How long messages took, one way: on the wire, and, where it is known, from zmq_send to zmq_recv.
    func latencies(of way: Snapshot.Direction, width: Int) -> [[Span]] {
        let kinds = [("on the wire", way.latency), ("to delivery", way.deliveryLatency)]
        return kinds.flatMap { name, latency in latency.map { lines(of: $0, name, width: width) } ?? [] }
    }

    private func lines(of latency: Snapshot.Direction.Latency, _ name: String, width: Int) -> [[Span]] {
        let figures = [
            ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("max", latency.max),
        ]
        let isWide = width >= 70
        var head = [Span((isWide ? "latency \(name)" : name).padded(to: isWide ? 21 : 13), look[.dim])]
        for (index, (label, value)) in figures.enumerated() {
            let text = Format.seconds(value)
            let isLast = index == figures.count - 1
            head += [Span("\(label) ", look[.dim]), Span(isLast ? text : text.padded(to: isWide ? 9 : 8))]
        }
        let lines = [Buffer.fitted(head, width: width, ellipsis: glyphs.ellipsis)]
        guard let buckets = latency.buckets, buckets.count == Snapshot.Direction.Latency.bucketStarts.count else {
            return lines
        }
        return lines + histogram(buckets, samples: latency.samples, width: width)
    }

    /// Columns from 1 µs to 100 s, two a decade; the axis stands still, so that two links can be compared.
    private func histogram(_ buckets: [Int], samples: Int, width: Int) -> [[Span]] {
        let column = max(2, min(5, (width - 4) / buckets.count))
        let rows = 3
        let steps = glyphs.isUnicode ? Self.blocks : Self.asciiBlocks
        let top = max(1, buckets.max() ?? 1)
        // Whatever was measured at all is seen.
        let heights = buckets.map { count in
            count == 0 ? 0 : max(1, Int((Double(count) / Double(top) * Double(rows * (steps.count - 1))).rounded()))
        }
        var lines: [[Span]] = []
        for row in 0..<rows {
            let below = (rows - 1 - row) * (steps.count - 1)
            let text = heights.map { height in
                let step = max(0, min(steps.count - 1, height - below))
                return String(repeating: steps[step], count: column - 1) + " "
            }
            lines.append([Span("  " + text.joined(), look[.sparkline])])
        }
        let labels = ["1µs", "10", "100", "1ms", "10", "100", "1s", "10"]
        var axis = labels.dropLast().map { $0.padded(to: column * 2) }.joined()
        axis += labels[labels.count - 1]
        let note = "\(Format.count(samples)) measured"
        axis += "  " + (axis.count + note.count + 4 <= width ? note : "n \(Format.count(samples))")
        return lines + [[Span("  " + axis, look[.dim])]]
    }

    private static let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let asciiBlocks: [Character] = [" ", ".", ":", "+", "#"]
}
