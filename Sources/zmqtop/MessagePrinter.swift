import Payload
import Telemetry

/// Turns sampled messages into lines: for a person, or JSON for a program. Pure; whatever a message holds, the lines
/// have no control characters, so that no payload steers a terminal.
struct MessagePrinter {
    /// The most columns that a line of `text` takes.
    var columns = 120
    /// The whole tree of each frame below its line.
    var showsTree = false
    /// SGR colours.
    var colors = false
    /// The format of payloads; nil guesses each.
    var format: Format?
    /// Whose private meanings to use.
    var system = System.unknown
    /// The most lines of one frame's tree.
    var treeLines = 200

    /// One line for the message, then one a frame, each without a line end.
    func text(_ message: SampledMessage) -> [String] {
        var lines = [heading(message)]
        let parts = parts(message)
        for (index, described) in parts.enumerated() {
            let (frame, part, reading) = (described.frame, described.part, described.reading)
            let role = part.role.rawValue + (part.meaning.map { " " + $0 } ?? "")
            let size = frame.size == 1 ? "1 byte" : "\(frame.size) bytes"
            let isRouting = described.isRouting
            let format = isRouting ? "" : reading.format.rawValue + (reading.confidence == .guess ? "?" : "")
            let head = "  \(index + 1) \(padded(role, 10)) \(padded(size, 11, right: true))  \(padded(format, 8)) "
            let room = max(columns - head.unicodeScalars.count, 0)
            let content = described.summary(columns: room)
            lines.append(cut(paint(head, .dim) + paint(content, reading.warnings.isEmpty ? .plain : .alarm)))
            if showsTree, !isRouting {
                lines += reading.lines(columns: max(columns - 6, 1), limit: treeLines).map { line in
                    // Deep trees run out of columns to indent by.
                    let indent = min(6 + line.depth * 2, columns / 2)
                    return cut(
                        String(repeating: " ", count: indent) + Visible.clip(line.text, columns: columns - indent))
                }
            }
        }
        let missing = message.frameCount - message.frames.count
        if missing > 0 { lines.append(cut(paint("  … \(missing) more frames were not kept", .dim))) }
        return lines
    }

    /// One JSON object on one line. `hex` has the bytes of a frame that were kept, `decoded` is what they are read as
    /// (`Reading.write(to:)`); what is not known is null.
    func json(_ message: SampledMessage) -> String {
        var json = JSONWriter()
        json.open("{")
        json.member("socket") { $0.string(message.socket) }
        json.member("type") { $0.string(message.type) }
        json.member("direction") { $0.string(message.direction.rawValue) }
        json.member("time") { $0.number(message.time) }
        json.member("elapsed") { $0.number(message.elapsed) }
        json.member("ordinal") { $0.number(message.ordinal) }
        json.member("link") { $0.string(message.link) }
        json.member("peer") { $0.string(message.peer) }
        json.member("frameCount") { $0.number(message.frameCount) }
        json.member("size") { $0.number(message.size) }
        json.member("injected") { $0.boolean(message.injected) }
        json.member("lost") { $0.boolean(message.lost) }
        json.member("frames") { json in
            json.open("[")
            for described in parts(message) {
                let (frame, part) = (described.frame, described.part)
                json.open("{")
                json.member("role") { $0.string(part.role.rawValue) }
                if let meaning = part.meaning { json.member("meaning") { $0.string(meaning) } }
                json.member("size") { $0.number(frame.size) }
                json.member("kept") { $0.number(frame.bytes.count) }
                json.member("hex") { $0.string(Visible.hex(frame.bytes)) }
                if part.role == .identity { json.member("identity") { $0.string(Identity.text(frame)) } }
                json.member("decoded") { described.reading.write(to: &$0) }
                json.close("}")
            }
            json.close("]")
        }
        json.close("}")
        return json.text
    }

    // MARK: Parts

    private func parts(_ message: SampledMessage) -> [MessagePart] {
        MessagePart.parts(
            message.frames.map(\.frame), count: message.frameCount, socketType: message.type,
            way: message.direction == .sent ? .sent : .received, format: format, system: system)
    }

    /// `12.345678  scheduler.backend ROUTER ▸ engine-1.work  #17  2 frames  123 bytes`
    private func heading(_ message: SampledMessage) -> String {
        var words = [
            seconds(message.elapsed), message.socket + " " + message.type,
            (message.direction == .sent ? "▸ " : "◂ ") + (message.peer ?? "—"), "#\(message.ordinal)",
            message.frameCount == 1 ? "1 frame" : "\(message.frameCount) frames",
            message.size == 1 ? "1 byte" : "\(message.size) bytes",
        ]
        if let link = message.link { words.insert("on " + link, at: 3) }
        if message.injected { words.append("injected") }
        // Names come from files and from peers, so they are data too.
        let line = Visible.text(words.joined(separator: "  ").utf8, columns: columns)
        let lost = message.lost ? Visible.clip("  lost", columns: max(columns - line.count, 0)) : ""
        return paint(line, .bold) + paint(lost, .alarm)
    }

    private func seconds(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "—" }
        let microseconds = Int((abs(value) * 1e6).rounded())
        let fraction = String(microseconds % 1_000_000)
        return (value < 0 ? "-" : "") + "\(microseconds / 1_000_000)."
            + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    // MARK: Form

    private enum Ink: String { case plain = "", bold = "1", dim = "2", alarm = "31" }

    private func paint(_ text: String, _ ink: Ink) -> String {
        colors && ink != .plain && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return right ? space + text : text + space
    }

    /// Spaces at the end say nothing.
    private func cut(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

/// Which messages to show; what is nil or empty lets all through.
struct MessageFilter {
    /// Bytes of all frames.
    var size: ClosedRange<Int>?
    /// Bytes that must stand in one of the frames, among those that were kept.
    var contains: [UInt8] = []

    /// Of all messages.
    init(size: ClosedRange<Int>? = nil, contains: [UInt8] = []) {
        self.size = size
        self.contains = contains
    }

    /// Takes time in proportion to the bytes that were kept.
    func matches(_ message: SampledMessage) -> Bool {
        if let size, !size.contains(message.size) { return false }
        return contains.isEmpty || message.frames.contains { hold($0.bytes) }
    }

    private func hold(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= contains.count else { return false }
        return (0...(bytes.count - contains.count)).contains { bytes[$0...].starts(with: contains) }
    }
}

extension SampledMessage.Frame {
    fileprivate var frame: Frame { Frame(bytes, size: size) }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
        key(name)
        value(&self)
    }
}
