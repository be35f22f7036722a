extension Reading {
    /// All readings that make sense of the frame, the most likely first; hex, which always does, is the last.
    public static func ranked(_ frame: Frame, system: System = .unknown, limits: Limits = Limits()) -> [Reading] {
        var readings: [Reading] = []
        for candidate in candidates {
            if let reading = candidate(frame, system, limits) { readings.append(reading) }
        }
        // Sorting keeps the order of equals: offset breaks the tie.
        return readings.enumerated().sorted {
            ($0.element.confidence.rank, $0.offset) < ($1.element.confidence.rank, $1.offset)
        }.map(\.element)
    }

    /// The first of `ranked`, without reading on behind one that is certain.
    static func first(of frame: Frame, system: System, limits: Limits) -> Reading {
        var best: Reading?
        for candidate in candidates {
            guard let reading = candidate(frame, system, limits) else { continue }
            if reading.confidence == .certain { return reading }
            if best.map({ reading.confidence.rank < $0.confidence.rank }) ?? true { best = reading }
        }
        return best ?? Attempt(frame, .hex, system, limits).reading(.guess, "nothing else fits")
    }

    private typealias Candidate = @Sendable (Frame, System, Limits) -> Reading?

    /// In the order in which equals are preferred: text before numbers, numbers before the rest.
    private static let candidates: [Candidate] = [
        empty, word, pickle, json, oldPickle, text, messagePack, integer, protobuf, hex,
    ]

    private static func empty(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        guard frame.size == 0 else { return nil }
        return Attempt(frame, .empty, system, limits).reading(.certain, "no bytes")
    }

    private static func word(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        guard !frame.isCutOff, frame.size <= 32, let meaning = system.word(frame.bytes) else { return nil }
        return Attempt(frame, .word, system, limits).reading(.certain, meaning)
    }

    private static func pickle(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        guard Pickle.hasHeader(frame.bytes), frame.bytes.count > 2 || frame.isCutOff else { return nil }
        let attempt = Attempt(frame, .pickle, system, limits)
        if attempt.stop == nil, attempt.trailing == 0 {
            return attempt.reading(.certain, "PROTO at the start, STOP at the end")
        }
        if attempt.fits { return attempt.reading(.likely, "PROTO at the start, opcodes as far as it goes") }
        return attempt.stop == nil ? attempt.reading(.likely, "PROTO at the start, STOP before the end") : nil
    }

    private static func json(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        let start = frame.bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        switch start {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let attempt = Attempt(frame, .json, system, limits)
            guard attempt.fits else { return nil }
            let name = start == UInt8(ascii: "{") ? "an object" : "an array"
            guard attempt.stop == nil else {
                return attempt.reading(.likely, "\(name), valid as far as it goes")
            }
            return attempt.reading(.certain, "\(name) that fills all \(frame.size) bytes")
        case UInt8(ascii: "\""):
            let attempt = Attempt(frame, .json, system, limits)
            guard attempt.fits, attempt.stop == nil else { return nil }
            return attempt.reading(.guess, "a string in quotes")
        default: return nil
        }
    }

    /// Protocols 0 and 1 have no header, and may consist of letters alone.
    private static func oldPickle(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        guard !frame.isCutOff, frame.bytes.count > 3, frame.bytes.last == UInt8(ascii: "."),
            frame.bytes[0] != 0x80, Pickle.opcode(frame.bytes[0]) != nil
        else { return nil }
        let attempt = Attempt(frame, .pickle, system, limits)
        guard attempt.fits, attempt.isOldPickle else { return nil }
        return attempt.reading(.likely, "opcodes throughout, STOP at the end")
    }

    private static func text(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        guard !frame.bytes.isEmpty else { return nil }
        let survey = TextSurvey(frame.bytes, 0..<frame.bytes.count, isCutOff: frame.isCutOff)
        // Escape sequences make a text less printable, and none the less a text.
        let isText = survey.invalid == 0 ? survey.fraction >= 0.7 : survey.total >= 16 && survey.fraction >= 0.9
        guard isText, survey.total > 0 else { return nil }
        return Attempt(frame, .text, system, limits)
            .reading(survey.printable == survey.total && survey.total > 3 ? .likely : .guess, survey.description)
    }

    private static func messagePack(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        // Any byte below 0x80 is a whole MessagePack value: only a list or a map says something.
        guard let first = frame.bytes.first, MessagePack.beginsContainer(first), frame.size > 1 else { return nil }
        let attempt = Attempt(frame, .messagePack, system, limits)
        guard attempt.fits else { return nil }
        let isMap = first & 0xF0 == 0x80 || first >= 0xDE
        let name = isMap ? "a map" : "a list"
        guard attempt.stop == nil else {
            let values = attempt.outline.items.count + attempt.outline.omitted
            return attempt.reading(values >= 4 ? .likely : .guess, "\(name), valid as far as it goes")
        }
        return attempt.reading(frame.size > 4 ? .likely : .guess, "\(name) that fills all \(frame.size) bytes")
    }

    private static func integer(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        let attempt = Attempt(frame, .integer, system, limits)
        guard attempt.fits, attempt.stop == nil else { return nil }
        return attempt.reading(.guess, "\(frame.size) bytes, as numbers often have")
    }

    private static func protobuf(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        guard frame.bytes.count >= 4 else { return nil }
        let survey = Protobuf.survey(Cursor(frame))
        // Many bytes pass for fields: low numbers and a length that fits make it worth a guess.
        guard survey.stop == nil || (survey.stop == .cutOff && survey.fields > 2), survey.delimited > 0,
            survey.highestField <= 1000
        else { return nil }
        return Attempt(frame, .protobuf, system, limits)
            .reading(
                .guess, "\(survey.fields) fields, valid \(survey.stop == nil ? "to the end" : "as far as it goes")")
    }

    private static func hex(_ frame: Frame, _ system: System, _ limits: Limits) -> Reading? {
        Attempt(frame, .hex, system, limits).reading(.guess, "nothing else fits")
    }
}

extension Confidence {
    var rank: Int {
        switch self {
        case .told: 0
        case .certain: 1
        case .likely: 2
        case .guess: 3
        }
    }
}
