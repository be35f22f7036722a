/// What can be done to a running topology's messages and connections without touching a program. Each lasts until it is
/// healed, or the session ends.
public enum Fault: Codable, Hashable, Sendable {
    /// The connection is shut down, and each new one is refused. tcp and ipc.
    case cut
    /// Both ends stay, and nothing arrives any more. tcp.
    case partition
    /// This part of what arrives (more than 0, at most 1) is lost on the way, and sent again by TCP. tcp.
    case loss(Double)
    /// At most so many bytes a second leave. tcp.
    case bandwidth(Double)
    /// Each call that takes a message takes so many seconds longer.
    case slow(Double)
    /// Of the messages that a socket sends, each so many-th (from 1) is taken and thrown away.
    case drop(every: Int)
    /// … is sent twice.
    case duplicate(every: Int)
    /// … is changed in its payload.
    case corrupt(every: Int)

    /// Its name, as one types it.
    public var name: Name {
        switch self {
        case .cut: .cut
        case .partition: .partition
        case .loss: .loss
        case .bandwidth: .bandwidth
        case .slow: .slow
        case .drop: .drop
        case .duplicate: .duplicate
        case .corrupt: .corrupt
        }
    }

    /// The names of all faults.
    public enum Name: String, CaseIterable, Sendable {
        case cut, partition, loss, bandwidth, slow, drop, duplicate, corrupt

        /// What is written after the target, as an example; nil when nothing is.
        public var example: String? {
            switch self {
            case .cut, .partition: nil
            case .loss: "30%"
            case .bandwidth: "64KiB/s"
            case .slow: "10ms"
            case .drop, .duplicate, .corrupt: "3"
            }
        }

        /// What it does, in a few words.
        public var about: String {
            switch self {
            case .cut: "the connection breaks, and new ones are refused"
            case .partition: "nothing arrives any more, and nobody is told"
            case .loss: "so much is lost on the way; TCP sends it again"
            case .bandwidth: "so many bytes a second at most"
            case .slow: "each receive takes so much longer"
            case .drop: "loses every N-th message"
            case .duplicate: "sends every N-th twice"
            case .corrupt: "changes every N-th message"
            }
        }

        /// Whether it befalls links; else what a node or a socket does.
        public var isOfLinks: Bool {
            switch self {
            case .cut, .partition, .loss, .bandwidth: true
            case .slow, .drop, .duplicate, .corrupt: false
            }
        }
    }

    /// Reads a fault from its name and its value, `loss` and `30%`.
    ///
    /// - Throws: what was expected instead of the value.
    public init(_ name: Name, value: String?) throws(WordsError) {
        guard let example = name.example else {
            if let value { throw WordsError("\(name.rawValue) takes no value: “\(value)”") }
            self = name == .cut ? .cut : .partition
            return
        }
        guard let value else {
            throw WordsError("\(name.rawValue) wants a value, as in: \(name.rawValue) … \(example)")
        }
        func expected(_ what: String) -> WordsError {
            WordsError("\(name.rawValue) wants \(what), as \(example), not “\(value)”")
        }
        switch name {
        case .loss:
            let percent = value.hasSuffix("%") ? Units.number(String(value.dropLast()).trimmed).map { $0 / 100 } : nil
            guard let part = percent, part > 0, part <= 1 else { throw expected("a percentage above 0% up to 100%") }
            self = .loss(part)
        case .bandwidth:
            let size = value.hasSuffix("/s") ? Units.size(String(value.dropLast(2))) : nil
            guard let size, size >= 1, size <= Double(UInt32.max) else {
                throw expected("bytes per second, from 1B/s to 4GiB/s")
            }
            self = .bandwidth(size)
        case .slow:
            guard let seconds = Units.duration(value), seconds > 0, seconds <= 60 else {
                throw expected("a time above 0 up to 60s")
            }
            self = .slow(seconds)
        case .drop, .duplicate, .corrupt:
            guard let every = Units.integer(value), every >= 1, every <= Int(UInt32.max) else {
                throw expected("a whole number from 1")
            }
            self =
                name == .drop
                ? .drop(every: every) : name == .duplicate ? .duplicate(every: every) : .corrupt(every: every)
        case .cut, .partition: preconditionFailure("they have no example")
        }
    }
}

extension Fault: CustomStringConvertible {
    /// As a Snapshot and a screen show it: `cut`, `loss 30%`, `slow 10ms`, `drop 3`.
    public var description: String {
        switch self {
        case .cut, .partition: name.rawValue
        case .loss(let part): "loss \(Self.short(part * 100))%"
        case .bandwidth(let bytes):
            bytes >= 1024 ? "bandwidth \(Self.short(bytes / 1024))KiB/s" : "bandwidth \(Self.short(bytes))B/s"
        case .slow(let seconds):
            seconds >= 1 ? "slow \(Self.short(seconds))s" : "slow \(Self.short(seconds * 1000))ms"
        case .drop(let every), .duplicate(let every), .corrupt(let every): "\(name.rawValue) \(every)"
        }
    }

    /// At most three digits after the point, and none that say nothing.
    private static func short(_ number: Double) -> String {
        let rounded = (number * 1000).rounded() / 1000
        return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
    }
}
