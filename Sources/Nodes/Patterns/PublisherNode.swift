import RunDirectory
import ZeroMQ

/// Kind `publisher`: sends each of its topics at a rate of its own, in two frames: topic and numbered payload. Each topic
/// has its own numbers, from 0, so that a subscriber sees what is missing.
struct PublisherNode: NodeProgram {
    private struct Topic {
        let name: [UInt8]
        var load: Load
        let size: Spread
        let payload: Payload
    }

    private let port: Port
    private var topics: [Topic]
    /// Messages in all, of all topics; nil for no limit.
    private let count: Int?
    private var made = 0
    private var generator: SeededGenerator
    /// What an XPUB has been asked for: of each topic it is told the first subscription and the last that goes.
    private var subscriptions: Set<[UInt8]> = []
    private var gauges = Gauges()

    /// Messages between two looks at the clock and at what came in.
    private static let burst = 256

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["PUB", "XPUB"])
        let arrival: Arrival = try behavior.choice("arrival", default: .constant)
        count = try behavior.whole("count", minimum: 1)
        let duration = try behavior.seconds("for")
        generator = try behavior.generator()
        let now = Clock.now
        topics = try behavior.named("topics", default: ["news": [:]]).map { name, values in
            var topic = behavior.inner(values)
            let rate = try topic.rate(default: 5, orMax: true)
            let size = try topic.size()
            try topic.finish()
            return Topic(
                name: Array(name.utf8),
                load: Load(arrival: arrival, rate: rate, count: nil, duration: duration, now: now), size: size,
                payload: Payload(size, sender: node.name))
        }
        try behavior.finish()
        port = try Port(socket, context: context)
        try port.open()
    }

    private var isXPUB: Bool { port.declared.type == "XPUB" }
    /// Then it is told each one that goes, and not whether others are left.
    private var isVerboser: Bool { port.declared.options.contains { $0.name == "xpub_verboser" } }

    mutating func run() throws {
        while !Signals.mustStop {
            let now = Clock.now
            if isXPUB {
                while let frames = try port.receive() { subscribed(frames[0]) }
                gauges.touch(now: now)
                let known = isVerboser ? nil : Double(subscriptions.count)
                gauges.publish(now: now) { ([("subscriptions", known)], false) }
            }
            let isQuiet = Signals.isQuiet
            for index in topics.indices { topics[index].load.note(quiet: isQuiet, now: now) }
            var next: Seconds?
            if !isQuiet {
                for index in topics.indices { next = [next, try send(index, now: now)].compactMap { $0 }.min() }
                if let next, next <= now { continue }
            }
            if isXPUB {
                try Port.wait([(port, .input)], until: [next, gauges.due].compactMap { $0 }.min())
            } else {
                Clock.sleep(until: next ?? .infinity)
            }
        }
    }

    /// A subscription, or one that goes: 1 or 0, then the topic. Other messages from an XSUB are nothing to us.
    private mutating func subscribed(_ message: [UInt8]) {
        switch message.first {
        case 1: subscriptions.insert(Array(message.dropFirst()))
        case 0: subscriptions.remove(Array(message.dropFirst()))
        default: break
        }
    }

    /// Sends what is due of a topic; gives the time of its next message, or nil when it has come to its end.
    private mutating func send(_ index: Int, now: Seconds) throws -> Seconds? {
        for _ in 0..<PublisherNode.burst {
            if let count, made >= count { return nil }
            guard let due = topics[index].load.due(now: now) else { return nil }
            guard due <= now, Signals.allClear else { return due }
            let topic = topics[index]
            let size = topic.payload.nextSize(topic.size, &generator)
            // False: a full XPUB that drops nothing, and a signal came.
            guard try port.sendWaiting(topic.name, topic.payload.bytes, count: size) else { return now }
            topic.payload.advance()
            topics[index].load.advance(&generator)
            made += 1
        }
        return now
    }
}
