/// Reads JSON (RFC 8259) into an outline, without recursion.
struct JSONText {
    var cursor: Cursor
    var outline: Outline

    /// A list or map that is being read and shown.
    private struct Level {
        var place: Int?
        var index = 0
    }

    init(_ cursor: Cursor, _ outline: Outline) {
        self.cursor = cursor
        self.outline = outline
    }

    /// - Throws: where the bytes stop being JSON; what was read until then stands in the outline.
    mutating func read() throws(Stop) {
        var levels: [Level] = []
        /// One a level, shown or not: it is a map.
        var isMap: [Bool] = []
        skipSpace()
        while true {
            // A value begins here.
            var label: Label?
            let depth = isMap.count
            if isMap.last == true {
                label = try key(depth)
            } else if depth > 0, depth <= levels.count {
                label = .index(levels[depth - 1].index)
            }
            if depth > 0, depth <= levels.count { levels[depth - 1].index += 1 }

            let at = cursor.position
            let byte = try cursor.byte()
            var opened = false
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let opensMap = byte == UInt8(ascii: "{")
                let isLast = depth + 1 >= outline.limits.depth
                let place = outline.add(
                    depth, label, opensMap ? .map(count: nil) : .list(count: nil),
                    isLast ? "deeper levels are not shown" : nil)
                if depth == levels.count, !isLast { levels.append(Level(place: place)) }
                isMap.append(opensMap)
                opened = true
            case UInt8(ascii: "\""):
                var text: [UInt8] = []
                let end = string(into: &text)
                outline.add(depth, label, .text(text), end == .cutOff ? "cut off" : nil)
                if let end { throw end }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                cursor.position = at
                let literal = try number()
                outline.add(depth, label, .literal(literal))
            case UInt8(ascii: "t"): try word("rue", depth, label, .boolean(true))
            case UInt8(ascii: "f"): try word("alse", depth, label, .boolean(false))
            case UInt8(ascii: "n"): try word("ull", depth, label, .null)
            default: throw .malformed("no value begins with \(Visible.text([byte], quoted: true))", at: at)
            }
            skipSpace()

            // What follows a value, or an opening bracket.
            while let inMap = isMap.last {
                let at = cursor.position
                let byte = try cursor.byte()
                if byte == (inMap ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    isMap.removeLast()
                    if levels.count > isMap.count {
                        let level = levels.removeLast()
                        outline.amend(level.place, inMap ? .map(count: level.index) : .list(count: level.index))
                    }
                    opened = false
                    skipSpace()
                } else if opened {
                    cursor.position = at
                    break
                } else if byte == UInt8(ascii: ",") {
                    skipSpace()
                    break
                } else {
                    throw .malformed("a comma or a bracket should stand here", at: at)
                }
            }
            if isMap.isEmpty { return }
        }
    }

    private mutating func skipSpace() {
        while let byte = cursor.peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            cursor.position += 1
        }
    }

    private mutating func key(_ depth: Int) throws(Stop) -> Label {
        let at = cursor.position
        guard try cursor.byte() == UInt8(ascii: "\"") else { throw .malformed("a key should stand here", at: at) }
        var text: [UInt8] = []
        if let end = string(into: &text) {
            outline.add(depth, .key(.text(text)), .nothing, "not kept")
            throw end
        }
        let label = Label.key(.text(text))
        do throws(Stop) {
            skipSpace()
            let at = cursor.position
            guard try cursor.byte() == UInt8(ascii: ":") else { throw .malformed("a colon should stand here", at: at) }
            skipSpace()
            if cursor.isAtEnd { throw cursor.tooShort() }
        } catch {
            outline.add(depth, label, .nothing, "not kept")
            throw error
        }
        return label
    }

    private mutating func word(_ rest: StaticString, _ depth: Int, _ label: Label?, _ value: Value) throws(Stop) {
        let at = cursor.position - 1
        for index in 0..<rest.utf8CodeUnitCount where try cursor.byte() != rest.utf8Start[index] {
            throw .malformed("no value is written so", at: at)
        }
        outline.add(depth, label, value)
    }

    private mutating func number() throws(Stop) -> String {
        let start = cursor.position
        if cursor.peek() == UInt8(ascii: "-") { cursor.position += 1 }
        if cursor.peek() == UInt8(ascii: "0") { cursor.position += 1 } else { try digits() }
        if cursor.peek() == UInt8(ascii: ".") {
            cursor.position += 1
            try digits()
        }
        if let byte = cursor.peek(), byte | 0x20 == UInt8(ascii: "e") {
            cursor.position += 1
            if let sign = cursor.peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { cursor.position += 1 }
            try digits()
        }
        // A number that ends where the kept bytes end may go on.
        if cursor.isAtEnd, cursor.end < cursor.limit { throw .cutOff }
        return String(decoding: cursor.bytes[start..<cursor.position], as: UTF8.self)
    }

    private mutating func digits() throws(Stop) {
        let start = cursor.position
        while let byte = cursor.peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { cursor.position += 1 }
        if cursor.position == start {
            throw cursor.isAtEnd ? cursor.tooShort() : .malformed("a digit should stand here", at: start)
        }
    }
}

// MARK: - Strings

extension JSONText {
    /// Behind the opening quote.
    /// - Returns: why it did not come to its end; `text` has what there was.
    private mutating func string(into text: inout [UInt8]) -> Stop? {
        while let byte = cursor.peek() {
            cursor.position += 1
            switch byte {
            case UInt8(ascii: "\""): return nil
            case UInt8(ascii: "\\"):
                do throws(Stop) { try escape(into: &text) } catch { return error }
            case 0..<0x20: return .malformed("a control character in a string", at: cursor.position - 1)
            default: text.append(byte)
            }
        }
        return cursor.tooShort()
    }

    private mutating func escape(into text: inout [UInt8]) throws(Stop) {
        let at = cursor.position - 1
        switch try cursor.byte() {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let first = try unit()
            if first & 0xFC00 == 0xD800, cursor.peek() == UInt8(ascii: "\\") {
                let back = cursor.position
                cursor.position += 1
                if cursor.peek() == UInt8(ascii: "u") {
                    cursor.position += 1
                    let second = try unit()
                    if second & 0xFC00 == 0xDC00 {
                        append(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF, to: &text)
                        return
                    }
                }
                cursor.position = back
            }
            append(first, to: &text)
        default: throw .malformed("no escape is written so", at: at)
        }
    }

    private mutating func unit() throws(Stop) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let at = cursor.position
            let byte = try cursor.byte()
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .malformed("a hexadecimal digit should stand here", at: at)
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// As UTF-8; a lone surrogate becomes three bytes that are not valid, and so are shown as bytes.
    private func append(_ value: UInt32, to text: inout [UInt8]) {
        switch value {
        case 0..<0x80: text.append(UInt8(value))
        case 0x80..<0x800: text += [0xC0 | UInt8(value >> 6), 0x80 | UInt8(value & 0x3F)]
        case 0x800..<0x10000:
            text += [0xE0 | UInt8(value >> 12), 0x80 | UInt8(value >> 6 & 0x3F), 0x80 | UInt8(value & 0x3F)]
        default:
            text += [
                0xF0 | UInt8(value >> 18), 0x80 | UInt8(value >> 12 & 0x3F), 0x80 | UInt8(value >> 6 & 0x3F),
                0x80 | UInt8(value & 0x3F),
            ]
        }
    }
}
