import Payload
import RunDirectory
import TerminalUI

extension Canvas {
    private var form: Composer { state.composer }

    /// The form above, what became of it below.
    mutating func drawComposer() {
        let frames = max(1, min(form.frames.inputs.count, max(1, size.height - 17)))
        let area = Rect(size).centered(Size(width: size.width < 104 ? size.width : 100, height: size.height - 2))
        buffer.draw(Block("inject a message", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        var y = inner.y
        let line = { (y: Int) in Rect(x: inner.x, y: y, width: inner.width, height: y < inner.bottom ? 1 : 0) }
        drawName(line(y))
        drawTarget(line(y + 1))
        drawSender(line(y + 2))
        y += 3
        drawFrames(Rect(x: inner.x, y: y, width: inner.width, height: min(frames, max(0, inner.bottom - y))))
        y += frames
        drawField("identity", .identity, form.identity, placeholder: "none; hex: for bytes", in: line(y))
        y += 1
        let parts = line(y).columns(
            .flexible(weight: 5), .flexible(weight: 4), .flexible(weight: 4), .flexible(weight: 4), gap: 2)
        if line(y).height > 0 {
            drawField("count", .count, form.count, in: parts[0])
            drawField("rate", .rate, form.rate, placeholder: "max", label: 6, in: parts[1])
            drawField("burst", .burst, form.burst, placeholder: "1", label: 6, in: parts[2])
            drawField("wait", .reply, form.reply, placeholder: "none", label: 6, in: parts[3])
        }
        y += 1
        drawSend(line(y))
        y += 1
        drawResults(Rect(x: inner.x, y: y, width: inner.width, height: max(0, inner.bottom - y)), frame: area)
    }

    private mutating func drawName(_ area: Rect) {
        guard area.height > 0 else { return }
        let kept = state.drafts.count
        let hint =
            form.field == .template
            ? "\(glyphs.left) \(glyphs.right) \(kept) kept  \(state.keymap.key(for: .keep)) keeps" : "\(kept) kept"
        let room = max(14, TextWidth.of(hint) + 2)
        drawField(
            "template", .template, form.name, placeholder: "a name to keep it by", in: area.inset(right: room))
        buffer.put(
            hint, at: Point(x: area.right - TextWidth.of(hint), y: area.y),
            style: form.field == .template ? look[.key] : look[.hint])
    }

    /// Who sends it: a peer of its own, and of which type; or a socket that is there.
    private mutating func drawSender(_ area: Rect) {
        guard area.height > 0 else { return }
        let halves = area.columns(.flexible(weight: 3), .flexible(weight: 2), gap: 2)
        drawChoice(
            "send as", .from, form.from ?? "a fresh peer", isChosen: form.from != nil, label: Self.labelWidth,
            in: halves[0])
        if form.from == nil {
            drawChoice("type", .type, form.type ?? "auto", isChosen: form.type != nil, label: 6, in: halves[1])
        }
    }

    private mutating func drawChoice(
        _ name: String, _ field: Composer.Field, _ text: String, isChosen: Bool, label: Int, in area: Rect
    ) {
        drawLabel(name, field, in: area)
        let style = form.field == field ? look[.key] : look[.dim]
        buffer.put(
            [
                Span("\(glyphs.left) ", style), Span(text, isChosen ? look[.accent] : look[.dim]),
                Span(" \(glyphs.right)", style),
            ], at: Point(x: area.x + label, y: area.y), maxWidth: max(0, area.width - label))
    }

    // MARK: Fields

    private static let labelWidth = 10

    private mutating func drawLabel(_ text: String, _ field: Composer.Field, in area: Rect) {
        buffer.put(text, at: area.origin, style: form.field == field ? look[.accent] : look[.dim], maxWidth: area.width)
    }

    private mutating func drawField(
        _ name: String, _ field: Composer.Field, _ input: TextInput, placeholder: String = "",
        label: Int = Canvas.labelWidth, in area: Rect
    ) {
        guard area.height > 0 else { return }
        drawLabel(name, field, in: area)
        let place = area.inset(left: label)
        guard !place.isEmpty else { return }
        let isFocused = form.field == field
        let widget = TextField(input, placeholder: placeholder, focused: isFocused, look: look)
        buffer.draw(widget, in: place)
        if isFocused { cursor = widget.cursor(in: place) }
    }

    private mutating func drawTarget(_ area: Rect) {
        guard area.height > 0 else { return }
        drawLabel("target", .target, in: area)
        let isFocused = form.field == .target
        let type = state.socketType(form.target.text) ?? ""
        let place = area.inset(left: Self.labelWidth, right: max(14, type.count + 2))
        guard !place.isEmpty else { return }
        let widget = TextField(form.target, placeholder: "NODE.SOCKET", focused: isFocused, look: look)
        buffer.draw(widget, in: place)
        if isFocused {
            let end = widget.cursor(in: place)
            if let rest = form.completion(among: state.targets) {
                buffer.put(rest, at: end, style: look[.dim], maxWidth: max(0, place.right - end.x))
            }
            cursor = end
        }
        buffer.put(
            [Span(type, look[.accent]), Span(isFocused ? " \(glyphs.left) \(glyphs.right)" : "", look[.key])],
            at: Point(x: place.right + 1, y: area.y), maxWidth: max(0, area.right - place.right - 1))
    }

    /// A line a frame, numbered, with its size as it would be sent.
    private mutating func drawFrames(_ area: Rect) {
        guard area.height > 0 else { return }
        let isFocused = form.field == .frames
        let inputs = form.frames.inputs
        drawLabel(inputs.count == 1 ? "frame" : "frames", .frames, in: area)
        let first = Scroll.offset(0, selected: form.frames.current, count: inputs.count, visible: area.height)
        for row in 0..<min(area.height, inputs.count - first) {
            let index = first + row
            let y = area.y + row
            let number = String(index + 1)
            buffer.put(
                number, at: Point(x: area.x + Self.labelWidth - number.count - 1, y: y),
                style: inputs.count > 1 ? look[.dim] : Style(foreground: nil), maxWidth: inputs.count > 1 ? nil : 0)
            let place = Rect(
                x: area.x + Self.labelWidth, y: y, width: area.width - Self.labelWidth - 10, height: 1)
            guard !place.isEmpty else { continue }
            let isCurrent = isFocused && index == form.frames.current
            let widget = TextField(
                inputs[index], placeholder: inputs.count == 1 ? "text, or hex:00ff; Enter adds a frame" : "",
                focused: isCurrent, look: look)
            buffer.draw(widget, in: place)
            if isCurrent { cursor = widget.cursor(in: place) }
            let (note, style) = frameNote(inputs[index].text)
            buffer.put(note, at: Point(x: place.right + 1, y: y), width: 9, alignment: .right, style: style)
        }
    }

    /// What the frame will be: its size, or what is wrong with it.
    private func frameNote(_ text: String) -> (String, Style) {
        if Draft.path(text) != nil { return ("file", look[.accent]) }
        guard let bytes = try? Draft.bytes(text, what: "") else { return ("not hex", look[.warning]) }
        let size = "\(Format.count(bytes.count)) B"
        guard Self.looksLikeJSON(text) else { return (size, look[.dim]) }
        let isGood = Self.jsonProblem(text) == nil
        return (isGood ? size : "not json", isGood ? look[.good] : look[.warning])
    }

    private static func looksLikeJSON(_ text: String) -> Bool { text.hasPrefix("{") || text.hasPrefix("[") }

    /// What is wrong with a frame that begins as JSON does; nil for any other, and for good ones. Variables of templates
    /// stand for numbers or text.
    static func jsonProblem(_ text: String) -> String? {
        // What is longer is checked up to there: it is done anew with every key.
        guard looksLikeJSON(text), text.utf8.count <= 20_000 else { return nil }
        let template = MessageTemplate([Array(text.utf8)])
        let filled = template.frames(ordinal: 1, now: 0, random: { [] })[0]
        return Reading(Payload.Frame(filled), as: .json).problem
    }

    private mutating func drawSend(_ area: Rect) {
        guard area.height > 0 else { return }
        let isFocused = form.field == .send
        let button = form.isSending ? "[ sending \(glyphs.ellipsis) ]" : "[ Send ]"
        let ways: [(Command, String)] = [(.send, "sends"), (.nextField, "next field"), (.back, "closes")]
        let hints = ways.flatMap { command, word in
            [Span("  \(state.keymap.key(for: command, in: .composer))", look[.key]), Span(" \(word)", look[.hint])]
        }
        buffer.put(
            [
                Span(button, isFocused ? look[.selection].adding(.bold) : look[.accent])
            ] + hints, at: Point(x: area.x + Self.labelWidth, y: area.y), maxWidth: max(0, area.width - Self.labelWidth)
        )
    }

    // MARK: Results

    private mutating func drawResults(_ area: Rect, frame: Rect) {
        guard area.height > 0 else { return }
        let edge = glyphs.isUnicode ? ("├", "─", "┤") : ("+", "-", "+")
        buffer.put(
            edge.0 + String(repeating: edge.1, count: max(0, frame.width - 2)) + edge.2,
            at: Point(x: frame.x, y: area.y), style: look[.focus])
        let inputs = form.frames.inputs
        let place = form.frames.current
        if inputs.indices.contains(place), let problem = Self.jsonProblem(inputs[place].text) {
            let text = " frame \(place + 1): \(problem) "
            buffer.put(
                Buffer.fitted(text, width: area.width, ellipsis: glyphs.ellipsis), at: area.origin,
                style: look[.warning])
        } else if form.field == .frames {
            buffer.put(
                " {n} {uuid} {now} are filled in, @path is a file ", at: area.origin, style: look[.hint],
                maxWidth: area.width)
        }
        let room = area.inset(top: 1)
        // The newest lines are those that matter: the list stands on its end.
        var lines = resultLines(in: room.size)
        if lines.isEmpty { lines = [[Span("What came of it is shown here.", look[.dim])]] }
        for (row, line) in lines.suffix(room.height).enumerated() {
            buffer.put(line, at: room.row(row).origin, maxWidth: room.width)
        }
    }

    /// What became of the injection: what happened in a column of its own, what is known of it beside it.
    private func resultLines(in size: Size) -> [[Span]] {
        let width = size.width
        var lines: [[Span]] = []
        var type = ""
        // Each takes a line at least, so that older ones than these cannot be in sight.
        let results = form.results.suffix(size.height)
        var replies = form.forgottenReplies
        for event in form.results.dropLast(results.count) {
            if case .reply = event { replies += 1 }
            if case .joined(_, let joinedType, _) = event { type = joinedType }
        }
        let column = max(6, "reply \(replies + results.count)".count) + 2
        func add(_ what: String, _ style: Style, _ text: [Span]) {
            lines += Self.hanging([Span(what.padded(to: column), style)], text, width: width)
        }
        for event in results {
            switch event {
            case .joined(let node, let joinedType, let endpoint):
                type = joinedType
                add("joined", look[.good], [Span("\(node) as \(joinedType) on "), Span(endpoint, look[.dim])])
            case .sent(let messages):
                add("sent", look[.good], [Span(Self.plural(messages, "message"))])
            case .reply(let frames, let seconds):
                replies += 1
                // Of steady width, so that the texts of many replies stand below each other.
                let time = Format.seconds(seconds)
                let after = String(repeating: " ", count: max(0, 6 - TextWidth.of(time))) + time
                let head = Span("reply \(replies)".padded(to: column), look[.accent])
                if let frame = frames.first, frames.count == 1 {
                    lines += frameLines([head, Span("\(after)  ", look[.dim])], frame, width: width)
                    continue
                }
                lines.append([head, Span(after, look[.dim]), Span("  \(Self.plural(frames.count, "frame"))")])
                for (name, bytes) in Self.envelope(frames, receivedBy: type) {
                    let mark = Span("".padded(to: column) + name.padded(to: 11), look[.dim])
                    lines += frameLines([mark], bytes, width: width)
                }
            case .finished(let sent, let count):
                add(
                    "done", look[.good],
                    [Span("\(Self.plural(sent, "message")) sent, \(count == 1 ? "1 reply" : "\(count) replies")")])
            case .failed: break
            }
        }
        if let waits = form.waits { add("waits", look[.warning], [Span(waits)]) }
        if let problem = form.problem {
            lines += Paragraph("\(glyphs.warning) \(problem)", style: look[.bad]).wrapped(to: width)
        }
        return lines
    }

    /// A frame beside its mark: its first lines, and its size where the last one has room for it.
    private func frameLines(_ mark: [Span], _ bytes: [UInt8], width: Int) -> [[Span]] {
        let text = FrameText.describe(bytes)
        let shown = text.prefix(4 * width)
        let isCut = shown.endIndex < text.endIndex
        var lines = Self.hanging(mark, [Span(shown + (isCut ? String(glyphs.ellipsis) : ""))], width: width)
        let size = "  \(Format.count(bytes.count)) B"
        let used = lines.last.map { $0.reduce(0) { $0 + TextWidth.of($1.text) } } ?? 0
        if used + size.count <= width { lines[lines.count - 1].append(Span(size, look[.dim])) }
        return lines
    }

    /// A mark, and beside it a text that goes on below itself. It is cut anywhere: a frame's bytes have no words.
    private static func hanging(_ mark: [Span], _ text: [Span], width: Int) -> [[Span]] {
        let indent = mark.reduce(0) { $0 + TextWidth.of($1.text) }
        let pieces = Paragraph.cut(text, width: max(8, width - indent))
        return pieces.enumerated().map { index, piece in
            (index == 0 ? mark : [Span("".padded(to: indent))]) + piece
        }
    }

    /// The frames by the names that they have for the socket that received them (zmq_socket(3)): a ROUTER gets an
    /// identity in front, a SUB's first frame is the topic, an empty first frame divides envelope and payload.
    static func envelope(_ frames: [[UInt8]], receivedBy type: String) -> [(String, [UInt8])] {
        var names: [String] = []
        for (index, frame) in frames.enumerated() {
            if type == "ROUTER", index == 0 {
                names.append("identity")
            } else if (type == "SUB" || type == "XSUB"), index == 0, frames.count > 1 {
                names.append("topic")
            } else if (type == "ROUTER" || type == "DEALER"), frame.isEmpty, !names.contains("delimiter"),
                index + 1 < frames.count
            {
                names.append("delimiter")
            } else {
                names.append("frame \(index + 1)")
            }
        }
        return Array(zip(names, frames))
    }

    private static func plural(_ count: Int, _ noun: String) -> String {
        "\(Format.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}

extension String {
    /// With blanks to at least so many columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - TextWidth.of(self)))
    }
}
