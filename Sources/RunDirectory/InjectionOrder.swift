/// An injection as it is asked for: by a fresh peer, or as a socket that a node has.
public struct InjectionOrder: Equatable, Sendable {
    /// What is sent, and to whom.
    public var injection: Injection
    /// `NODE.SOCKET` that is to send it, or nil for a fresh peer.
    public var from: String?
    /// With `from`: seconds to wait for that socket's thread to come by.
    public var timeout: Double

    /// An order; by a fresh peer unless `from` says else.
    public init(_ injection: Injection, from: String? = nil, timeout: Double = 5) {
        self.injection = injection
        self.from = from
        self.timeout = timeout
    }

    /// Reads the words that follow `inject`, with the options of `zmqtop inject`, but for those that are about its
    /// output and its files.
    ///
    /// - Throws: what is wrong with them.
    public init(words: [String]) throws(WordsError) {
        var reader = WordReader(words: words)
        try reader.read()
        guard let target = reader.plain.first else {
            throw WordsError("inject wants a target and frames, as in: inject scheduler.frontend hello --reply 2s")
        }
        let frames = Array(reader.plain.dropFirst())
        guard !frames.isEmpty else { throw WordsError("inject wants at least one frame after \(target)") }
        let bytes: [[UInt8]]
        if reader.isHex {
            var decoded: [[UInt8]] = []
            for frame in frames { decoded.append(try Self.bytes(ofHex: frame)) }
            bytes = decoded
        } else {
            bytes = frames.map { Array($0.utf8) }
        }
        self.init(
            Injection(
                target: target, type: reader.type?.uppercased(), frames: bytes,
                identity: reader.identity.map { Array($0.utf8) }, count: reader.count ?? 1, rate: reader.rate,
                burst: reader.burst ?? 1, isTemplate: reader.isTemplate, reply: reader.reply),
            from: reader.from, timeout: reader.timeout ?? 5)
        if reader.timeout != nil, from == nil { throw WordsError("--timeout goes with --from") }
        try check()
    }

    /// Whether its parts go together.
    ///
    /// - Throws: which of them do not.
    public func check() throws(WordsError) {
        if from != nil,
            injection.type != nil || injection.identity != nil || injection.reply != nil || injection.count != 1
                || injection.rate != nil || injection.burst != 1 || injection.isTemplate
        {
            throw WordsError(
                "--from sends one message as the socket that is there: no --as, --identity, --reply, --count, --rate, --burst, --template"
            )
        }
        if injection.count < 1 { throw WordsError("--count takes 1 or more") }
        if injection.burst < 1 { throw WordsError("--burst takes 1 or more") }
        if let rate = injection.rate, !(rate > 0) { throw WordsError("--rate takes a number above 0") }
    }

    /// The bytes that hexadecimal digits stand for.
    ///
    /// - Throws: when they are no even number of digits.
    public static func bytes(ofHex text: String) throws(WordsError) -> [UInt8] {
        let values = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == text.utf8.count, values.count.isMultiple(of: 2) else {
            throw WordsError("\"\(text)\" is not hexadecimal: it takes an even number of digits 0-9 a-f, like 00ff80")
        }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] * 16 + values[$0 + 1]) }
    }
}

/// Sorts words into options and plain ones, as command lines do it: `--name value` and `--name=value`, and all that
/// follows `--` is plain.
private struct WordReader {
    private static let options = [
        "--as", "--identity", "--count", "--rate", "--burst", "--reply", "--from", "--timeout", "--hex", "--template",
    ]

    let words: [String]
    var plain: [String] = []
    var type: String?
    var identity: String?
    var from: String?
    var count: Int?
    var burst: Int?
    var rate: Double?
    var reply: Double?
    var timeout: Double?
    var isHex = false
    var isTemplate = false

    init(words: [String]) { self.words = words }

    mutating func read() throws(WordsError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                plain += rest
                return
            }
            guard word.hasPrefix("--") else {
                plain.append(word)
                continue
            }
            let name = String(word.prefix { $0 != "=" })
            let attached = word.contains("=") ? String(word.dropFirst(name.count + 1)) : nil
            func value() throws(WordsError) -> String {
                if let attached { return attached }
                guard let next = rest.popFirst() else { throw WordsError("\(name) wants a value") }
                return next
            }
            switch name {
            case "--hex": isHex = true
            case "--template": isTemplate = true
            case "--as": type = try value()
            case "--identity": identity = try value()
            case "--from": from = try value()
            case "--count": count = try Self.whole(name, value())
            case "--burst": burst = try Self.whole(name, value())
            case "--rate":
                guard let number = Units.number(try value()) else { throw WordsError("\(name) takes a number") }
                rate = number
            case "--reply": reply = try Self.time(name, value())
            case "--timeout": timeout = try Self.time(name, value())
            default:
                let near = Self.options.min { editDistance($0, name) < editDistance($1, name) }
                let isSlip = near.map { editDistance($0, name) <= 2 } ?? false
                throw WordsError(
                    "inject has no option \(name)"
                        + (isSlip
                            ? ": did you mean \(near ?? "")?" : "; it has \(Self.options.joined(separator: ", "))"))
            }
        }
    }

    private static func whole(_ name: String, _ text: String) throws(WordsError) -> Int {
        guard let number = Units.integer(text) else { throw WordsError("\(name) takes a whole number, not “\(text)”") }
        return number
    }

    private static func time(_ name: String, _ text: String) throws(WordsError) -> Double {
        guard let seconds = Units.duration(text) ?? Units.number(text), seconds >= 0 else {
            throw WordsError("\(name) takes a time like 2s, not “\(text)”")
        }
        return seconds
    }
}
