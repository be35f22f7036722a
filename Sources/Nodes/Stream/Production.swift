/// A node's numbered and signed messages: each is made when it is due, and kept until a socket has taken it.
struct Production {
    enum Next {
        /// To be sent; `taken` when it was.
        case message([UInt8])
        /// The next one is due then.
        case at(Seconds)
        case over
    }

    private var load: Load
    private let size: Spread
    private let payload: Payload
    private var generator: SeededGenerator
    private var held: [UInt8]?

    /// Reads what a load reads, `size` and `seed`; the time begins now.
    init(_ behavior: inout Behavior, rate: Double, orMax: Bool, sender: String) throws {
        load = try Load(&behavior, rate: rate, orMax: orMax)
        size = try behavior.size()
        generator = try behavior.generator()
        payload = Payload(size, sender: sender)
    }

    /// One is made and not taken.
    var isHeld: Bool { held != nil }

    /// A second; nil for as fast as they are taken.
    var rate: Double? { load.rate }

    /// As of `Load`.
    mutating func note(quiet: Bool, now: Seconds) { load.note(quiet: quiet, now: now) }

    /// As of `Load`.
    mutating func resume(now: Seconds) { load.resume(now: now) }

    mutating func next(now: Seconds) -> Next {
        if let held { return .message(held) }
        guard let due = load.due(now: now) else { return .over }
        guard due <= now else { return .at(due) }
        let message = payload.message(count: payload.nextSize(size, &generator))
        held = message
        return .message(message)
    }

    mutating func taken() {
        held = nil
        payload.advance()
        load.advance(&generator)
    }
}
