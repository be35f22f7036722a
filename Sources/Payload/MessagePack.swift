/// Reads one MessagePack value into an outline, without recursion.
struct MessagePack {
    var cursor: Cursor
    var outline: Outline
    let system: System
    /// Depth of the value's own item.
    let depth: Int

    /// A list or map that is being read.
    private struct Level {
        var isMap: Bool
        var count: Int
        /// Values read so far.
        var index = 0
        /// Of a map: the next value is a key.
        var wantsKey: Bool
        var key: Label?
        var isFinished: Bool { index >= count }
    }

    init(_ cursor: Cursor, _ outline: Outline, system: System, depth: Int = 0) {
        self.cursor = cursor
        self.outline = outline
        self.system = system
        self.depth = depth
    }

    /// A byte that a list or a map begins with.
    static func beginsContainer(_ byte: UInt8) -> Bool {
        (0x80...0x9F).contains(byte) || (0xDC...0xDF).contains(byte)
    }

    /// What a byte announces.
    private enum Head {
        case scalar(Value)
        case container(isMap: Bool, count: UInt64)
        case text(UInt64)
        case bytes(UInt64)
        case ext(UInt64)
    }

    /// - Parameter label: of the value's own item.
    mutating func read(_ label: Label? = nil) throws(Stop) {
        var levels: [Level] = []
        /// Values still to come below the levels that are shown: only counted.
        var hidden = 0
        var isFirst = true
        while true {
            if hidden > 0 {
                hidden -= 1
                outline.add(.max, nil, .nothing)
                switch try head() {
                // Each count was held against the bytes left, so the sum stays small.
                case .container(let isMap, let count): hidden += try children(isMap, count)
                case .scalar: break
                case .text(let length), .bytes(let length): try skip(length)
                case .ext(let length):
                    _ = try cursor.byte()
                    try skip(length)
                }
                continue
            }
            while let last = levels.last, last.isFinished { levels.removeLast() }
            if levels.isEmpty && !isFirst { return }
            isFirst = false

            let at = levels.count - 1
            let depth = depth + levels.count
            let isKey = at >= 0 && levels[at].isMap && levels[at].wantsKey
            var name = label
            if at >= 0 {
                name = isKey ? .word("key") : levels[at].isMap ? levels[at].key : .index(levels[at].index)
                if isKey {
                    levels[at].wantsKey = false
                    levels[at].key = .word("value")
                } else {
                    levels[at].index += 1
                    levels[at].wantsKey = true
                }
            }
            let start = cursor.position
            let head: Head
            do {
                head = try self.head()
            } catch {
                if error == .cutOff, !isKey, case .key? = name { outline.add(depth, name, .nothing, "not kept") }
                throw error
            }
            switch head {
            case .container(let isMap, let count):
                let below = try children(isMap, count)
                let value: Value = isMap ? .map(count: Int(count)) : .list(count: Int(count))
                if depth + 1 >= outline.limits.depth, below > 0 {
                    outline.add(depth, name, value, "deeper levels are not shown")
                    hidden = below
                } else {
                    outline.add(depth, name, value)
                    levels.append(Level(isMap: isMap, count: Int(count), wantsKey: isMap))
                }
            case .scalar(let value):
                if isKey { levels[at].key = .key(value) } else { outline.add(depth, name, value) }
            case .text(let length):
                let part = try cursor.take(length)
                let text = Value.text(Array(cursor.bytes[part.kept]))
                if isKey {
                    levels[at].key = .key(text)
                    if let cut = part.remark { outline.add(depth, .key(text), .nothing, "the key is " + cut) }
                } else {
                    outline.add(depth, name, text, part.remark)
                }
                if part.isCutOff { throw .cutOff }
            case .bytes(let length):
                let part = try cursor.take(length)
                if isKey, !part.isCutOff {
                    levels[at].key = .key(.bytes(Array(cursor.bytes[part.kept])))
                    continue
                }
                outline.add(depth, name, .bytes(Array(cursor.bytes[part.kept])), part.remark)
                lookInside(part, depth: depth + 1)
                if part.isCutOff { throw .cutOff }
            case .ext(let length):
                let code = Int8(bitPattern: try cursor.byte())
                let part = try cursor.take(length)
                ext(code, part, name, depth, at: start)
                if part.isCutOff { throw .cutOff }
            }
        }
    }

    private mutating func skip(_ length: UInt64) throws(Stop) {
        if try cursor.take(length).isCutOff { throw .cutOff }
    }

    /// How many values a container of so many entries holds.
    private func children(_ isMap: Bool, _ count: UInt64) throws(Stop) -> Int {
        // Each value takes a byte at least: a larger count is a lie, or no MessagePack.
        let values = isMap ? count * 2 : count
        guard values <= UInt64(cursor.left) else {
            throw .malformed(
                "a \(isMap ? "map" : "list") says \(count) entries where \(cursor.left) bytes follow",
                at: cursor.position)
        }
        return Int(values)
    }

