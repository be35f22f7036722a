import RunDirectory

/// What was typed into the composer, as text, and the injection that it means.
struct Draft: Equatable, Sendable {
    /// `NODE.SOCKET`.
    var target = ""
    /// Socket type to send as, or nil for the one that fits best.
    var type: String?
    /// A frame that begins with `hex:` is bytes, any other text.
    var frames = [""]
    var identity = ""
    var count = "1"
    var rate = ""
    var reply = "2s"

    init() {}

    /// One sentence on what cannot be sent.
    struct Problem: Error, Equatable, Sendable {
        var text: String
    }

    /// The injection, or the first thing that is wrong with it.
    func injection() throws(Problem) -> Injection {
        guard !target.isEmpty else {
            throw Problem(text: "No target: choose a bound socket with ← →, or type NODE.SOCKET.")
        }
        var frames: [[UInt8]] = []
        for (index, text) in self.frames.enumerated() {
            frames.append(try Self.bytes(text, what: "Frame \(index + 1)"))
        }
        let identity = try Self.bytes(self.identity, what: "The identity")
        guard identity.count <= 255 else {
            throw Problem(text: "The identity has \(identity.count) bytes; ZeroMQ allows 255.")
        }
        if identity.first == 0 {
            throw Problem(text: "The identity begins with a zero byte, which ZeroMQ keeps for itself.")
        }
        guard let count = Int(self.count.filter { $0 != " " }), count >= 1 else {
            throw Problem(text: "Count is '\(self.count)': it must be a whole number from 1.")
        }
        return Injection(
            target: target, type: type, frames: frames, identity: identity.isEmpty ? nil : identity, count: count,
            rate: try Self.rate(self.rate), reply: try Self.wait(self.reply))
    }

    /// A frame as it is typed: text, or `hex:` and pairs of hexadecimal digits (blanks and colons between are ignored).
    static func bytes(_ text: String, what: String) throws(Problem) -> [UInt8] {
        guard text.hasPrefix("hex:") else { return Array(text.utf8) }
        let digits = text.dropFirst(4).filter { $0 != " " && $0 != ":" }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in digits {
            guard character.isASCII, let value = character.hexDigitValue.map(UInt8.init) else {
                throw Problem(text: "\(what): '\(character)' is no hexadecimal digit.")
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil else {
            throw Problem(text: "\(what): hexadecimal digits come in pairs, and one is left over.")
        }
        return bytes
    }

    private static func rate(_ text: String) throws(Problem) -> Double? {
        var text = text.filter { $0 != " " }
        if text.isEmpty || text == "max" { return nil }
        if text.hasSuffix("/s") { text.removeLast(2) }
        guard let rate = Double(text), rate > 0, rate.isFinite else {
            throw Problem(
                text: "Rate is '\(text)': write messages a second like 5/s, or nothing for as fast as it goes.")
        }
        return rate
    }

    private static func wait(_ text: String) throws(Problem) -> Double? {
        var text = text.filter { $0 != " " }
        if text.isEmpty { return nil }
        var unit = 1.0
        if text.hasSuffix("ms") {
            text.removeLast(2)
            unit = 0.001
        } else if text.hasSuffix("s") {
            text.removeLast()
        }
        guard let wait = Double(text), wait >= 0, wait.isFinite else {
            throw Problem(text: "Wait is '\(text)': write a time like 2s or 500ms, or nothing for no reply.")
        }
        return wait == 0 ? nil : wait * unit
    }
}

/// Bytes of a frame for people, on one line: text where it is text, else hexadecimal.
enum FrameText {
    static func describe(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "(empty)" }
        guard let text = String(validating: bytes, as: UTF8.self) else { return hexadecimal(bytes) }
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            default:
                if scalar.properties.generalCategory == .control { return hexadecimal(bytes) }
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        "hex:" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
