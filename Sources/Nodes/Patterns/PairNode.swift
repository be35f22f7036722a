import RunDirectory
import ZeroMQ

/// Kind `pair`: sends numbered messages to its only peer, and takes what that sends. It never waits in zmq_send, where
/// two of them could wait for each other.
struct PairNode: NodeProgram {
    private let port: Port
    private var messages: Production

    /// Messages sent, or received, before the other has its turn.
    private static let burst = 256

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["PAIR"])
        messages = try Production(&behavior, rate: 5, orMax: true, sender: node.name)
        try behavior.finish()
        port = try Port(socket, context: context)
        try port.open()
    }

    mutating func run() throws {
        let frame = ZeroMQ.Message()
        while !Signals.mustStop {
            var left = PairNode.burst
            while left > 0, try port.receive(into: frame) { left -= 1 }
            let now = Clock.now
            let isQuiet = Signals.isQuiet
            messages.note(quiet: isQuiet, now: now)
            let next = isQuiet ? nil : try send(now: now)
            guard left > 0 else { continue }
            try Port.wait([(port, messages.isHeld && !isQuiet ? [.input, .output] : .input)], until: next)
        }
    }

    /// Sends what is due; gives the time of the next message, or nil when something else must happen before.
    private mutating func send(now: Seconds) throws -> Seconds? {
        for _ in 0..<PairNode.burst {
            switch messages.next(now: now) {
            case .over: return nil
            case .at(let due): return due
            case .message(let message):
                guard try port.trySend([message]) else { return nil }
                messages.taken()
            }
        }
        return now
    }
}
