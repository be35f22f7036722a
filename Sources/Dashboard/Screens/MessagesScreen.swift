import Payload
import Telemetry
import TerminalUI

extension Lists {
    /// Messages as they passed, the newest at the bottom.
    static let messages = ListDefinition<MessageLog.Entry>(
        columns: [
            ListColumn(
                "elapsed", "elapsed", help: "when it passed, in seconds of the session",
                { .fixed($0.width >= 100 ? 12 : 9) }, align: .right, .seconds { row, _ in row.message.elapsed }
            ) { row, scene in
                .text(Canvas.moment(row.message.elapsed, digits: scene.width >= 100 ? 6 : 3), scene.look[.dim])
            },
            ListColumn(
                "socket", "socket", help: "where it was seen",
                { .fixed(min($0.width >= 100 ? 26 : 18, max(8, $0.nameWidth))) }, .text { row, _ in row.message.socket }
            ) { row, _ in .text(row.message.socket) },
            ListColumn(
                "way", "", help: "sent or received there", { _ in .fixed(1) },
                .text { row, _ in row.message.direction.rawValue }
            ) { row, scene in scene.canvas.way(row.message) },
            ListColumn(
                "peer", "peer", help: "the other end", { _ in .fixed(20) }, priority: 2,
                .text { row, _ in row.message.peer }
            ) { row, scene in .text(row.message.peer ?? Format.unknown, scene.look[.dim]) },
            ListColumn(
                "number", "#", help: "which message of the socket and way it is", { _ in .fixed(6) }, align: .right,
                priority: 3, .count { row, _ in row.message.ordinal }
            ) { row, scene in .text(Format.count(row.message.ordinal), scene.look[.dim]) },
            ListColumn(
                "frames", "fr", help: "how many frames it has", { _ in .fixed(2) }, align: .right, priority: 1,
                .count { row, _ in row.message.frameCount }
            ) { row, scene in
                .text(String(row.message.frameCount), row.message.frameCount == 1 ? scene.look[.dim] : .plain)
            },
            ListColumn(
                "bytes", "bytes", help: "of all frames together", { _ in .fixed(7) }, align: .right,
                .bytes { row, _ in row.message.size }
            ) { row, _ in .text(Format.count(row.message.size)) },
            ListColumn(
                "payload", "payload", help: "what it says", { _ in .flexible(minimum: 20) },
                .text { row, _ in row.words.last }
            ) { row, scene in .spans(scene.canvas.payloadSpans(row)) },
        ],
        fields: [
            ListField(
                "node", .text { row, shown in shown.socket(row.message.socket)?.node }),
            ListField("type", .text { row, _ in row.message.type }),
            ListField("link", .text { row, _ in row.message.link }),
        ],
        words: { $0.words },
        rows: { $0.shown.messages.entries },
        subject: { .message($0.id) },
        row: { subject, shown in if case .message(let id) = subject { shown.messages.entry(id) } else { nil } },
        scene: { canvas in
            let newest = canvas.shown.messages.entries.suffix(100)
            return canvas.scene(of: .messages, nameWidth: newest.map { TextWidth.of($0.message.socket) }.max() ?? 0)
        })
}

extension Canvas {
    fileprivate func way(_ message: SampledMessage) -> Table.Content {
        let isSent = message.direction == .sent
        let mark =
            message.lost ? look[.bad] : message.injected ? look[.paused] : look[isSent ? .stageSend : .stageReceive]
        return .text(String(isSent ? glyphs.right : glyphs.left), mark)
    }

    /// What it says on one line: whom it is for stands back.
    fileprivate func payloadSpans(_ entry: MessageLog.Entry) -> [Span] {
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
    fileprivate static func moment(_ elapsed: Double, digits: Int) -> String {
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
        let hints: [(Command, String)] = [
            (.sampling, "level"), (.bytes, state.showsBytes ? "tree" : "bytes"), (.copy, "copy"), (.again, "again"),
            (.edit, "edit"),
        ]
        let keys = hints.flatMap { command, word in
            [Span(" \(state.keymap.key(for: command))", look[.key]), Span(" \(word) ", look[.hint])]
        }
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
            let more = " \(state.keymap.key(for: .open)) shows all "
            buffer.put(
                more, at: Point(x: inner.right - TextWidth.of(more), y: inner.bottom - 1), style: look[.hint])
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
