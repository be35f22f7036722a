/// Lists what a pickle would do. Nothing of it is done: no name is looked up, no object made.
///
/// Names of globals can come from the stack and from the memo, so both are followed, with all but texts forgotten.
struct Pickle {
    private var cursor: Cursor
    /// What the stack holds of interest.
    private enum Symbol {
        case mark
        case text([UInt8])
        case other
    }
    private var stack: [Symbol] = []
    private var memo: [UInt64: Symbol] = [:]

    /// As the pickle says itself; 0 when it says none.
    private(set) var version = 0
    private(set) var opcodes = 0
    /// Calls that loading would make.
    private(set) var calls = 0
    /// Each once, in order.
    private(set) var globals: [Global] = []
    private var known: Set<String> = []
    /// The argument of GLOBAL and INST.
    private var pair: (module: [UInt8], name: [UInt8]) = ([], [])
    private(set) var strings: [[UInt8]] = []

    /// What loading would look up.
    struct Global {
        /// `module.Name`, safe to print.
        var name: String
        var canExecute: Bool
    }

    private var code: [(at: Int, name: String, value: Value)] = []
    /// Lists, dictionaries, memos, globals: what a text hardly has by chance.
    private(set) var hasStructure = false
    var position: Int { cursor.position }
    var memoSize: Int { memo.count }

    /// No list of a hostile pickle grows beyond these.
    private static let mostGlobals = 1000
    private static let mostStrings = 1000
    private static let mostCode = 10_000
    private static let longestName = 200

    init(_ cursor: Cursor) { self.cursor = cursor }

