import RunDirectory
import ZeroMQ

/// Kind `worker`: takes a message from its PULL, works on it, and passes it on through its PUSH, unchanged.
struct WorkerNode: NodeProgram {
    private let input: Port
    private let output: Port
    private let serviceTime: Spread
    private var generator: SeededGenerator

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let (pull, push) = try DeclaredSockets(node).pair("PULL", "PUSH")
        serviceTime = try behavior.spread("service_time", minimum: 0, default: Spread(0.001))
        generator = try behavior.generator()
        try behavior.finish()
        output = try Port(push, context: context)
        input = try Port(pull, context: context)
        try output.open()
        try input.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            guard let frames = try input.receiveWaiting() else { continue }
            if !serviceTime.isZero { Clock.sleepThrough(until: Clock.now + serviceTime.pick(&generator)) }
            var isSent = false
            while !isSent, !Signals.mustStop { isSent = try output.sendWaiting(frames) }
            // It is in nobody's queue: one last try.
            if !isSent { _ = try output.send(frames) }
        }
    }
}
