import Payload
package import Telemetry

/// Messages as they passed, oldest first. Bounded: of more than `capacity` the oldest are forgotten, and counted.
package struct MessageLog: Equatable, Sendable {
    /// One message, with what a filter looks at.
    struct Entry: Equatable, Sendable {
        /// Ordinal since the dashboard began; never reused.
        var id: Int
        var message: SampledMessage
        /// Its text and its names, in lower case.
        var words: [String]

        /// The frames, named as the socket sees them.
        var parts: [MessagePart] {
            MessagePart.parts(
                message.frames.map { Payload.Frame($0.bytes, size: $0.size) }, count: message.frameCount,
                socketType: message.type, way: message.direction == .sent ? .sent : .received)
        }
    }

    /// Messages kept.
    static let capacity = 1000
    /// Characters of a message's text that a filter looks at.
    private static let searchable = 400

    private(set) var entries: [Entry] = []
    /// Kept no longer.
    private(set) var forgotten = 0
    /// Overwritten in the tap before they could be read.
    package private(set) var overwritten = 0
    private var made = 0

    package init() {}

    package mutating func append(_ messages: [SampledMessage], overwritten: Int) {
        self.overwritten = overwritten
        // Of a great many at once only the last can stay.
        let new = messages.suffix(Self.capacity)
        forgotten += messages.count - new.count
        made += messages.count - new.count
        for message in new {
            let bytes = message.frames.flatMap { $0.bytes.prefix(Self.searchable) }.prefix(Self.searchable)
            entries.append(
                Entry(
                    id: made, message: message,
                    words: [
                        message.socket.lowercased(), message.type.lowercased(), message.direction.rawValue,
                        message.peer?.lowercased() ?? "", message.link?.lowercased() ?? "",
                        String(decoding: bytes, as: UTF8.self).lowercased(),
                    ]))
            made += 1
        }
        // In larger steps, so that not every message moves all the others.
        guard entries.count > Self.capacity + Self.capacity / 4 else { return }
        forgotten += entries.count - Self.capacity
        entries.removeFirst(entries.count - Self.capacity)
    }

    /// The entry with this id, while it is kept.
    func entry(_ id: Int) -> Entry? {
        guard let first = entries.first?.id, id >= first, id - first < entries.count else { return nil }
        return entries[id - first]
    }
}

/// How many messages the tap is asked to copy.
public enum SamplingLevel: Equatable, Sendable, CaseIterable {
    /// At most ten a second of each socket and direction.
    case some
    /// As many as the ring can hold.
    case every
    /// None.
    case off

    /// Least seconds between two messages of a socket and direction; nil: none is copied.
    public var interval: Double? {
        switch self {
        case .some: 0.1
        case .every: 0
        case .off: nil
        }
    }

    var title: String {
        switch self {
        case .some: "10/s of each socket"
        case .every: "every message"
        case .off: "off"
        }
    }
}
