import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    func nodeDetail(_ node: Snapshot.Node, width: Int) -> [[Span]] {
        let declared = state.topology.nodes.first { $0.name == node.name }
        var lines = [
            fact("state", stateText(node), look.mark(node.state).style),
            fact("runs", program(node, declared)),
            fact("pid", node.pid.map(String.init) ?? Format.unknown),
            fact("figures from", node.source.rawValue),
            fact("restarts", String(node.restarts), node.restarts > 0 ? look[.warning] : .plain),
            fact("is restarted", declared.map { policy($0.restart) } ?? Format.unknown),
            fact("last exit", EventMeaning.exit(node.exit) ?? Format.unknown),
        ]
        lines += costs(node)
        if let parent = node.parent { lines.append(fact("process of", parent)) }
        if let needs = declared?.dependsOn, !needs.isEmpty {
            lines.append(fact("depends on", needs.joined(separator: ", ")))
        }
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
        for link in links { lines.append(summary(link, width: width)) }
        return lines + outputLines(of: node, width: width) + recentEvents { $0.node == node.name }
    }

    /// A thread has a load of its own, and no memory of its own.
    private func costs(_ node: Snapshot.Node) -> [[Span]] {
        guard let process = node.process else {
            return [fact("cpu", Format.percent(node.cpu)), fact("memory", Format.bytes(node.rss))]
        }
        let others = shown.nodes.filter { $0.process?.name == process.name && $0.name != node.name }.map(\.name)
        let who = others.isEmpty ? "alone in it" : "with \(others.joined(separator: ", "))"
        let whole = "\(Format.percent(process.cpu)) cpu, \(Format.bytes(process.rss))"
        guard !others.isEmpty else {
            return [
                fact("cpu", Format.percent(node.cpu)), fact("memory", Format.bytes(node.rss)),
                fact("process", "\(process.name), \(who)"),
            ]
        }
        return [
            fact("cpu", "\(Format.percent(node.cpu)), its own thread"), fact("thread of", "\(process.name), \(who)"),
            fact("the whole", whole),
        ]
    }

    private func program(_ node: Snapshot.Node, _ declared: ResolvedNode?) -> String {
        guard case .command(let words)? = declared?.program else { return node.kind }
        return words.joined(separator: " ")
    }

    private func policy(_ policy: RestartPolicy) -> String {
        if policy.condition == .never { return "never" }
        let most = policy.maximumRestarts.map { ", at most \($0)" } ?? ""
        return "\(policy.condition.rawValue) after \(Format.seconds(policy.delay))\(most)"
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

    /// The last lines of its files in the run directory, each cut to one line of the screen.
    private func outputLines(of node: Snapshot.Node, width: Int) -> [[Span]] {
        guard let output = state.output, output.node == state.writer(of: node.name) else { return [] }
        let whose = output.node == node.name ? "" : " of \(output.node)"
        func part(_ title: String, _ lines: [String], _ style: Style) -> [[Span]] {
            guard !lines.isEmpty else { return [] }
            return section(title + whose)
                + lines.suffix(8).map { line in
                    [Span(Buffer.fitted(line, width: width, ellipsis: glyphs.ellipsis), style)]
                }
        }
        let both = part("last errors", output.errors, look[.warning]) + part("last output", output.lines, .plain)
        return both.isEmpty ? section("last output\(whose)") + [[Span("it has written nothing", look[.dim])]] : both
    }
}
