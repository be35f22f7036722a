import RunDirectory
import ZeroMQ

/// Kind `replier`: answers each request with the same bytes, after its service time. A ROUTER has several in work at a
/// time, so that a quick one overtakes a slow one; a REP has one.
struct ReplierNode: NodeProgram {
    private struct Work {
        let doneAt: Seconds
        /// A ROUTER's with the envelope, which leads back.
        let frames: [[UInt8]]
    }

    private let port: Port
    private let serviceTime: Spread
    private let parallel: Int
    private var generator: SeededGenerator
    /// In the order in which they will be done.
    private var work: [Work] = []
    private var answers: Outbox
    /// Requests whose time is over: their replies have been sent, are kept, or were given up.
    private var done = 0
    private var gauges = Gauges()

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["REP", "ROUTER"])
        serviceTime = try behavior.spread("service_time", minimum: 0, default: Spread(0.001, 0.005))
        let isREP = socket.type == "REP"
        parallel = try behavior.whole("parallel", minimum: 1, default: isREP ? 1 : 4)
        guard !isREP || parallel == 1 else {
            throw NodeError("behavior 'parallel' of a replier with a REP is 1, not \(parallel); a ROUTER can have more")
        }
        generator = try behavior.generator()
        try behavior.finish()
        port = try Port(socket, context: context, mandatory: true)
        answers = Outbox(port)
        try port.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            _ = try answers.flush(now: Clock.now)
            var left = 256
            while left > 0, work.count < parallel, let frames = try port.receive() {
                let doneAt = Clock.now + serviceTime.pick(&generator)
                work.insert(
                    Work(doneAt: doneAt, frames: frames), at: work.firstIndex { $0.doneAt > doneAt } ?? work.count)
                left -= 1
                try answer(now: Clock.now)
            }
            let now = Clock.now
            try answer(now: now)
            gauges.touch(now: now)
            gauges.publish(now: now) {
                let replies = done - answers.count - answers.dropped
                var figures: [(String, Double?)] = [("in_work", Double(work.count)), ("replies", Double(replies))]
                if port.isRouter { figures.append(("undeliverable", Double(answers.dropped))) }
                return (figures, false)
            }
            guard left > 0 else { continue }
            let deadline = [work.first?.doneAt, answers.retryAt, gauges.due].compactMap { $0 }.min()
            try Port.wait(work.count < parallel ? [(port, .input)] : [], until: deadline)
        }
    }

    private mutating func answer(now: Seconds) throws {
        while let first = work.first, first.doneAt <= now {
            work.removeFirst()
            done += 1
            _ = try answers.send(first.frames, now: now)
        }
    }
}