    /// `PROTO` and a version that there is, and then an opcode.
    static func hasHeader(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(3))
        guard start.count >= 2, start[0] == 0x80, (2...5).contains(start[1]) else { return false }
        return start.count == 2 || opcode(start[2]) != nil
    }

    /// Reads up to STOP.
    /// - Returns: why it did not come to STOP; nil when it did.
    mutating func read() -> Stop? {
        do throws(Stop) {
            while try step() {}
            return nil
        } catch {
            return error
        }
    }

    /// - Returns: false behind STOP.
    private mutating func step() throws(Stop) -> Bool {
        let at = cursor.position
        guard let opcode = Self.opcode(try cursor.byte()) else {
            throw .malformed("no opcode of pickle", at: at)
        }
        var argument = Value.nothing
        do throws(Stop) {
            argument = try read(opcode.argument)
        } catch {
            if code.count < Self.mostCode { code.append((at, opcode.name, .nothing)) }
            throw error
        }
        opcodes += 1
        if code.count < Self.mostCode { code.append((at, opcode.name, argument)) }
        if opcode.name == "PROTO", case .unsigned(let value) = argument { version = Int(value) }
        return try apply(opcode.effect, argument, at: at)
    }

    // MARK: Stack

    private mutating func apply(_ effect: Effect, _ argument: Value, at: Int) throws(Stop) -> Bool {
        switch effect {
        case .nothing: break
        case .takes(let count, let pushes):
            try take(count, at)
            push(pushes)
            if count > 0 || pushes == 0 { hasStructure = true }
        case .pushesText:
            if case .text(let text) = argument { stack.append(.text(text)) } else { push(1) }
        case .mark: stack.append(.mark)
        case .takesMarked(let count, let pushes):
            try takeMarked(at)
            try take(count, at)
            push(pushes)
            hasStructure = true
        case .pop:
            guard stack.popLast() != nil else { throw .malformed("takes from an empty stack", at: at) }
        case .duplicate:
            guard let last = stack.last else { throw .malformed("takes from an empty stack", at: at) }
            stack.append(last)
        case .put: try put(number(argument), at)
        case .memoize: try put(UInt64(memo.count), at)
        case .get:
            guard let key = number(argument), let symbol = memo[key] else {
                throw .malformed("gets from the memo what was never put", at: at)
            }
            stack.append(symbol)
            hasStructure = true
        case .global:
            note(pair.module, pair.name)
            push(1)
        case .stackGlobal:
            let name = stack.popLast()
            let module = stack.popLast()
            guard let name, let module else { throw .malformed("takes from an empty stack", at: at) }
            if case .text(let module) = module, case .text(let name) = name {
                note(module, name)
            } else {
                note(Global(name: "(computed)", canExecute: true))
            }
            push(1)
        case .instance:
            note(pair.module, pair.name)
            try takeMarked(at)
            calls += 1
            push(1)
        case .calls(let count):
            try take(count, at)
            calls += 1
            push(1)
        case .callsMarked:
            try takeMarked(at)
            calls += 1
            push(1)
        case .stop:
            try take(1, at)
            guard stack.isEmpty else { throw .malformed("leaves \(stack.count) values behind", at: at) }
            return false
        }
        return true
    }

    private mutating func push(_ count: Int) {
        for _ in 0..<count { stack.append(.other) }
    }

    private mutating func take(_ count: Int, _ at: Int) throws(Stop) {
        for _ in 0..<count {
            guard let last = stack.popLast() else { throw .malformed("takes from an empty stack", at: at) }
            if case .mark = last { throw .malformed("takes a mark", at: at) }
        }
    }

    private mutating func takeMarked(_ at: Int) throws(Stop) {
        while let last = stack.popLast() {
            if case .mark = last { return }
        }
        throw .malformed("has no mark", at: at)
    }

    private mutating func put(_ key: UInt64?, _ at: Int) throws(Stop) {
        guard let key, let last = stack.last else { throw .malformed("puts nothing into the memo", at: at) }
        memo[key] = last
        hasStructure = true
    }

    private func number(_ argument: Value) -> UInt64? {
        switch argument {
        case .unsigned(let value): value
        case .literal(let text): UInt64(text)
        default: nil
        }
    }

    private mutating func note(_ module: [UInt8], _ name: [UInt8]) {
        // Whoever needs so long a name has something to hide behind it.
        let isTooLong = module.count > Self.longestName || name.count > Self.longestName
        let module = Visible.text(module.prefix(Self.longestName))
        let name = Visible.text(name.prefix(Self.longestName)) + (isTooLong ? "…" : "")
        note(
            Global(
                name: module + "." + name, canExecute: isTooLong || DangerousGlobals.canExecute(module, name)))
    }

    private mutating func note(_ global: Global) {
        hasStructure = true
        // What can execute code is never left out of a list that is full.
        guard globals.count < (global.canExecute ? 2 * Self.mostGlobals : Self.mostGlobals) else { return }
        if known.insert(global.name).inserted { globals.append(global) }
    }

    // MARK: Arguments

    private mutating func read(_ argument: Argument) throws(Stop) -> Value {
        switch argument {
        case .none: return .nothing
        case .number(let bytes): return .unsigned(try cursor.littleEndian(bytes))
        case .signed: return .integer(Int64(Int32(truncatingIfNeeded: try cursor.littleEndian(4))))
        case .double: return .number(Double(bitPattern: try cursor.bigEndian(8)))
        case .text(let length):
            let text = try take(lengthOf: length)
            keep(text.bytes)
            if text.isCutOff { throw .cutOff }
            return .text(text.bytes)
        case .bytes(let length):
            let bytes = try take(lengthOf: length)
            if bytes.isCutOff { throw .cutOff }
            return .bytes(bytes.bytes)
        case .long(let length):
            let long = try take(lengthOf: length)
            if long.isCutOff { throw .cutOff }
            return Self.whole(long.bytes)
        case .line:
            let line = try cursor.line()
            let bytes = cursor.bytes[line]
            guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
                throw .malformed("a line of ASCII should stand here", at: line.lowerBound)
            }
            return .literal(String(decoding: bytes.prefix(Self.longestName), as: UTF8.self))
        case .quoted:
            let line = try cursor.line()
            var bytes = Array(cursor.bytes[line])
            guard bytes.count >= 2, let quote = bytes.first, quote == bytes.last, quote == 0x22 || quote == 0x27 else {
                throw .malformed("a string in quotes should stand here", at: line.lowerBound)
            }
            bytes = Self.unescape(bytes.dropFirst().dropLast(), all: true)
            keep(bytes)
            return .text(bytes)
        case .escaped:
            let bytes = Self.unescape(cursor.bytes[try cursor.line()], all: false)
            keep(bytes)
            return .text(bytes)
        case .pair:
            let module = try cursor.line()
            let name = try cursor.line()
            pair = (Array(cursor.bytes[module]), Array(cursor.bytes[name]))
            return .text(pair.module + [UInt8(ascii: ".")] + pair.name)
        }
    }

    private mutating func take(lengthOf count: Int) throws(Stop) -> (bytes: [UInt8], isCutOff: Bool) {
        let part = try cursor.take(try cursor.littleEndian(count))
        return (Array(cursor.bytes[part.kept]), part.isCutOff)
    }

    private mutating func keep(_ text: [UInt8]) {
        if strings.count < Self.mostStrings { strings.append(text) }
    }

    /// Two's complement, little-endian; as bytes where it needs more than 64 bits.
    private static func whole(_ bytes: [UInt8]) -> Value {
        guard bytes.count <= 8 else { return .bytes(bytes) }
        var value: UInt64 = bytes.last.map { $0 & 0x80 != 0 } == true ? .max : 0
        for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
        return .integer(Int64(bitPattern: value))
    }

    /// Python's escapes: of a `str` in quotes (`all`), or only `\u` and `\U`.
    private static func unescape(_ bytes: some Collection<UInt8>, all: Bool) -> [UInt8] {
        let bytes = Array(bytes)
        var text: [UInt8] = []
        var index = 0
        func digits(_ count: Int, radix: UInt32) -> (value: UInt32, length: Int)? {
            var value: UInt32 = 0
            var length = 0
            while length < count, index + 2 + length < bytes.count,
                let digit = Character(Unicode.Scalar(bytes[index + 2 + length])).hexDigitValue
            {
                value = value << 4 | UInt32(digit)
                length += 1
            }
            return length == count ? (value, length) : nil
        }
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                // Between the escapes of a UNICODE stands Latin-1.
                if !all, bytes[index] >= 0x80 {
                    text += [0xC0 | bytes[index] >> 6, 0x80 | bytes[index] & 0x3F]
                } else {
                    text.append(bytes[index])
                }
                index += 1
                continue
            }
            let letter = bytes[index + 1]
            switch letter {
            case UInt8(ascii: "u"), UInt8(ascii: "U"):
                let count = letter == UInt8(ascii: "u") ? 4 : 8
                if !all, let (value, length) = digits(count, radix: 16), let scalar = Unicode.Scalar(value) {
                    text += Array(String(Character(scalar)).utf8)
                    index += 2 + length
                } else {
                    text.append(bytes[index])
                    index += 1
                }
            case UInt8(ascii: "x") where all:
                if let (value, length) = digits(2, radix: 16) {
                    text.append(UInt8(value))
                    index += 2 + length
                } else {
                    text.append(bytes[index])
                    index += 1
                }
            case UInt8(ascii: "0")...UInt8(ascii: "7") where all:
                var value: UInt32 = 0
                index += 1
                for _ in 0..<3 where index < bytes.count && (0x30...0x37).contains(bytes[index]) {
                    value = value << 3 | UInt32(bytes[index] - 0x30)
                    index += 1
                }
                text.append(UInt8(truncatingIfNeeded: value))
            default:
                let plain: [UInt8: UInt8] = [
                    0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09, 0x61: 0x07, 0x62: 0x08, 0x66: 0x0C, 0x76: 0x0B, 0x27: 0x27,
                    0x22: 0x22, 0x5C: 0x5C,
                ]
                if all, let byte = plain[letter] {
                    text.append(byte)
                    index += 2
                } else {
                    text.append(bytes[index])
                    index += 1
                }
            }
        }
        return text
    }
}