    private mutating func head() throws(Stop) -> Head {
        let at = cursor.position
        let byte = try cursor.byte()
        switch byte {
        case 0x00...0x7F: return .scalar(.integer(Int64(byte)))
        case 0x80...0x8F: return .container(isMap: true, count: UInt64(byte & 0x0F))
        case 0x90...0x9F: return .container(isMap: false, count: UInt64(byte & 0x0F))
        case 0xA0...0xBF: return .text(UInt64(byte & 0x1F))
        case 0xC0: return .scalar(.null)
        case 0xC1: throw .malformed("0xc1 is never used", at: at)
        case 0xC2, 0xC3: return .scalar(.boolean(byte == 0xC3))
        case 0xC4...0xC6: return .bytes(try cursor.bigEndian(1 << Int(byte - 0xC4)))
        case 0xC7...0xC9: return .ext(try cursor.bigEndian(1 << Int(byte - 0xC7)))
        case 0xCA: return .scalar(.number(Double(Float(bitPattern: UInt32(try cursor.bigEndian(4))))))
        case 0xCB: return .scalar(.number(Double(bitPattern: try cursor.bigEndian(8))))
        case 0xCC...0xCF: return .scalar(.unsigned(try cursor.bigEndian(1 << Int(byte - 0xCC))))
        case 0xD0: return .scalar(.integer(Int64(Int8(truncatingIfNeeded: try cursor.bigEndian(1)))))
        case 0xD1: return .scalar(.integer(Int64(Int16(truncatingIfNeeded: try cursor.bigEndian(2)))))
        case 0xD2: return .scalar(.integer(Int64(Int32(truncatingIfNeeded: try cursor.bigEndian(4)))))
        case 0xD3: return .scalar(.integer(Int64(bitPattern: try cursor.bigEndian(8))))
        case 0xD4...0xD8: return .ext(1 << UInt64(byte - 0xD4))
        case 0xD9...0xDB: return .text(try cursor.bigEndian(1 << Int(byte - 0xD9)))
        case 0xDC, 0xDD: return .container(isMap: false, count: try cursor.bigEndian(byte == 0xDC ? 2 : 4))
        case 0xDE, 0xDF: return .container(isMap: true, count: try cursor.bigEndian(byte == 0xDE ? 2 : 4))
        default: return .scalar(.integer(Int64(Int8(bitPattern: byte))))
        }
    }
}

// MARK: - Extension types

extension MessagePack {
    private mutating func ext(_ code: Int8, _ part: Cursor.Part, _ label: Label?, _ depth: Int, at: Int) {
        let bytes = Array(cursor.bytes[part.kept])
        if code == -1, let text = Timestamp.text(bytes) {
            outline.add(depth, label, .text(Array(text.utf8)), "ext -1: timestamp")
            return
        }
        var remark = "ext \(code)"
        if let name = code == -1 ? "timestamp" : system.ext(code) { remark += ": " + name }
        if let cut = part.remark { remark += ", " + cut }
        outline.add(depth, label, .bytes(bytes), remark)
        switch (system, code) {
        case (.vllm, 1), (.vllm, 2):
            pickle(part, depth: depth + 1)
        case (.sglang, 4), (.sglang, 5):
            inner(part, depth: depth + 1)
        case (.sglang, 1), (.sglang, 2), (.sglang, 3):
            tensor(part, depth: depth + 1)
        default:
            lookInside(part, depth: depth + 1)
        }
    }

    /// What says of itself that it is a pickle is shown as one, whoever sent it.
    private mutating func lookInside(_ part: Cursor.Part, depth: Int) {
        if Pickle.hasHeader(cursor.bytes[part.kept]) { pickle(part, depth: depth) }
    }

    private mutating func pickle(_ part: Cursor.Part, depth: Int) {
        guard depth < outline.limits.depth else { return }
        var reader = Pickle(Cursor(cursor, part: part))
        let end = reader.read()
        reader.describe(end, into: &outline, depth: depth, label: .word("pickle"))
    }

    /// MessagePack inside of MessagePack; each time one level deeper, so no deeper than the limit.
    private mutating func inner(_ part: Cursor.Part, depth: Int) {
        guard depth < outline.limits.depth, !part.kept.isEmpty else { return }
        var reader = MessagePack(Cursor(cursor, part: part), outline, system: system, depth: depth)
        // One owner at a time, or each would copy all items.
        outline = Outline(limits: outline.limits)
        do throws(Stop) {
            try reader.read(.word("msgpack"))
            outline = reader.outline
        } catch {
            outline = reader.outline
            if case .malformed(let what, let at) = error {
                outline.add(depth, .word("not MessagePack"), .nothing, "at byte \(at): \(what)")
            }
        }
    }

    /// SGLang's arrays and tensors: length of the description (4 bytes, big-endian), description, raw bytes.
    private mutating func tensor(_ part: Cursor.Part, depth: Int) {
        var cursor = Cursor(self.cursor, part: part)
        guard let length = try? cursor.bigEndian(4), let description = try? cursor.take(length) else { return }
        inner(description, depth: depth)
        if !description.isCutOff { outline.add(depth, .word("raw"), .nothing, "\(cursor.left) bytes") }
    }
}
