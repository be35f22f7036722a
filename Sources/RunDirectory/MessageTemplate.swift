/// A message with variables in it: `{n}` is which message it is, from 1; `{uuid}` a random one (RFC 9562, version 4);
/// `{now}` the seconds since 1970, with microseconds. `{{n}}` is a plain `{n}`, and so for
/// the others. Anything else between braces stays as it is.
public struct MessageTemplate: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case variable(Variable)
    }

    private enum Variable: String, CaseIterable, Sendable {
        case n, uuid, now
    }

    private let frames: [[Piece]]

    /// Looks for variables in the frames.
    public init(_ frames: [[UInt8]]) {
        self.frames = frames.map(Self.pieces)
        isPlain = zip(self.frames, frames).allSatisfy { pieces, frame in
            if pieces.count == 1, case .bytes(let bytes) = pieces[0] { bytes == frame } else { false }
        }
    }

    /// Whether the frames are sent as they are: nothing in them is filled in or written twice.
    public private(set) var isPlain = true

    /// The bytes as a template that gives them back.
    public static func literal(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let variable = variable(at: index, of: bytes) {
                result += Array("{{\(variable.rawValue)}}".utf8)
                index += variable.rawValue.utf8.count + 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func variable(at index: Int, of bytes: [UInt8]) -> Variable? {
        guard bytes[index] == UInt8(ascii: "{") else { return nil }
        return Variable.allCases.first { bytes[index...].starts(with: "{\($0.rawValue)}".utf8) }
    }

    /// The frames of one message. Takes time in proportion to their bytes.
    ///
    /// - Parameters:
    ///   - ordinal: for `{n}`.
    ///   - now: seconds since 1970.
    ///   - random: 16 bytes for each `{uuid}`.
    public func frames(ordinal: Int, now: Double, random: () -> [UInt8]) -> [[UInt8]] {
        frames.map { pieces in
            pieces.flatMap { piece -> [UInt8] in
                switch piece {
                case .bytes(let bytes): bytes
                case .variable(.n): Array(String(ordinal).utf8)
                case .variable(.uuid): Array(Self.uuid(random()).utf8)
                case .variable(.now): Array(Self.seconds(now).utf8)
                }
            }
        }
    }

    private static func pieces(_ frame: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        var index = 0
        while index < frame.count {
            // Written twice, it means itself.
            if index + 1 < frame.count, frame[index] == UInt8(ascii: "{"),
                let variable = variable(at: index + 1, of: frame)
            {
                let end = index + variable.rawValue.utf8.count + 3
                if end < frame.count, frame[end] == UInt8(ascii: "}") {
                    pieces.append(.bytes(Array(frame[start..<index] + frame[(index + 1)..<end])))
                    index = end + 1
                    start = index
                    continue
                }
            }
            guard let variable = variable(at: index, of: frame) else {
                index += 1
                continue
            }
            if start < index { pieces.append(.bytes(Array(frame[start..<index]))) }
            pieces.append(.variable(variable))
            index += variable.rawValue.utf8.count + 2
            start = index
        }
        if start < frame.count || pieces.isEmpty { pieces.append(.bytes(Array(frame[start...]))) }
        return pieces
    }

    private static func uuid(_ random: [UInt8]) -> String {
        var bytes = Array((random + [UInt8](repeating: 0, count: 16)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append("-") }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    private static func seconds(_ now: Double) -> String {
        let microseconds = Int((max(0, min(now, 1e12)) * 1e6).rounded(.down))
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
