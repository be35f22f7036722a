import RunDirectory

/// What was typed into the composer, as text, and the injection that it means.
public struct Draft: Codable, Equatable, Sendable {
    /// `NODE.SOCKET`.
    var target = ""
    /// The socket that shall send it, or nil for a fresh peer's own.
    var from: String?
    /// Socket type to send as, or nil for the one that fits best.
    var type: String?
    /// A frame that begins with `hex:` is bytes, with `@` the contents of a file, any other text.
    var frames = [""]
    var identity = ""
    var count = "1"
    var rate = ""
    var burst = ""
    var reply = "2s"

    init() {}

    /// One sentence on what cannot be sent.
    struct Problem: Error, Equatable, Sendable {
        var text: String
    }

    /// What is to be sent, once its files have been read.
    struct Order: Equatable, Sendable {
        var injection: Injection
        /// The socket that sends it, or nil for a fresh peer's.
        var from: String?
        /// Paths, by the places of the frames that they become.
        var files: [Int: String] = [:]
    }

    /// The order, or the first thing that is wrong with it.
    func order() throws(Problem) -> Order {
        guard !target.isEmpty else {
            throw Problem(text: "No target: choose a bound socket with ← →, or type NODE.SOCKET.")
        }
        var frames: [[UInt8]] = []
        var files: [Int: String] = [:]
        for (index, text) in self.frames.enumerated() {
            if let path = Self.path(text) {
                guard !path.isEmpty else {
                    throw Problem(text: "Frame \(index + 1): @ wants the path of a file behind it; @@ is a plain @.")
                }
                files[index] = path
                frames.append([])
            } else {
                frames.append(try Self.bytes(text, what: "Frame \(index + 1)"))
            }
        }
        // Variables are what was typed as text; bytes and files mean themselves.
        let texts = frames.indices.filter { files[$0] == nil && !self.frames[$0].hasPrefix("hex:") }
        let isTemplate = !MessageTemplate(texts.map { frames[$0] }).isPlain
        if isTemplate {
            for index in frames.indices where !texts.contains(index) {
                frames[index] = MessageTemplate.literal(frames[index])
            }
        }
        let identity = try Self.bytes(self.identity, what: "The identity")
        guard identity.count <= 255 else {
            throw Problem(text: "The identity has \(identity.count) bytes; ZeroMQ allows 255.")
        }
        if identity.first == 0 {
            throw Problem(text: "The identity begins with a zero byte, which ZeroMQ keeps for itself.")
        }
        let injection = Injection(
            target: target, type: type, frames: frames, identity: identity.isEmpty ? nil : identity,
            count: try Self.whole(count, "Count"), rate: try Self.rate(rate),
            burst: burst.isEmpty ? 1 : try Self.whole(burst, "Burst"),
            isTemplate: isTemplate, reply: try Self.wait(reply))
        if let from, injection.count > 1 || injection.isTemplate || !identity.isEmpty {
            throw Problem(
                text: "As \(from) one message is sent, as it is: count 1, no identity, no {n}, {uuid} or {now}.")
        }
        return Order(injection: injection, from: from, files: files)
    }

    /// The path of a frame that is a file; nil for any other.
    static func path(_ text: String) -> String? {
        text.hasPrefix("@") && !text.hasPrefix("@@") ? String(text.dropFirst()) : nil
    }

    private static func whole(_ text: String, _ what: String) throws(Problem) -> Int {
        guard let count = Int(text.filter { $0 != " " }), count >= 1 else {
            throw Problem(text: "\(what) is '\(text)': it must be a whole number from 1.")
        }
        return count
    }

    /// A frame as it is typed: text, or `hex:` and pairs of hexadecimal digits (blanks and colons between are ignored).
    static func bytes(_ text: String, what: String) throws(Problem) -> [UInt8] {
        guard text.hasPrefix("hex:") else { return Array((text.hasPrefix("@@") ? text.dropFirst() : text[...]).utf8) }
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
