/// Why a reader cannot go on.
enum Stop: Error, Equatable {
    /// The rest of the frame was not kept.
    case cutOff
    /// The bytes are not of this format: what is wrong, and where.
    case malformed(String, at: Int)
}

/// Walks through the kept bytes of a frame, or a part of them. No length that the data claims is taken for true:
/// each is held against what there is.
struct Cursor {
    let bytes: [UInt8]
    var position: Int
    /// Behind the last byte that was kept.
    let end: Int
    /// Behind the last byte that there was; at least `end`.
    let limit: Int

    init(_ frame: Frame) {
        bytes = frame.bytes
        position = 0
        end = frame.bytes.count
        limit = frame.size
    }

    /// A part of what another one walks through.
    init(_ other: Cursor, part: Part) {
        bytes = other.bytes
        position = part.kept.lowerBound
        end = part.kept.upperBound
        limit = part.kept.lowerBound + part.length
    }

    /// Bytes in front that were claimed, and how many of them were kept.
    struct Part {
        var kept: Range<Int>
        var length: Int
        var isCutOff: Bool { kept.count < length }
    }

    var isAtEnd: Bool { position >= end }
    /// Bytes in front, kept or not.
    var left: Int { limit - position }

    func peek() -> UInt8? { position < end ? bytes[position] : nil }

    /// What is wrong when there is nothing in front.
    func tooShort() -> Stop { end < limit ? .cutOff : .malformed("ends too early", at: end) }

    mutating func byte() throws(Stop) -> UInt8 {
        guard position < end else { throw tooShort() }
        defer { position += 1 }
        return bytes[position]
    }

    /// - Parameter count: 1 to 8.
    mutating func bigEndian(_ count: Int) throws(Stop) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<count { value = value << 8 | UInt64(try byte()) }
        return value
    }

    /// - Parameter count: 1 to 8.
    mutating func littleEndian(_ count: Int) throws(Stop) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(try byte()) << UInt64(index * 8) }
        return value
    }

    /// Steps over so many bytes; over all that were kept when they are fewer.
    /// - Throws: when the frame never had so many.
    mutating func take(_ length: UInt64) throws(Stop) -> Part {
        guard length <= UInt64(left) else {
            throw .malformed("says \(length) bytes where \(left) follow", at: position)
        }
        let start = position
        position = min(end, position + Int(length))
        return Part(kept: start..<position, length: Int(length))
    }

    /// The bytes of a line, without its end.
    mutating func line() throws(Stop) -> Range<Int> {
        let start = position
        while position < end {
            if bytes[position] == 0x0A {
                position += 1
                return start..<(position - 1)
            }
            position += 1
        }
        throw tooShort()
    }
}

extension Cursor.Part {
    /// What to say of it when it was not kept whole.
    var remark: String? { isCutOff ? cutOffRemark(kept.count, of: length) : nil }
}

/// `cut off after 12 of 4096 bytes`
func cutOffRemark(_ kept: Int, of size: Int) -> String { "cut off after \(kept) of \(size) bytes" }
