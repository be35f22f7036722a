/// A message with variables in it: `{n}` is which message it is, from 1; `{uuid}` a random one (RFC 9562, version 4);
/// `{now}` the seconds since 1970, with microseconds. Anything else between braces stays as it is.
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
    }

    /// Whether there is nothing to be filled in.
    public var isPlain: Bool {
        frames.allSatisfy { $0.allSatisfy { if case .bytes = $0 { true } else { false } } }
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
            let variable =
                frame[index] == UInt8(ascii: "{")
                ? Variable.allCases.first { frame[index...].starts(with: "{\($0.rawValue)}".utf8) } : nil
            guard let variable else {
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
