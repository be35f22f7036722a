/// Makes events out of the bytes that a terminal sends: UTF-8, the control characters, the escape sequences of xterm and
/// its relatives, SGR mouse reports, bracketed paste. Sequences that mean nothing here are dropped whole.
///
/// It has no clock: where a sequence may be incomplete (Escape alone, or the beginning of a sequence?) ``isWaiting`` is
/// true, and the reader calls ``flush()`` when nothing more has come for a moment.
public struct InputParser: Sendable {
    private var pending: [UInt8] = []
    private var pasting = false
    private let sequences: [[UInt8]: Key]

    /// The most bytes of one paste that are kept; what goes beyond is dropped.
    static let pasteLimit = 1 << 20

    /// A parser that knows these sequences (such as terminfo's) besides the usual ones.
    public init(sequences: [[UInt8]: Key] = [:]) {
        self.sequences = sequences.filter { $0.key.first == 0x1B && $0.key.count > 1 }
    }

    /// Whether an Escape is kept back that may be the beginning of a sequence. Half a character is kept without a limit.
    public var isWaiting: Bool { pending.first == 0x1B && !pasting }

    /// The events that are complete with these bytes.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        pending.append(contentsOf: bytes)
        return drain(final: false)
    }

    /// The events in what was kept back, now that nothing more belongs to it. A paste goes on waiting for its end.
    public mutating func flush() -> [InputEvent] {
        pasting ? [] : drain(final: true)
    }

    enum Step {
        case event(InputEvent?, length: Int)
        case pasteBegins(length: Int)
        case incomplete
    }

    private mutating func drain(final: Bool) -> [InputEvent] {
        var events: [InputEvent] = []
        var rest = pending[...]
        loop: while !rest.isEmpty {
            if pasting {
                guard let text = takePaste(&rest) else { break }
                pasting = false
                events.append(.paste(text))
                continue
            }
            switch next(rest, final: final) {
            case .incomplete: break loop
            case .pasteBegins(let length):
                pasting = true
                rest = rest.dropFirst(length)
            case .event(let event, let length):
                if let event { events.append(event) }
                rest = rest.dropFirst(max(1, length))
            }
        }
        pending = Array(rest)
        return events
    }

    private func takePaste(_ rest: inout ArraySlice<UInt8>) -> String? {
        let end = Array("\u{1B}[201~".utf8)
        var index = rest.startIndex
        while index + end.count <= rest.endIndex {
            if rest[index] == 0x1B, rest[index..<(index + end.count)].elementsEqual(end) {
                let bytes = rest[rest.startIndex..<index].prefix(InputParser.pasteLimit)
                rest = rest[(index + end.count)...]
                return text(ofPaste: bytes)
            }
            index += 1
        }
        let excess = rest.count - InputParser.pasteLimit - end.count
        if excess > 0 {
            let kept = rest.prefix(InputParser.pasteLimit)
            rest = (Array(kept) + Array(rest.suffix(end.count)))[...]
        }
        return nil
    }

    private func text(ofPaste bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        var afterReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            // Terminals send line ends as carriage returns.
            if scalar == "\r" || (scalar == "\n" && !afterReturn) { text.unicodeScalars.append("\n") }
            afterReturn = scalar == "\r"
            if scalar.value >= 0x20 || scalar == "\t" { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    private func next(_ bytes: ArraySlice<UInt8>, final: Bool) -> Step {
        let bytes = Array(bytes.prefix(4096))
        guard bytes[0] == 0x1B else { return character(bytes) }
        var isPrefix = false
        for length in stride(from: min(bytes.count, 16), through: 2, by: -1) {
            if let key = sequences[Array(bytes.prefix(length))] { return .event(.key(key), length: length) }
        }
        if bytes.count < 16 { isPrefix = sequences.keys.contains { $0.starts(with: bytes) } }
        if isPrefix && !final { return .incomplete }
        guard bytes.count > 1 else { return final ? .event(.key(Key(.escape)), length: 1) : .incomplete }
        switch bytes[1] {
        case UInt8(ascii: "["): return controlSequence(bytes, final: final)
        case UInt8(ascii: "O"):
            guard bytes.count > 2 else { return final ? alt(bytes, final: final) : .incomplete }
            return .event(InputParser.applicationKeys[bytes[2]].map { .key(Key($0)) }, length: 3)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
            return controlString(bytes, final: final)
        case 0x1B: return .event(.key(Key(.escape)), length: 1)
        default: return alt(bytes, final: final)
        }
    }

    /// Escape and a key: Alt was held down.
    func alt(_ bytes: [UInt8], final: Bool) -> Step {
        guard case .event(let event, let length) = character(Array(bytes.dropFirst())) else {
            return final ? .event(nil, length: bytes.count) : .incomplete
        }
        guard case .key(var key)? = event else { return .event(nil, length: length + 1) }
        key.alt = true
        return .event(.key(key), length: length + 1)
    }

    private func character(_ bytes: [UInt8]) -> Step {
        let first = bytes[0]
        switch first {
        case 0x0D, 0x0A: return .event(.key(Key(.enter)), length: 1)
        case 0x09: return .event(.key(Key(.tab)), length: 1)
        case 0x08, 0x7F: return .event(.key(Key(.backspace)), length: 1)
        case 0x00: return .event(.key(Key(" ", control: true)), length: 1)
        case 0x01..<0x1B:
            return .event(.key(Key(Character(Unicode.Scalar(first + 0x60)), control: true)), length: 1)
        case 0x1B: return .event(.key(Key(.escape)), length: 1)
        case 0x1C..<0x20:
            return .event(.key(Key(Character(Unicode.Scalar(first + 0x40)), control: true)), length: 1)
        case 0x20..<0x80: return .event(.key(Key(Character(Unicode.Scalar(first)))), length: 1)
        default: break
        }
        let length =
            switch first {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        if bytes.count < length { return .incomplete }
        guard let text = String(validating: bytes.prefix(length), as: UTF8.self),
            let character = text.first, character.unicodeScalars.allSatisfy({ $0.value >= 0xA0 })
        else { return .event(nil, length: 1) }
        return .event(.key(Key(character)), length: length)
    }

    /// Answers to questions that nobody asked; they end with BEL or ESC \.
    private func controlString(_ bytes: [UInt8], final: Bool) -> Step {
        for index in 2..<max(2, bytes.count) {
            if bytes[index] == 0x07 { return .event(nil, length: index + 1) }
            if bytes[index] == 0x1B {
                guard index + 1 < bytes.count else { break }
                return .event(nil, length: bytes[index + 1] == UInt8(ascii: "\\") ? index + 2 : index)
            }
        }
        if bytes.count >= 4096 { return .event(nil, length: bytes.count) }
        guard final else { return .incomplete }
        return bytes.count == 2 ? alt(bytes, final: true) : .event(nil, length: bytes.count)
    }
}