// MARK: - Outline

extension Pickle {
    /// Globals, strings and opcodes as items below one for the pickle.
    /// - Parameter end: what `read()` returned.
    func describe(_ end: Stop?, into outline: inout Outline, depth: Int, label: Label? = nil) {
        var remark = "protocol \(version), \(opcodes) opcodes, memo \(memoSize), calls \(calls)"
        if label != nil {
            switch end {
            case .cutOff?: remark += ", cut off"
            case .malformed(let what, let at)?: remark += "; at byte \(at): \(what)"
            case nil: break
            }
        }
        outline.add(depth, label, .map(count: 3), remark)
        outline.add(depth + 1, .word("globals"), .list(count: globals.count))
        for (index, global) in globals.enumerated() {
            let remark = global.canExecute ? "can execute code" : nil
            if let remark { outline.warn(global.name + " " + remark) }
            outline.add(depth + 2, .index(index), .literal(global.name), remark)
        }
        outline.add(depth + 1, .word("strings"), .list(count: strings.count))
        for (index, text) in strings.enumerated() { outline.add(depth + 2, .index(index), .text(text)) }
        outline.add(depth + 1, .word("opcodes"), .list(count: opcodes))
        for (at, name, value) in code { outline.add(depth + 2, .opcode(at: at, name), value) }
    }
}
