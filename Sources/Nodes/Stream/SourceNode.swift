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
    /// With `zero_copy`: each message has memory of its own, and libzmq sends that. Else zmq_send copies.
    private let buffers: Buffers?
    /// A DEALER or PAIR may be sent something, which is read and left alone.
    private let mayReceive: Bool

    /// Messages between two looks at the clock and at what came in.
    private static let burst = 256

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["PUSH", "PUB", "DEALER", "PAIR"])
        load = try Load(&behavior, rate: 100, orMax: true)
        size = try behavior.size()
        generator = try behavior.generator()
        let isZeroCopy = try behavior.flag("zero_copy", default: false)
        try behavior.finish()
        payload = Payload(size)
        buffers = isZeroCopy ? Buffers(of: payload) : nil
        mayReceive = socket.type == "DEALER" || socket.type == "PAIR"
        port = try Port(socket, context: context)
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
                if try sendOne() {
                    payload.advance()
                    load.advance(&generator)
                }
            } else {
                try sendBurst()
            }
        }
    }

    private mutating func sendOne() throws -> Bool {
        let count = payload.nextSize(size, &generator)
        guard let buffers else { return try port.sendWaiting(payload.bytes, count: count) }
        return try port.sendWaiting(buffers.message(count: count), more: false)
    }

    private mutating func sendBurst() throws {
        var sent = 0
        let most = min(SourceNode.burst, load.left)
        if buffers != nil {
            while sent < most, Signals.allClear, try sendOne() {
                payload.advance()
                sent += 1
            }
            return load.made(sent)
        }
        // The fast path.
        let (port, payload) = (port, payload)
        while sent < most, Signals.allClear,
            try port.sendWaiting(payload.bytes, count: payload.nextSize(size, &generator))
        {
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
