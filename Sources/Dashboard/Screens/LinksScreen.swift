import Telemetry
import TerminalUI

extension Lists {
    /// One row a link: its state, how much flows, and where messages lie.
    static let links = ListDefinition<LinkFlow>(
        columns: [
            ListColumn(
                "link", "link", help: "who connects, and to whom", { .fixed(max(12, $0.nameWidth)) },
                .text { row, shown in row.link.id }
            ) { row, scene in
                let mark = scene.look.mark(row.link.state)
                return .spans([Span("\(mark.glyph) ", mark.style)] + scene.linkName(row.link))
            },
            ListColumn(
                "state", "state", help: "where the connection stands", { .fixed($0.width >= 100 ? 16 : 10) },
                .text { row, _ in row.link.state.rawValue }
            ) { row, scene in
                .text(scene.canvas.stateText(row.link), scene.look.mark(row.link.state).style)
            },
            ListColumn(
                "history", "", help: "messages over the window, w changes it",
                { _ in .flexible(minimum: 8, weight: 2) }, priority: 5, sharedPriority: 2, isHistory: true
            ) { row, scene in
                .widget(
                    History(
                        series: scene.shown.linkRates[row.link.id], window: scene.canvas.state.window, look: scene.look)
                )
            },
            .figure(
                "rate", "msg/s", help: "messages a second, both ways", 5, priority: 1, isSummed: true,
                .rate { row, _ in row.rate }),
            way("out/s", help: "from the end that connects", carries: \.carriesOut) { $0.link.out.rate },
            way("back/s", help: "from the end that is bound", carries: \.carriesBack) { $0.link.back.rate },
            ListColumn(
                "depth", "depth", help: "messages on their way: in both queues and the kernel", { _ in .fixed(5) },
                align: .right, isSummed: true, .count { row, _ in row.depth }
            ) { row, scene in
                scene.look.figure(
                    row.kernelBytes.map(Format.bytes) ?? Format.count(row.depth),
                    scene.isNearFull(row) ? scene.look[.warning] : .plain)
            },
            ListColumn(
                "stages", "send│kern│recv", help: "where they lie: sender's queue, kernel, receiver's queue",
                { _ in .flexible(minimum: 14, weight: 3) }, priority: 2
            ) { row, scene in scene.depthBar(row) },
            .figure(
                "sendq", "sendq", help: "messages in the sender's queue", 5, priority: 3, isDefault: false,
                isSummed: true,
                .count { row, _ in row.sendQueue }),
            .figure(
                "kernel", "kernel", help: "messages on the wire", 6, priority: 3, isDefault: false, isSummed: true,
                .count { row, _ in row.kernel }),
            .figure(
                "recvq", "recvq", help: "messages in the receiver's queue", 5, priority: 3, isDefault: false,
                isSummed: true, .count { row, _ in row.receiveQueue }),
            ListColumn(
                "hwm", "hwm", help: "high-water marks: sender/receiver", { _ in .fixed(9) }, align: .right, priority: 6,
                .count { row, shown in row.highWaterMarks(in: shown).send }
            ) { row, scene in
                let marks = row.highWaterMarks(in: scene.shown)
                return scene.look.figure(
                    Format.highWaterMarks(send: marks.send, receive: marks.receive), scene.look[.dim])
            },
            .figure(
                "p50", "p50", help: "median latency", 7, priority: 5, isUseful: \.isTimed,
                .seconds { row, _ in row.latency?.p50 }),
            .figure(
                "p99", "p99", help: "latency that 99 of 100 stay below", 7, priority: 4, isUseful: \.isTimed,
                .seconds { row, _ in row.latency?.p99 }),
            .figure(
                "reconnects", "reconnects", help: "times it came back", 10, priority: 5, isSummed: true, tone: .warning,
                .count { row, _ in row.link.reconnects }),
            ListColumn(
                "attempts", "attempts", help: "attempts to connect that failed", { _ in .fixed(8) }, align: .right,
                priority: 6,
                sharedPriority: 9, isSummed: true, .count { row, _ in row.link.attempts }
            ) { row, scene in
                // What it took before it came up is no trouble any more.
                let isOver = row.link.state == .up || row.link.attempts == 0
                return scene.look.figure(Format.count(row.link.attempts), isOver ? .plain : scene.look[.warning])
            },
            .figure(
                "lost", "lost", help: "messages that never arrive", 5, priority: 3, isSummed: true, tone: .bad,
                .count { row, _ in row.lost }),
            .figure(
                "since", "since", help: "seconds in this state", 6, priority: 6, isDefault: false,
                .seconds { row, shown in row.link.since.flatMap { since in shown.snapshot.map { $0.elapsed - since } } }
            ),
            ListColumn(
                "transport", "via", help: "tcp, ipc or inproc", { _ in .fixed(6) }, priority: 6, isDefault: false,
                .text { row, _ in row.link.transport }
            ) { row, scene in .text(row.link.transport, scene.look[.dim]) },
            ListColumn(
                "endpoint", "endpoint", help: "where it connects to", { _ in .flexible(minimum: 18, weight: 2) },
                priority: 8, sharedPriority: 10, .text { row, _ in row.link.endpoint }
            ) { row, scene in .text(EndpointText.short(row.link.endpoint), scene.look[.dim]) },
        ],
        fields: [
            ListField(
                "node",
                .texts { row, shown in [row.link.from, row.link.to].map { shown.owner(of: $0) ?? $0 } }),
            ListField("name", .texts { row, _ in [row.link.from, row.link.to] }),
            ListField("from", .text { row, _ in row.link.from }),
            ListField("to", .text { row, _ in row.link.to }),
            ListField(
                "type",
                .texts { row, shown in [row.link.from, row.link.to].compactMap { shown.socket($0)?.type } }),
            ListField("source", .text { row, _ in row.link.source.rawValue }),
        ],
        words: { [$0.link.from, $0.link.to, $0.link.state.rawValue, $0.link.endpoint] },
        rows: { $0.shown.flows },
        subject: { .link($0.link.id) },
        row: { subject, shown in if case .link(let id) = subject { shown.flow(id) } else { nil } },
        scene: { canvas in
            let widths = canvas.shown.nameWidths
            let full = widths.link + TextWidth.of(canvas.glyphs.arrow) + 4
            let isFull = full <= canvas.size.width * 3 / 10
            let short = widths.shortLink + TextWidth.of(canvas.glyphs.arrow) + 4
            return canvas.scene(
                of: .links, nameWidth: isFull ? full : min(max(16, short), canvas.size.width / 3), isFullyNamed: isFull)
        },
        isSummed: { row, shown in !shown.isInjected(row.link) },
        leavesGaps: { $0.leavesGaps })

