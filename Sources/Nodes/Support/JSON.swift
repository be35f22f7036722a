/// A JSON value with a reader and a writer of its own: a node process must stay small, and Foundation is not.
enum JSON: Equatable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits.
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    /// In the order of the text; of a key that comes twice the first counts.
    case object([(key: String, value: JSON)])

    static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { pair in b.contains { $0.key == pair.key && $0.value == pair.value } }
        default: false
        }
    }

    /// The member of an object, or nil where there is none (or this is no object).
    subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// Nil for a number with a fraction, or one that an Int cannot hold.
    var int: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    var flag: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }
}

// MARK: - Writing

extension JSON {
    /// One line, without spaces.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value):
            // JSON has no word for what is not finite.
            if let whole = Int64(exactly: value) {
                bytes += String(whole).utf8
            } else {
                bytes += (value.isFinite ? "\(value)" : "null").utf8
            }
        case .string(let text): JSON.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSON.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case 0..<0x20, 0x7f: bytes += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

// MARK: - Reading

/// A text that is not JSON: what was expected, and where.
struct JSONError: Error, Equatable, CustomStringConvertible {
    /// Bytes before the place.
    var offset: Int
    var expected: String

    var description: String { "not JSON: expected \(expected) at byte \(offset)" }
}

extension JSON {
    /// Reads exactly one value, with white space around it.
    ///
    /// Throws a `JSONError` for anything else: text that is not UTF-8, nesting deeper than 64, and what RFC 8259 forbids.
    init(parsing bytes: [UInt8]) throws(JSONError) {
        var reader = Reader(bytes: bytes)
        self = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.position < bytes.count { throw JSONError(offset: reader.position, expected: "the end") }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        private func error(_ expected: String) -> JSONError { JSONError(offset: position, expected: expected) }

        mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
        }

        private mutating func take(_ byte: Character) -> Bool {
            skipSpace()
            guard next == byte.asciiValue else { return false }
            position += 1
            return true
        }

        mutating func value(depth: Int) throws(JSONError) -> JSON {
            skipSpace()
            guard depth < 64 else { throw error("less than 64 levels") }
            switch next {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: return try number()
            }
        }

        private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
            guard bytes[position...].starts(with: word.utf8) else { throw error("a value") }
            position += word.utf8.count
            return value
        }

        private mutating func object(depth: Int) throws(JSONError) -> JSON {
            position += 1
            var members: [(key: String, value: JSON)] = []
            if take("}") { return .object(members) }
            repeat {
                skipSpace()
                guard next == UInt8(ascii: "\"") else { throw error("a key") }
                let key = try string()
                guard take(":") else { throw error("':'") }
                members.append((key, try value(depth: depth + 1)))
            } while take(",")
            guard take("}") else { throw error("',' or '}'") }
            return .object(members)
        }

        private mutating func array(depth: Int) throws(JSONError) -> JSON {
            position += 1
            var elements: [JSON] = []
            if take("]") { return .array(elements) }
            repeat { elements.append(try value(depth: depth + 1)) } while take(",")
            guard take("]") else { throw error("',' or ']'") }
            return .array(elements)
        }

        private mutating func digits() throws(JSONError) {
            guard let first = next, isDigit(first) else { throw error("a value") }
            while let byte = next, isDigit(byte) { position += 1 }
        }

        private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

        private mutating func number() throws(JSONError) -> JSON {
            let start = position
            var whole = true
            if next == UInt8(ascii: "-") { position += 1 }
            if next == UInt8(ascii: "0") {
                position += 1
            } else {
                try digits()
            }
            if next == UInt8(ascii: ".") {
                whole = false
                position += 1
                try digits()
            }
            if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
                whole = false
                position += 1
                if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
                try digits()
            }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if whole, let value = Int64(text) { return .integer(value) }
            guard let value = Double(text), value.isFinite else {
                throw JSONError(offset: start, expected: "a number that fits")
            }
            return .number(value)
        }

        private mutating func string() throws(JSONError) -> String {
            position += 1
            let start = position
            var content: [UInt8] = []
            while let byte = next {
                position += 1
                switch byte {
                case UInt8(ascii: "\""):
                    guard let text = String(validating: content, as: UTF8.self) else {
                        throw JSONError(offset: start, expected: "UTF-8")
                    }
                    return text
                case UInt8(ascii: "\\"): try escape(into: &content)
                case 0..<0x20:
                    position -= 1
                    throw error("an escape for a control character")
                default: content.append(byte)
                }
            }
            throw error("'\"'")
        }

        private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
            guard let byte = next else { throw error("an escape") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
            case UInt8(ascii: "b"): content.append(0x08)
            case UInt8(ascii: "f"): content.append(0x0c)
            case UInt8(ascii: "n"): content.append(0x0a)
            case UInt8(ascii: "r"): content.append(0x0d)
            case UInt8(ascii: "t"): content.append(0x09)
            case UInt8(ascii: "u"):
                var code = try hexadecimal()
                if (0xd800..<0xdc00).contains(code), bytes[position...].starts(with: "\\u".utf8) {
                    position += 2
                    let low = try hexadecimal()
                    guard (0xdc00..<0xe000).contains(low) else { throw error("the second half of a surrogate pair") }
                    code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
                }
                guard let scalar = Unicode.Scalar(code) else { throw error("a whole surrogate pair") }
                content += String(Character(scalar)).utf8
            default:
                position -= 1
                throw error("an escape")
            }
        }

        private mutating func hexadecimal() throws(JSONError) -> UInt32 {
            var code: UInt32 = 0
            for _ in 0..<4 {
                guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                    throw error("four hexadecimal digits")
                }
                code = code << 4 | UInt32(digit)
                position += 1
            }
            return code
        }
    }
}
