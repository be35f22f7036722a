import RunDirectory
import ZeroMQ

/// Kind `subscriber`: receives topics, and takes its time. An XSUB subscribes by sending 1 and the topic, which its port
/// does.
struct SubscriberNode: NodeProgram {
    private let port: Port
    private let serviceTime: Spread
    private var generator: SeededGenerator
    private var arrivals = Arrivals()
    private var gauges = Gauges()

    /// Messages between two looks at the clock.
    private static let burst = 256

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["SUB", "XSUB"])
        serviceTime = try behavior.spread("service_time", minimum: 0, default: Spread(0))
        generator = try behavior.generator()
        try behavior.finish()
        port = try Port(socket, context: context)
        try port.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            var left = SubscriberNode.burst
            while left > 0, !Signals.mustStop, let frames = try port.receive() {
                arrivals.add(frames)
                left -= 1
                if !serviceTime.isZero {
                    Clock.sleepThrough(until: Clock.now + serviceTime.pick(&generator))
                    break
                }
            }
            let now = Clock.now
            gauges.touch(now: now)
            gauges.publish(now: now) {
                let (topics, missed) = (arrivals.topics.map(Double.init), arrivals.missed.map(Double.init))
                return ([("topics", topics), ("missed", missed)], false)
            }
            guard left == SubscriberNode.burst else { continue }
            try Port.wait([(port, .input)], until: gauges.due)
        }
    }
}

/// What a subscriber has received, by topic and publisher, and the gaps in it. No clock and no socket.
struct Arrivals {
    private struct Stream: Hashable {
        let topic: [UInt8]
        let sender: [UInt8]
    }

    /// Topics, and publishers of them, that are told apart. Where there are more, names may well be used once each, and
    /// would fill the memory: nothing is kept then, and nothing known.
    static let limit = 10_000

    /// The highest number of each.
    private var last: [Stream: Int] = [:]
    private var names: Set<[UInt8]> = []
    private var gaps = 0
    private var isTooMuch = false

    /// Different ones that were received; nil: more than `limit`.
    var topics: Int? { isTooMuch ? nil : names.count }

    /// Messages that were never received, though an earlier and a later one of the same publisher's topic were. Nil while
    /// nothing received has a sender and a number, and where there are too many of those. What was sent before the first
    /// one and after the last one is not in it: nobody here can know of that.
    var missed: Int? { isTooMuch || last.isEmpty ? nil : gaps }

    /// A message: topic, payload.
    mutating func add(_ frames: [[UInt8]]) {
        guard !isTooMuch, let topic = frames.first else { return }
        if !names.contains(topic) { names.insert(topic) }
        note(topic, frames)
        guard isTooMuch || names.count > Arrivals.limit || last.count > Arrivals.limit else { return }
        self = Arrivals()
        isTooMuch = true
    }

    private mutating func note(_ topic: [UInt8], _ frames: [[UInt8]]) {
        guard frames.count == 2, let tag = Tag(frames[1]), !tag.sender.isEmpty else { return }
        let stream = Stream(topic: topic, sender: Array(tag.sender))
        // The same once more, or an older one by another way: no gap.
        if let last = last[stream] {
            guard tag.number > last else { return }
            // Numbers that somebody made up may be any.
            (gaps, isTooMuch) = gaps.addingReportingOverflow(tag.number - last - 1)
        }
        last[stream] = tag.number
    }
}
