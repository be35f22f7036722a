import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    /// One row a node: what it does, what passes through its sockets, what it costs.
    func nodesTable(_ rows: [Subject], head: String?) -> Table {
        let names = rows.map { if case .node(let name) = $0 { TextWidth.of(name) } else { 0 } }
        let columns: [Table.Column] = [
            .init(head ?? "name", .fixed(min(28, max(10, (names.max() ?? 0) + 2)))),
            .init("state", .fixed(14)),
            .init("kind", .fixed(10), priority: 6),
            .init("pid", .fixed(7), alignment: .right, priority: 7),
            .init("sent/s", .fixed(6), alignment: .right, priority: 2),
            .init("recv/s", .fixed(6), alignment: .right, priority: 2),
            .init("queued", .fixed(6), alignment: .right, priority: 1),
            .init("cpu", .fixed(5), alignment: .right, priority: 3),
            .init("memory", .fixed(7), alignment: .right, priority: 4),
            .init("restarts", .fixed(8), alignment: .right, priority: 5),
            .init("", .fixed(0), priority: 5),
            .init("notes", .flexible(minimum: size.width >= 100 ? 34 : 24), priority: 1),
        ]
        return Table(columns: columns, count: rows.count, look: look) { index in
            guard case .node(let name) = rows[index], let node = shown.node(name) else { return .init([]) }
            return nodeRow(node)
        }
    }

    private func nodeRow(_ node: Snapshot.Node) -> Table.Row {
        let mark = look.mark(node.state)
        let sockets = shown.sockets(of: node.name)
        func sum<Value: AdditiveArithmetic>(_ figure: (Snapshot.Socket) -> Value?) -> Value? {
            let known = sockets.compactMap(figure)
            return known.isEmpty ? nil : known.reduce(.zero, +)
        }
        let queued = sum { socket in
            socket.sendQueue.flatMap { send in socket.receiveQueue.map { send + $0 } }
        }
        return .init([
            .spans([Span("\(mark.glyph) ", mark.style), Span(node.name)]),
            .text(stateText(node), mark.style),
            .text(node.kind, look[.dim]),
            look.figure(node.pid.map(String.init) ?? Format.unknown, look[.dim]),
            look.figure(Format.rate(sum(\.sendRate))),
            look.figure(Format.rate(sum(\.receiveRate))),
            look.figure(Format.count(queued)),
            look.figure(Format.percent(node.cpu)),
            look.figure(Format.bytes(node.rss), look[.dim]),
            look.trouble(node.restarts, .warning),
            .spans([]),
            notes(node, sockets),
        ])
    }

    /// `running`, `backoff 1.5 s`, `failed SIGKILL`.
    func stateText(_ node: Snapshot.Node) -> String {
        let word = node.state.rawValue
        switch node.state {
        case .backoff, .waiting:
            guard let next = node.nextStart, let elapsed = shown.snapshot?.elapsed else { return word }
            return "\(word) \(Format.seconds(max(0, next - elapsed)))"
        case .failed: return EventMeaning.exit(node.exit).map { "\(word) \($0)" } ?? word
        default: return word
        }
    }

    /// What one should know first: who blocks, why it failed, else the node's own gauges.
    private func notes(_ node: Snapshot.Node, _ sockets: [Snapshot.Socket]) -> Table.Content {
        if let blocked = sockets.lazy.compactMap(\.blocked).first {
            return .text("blocked \(Format.seconds(blocked.for)) in \(blocked.call)", look[.warning])
        }
        if let reason = node.reason, node.state == .failed || node.state == .backoff {
            return .text(reason.split(separator: "\n").first.map(String.init) ?? reason, look[.dim])
        }
        if node.source == .kernel {
            let endpoints = sockets.filter { $0.name.hasPrefix("bind#") }.flatMap(\.endpoints)
            return .text(endpoints.map(EndpointText.short).joined(separator: " "), look[.dim])
        }
        return .widget(
            Gauges(
                gauges: node.gauges.sorted { $0.key < $1.key }.map {
                    (name: Self.gaugeName($0.key), value: Format.gauge($0.value))
                }, look: look))
    }

    /// `tokens_per_second` is `tokens/s`.
    static func gaugeName(_ name: String) -> String {
        let name = name.hasSuffix("_per_second") ? name.dropLast(11) + "/s" : name[...]
        return String(name.map { $0 == "_" ? " " : $0 })
    }
}

/// Names and figures one after the other, as many as fit: a figure that is cut off would be another figure.
private struct Gauges: Widget {
    var gauges: [(name: String, value: String)]
    var look: Look

    func draw(in area: Rect, into buffer: inout Buffer) {
        var x = area.x
        for (name, value) in gauges {
            let width = TextWidth.of(name) + 1 + TextWidth.of(value)
            guard x + width <= area.right else { continue }
            buffer.put([Span(name + " ", look[.dim]), Span(value)], at: Point(x: x, y: area.y))
            x += width + 2
        }
    }
}
