import Telemetry
import TerminalUI

extension Canvas {
    /// One row a link: its state, how much flows, and where messages lie.
    func linksTable(_ rows: [Subject], head: String?) -> Table {
        let flows = rows.compactMap { if case .link(let id) = $0 { shown.flow(id) } else { nil } }
        let full = flows.map { TextWidth.of($0.link.from) + TextWidth.of($0.link.to) + 6 }.max() ?? 0
        let isFull = full <= size.width * 3 / 10
        let short = isFull ? 0 : flows.map { TextWidth.of(shortName($0.link)) + 2 }.max() ?? 0
        let name = isFull ? full : min(max(16, short), size.width / 3)
        let isDetailed = state.screen == .links
        let scale = depthScale(flows)
        let bar = glyphs.separator
        // Columns in which nothing is known of any link would only take the room of the others.
        let isTimed = shown.flows.contains { $0.latency != nil }
        let latency: [Table.Column] = [
            .init("p50", .fixed(7), alignment: .right, priority: 5),
            .init("p99", .fixed(7), alignment: .right, priority: 4),
        ]
        let columns: [Table.Column] =
            [
                .init(head ?? "link", .fixed(max(12, name))),
                .init("state", .fixed(size.width >= 100 ? 16 : 10)),
                .init("", .flexible(minimum: 8, weight: 2), priority: isDetailed ? 5 : 2),
                .init("msg/s", .fixed(5), alignment: .right, priority: 1),
                .init("\(glyphs.right)/s", .fixed(5), alignment: .right, priority: isDetailed ? 2 : 7),
                .init("\(glyphs.left)/s", .fixed(5), alignment: .right, priority: isDetailed ? 2 : 7),
                .init("depth", .fixed(5), alignment: .right),
                .init("send\(bar)kern\(bar)recv", .flexible(minimum: 14, weight: 3), priority: 2),
                .init("hwm", .fixed(9), alignment: .right, priority: 6),
            ] + (isTimed ? latency : []) + [
                .init("reconnects", .fixed(10), alignment: .right, priority: 5),
                .init("attempts", .fixed(8), alignment: .right, priority: isDetailed ? 6 : 9),
                .init("lost", .fixed(5), alignment: .right, priority: 3),
                .init("endpoint", .flexible(minimum: 18, weight: 2), priority: isDetailed ? 8 : 10),
            ]
        return Table(columns: columns, count: flows.count, look: look) { index in
            linkRow(flows[index], isFull: isFull, isTimed: isTimed, scale: scale)
        }
    }

    private func linkRow(_ flow: LinkFlow, isFull: Bool, isTimed: Bool, scale: Double) -> Table.Row {
        let link = flow.link
        let mark = look.mark(link.state)
        let marks = hwm(flow)
        let curve = shown.linkRates[link.id]?.values ?? []
        let present: [Table.Content] = [
            .spans([Span("\(mark.glyph) ", mark.style)] + nameSpans(link, isFull: isFull)),
            .text(stateText(link), mark.style),
            .widget(Sparkline(curve, look: look)),
            look.figure(Format.rate(flow.rate)),
            flow.carriesOut ? look.figure(Format.rate(link.out.rate)) : .spans([]),
            flow.carriesBack ? look.figure(Format.rate(link.back.rate)) : .spans([]),
            look.figure(
                flow.kernelBytes.map(Format.bytes) ?? Format.count(flow.depth),
                isNearFull(flow) ? look[.warning] : .plain),
            depthBar(flow, scale: scale),
            look.figure(Format.highWaterMarks(send: marks.send, receive: marks.receive), look[.dim]),
        ]
        let latency = [
            look.figure(Format.seconds(flow.latency?.p50)), look.figure(Format.seconds(flow.latency?.p99)),
        ]
        let history: [Table.Content] = [
            look.trouble(link.reconnects, .warning),
            // What it took before it came up is no trouble any more.
            look.figure(Format.count(link.attempts), link.state == .up || link.attempts == 0 ? .plain : look[.warning]),
            look.trouble(flow.lost, .bad),
            .text(EndpointText.short(link.endpoint), look[.dim]),
        ]
        return .init(present + (isTimed ? latency : []) + history)
    }

    private func nameSpans(_ link: Snapshot.Link, isFull: Bool) -> [Span] {
        isFull
            ? [Span(link.from), Span(" \(glyphs.arrow) ", look[.dim]), Span(link.to)]
            : [Span(shortName(link))]
    }

    /// `engine-1 → backend`: the node that connects, the socket that it connects to; `engine-1 → api-1.input` where there
    /// are several of its name.
    private func shortName(_ link: Snapshot.Link) -> String {
        let to = shown.socket(link.to)
        let isOne = to.map { shown.node($0.node)?.replica == nil && $0.declared } ?? false
        let toName = isOne ? to?.name ?? link.to : link.to
        return "\(shown.socket(link.from)?.node ?? link.from) \(glyphs.arrow) \(toName)"
    }

    /// `up`, `retrying 183 ms`.
    func stateText(_ link: Snapshot.Link) -> String {
        if !link.faults.isEmpty { return link.faults.joined(separator: " ") }
        guard let wait = link.retryIn, link.state == .retrying || link.state == .down, size.width >= 100 else {
            return link.state.rawValue
        }
        return "\(link.state.rawValue) \(Format.seconds(wait))"
    }

    /// Bars of all links share one scale, and it moves in steps, so that bars can be compared and do not dance.
    private func depthScale(_ flows: [LinkFlow]) -> Double {
        let deepest = flows.lazy.compactMap(\.depth).max() ?? 0
        var scale = 20
        while scale < deepest, scale < .max / 10 {
            scale = [2: 5, 5: 10, 1: 2][scale.leadingDigit, default: 10] * scale / scale.leadingDigit
        }
        return Double(scale)
    }

    private func depthBar(_ flow: LinkFlow, scale: Double) -> Table.Content {
        let stages = [
            (flow.sendQueue, Theme.Role.stageSend), (flow.kernel, .stageKernel), (flow.receiveQueue, .stageReceive),
        ]
        // With nothing known the depth beside it says so; with nothing there the bar is empty.
        guard stages.contains(where: { ($0.0 ?? 0) > 0 }) else { return .spans([]) }
        return .widget(
            StackedBar(
                stages.map { .init($0.0.map(Double.init), style: look[$0.1]) }, maximum: scale, separated: true,
                look: look))
    }

    private func hwm(_ flow: LinkFlow) -> (send: Int?, receive: Int?) {
        let from = shown.socket(flow.link.from)?.hwm
        let to = shown.socket(flow.link.to)?.hwm
        return flow.carriesOut ? (from?.send, to?.receive) : (to?.send, from?.receive)
    }

    /// Whether one of ZeroMQ's queues holds four fifths of what it may.
    private func isNearFull(_ flow: LinkFlow) -> Bool {
        let marks = hwm(flow)
        func full(_ queue: Int?, _ mark: Int?) -> Bool {
            guard let queue, let mark, mark > 0 else { return false }
            return queue * 5 >= mark * 4
        }
        return full(flow.sendQueue, marks.send) || full(flow.receiveQueue, marks.receive)
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
