/// Reads Protobuf's wire format, which names neither types nor fields: field numbers and wire types are facts, what a
/// length-delimited field holds is a guess (https://protobuf.dev/programming-guides/encoding/).
struct Protobuf {
    private var cursor: Cursor
    private(set) var outline: Outline
    let depth: Int

    init(_ cursor: Cursor, _ outline: Outline, depth: Int = 0) {
        self.cursor = cursor
        self.outline = outline
        self.depth = depth
    }

    var position: Int { cursor.position }

    /// What there is in front, without what it means.
    struct Survey {
        var fields = 0
        var delimited = 0
        var highestField = 0
        var stop: Stop?
    }

    private enum Field {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt64)
        case delimited(Cursor.Part)
        case groupStart
        case groupEnd
    }

    /// Goes once through the fields of one level.
    static func survey(_ cursor: Cursor) -> Survey {
        var cursor = cursor
        var survey = Survey()
        var groups: [Int] = []
        do throws(Stop) {
            while cursor.left > 0 {
                let (number, field) = try next(&cursor)
                survey.fields += 1
                survey.highestField = max(survey.highestField, number)
                switch field {
                case .delimited(let part):
                    survey.delimited += 1
                    if part.isCutOff { throw .cutOff }
                case .groupStart: groups.append(number)
                case .groupEnd:
                    guard groups.popLast() == number else {
                        throw .malformed("ends a group that was not begun", at: cursor.position)
                    }
                default: break
                }
            }
            if !groups.isEmpty { throw .malformed("a group has no end", at: cursor.position) }
        } catch {
            survey.stop = error
        }
        return survey
    }

    private static func next(_ cursor: inout Cursor) throws(Stop) -> (Int, Field) {
        let at = cursor.position
        let tag = try varint(&cursor)
        let number = tag >> 3
        guard (1...536_870_911).contains(number) else { throw .malformed("no field has this number", at: at) }
        switch tag & 7 {
        case 0: return (Int(number), .varint(try varint(&cursor)))
        case 1: return (Int(number), .fixed64(try cursor.littleEndian(8)))
        case 2: return (Int(number), .delimited(try cursor.take(try varint(&cursor))))
        case 3: return (Int(number), .groupStart)
        case 4: return (Int(number), .groupEnd)
        case 5: return (Int(number), .fixed32(try cursor.littleEndian(4)))
        default: throw .malformed("no wire type \(tag & 7)", at: at)
        }
    }

    private static func varint(_ cursor: inout Cursor) throws(Stop) -> UInt64 {
        let at = cursor.position
        var value: UInt64 = 0
        for index in 0..<10 {
            let byte = try cursor.byte()
            if index == 9, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << UInt64(index * 7)
            if byte & 0x80 == 0 { return value }
        }
        throw .malformed("a number of more than 64 bits", at: at)
    }

    /// Reads all fields in front. Goes into a field that could be a message, so it calls itself, no deeper than the
    /// outline's limit.
    mutating func read() throws(Stop) {
        var groups: [Int] = []
        while cursor.left > 0 {
            let depth = depth + groups.count
            let at = cursor.position
            let (number, field) = try Self.next(&cursor)
            let label = Label.field(number)
            switch field {
            case .varint(let value): outline.add(depth, label, .unsigned(value), Self.remark(varint: value))
            case .fixed64(let value):
                outline.add(depth, label, .unsigned(value), "fixed64; double \(Double(bitPattern: value))")
            case .fixed32(let value):
                outline.add(
                    depth, label, .unsigned(value),
                    "fixed32; float \(Float(bitPattern: UInt32(truncatingIfNeeded: value)))"
                )
            case .delimited(let part):
                try delimited(part, label, depth)
                if part.isCutOff { throw .cutOff }
            case .groupStart:
                outline.add(depth, label, .map(count: nil), "group")
                groups.append(number)
            case .groupEnd:
                guard groups.popLast() == number else { throw .malformed("ends a group that was not begun", at: at) }
            }
        }
        if !groups.isEmpty { throw .malformed("a group has no end", at: cursor.position) }
    }

    private mutating func delimited(_ part: Cursor.Part, _ label: Label, _ depth: Int) throws(Stop) {
        let bytes = cursor.bytes[part.kept]
        let cut = part.remark.map { ", " + $0 } ?? ""
        if bytes.isEmpty {
            outline.add(depth, label, .bytes([]), part.remark)
            return
        }
        let text = TextSurvey(cursor.bytes, part.kept, isCutOff: part.isCutOff)
        if text.invalid == 0, text.printable == text.total {
            outline.add(depth, label, .text(Array(bytes)), "text, a guess" + cut)
            return
        }
        let inner = Cursor(cursor, part: part)
        let survey = Self.survey(inner)
        let fits = survey.stop == nil || (part.isCutOff && survey.stop == .cutOff && survey.fields > 0)
        if fits, depth + 1 < outline.limits.depth {
            outline.add(depth, label, .map(count: survey.stop == nil ? survey.fields : nil), "message, a guess" + cut)
            var reader = Protobuf(inner, outline, depth: depth + 1)
            // One owner at a time, or each would copy all items.
            outline = Outline(limits: outline.limits)
            defer { outline = reader.outline }
            do throws(Stop) { try reader.read() } catch { if error != .cutOff { throw error } }
        } else {
            outline.add(depth, label, .bytes(Array(bytes)), fits ? "deeper levels are not shown" : part.remark)
        }
    }

    /// What else the number could stand for.
    private static func remark(varint value: UInt64) -> String {
        if value > UInt64(Int64.max) { return "varint; int64 \(Int64(bitPattern: value))" }
        return "varint"
    }
}
