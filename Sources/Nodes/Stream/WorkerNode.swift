import RunDirectory
import ZeroMQ

/// Kind `worker`: takes a message from its PULL, works on it, and passes it on through its PUSH, unchanged.
struct WorkerNode: NodeProgram {
    private let input: Port
    private let output: Port
    private let serviceTime: Spread
    private var generator: SeededGenerator

    init(_ node: ResolvedNode) throws {
        var behavior = Behavior(kind: "worker", values: node.behavior)
        let (pull, push) = try DeclaredSockets(kind: "worker", sockets: node.sockets).pair("PULL", "PUSH")
        serviceTime = try behavior.spread("service_time", minimum: 0, default: Spread(0.001))
        generator = SeededGenerator(seed: try behavior.seed(), name: node.name)
        try behavior.finish()
        let context = try Context()
        output = try Port(push, context: context)
        input = try Port(pull, context: context)
        try output.open()
        try input.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            guard let frames = try input.receiveWaiting() else { continue }
            if !serviceTime.isZero { Clock.sleepThrough(until: Clock.now + serviceTime.pick(&generator)) }
            while try !output.sendWaiting(frames) {
                if Signals.mustStop {
                    // It is in nobody's queue: one last try.
                    _ = try output.send(frames)
                    break
                }
            }
        }
    }
}
