/// A frame as one format has it.
public struct Reading: Equatable, Sendable {
    /// How the bytes were read.
    public let format: Format
    /// How sure that is.
    public let confidence: Confidence
    /// Why this format: `a map that fills all 30 bytes`.
    public let reason: String
    /// Bytes of the whole frame.
    public let size: Int
    /// How many of them were there to read.
    public let kept: Int
    /// The tree.
    public let items: [Item]
    /// Items that the limits left out.
    public let omitted: Int
    /// What is wrong with the bytes, in this format; nil when nothing is, or when they are only cut off.
    public let problem: String?
    /// What to know before anything else: `os.system can execute code`.
    public let warnings: [String]

    /// Only the first bytes were there.
    public var isCutOff: Bool { kept < size }

    /// Reads a frame.
    ///
    /// Takes time in proportion to the bytes that were kept, whatever they say; executes and looks up nothing.
    ///
    /// - Parameters:
    ///   - frame: the frame, or its first bytes.
    ///   - format: nil chooses the most likely one.
    ///   - system: whose private meanings to use.
    ///   - limits: of the tree.
    public init(_ frame: Frame, as format: Format? = nil, system: System = .unknown, limits: Limits = Limits()) {
        if let format {
            self = Attempt(frame, format, system, limits).reading(.told, "as told")
        } else {
            self = Self.first(of: frame, system: system, limits: limits)
        }
    }

    init(
        _ frame: Frame, _ format: Format, _ confidence: Confidence, _ reason: String, _ outline: Outline,
        problem: String?
    ) {
        self.format = format
        self.confidence = confidence
        self.reason = reason
        size = frame.size
        kept = frame.bytes.count
        items = outline.items
        omitted = outline.omitted
        self.problem = problem
        warnings = outline.warnings
    }
}

/// One try to read a frame in one format.
struct Attempt {
    let frame: Frame
    let format: Format
    var outline: Outline
    var stop: Stop?
    /// Bytes behind what was read.
    var trailing = 0
    /// Where there is a reason beyond the format's own.
    var note = ""

    init(_ frame: Frame, _ format: Format, _ system: System, _ limits: Limits) {
        self.frame = frame
        self.format = format
        outline = Outline(limits: limits)
        let cursor = Cursor(frame)
        switch format {
        case .empty:
            if frame.size > 0 { stop = .malformed("\(frame.size) bytes are not nothing", at: 0) }
            outline.add(0, nil, .nothing)
        case .word:
            outline.add(0, nil, .text(frame.bytes), system.word(frame.bytes))
        case .text:
            let survey = TextSurvey(frame.bytes, 0..<frame.bytes.count, isCutOff: frame.isCutOff)
            outline.add(0, nil, .text(frame.bytes), survey.description)
        case .json:
            var reader = JSONText(cursor, outline)
            outline = Outline(limits: limits)
            do throws(Stop) { try reader.read() } catch { stop = error }
            outline = reader.outline
            trailing = reader.cursor.left
        case .messagePack:
            var reader = MessagePack(cursor, outline, system: system)
            outline = Outline(limits: limits)
            do throws(Stop) { try reader.read() } catch { stop = error }
            outline = reader.outline
            trailing = reader.cursor.left
        case .pickle:
            var reader = Pickle(cursor)
            stop = reader.read()
            reader.describe(stop, into: &outline, depth: 0)
            trailing = frame.size - reader.position
            isOldPickle = stop == nil && reader.hasStructure && reader.opcodes > 2
        case .protobuf:
            survey = Protobuf.survey(cursor)
            outline.add(0, nil, .map(count: survey?.stop == nil ? survey?.fields : nil))
            var reader = Protobuf(cursor, outline, depth: 1)
            outline = Outline(limits: limits)
            do throws(Stop) { try reader.read() } catch { stop = error }
            outline = reader.outline
        case .integer:
            stop = Self.integers(frame, into: &outline)
        case .hex:
            outline.add(0, nil, .bytes(frame.bytes))
        }
    }

    /// Of a pickle: it is whole, and does what no text does by chance.
    private(set) var isOldPickle = false
    /// Of Protobuf.
    private(set) var survey: Protobuf.Survey?

    /// All of the frame was read, or all that was kept.
    var fits: Bool {
        switch stop {
        case nil: trailing == 0
        case .cutOff?: true
        case .malformed?: false
        }
    }

    func reading(_ confidence: Confidence, _ reason: String) -> Reading {
        var problem: String?
        if case .malformed(let what, let at)? = stop {
            problem = "not \(format.rawValue): at byte \(at): \(what)"
        } else if stop == nil, trailing > 0 {
            problem = "\(trailing) bytes follow behind its end"
        }
        return Reading(frame, format, confidence, reason, outline, problem: problem)
    }

    private static func integers(_ frame: Frame, into outline: inout Outline) -> Stop? {
        let bytes = frame.bytes
        guard [1, 2, 4, 8].contains(frame.size) else {
            return .malformed("a number has 1, 2, 4 or 8 bytes, not \(frame.size)", at: 0)
        }
        guard !frame.isCutOff else { return .cutOff }
        let big = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let little = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let name = "u\(bytes.count * 8)"
        if bytes.count == 1 {
            outline.add(0, nil, .unsigned(big), name)
            return nil
        }
        // What counts is small: the order that makes it smaller comes first.
        outline.add(0, nil, .map(count: 2), name)
        let readings = [("big-endian", big), ("little-endian", little)]
        for (name, value) in big <= little ? readings : readings.reversed() {
            outline.add(1, .word(name), .unsigned(value), value == .max ? "all bits set" : nil)
        }
        return nil
    }
}
