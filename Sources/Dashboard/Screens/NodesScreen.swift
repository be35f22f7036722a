import RunDirectory
import Telemetry
import TerminalUI

extension Lists {
    /// One row a node: what it does, what passes through its sockets, what it costs.
    static let nodes = ListDefinition<NodeFlow>(
        columns: [
            ListColumn(
                "node", "name", help: "the node's name", { .fixed(min(28, max(10, $0.nameWidth + 2))) },
                .text { row, _ in row.node.name }
            ) { row, scene in
                let mark = scene.look.mark(row.node.state)
                return .spans([Span("\(mark.glyph) ", mark.style), Span(row.node.name)])
            },
            ListColumn(
                "state", "state", help: "what its process does", { _ in .fixed(14) },
                .text { row, _ in row.node.state.rawValue }
            ) { row, scene in
                .text(scene.canvas.stateText(row.node), scene.look.mark(row.node.state).style)
            },
            ListColumn(
                "kind", "kind", help: "built-in kind, or command", { _ in .fixed(10) }, priority: 6,
                .text { row, _ in row.node.kind }
            ) { row, scene in .text(row.node.kind, scene.look[.dim]) },
            ListColumn(
                "pid", "pid", help: "number of its process", { _ in .fixed(7) }, align: .right, priority: 7,
                .count { row, _ in row.node.pid.map(Int.init) }
            ) { row, scene in
                scene.look.figure(row.node.pid.map(String.init) ?? Format.unknown, scene.look[.dim])
            },
            ListColumn(
                "history", "", help: "messages of its sockets over the window, w changes it",
                { _ in .flexible(minimum: 8, weight: 1) }, priority: 4, isDefault: false, isHistory: true
            ) { row, scene in
                .widget(
                    History(
                        series: scene.shown.nodeRates[row.node.name], window: scene.canvas.state.window,
                        look: scene.look))
            },
            .figure(
                "sent/s", "sent/s", help: "messages a second that its sockets sent", 6, priority: 2, isSummed: true,
                .rate { row, _ in row.sendRate }),
            .figure(
                "recv/s", "recv/s", help: "messages a second that it received", 6, priority: 2, isSummed: true,
                .rate { row, _ in row.receiveRate }),
            .figure(
                "depth", "queued", help: "messages in the queues of its sockets", 6, priority: 1, isSummed: true,
                .count { row, _ in row.queued }),
            ListColumn(
                "cpuhistory", "cpu", help: "cpu over the window, w changes it",
                { _ in .flexible(minimum: 10, weight: 1) }, priority: 4, isDefault: false, isHistory: true
            ) { row, scene in
                .widget(
                    History(
                        series: scene.shown.nodeCPU[row.node.name], window: scene.canvas.state.window, look: scene.look)
                )
            },
            .figure(
                "cpu", "cpu", help: "share of one core", 5, priority: 3, isSummed: true,
                .share { row, _ in row.node.cpu }),
            .figure(
                "memory", "memory", help: "resident memory of its process", 7, priority: 4, isSummed: true, tone: .dim,
                .bytes { row, _ in row.node.rss }),
            .figure(
                "restarts", "restarts", help: "starts after the first one", 8, priority: 5, isSummed: true,
                tone: .warning,
                .count { row, _ in row.node.restarts }),
            ListColumn(
                "notes", "notes", help: "who blocks, why it failed, else its own gauges",
                { .flexible(minimum: $0.width >= 100 ? 34 : 24) }, priority: 1
            ) { row, scene in scene.canvas.notes(row.node) },
        ],
        fields: [
            ListField("name", .text { row, _ in row.node.name }),
            ListField("rate", .rate { row, _ in row.rate }),
            ListField("group", .text { row, _ in row.node.group }),
            ListField("source", .text { row, _ in row.node.source.rawValue }),
        ],
        words: { [$0.node.name, $0.node.kind, $0.node.state.rawValue] },
        rows: { $0.shown.nodeFlows },
        subject: { .node($0.node.name) },
        row: { subject, shown in if case .node(let name) = subject { shown.nodeFlow(name) } else { nil } },
        scene: { $0.scene(of: .nodes, nameWidth: $0.shown.nameWidths.node) },
        // Injectors stand outside the totals.
        isSummed: { row, _ in row.node.kind != "injector" },
        // What is not running has no figures to miss.
        leavesGaps: { $0.node.pid != nil })
}

extension Canvas {
    /// What the cells of a list have in common.
    func scene(of pane: Pane, nameWidth: Int, isFullyNamed: Bool = false) -> ListScene {
        ListScene(
            canvas: self, nameWidth: nameWidth, isFullyNamed: isFullyNamed, isAlone: state.screen.panes.count == 1)
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
    fileprivate func notes(_ node: Snapshot.Node) -> Table.Content {
        let sockets = shown.sockets(of: node.name)
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
