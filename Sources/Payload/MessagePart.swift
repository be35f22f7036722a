/// A frame of a message, what it is for, and what is in it.
public struct MessagePart: Equatable, Sendable {
    /// The frame.
    public let frame: Frame
    /// What it is for.
    public let part: Part
    /// What is in it.
    public let reading: Reading

    /// The parts of a message, as the program at the socket sees them.
    ///
    /// - Parameters:
    ///   - frames: the first frames of the message.
    ///   - count: how many it has in all.
    ///   - socketType: `ROUTER`
    ///   - way: of the message.
    ///   - format: of payloads; nil guesses each. What the envelope says of itself needs none.
    ///   - system: whose private meanings to use.
    public static func parts(
        _ frames: [Frame], count: Int, socketType: String, way: Way, format: Format? = nil, system: System = .unknown
    ) -> [MessagePart] {
        zip(frames, Envelope.parts(frames, count: count, socketType: socketType, way: way, system: system)).map {
            frame, part in
            let reading =
                switch part.role {
                case .payload, .buffer, .content:
                    Reading(frame, as: frame.size == 0 ? nil : format, system: system)
                case .sequence: Reading(frame, as: .integer, system: system)
                case .type: Reading(frame, as: .hex, system: system)
                default: Reading(frame, system: system)
                }
            return MessagePart(frame: frame, part: part, reading: reading)
        }
    }

    /// Whom it is for, not what it says: an identity, or the delimiter behind it.
    public var isRouting: Bool { part.role == .identity || part.role == .delimiter }

    /// What the frame says, on one line of at most so many columns, without control characters.
    public func summary(columns: Int = 120) -> String {
        switch part.role {
        case .identity: Visible.clip(Identity.text(frame), columns: columns)
        case .delimiter: ""
        case .subscribe, .unsubscribe:
            Reading(Frame(Array(frame.bytes.dropFirst()), size: frame.size - 1)).summary(columns: columns)
        default: reading.summary(columns: columns)
        }
    }
}