    private static func way(
        _ id: String, help: String, carries: @escaping @Sendable (LinkFlow) -> Bool,
        rate: @escaping @Sendable (LinkFlow) -> Double?
    ) -> ListColumn<LinkFlow> {
        ListColumn(
            id, id == "out/s" ? "▸/s" : "◂/s", help: "messages a second \(help)", { _ in .fixed(5) }, align: .right,
            priority: 2,
            sharedPriority: 7, isSummed: true, .rate { row, _ in carries(row) ? rate(row) : nil }
        ) { row, scene in carries(row) ? scene.look.figure(Format.rate(rate(row))) : .spans([]) }
    }
}

extension Canvas {
    /// `up`, `retrying 183 ms`.
    func stateText(_ link: Snapshot.Link) -> String {
        if !link.faults.isEmpty { return link.faults.joined(separator: " ") }
        guard let wait = link.retryIn, link.state == .retrying || link.state == .down, size.width >= 100 else {
            return link.state.rawValue
        }
        return "\(link.state.rawValue) \(Format.seconds(wait))"
    }
}

extension ListScene {
    /// `engine-1.work → scheduler.backend`, or in less room `engine-1 → backend`.
    fileprivate func linkName(_ link: Snapshot.Link) -> [Span] {
        let (from, to) = isFullyNamed ? (link.from, link.to) : shown.shortName(link)
        return [Span(from), Span(" \(look.glyphs.arrow) ", isFullyNamed ? look[.dim] : .plain), Span(to)]
    }

    /// Bars of all links share one scale, and it moves in steps, so that bars can be compared and do not dance.
    private var depthScale: Double {
        var scale = 20
        while scale < shown.deepest, scale < .max / 10 {
            scale = [2: 5, 5: 10, 1: 2][scale.leadingDigit, default: 10] * scale / scale.leadingDigit
        }
        return Double(scale)
    }

    fileprivate func depthBar(_ flow: LinkFlow) -> Table.Content {
        let stages = [
            (flow.sendQueue, Theme.Role.stageSend), (flow.kernel, .stageKernel), (flow.receiveQueue, .stageReceive),
        ]
        // With nothing known the depth beside it says so; with nothing there the bar is empty.
        guard stages.contains(where: { ($0.0 ?? 0) > 0 }) else { return .spans([]) }
        return .widget(
            StackedBar(
                stages.map { .init($0.0.map(Double.init), style: look[$0.1]) }, maximum: depthScale, separated: true,
                look: look))
    }

    /// Whether one of ZeroMQ's queues holds four fifths of what it may.
    fileprivate func isNearFull(_ flow: LinkFlow) -> Bool {
        let marks = flow.highWaterMarks(in: shown)
        func full(_ queue: Int?, _ mark: Int?) -> Bool {
            guard let queue, let mark, mark > 0 else { return false }
            return queue * 5 >= mark * 4
        }
        return full(flow.sendQueue, marks.send) || full(flow.receiveQueue, marks.receive)
    }
}

extension LinkFlow {
    /// The limits of the two queues on the way that carries messages, the way out first.
    fileprivate func highWaterMarks(in shown: Observation) -> (send: Int?, receive: Int?) {
        let from = shown.socket(link.from)?.hwm
        let to = shown.socket(link.to)?.hwm
        return carriesOut ? (from?.send, to?.receive) : (to?.send, from?.receive)
    }
}

extension Int {
    /// 2 of 200.
    fileprivate var leadingDigit: Int {
        var value = self
        while value >= 10 { value /= 10 }
        return value
    }
}
