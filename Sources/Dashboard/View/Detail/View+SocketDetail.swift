import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    func socketDetail(_ socket: Snapshot.Socket, width: Int) -> [[Span]] {
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
        lines += [[], heads(["sent", "received"])]
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
        lines += options(of: socket)
        let links = shown.links.filter { $0.from == socket.id || $0.to == socket.id }
        if !links.isEmpty { lines += section("links") }
        for link in links { lines.append(summary(link, width: width)) }
        return lines + recentEvents { $0.subject == socket.id }
    }

    // MARK: Options

    private struct OptionLine {
        var name: String
        var value: String
        var by: String
        var note = ""
        var style = Style.plain
    }

    /// Each option with its value, and who has set it: what the file asks for, and what the tap has seen the program do.
    private func options(of socket: Snapshot.Socket) -> [[Span]] {
        let node = state.topology.nodes.first { $0.name == socket.node }
        let declared = node?.sockets.first { $0.name == socket.name }?.options ?? []
        let isBuiltin = if case .builtin? = node?.program { true } else { false }
        var lines: [OptionLine] = []
        for option in socket.options ?? [] {
            var line = OptionLine(name: option.name, value: option.value, by: isBuiltin ? "its kind" : "the program")
            if let wish = declared.first(where: { $0.name == option.name }) {
                if wish.isShown(as: option.value) {
                    line.by = "the file"
                } else {
                    line.note = "the file says \(wish.text)"
                }
            }
            if option.late {
                line.note = option.isTooLate ? "too late: after bind or connect" : "after bind or connect"
                line.style = option.isTooLate ? look[.warning] : .plain
            }
            lines.append(line)
        }
        for wish in declared where !(socket.options ?? []).contains(where: { $0.name == wish.name }) {
            let isMissed = socket.observed && socket.options != nil
            lines.append(
                OptionLine(
                    name: wish.name, value: wish.text, by: "the file",
                    note: isMissed ? "the program has not set it" : "not seen yet",
                    style: isMissed ? look[.warning] : look[.dim]))
        }
        guard !lines.isEmpty else {
            return socket.options == nil ? [] : section("options") + [[Span("all as libzmq has them", look[.dim])]]
        }
        let nameWidth = max(16, lines.map { TextWidth.of($0.name) + 2 }.max() ?? 0)
        let valueWidth = min(24, max(12, lines.map { TextWidth.of($0.value) + 2 }.max() ?? 0))
        return section("options".padded(to: nameWidth) + "value".padded(to: valueWidth) + "set by")
            + lines.map { line in
                [
                    Span(line.name.padded(to: nameWidth), look[.dim]),
                    Span(
                        Buffer.fitted(line.value, width: valueWidth - 1, ellipsis: glyphs.ellipsis)
                            .padded(to: valueWidth), line.style),
                    Span(line.by.padded(to: line.note.isEmpty ? 0 : 13)), Span(line.note, line.style),
                ]
            }
    }
}

extension ResolvedOption {
    /// As a segment shows it.
    fileprivate var text: String {
        switch value {
        case .int(let value): String(value)
        case .int64(let value): String(value)
        case .bytes(let bytes): isSecret ? Self.hidden : FrameText.describe(bytes)
        }
    }

    /// What stands for a secret.
    private static let hidden = "•••"
    private var isSecret: Bool { name == "plain_password" || name == "curve_secretkey" }

    /// Whether a segment that shows `shown` shows this value. It keeps the first bytes of long ones, and shows what is
    /// more than ASCII as hex.
    fileprivate func isShown(as shown: String) -> Bool {
        if shown == text { return true }
        guard case .bytes(let bytes) = value else { return false }
        let hex = "hex:" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard shown.hasSuffix("…") else { return shown == hex }
        return text.hasPrefix(shown.dropLast()) || hex.hasPrefix(shown.dropLast())
    }
}
