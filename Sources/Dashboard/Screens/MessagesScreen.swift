import Payload
import Telemetry
import TerminalUI

extension Canvas {
    /// Messages as they passed, the newest at the bottom.
    func messagesTable(_ rows: [Subject], head: String?) -> Table {
        let entries = rows.compactMap { if case .message(let id) = $0 { shown.messages.entry(id) } else { nil } }
        let socket = entries.suffix(100).map { TextWidth.of($0.message.socket) }.max() ?? 0
        let columns: [Table.Column] = [
            .init(head ?? "elapsed", .fixed(size.width >= 100 ? 12 : 9), alignment: .right),
            .init("socket", .fixed(min(size.width >= 100 ? 26 : 18, max(8, socket)))),
            .init("", .fixed(1)),
            .init("peer", .fixed(20), priority: 2),
            .init("#", .fixed(6), alignment: .right, priority: 3),
            .init("fr", .fixed(2), alignment: .right, priority: 1),
            .init("bytes", .fixed(7), alignment: .right),
            .init("payload", .flexible(minimum: 20)),
        ]
        return Table(columns: columns, count: entries.count, look: look) { index in
            messageRow(entries[index])
        }
    }

    private func messageRow(_ entry: MessageLog.Entry) -> Table.Row {
        let message = entry.message
        let isSent = message.direction == .sent
        let mark =
            message.lost ? look[.bad] : message.injected ? look[.paused] : look[isSent ? .stageSend : .stageReceive]
        return .init([
            .text(Self.moment(message.elapsed, digits: size.width >= 100 ? 6 : 3), look[.dim]),
            .text(message.socket),
            .text(String(isSent ? glyphs.right : glyphs.left), mark),
            .text(message.peer ?? Format.unknown, look[.dim]),
            .text(Format.count(message.ordinal), look[.dim]),
            .text(String(message.frameCount), message.frameCount == 1 ? look[.dim] : .plain),
            .text(Format.count(message.size)),
            .spans(payloadSpans(entry)),
        ])
    }

    /// What it says on one line: whom it is for stands back.
    private func payloadSpans(_ entry: MessageLog.Entry) -> [Span] {
        let parts = entry.parts
        var spans: [Span] = []
        if entry.message.lost { spans.append(Span("lost  ", look[.bad])) }
        for part in parts where part.part.role != .delimiter {
            let text = part.summary(columns: max(20, size.width))
            if !spans.isEmpty, !spans[spans.count - 1].text.hasSuffix(" ") { spans.append(Span(" ")) }
            let style =
                part.isRouting || part.part.role == .topic
                ? look[.accent] : part.reading.warnings.isEmpty ? Style.plain : look[.bad]
            spans.append(Span(text, style))
            if part.isRouting { spans.append(Span(String(glyphs.separator), look[.border])) }
        }
        return spans
    }

