import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    private var detailArea: Rect { Layout(state, size: size).body }

    /// Lines of the detail at this width.
    var detailHeight: Int { wrappedDetail(width: size.width - 4).count + 2 }

    /// All that is known of what was opened.
    mutating func drawDetail(_ area: Rect) {
        guard let subject = state.detail else { return }
        let block = Block(title: detailTitle(subject), focused: true, look: look)
        buffer.draw(block, in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let lines = wrappedDetail(width: inner.width)
        let first = max(0, min(state.detailOffset, lines.count - inner.height))
        for (row, line) in lines.dropFirst(first).prefix(inner.height).enumerated() {
            buffer.put(line, at: inner.row(row).origin, maxWidth: inner.width)
        }
        buffer.draw(
            Scrollbar(count: lines.count, visible: inner.height, offset: first, look: look),
            in: Rect(x: area.right - 1, y: inner.y, width: 1, height: inner.height))
        let key = state.keymap.key(for: .back)
        if area.width > 50 {
            buffer.put(
                [Span(" \(key)", look[.key]), Span(" back ", look[.hint])],
                at: Point(x: area.right - TextWidth.of(key) - 9, y: area.y))
        }
    }

    private func wrappedDetail(width: Int) -> [[Span]] {
        guard let subject = state.detail else { return [] }
        return Paragraph(lines: detailLines(subject)).wrapped(to: max(1, width))
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

    private func detailLines(_ subject: Subject) -> [[Span]] {
        verdicts(on: subject) + facts(of: subject)
    }

    /// What is wrong with it, in whole sentences; of a node, with its sockets and links too.
    private func verdicts(on subject: Subject) -> [[Span]] {
        let all = shown.snapshot?.verdicts ?? []
        let found = all.filter { verdict in
            guard case .node(let name) = subject else { return verdict.subject == subject.name }
            let link = shown.link(verdict.subject)
            let ends = link.map { [$0.from, $0.to] } ?? [verdict.subject]
            return ends.contains { shown.owner(of: $0) == name }
        }
        guard !found.isEmpty else { return [] }
        return found.map { verdict in
            [Span("\(glyphs.warning) \(verdict.rule)  ", look[.warning].adding(.bold)), Span(verdict.text)]
        } + [[]]
    }

    private func facts(of subject: Subject) -> [[Span]] {
        switch subject {
        case .node(let name): shown.node(name).map(nodeDetail) ?? []
        case .link(let id): shown.link(id).map(linkDetail) ?? []
        case .socket(let id): shown.socket(id).map(socketDetail) ?? []
        case .message(let id):
            shown.messages.entry(id).map { messageLines($0, width: size.width - 4, limit: 2000) } ?? []
        case .event, .group, .edge: []
        }
    }

    // MARK: Parts

    private func fact(_ name: String, _ value: String, _ style: Style = .plain) -> [Span] {
        [
            Span(name.padded(to: 16), look[.dim]),
            value == Format.unknown ? Span(String(glyphs.unknown), look[.dim]) : Span(value, style),
        ]
    }

    private func section(_ title: String) -> [[Span]] { [[], [Span(title, look[.header])]] }

    private func recentEvents(_ isWanted: (EventLog.Entry) -> Bool) -> [[Span]] {
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

    private func nodeDetail(_ node: Snapshot.Node) -> [[Span]] {
        var lines = [
            fact("state", stateText(node), look.mark(node.state).style), fact("kind", node.kind),
            fact("pid", node.pid.map(String.init) ?? Format.unknown),
            fact("figures from", node.source.rawValue),
            fact("restarts", String(node.restarts), node.restarts > 0 ? look[.warning] : .plain),
            fact("last exit", EventMeaning.exit(node.exit) ?? Format.unknown),
            fact("cpu", Format.percent(node.cpu)), fact("memory", Format.bytes(node.rss)),
        ]
        if let parent = node.parent { lines.append(fact("process of", parent)) }
        if let reason = node.reason {
            let parts = reason.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            lines += section("why")
            lines += parts.enumerated().map { [Span($1, $0 == 0 ? look[.bad] : .plain)] }
        }
        if !node.gauges.isEmpty {
            lines += section("gauges")
            lines += node.gauges.sorted { $0.key < $1.key }.map { fact(Self.gaugeName($0.key), Format.gauge($0.value)) }
        }
        let sockets = shown.sockets(of: node.name)
        if !sockets.isEmpty { lines += section("sockets") }
        for socket in sockets { lines.append(summary(socket)) }
        let links = shown.links.filter { shown.owner(of: $0.from) == node.name || shown.owner(of: $0.to) == node.name }
        if !links.isEmpty { lines += section("links") }
        for link in links { lines.append(summary(link)) }
        return lines + recentEvents { $0.node == node.name }
    }

    private func summary(_ socket: Snapshot.Socket) -> [Span] {
        var spans = [
            Span(socket.id.padded(to: 24) + " "), Span(socket.type.padded(to: 7), look[.accent]),
            Span(
                "\(glyphs.right) \(Format.rate(socket.sendRate))/s  \(glyphs.left) \(Format.rate(socket.receiveRate))/s"
                    .padded(to: 24)),
        ]
        if let blocked = socket.blocked {
            spans.append(Span("blocked in \(blocked.call) \(Format.seconds(blocked.for))", look[.warning]))
        }
        return spans
    }

    private func summary(_ link: Snapshot.Link) -> [Span] {
        let mark = look.mark(link.state)
        let flow = shown.flow(link.id)
        return [
            Span("\(mark.glyph) ", mark.style), Span("\(link.from) \(glyphs.arrow) \(link.to)".padded(to: 36) + " "),
            Span(stateText(link).padded(to: 16) + " ", mark.style),
            Span("\(Format.rate(flow?.rate)) msg/s  depth \(Format.count(flow?.depth))", look[.dim]),
        ]
    }

    private func socketDetail(_ socket: Snapshot.Socket) -> [[Span]] {
        var lines = [
            fact("type", socket.type, look[.accent]), fact("node", socket.node),
            fact(
                "seen",
                socket.observed
                    ? (socket.declared ? "declared and observed" : "observed, not declared in the file")
                    : "declared, not observed yet"),
        ]
        for (index, endpoint) in socket.endpoints.enumerated() {
            lines.append(fact(index == 0 ? "endpoints" : "", endpoint))
        }
        if let blocked = socket.blocked {
            let on = blocked.on.isEmpty ? "" : ", waits for \(blocked.on.joined(separator: ", "))"
            lines.append(fact("blocked", "in \(blocked.call) for \(Format.seconds(blocked.for))\(on)", look[.warning]))
        }
        lines += [[], header(["sent", "received"])]
        lines += [
            row("messages", [Format.count(socket.sent), Format.count(socket.received)]),
            row("messages/s", [Format.rate(socket.sendRate), Format.rate(socket.receiveRate)]),
            row("bytes", [Format.bytes(socket.sentBytes), Format.bytes(socket.receivedBytes)]),
            row("in its queue", [Format.count(socket.sendQueue), Format.count(socket.receiveQueue)]),
            row(
                "high-water mark",
                [Format.highWaterMark(socket.hwm.send), Format.highWaterMark(socket.hwm.receive)]),
        ]
        lines += [
            [], fact("would block", Format.count(socket.wouldBlock)), fact("lost", Format.count(socket.lost)),
            fact("discarded", Format.count(socket.discarded)),
        ]
        lines += declaredOptions(socket)
        let links = shown.links.filter { $0.from == socket.id || $0.to == socket.id }
        if !links.isEmpty { lines += section("links") }
        for link in links { lines.append(summary(link)) }
        return lines + recentEvents { $0.subject == socket.id }
    }

    private func declaredOptions(_ socket: Snapshot.Socket) -> [[Span]] {
        let node = state.topology.nodes.first { $0.name == socket.node }
        guard let declared = node?.sockets.first(where: { $0.name == socket.name }), !declared.options.isEmpty else {
            return []
        }
        return section("options in the file")
            + declared.options.map { option in
                let value =
                    switch option.value {
                    case .int(let value): String(value)
                    case .int64(let value): String(value)
                    case .bytes(let bytes): FrameText.describe(bytes)
                    }
                return fact(option.name, value)
            }
    }

    /// Both ways side by side, in the order in which a message goes through them.
    private func linkDetail(_ link: Snapshot.Link) -> [[Span]] {
        let mark = look.mark(link.state)
        let since = link.since.map { "  since \(Format.moment($0))" } ?? ""
        var lines = [
            fact("state", stateText(link) + since, mark.style), fact("transport", link.transport),
            fact("endpoint", link.endpoint), fact("source", link.source.rawValue),
            fact("reconnects", String(link.reconnects)),
            fact("attempts", String(link.attempts)),
            fact(
                "incarnations",
                "\(link.incarnation.from.map(String.init) ?? Format.unknown) \(glyphs.arrow) \(link.incarnation.to.map(String.init) ?? Format.unknown)"
            ),
        ]
        if !link.faults.isEmpty { lines.append(fact("faults", link.faults.joined(separator: ", "), look[.warning])) }
        lines += [[], header(["\(glyphs.right) out", "\(glyphs.left) back"])]
        let ways = [link.out, link.back]
        func add(_ name: String, _ figure: (Snapshot.Direction) -> String, _ style: Style = .plain) {
            lines.append(row(name, ways.map(figure), style))
        }
        add("sent") { Format.count($0.sent) }
        add("  send queue", { Format.count($0.stages.sendQueue) }, look[.stageSend])
        add("on the wire") { Format.count($0.onWire) }
        add("  kernel", { Format.count($0.stages.kernel) }, look[.stageKernel])
        add("off the wire") { Format.count($0.offWire) }
        add("  receive queue", { Format.count($0.stages.receiveQueue) }, look[.stageReceive])
        add("received") { Format.count($0.received) }
        lines.append([])
        add("messages/s") { Format.rate($0.rate) }
        add("bytes") { Format.bytes($0.bytes) }
        add("depth") { Format.count($0.depth) }
        add("lost") { ($0.lostEstimated ? "~" : "") + Format.count($0.lost) }
        add("discarded") { Format.count($0.discarded) }
        if ways.contains(where: { $0.matched != nil }) { add("matched") { Format.count($0.matched) } }
        if ways.contains(where: { $0.kernelBytes != nil }) { add("kernel's queues") { Format.bytes($0.kernelBytes) } }
        for (name, latency) in [("on the wire", \Snapshot.Direction.latency), ("to delivery", \.deliveryLatency)]
        where ways.contains(where: { $0[keyPath: latency] != nil }) {
            lines += [[], header([name])]
            add("latency p50") { Format.seconds($0[keyPath: latency]?.p50) }
            add("latency p90") { Format.seconds($0[keyPath: latency]?.p90) }
            add("latency p99") { Format.seconds($0[keyPath: latency]?.p99) }
            add("latency max") { Format.seconds($0[keyPath: latency]?.max) }
            add("samples") { Format.count($0[keyPath: latency]?.samples) }
        }
        return lines + recentEvents { $0.subject == link.from || $0.subject == link.to }
    }

    private func header(_ titles: [String]) -> [Span] {
        [Span("".padded(to: 16))] + titles.map { Span(Self.right($0, 12), look[.header]) }
    }

    private func row(_ name: String, _ values: [String], _ style: Style = .plain) -> [Span] {
        [Span(name.padded(to: 16), style == .plain ? look[.dim] : style)]
            + values.map { value in
                value == Format.unknown
                    ? Span(Self.right(String(glyphs.unknown), 12), look[.dim]) : Span(Self.right(value, 12))
            }
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - TextWidth.of(text))) + text
    }
}
