import RunDirectory
import ZeroMQ

/// Kind `sink`: receives, and takes its time.
struct SinkNode: NodeProgram {
    private let port: Port
    private let serviceTime: Spread
    private var generator: SeededGenerator

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["PULL", "SUB", "DEALER", "PAIR"])
        serviceTime = try behavior.spread("service_time", minimum: 0, default: Spread(0))
        generator = try behavior.generator()
        try behavior.finish()
        port = try Port(socket, context: context)
        try port.open()
    }

    mutating func run() throws {
        let frame = ZeroMQ.Message()
        while !Signals.mustStop {
            guard try port.receiveWaiting(into: frame), !serviceTime.isZero, !frame.hasMore else { continue }
            Clock.sleepThrough(until: Clock.now + serviceTime.pick(&generator))
        }
    }
}