    /// Seconds of the session with so many decimals.
    private static func moment(_ elapsed: Double, digits: Int) -> String {
        guard elapsed.isFinite, abs(elapsed) < 1e9 else { return Format.unknown }
        var factor = 1
        for _ in 0..<digits { factor *= 10 }
        let whole = Int((max(0, elapsed) * Double(factor)).rounded(.down))
        let fraction = String(whole % factor)
        return "\(whole / factor)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// The message that is selected, as far as there is room; Enter shows it whole.
    mutating func drawPreview(_ area: Rect) {
        let rule = String(repeating: glyphs.isUnicode ? "─" : "-", count: max(0, area.width))
        buffer.put(rule, at: area.origin, style: look[.border], maxWidth: area.width)
        let log = shown.messages
        let level = state.canSample ? state.samplingLevel.title : "nothing to sample"
        var notes = ["samples: \(level)"]
        if log.forgotten > 0 { notes.append("\(Format.count(log.forgotten)) forgotten") }
        if log.overwritten > 0 { notes.append("\(Format.count(log.overwritten)) overwritten") }
        let note = " \(notes.joined(separator: ", ")) "
        buffer.put(note, at: Point(x: area.x + 2, y: area.y), style: look[.hint], maxWidth: area.width - 2)
        let keys: [Span] = [
            Span(" S", look[.key]), Span(" level  ", look[.hint]), Span("b", look[.key]),
            Span(state.showsBytes ? " tree  " : " bytes  ", look[.hint]), Span("y", look[.key]),
            Span(" copy  ", look[.hint]), Span("a", look[.key]), Span(" again  ", look[.hint]), Span("e", look[.key]),
            Span(" edit ", look[.hint]),
        ]
        let width = keys.reduce(0) { $0 + TextWidth.of($1.text) }
        if width + TextWidth.of(note) + 6 <= area.width {
            buffer.put(keys, at: Point(x: area.right - width - 1, y: area.y))
        }
        guard let entry = state.selectedMessage else { return }
        let inner = area.inset(left: 1, top: 1, right: 1)
        let lines = messageLines(entry, width: inner.width, limit: inner.height)
        for (row, line) in lines.prefix(inner.height).enumerated() {
            buffer.put(
                Buffer.fitted(line, width: inner.width, ellipsis: glyphs.ellipsis), at: inner.row(row).origin,
                maxWidth: inner.width)
        }
        if lines.count > inner.height, inner.height > 0 {
            let more = " Enter shows all "
            buffer.put(
                more, at: Point(x: inner.right - more.count, y: inner.bottom - 1), style: look[.hint])
        }
    }

    /// A message whole: each frame as the socket sees it, and what is in it.
    func messageLines(_ entry: MessageLog.Entry, width: Int, limit: Int) -> [[Span]] {
        let message = entry.message
        let width = max(8, width)
        var heading = [
            Span("\(message.socket) ", look[.title]), Span(message.type, look[.accent]),
            Span(
                " \(message.direction == .sent ? glyphs.right : glyphs.left) \(message.peer ?? Format.unknown)"),
            Span(
                "  #\(message.ordinal)  \(message.frameCount == 1 ? "1 frame" : "\(message.frameCount) frames")  \(message.size == 1 ? "1 byte" : "\(message.size) bytes")",
                look[.dim]),
        ]
        if message.injected { heading.append(Span("  injected", look[.paused])) }
        if message.lost { heading.append(Span("  lost: nobody has that identity, or its queue was full", look[.bad])) }
        var lines = [heading]
        for (index, part) in entry.parts.enumerated() {
            guard lines.count <= limit else { return lines }
            lines += partLines(part, index, width: width, limit: limit - lines.count + 1)
        }
        let missing = message.frameCount - message.frames.count
        if missing > 0 { lines.append([Span("\(missing) more frames were not kept", look[.dim])]) }
        return lines
    }

    private func partLines(_ part: MessagePart, _ index: Int, width: Int, limit: Int) -> [[Span]] {
        let role = part.part.role.rawValue + (part.part.meaning.map { " " + $0 } ?? "")
        let size = part.frame.size == 1 ? "1 byte" : "\(part.frame.size) bytes"
        let format = part.isRouting ? "" : part.reading.format.rawValue + (part.reading.confidence == .guess ? "?" : "")
        let hasTree = part.reading.items.count > 1 && !part.isRouting && !state.showsBytes
        var head = [
            Span("\(index + 1) ", look[.dim]), Span(role.padded(to: 12) + " ", look[.accent]),
            Span(size.padded(to: 12), look[.dim]), Span(format.padded(to: 10), look[.key]),
        ]
        let used = head.reduce(0) { $0 + TextWidth.of($1.text) }
        if !hasTree, !state.showsBytes {
            head.append(Span(part.summary(columns: max(1, width - used))))
        } else if part.frame.isCutOff {
            head.append(Span("the first \(part.frame.bytes.count) were kept", look[.dim]))
        }
        var lines = [head]
        for warning in part.reading.warnings { lines.append([Span("  \(glyphs.warning) \(warning)", look[.bad])]) }
        if let problem = part.reading.problem { lines.append([Span("  \(problem)", look[.warning])]) }
        if state.showsBytes {
            lines += Self.hexLines(part.frame.bytes, width: width - 2, limit: limit).map {
                [Span("  "), Span($0.offset, look[.dim]), Span($0.hex), Span($0.text, look[.accent])]
            }
        } else if hasTree {
            lines += part.reading.lines(columns: max(1, width - 2), limit: max(1, limit)).map { line in
                // Deep trees run out of columns to indent by.
                [Span(String(repeating: " ", count: min(2 + line.depth * 2, width / 2)) + line.text)]
            }
        }
        return lines
    }

    /// Offsets, bytes and their letters, as `hexdump -C` shows them.
    static func hexLines(_ bytes: [UInt8], width: Int, limit: Int) -> [(offset: String, hex: String, text: String)] {
        let perLine = width >= 78 ? 16 : 8
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return stride(from: 0, to: bytes.count, by: perLine).prefix(max(0, limit)).map { start in
            let line = bytes[start..<min(start + perLine, bytes.count)]
            let hex = line.map { digits(Int($0), 2) }.joined(separator: " ")
            let text = line.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
            return (digits(start, 6) + "  ", hex.padded(to: perLine * 3) + " ", text)
        }
    }
}
