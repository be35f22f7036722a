import RunDirectory
import ZeroMQ

/// Kind `source`: sends messages of a size at a rate, or as fast as they are taken. It waits in zmq_send when its
/// queues are full.
struct SourceNode: NodeProgram {
    private let port: Port
    private var load: Load
    private let size: Spread
    private let payload: Payload
    private var generator: SeededGenerator
    /// A DEALER or PAIR may be sent something, which is read and left alone.
    private let mayReceive: Bool

    /// Messages between two looks at the clock and at what came in.
    private static let burst = 256

    init(_ node: ResolvedNode) throws {
        var behavior = Behavior(kind: "source", values: node.behavior)
        let socket = try DeclaredSockets(kind: "source", sockets: node.sockets).only(["PUSH", "PUB", "DEALER", "PAIR"])
        load = try Load(&behavior, rate: 100, orMax: true)
        size = try behavior.wholeSpread("size", minimum: 0, default: Spread(100))
        guard size.to <= 1_073_741_824 else { throw NodeError("behavior 'size' of kind source must be at most 1GiB") }
        generator = SeededGenerator(seed: try behavior.seed(), name: node.name)
        try behavior.finish()
        payload = Payload(largest: Int(size.to), smallest: Int(size.from))
        mayReceive = socket.type == "DEALER" || socket.type == "PAIR"
        port = try Port(socket, context: Context())
        try port.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            if mayReceive { while try port.receive() != nil {} }
            if Signals.isQuiet {
                try wait(until: nil)
                if !Signals.isQuiet { load.resume(now: Clock.now) }
                continue
            }
            let now = Clock.now
            guard let due = load.due(now: now) else {
                try wait(until: nil)
                continue
            }
            if due > now {
                try wait(until: due)
            } else if load.isPaced {
                if try port.sendWaiting(payload.bytes, count: nextSize()) {
                    payload.advance()
                    load.advance(&generator)
                }
            } else {
                try sendBurst()
            }
        }
    }

    private mutating func nextSize() -> Int {
        size.from == size.to ? payload.capacity : size.pickWhole(&generator)
    }

    /// The fast path.
    private mutating func sendBurst() throws {
        var sent = 0
        let most = min(SourceNode.burst, load.left)
        let (port, payload) = (port, payload)
        while sent < most, Signals.allClear, try port.sendWaiting(payload.bytes, count: nextSize()) {
            payload.advance()
            sent += 1
        }
        load.made(sent)
    }

    private func wait(until deadline: Seconds?) throws {
        if mayReceive {
            try Port.wait([(port, .input)], until: deadline)
        } else {
            Clock.sleep(until: deadline ?? .infinity)
        }
    }
}
