import Glibc
import RunDirectory
import ZeroMQ

/// Kind `scheduler`: gives clients' requests to engines, and their tokens back.
struct SchedulerNode: NodeProgram {
    private var scheduler: Scheduler
    private let frontend: Port
    private let backend: Port
    private var answers: Outbox
    private var gauges = Gauges()

    /// Messages read from one socket before the other one has its turn.
    private static let burst = 256

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let declared = DeclaredSockets(node)
        let (front, back) = try declared.frontendAndBackend()
        var settings = Scheduler.Settings()
        settings.policy = try behavior.choice("policy", default: settings.policy)
        settings.queueLimit = try behavior.whole("queue_limit", minimum: 0, default: settings.queueLimit)
        settings.heartbeat = try behavior.seconds("heartbeat", default: settings.heartbeat)
        settings.anonymousEngines = back.type == "DEALER"
        // Another thread may play a scheduler too.
        settings.idPrefix = (node.process == nil ? "" : node.name + "-") + "\(getpid())-"
        // Every kind takes a seed; here nothing is left to chance.
        _ = try behavior.generator()
        try behavior.finish()
        scheduler = Scheduler(settings)
        frontend = try Port(front, context: context, mandatory: true)
        backend = try Port(back, context: context, mandatory: true)
        answers = Outbox(frontend)
        try frontend.open()
        try backend.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            let isAllRead = try readAll()
            var now = Clock.now
            if isAllRead { scheduler.tick(now: now) }
            for client in try answers.flush(now: now) { scheduler.clientUnreachable(client, now: now) }
            try perform(now: now)
            now = Clock.now
            gauges.touch(now: now)
            gauges.publish(now: now) {
                let figures: [(String, Int)] = [
                    ("queue", scheduler.queued), ("running", scheduler.running), ("completed", scheduler.completed),
                    ("errors", scheduler.errors), ("moved", scheduler.moved),
                ]
                let engines: [(String, Double?)] =
                    backend.isRouter ? [("engines", Double(scheduler.engineCount))] : []
                return (figures.map { ($0, Double($1)) } + engines, false)
            }
            guard isAllRead else { continue }
            let deadline = [scheduler.nextTick, answers.retryAt, gauges.due].compactMap { $0 }.min()
            let wanted: PollEvents = scheduler.waitsForBackend ? [.input, .output] : .input
            let ready = try Port.wait([(frontend, .input), (backend, wanted)], until: deadline)
            if ready[1].contains(.output) { scheduler.backendIsWritable(now: Clock.now) }
        }
    }

    /// False when there may be more.
    private mutating func readAll() throws -> Bool {
        let now = Clock.now
        var left = SchedulerNode.burst
        while left > 0, let frames = try backend.receive() {
            scheduler.engineSent(frames, engine: backend.isRouter ? frames.first : nil, now: now)
            left -= 1
        }
        try perform(now: now)
        let backendIsRead = left > 0
        left = SchedulerNode.burst
        while left > 0, let frames = try frontend.receive() {
            scheduler.clientSent(frames, now: now)
            left -= 1
        }
        try perform(now: now)
        return backendIsRead && left > 0
    }

    /// Sends what the scheduler wants sent, and tells it what did not go out, until it wants nothing more.
    private mutating func perform(now: Seconds) throws {
        while true {
            let effects = scheduler.takeEffects()
            if effects.isEmpty { return }
            for effect in effects {
                switch effect {
                case .client(let envelope, let message):
                    let outcome = try answers.send(envelope + [message.payload], now: now)
                    if outcome != .accepted { scheduler.clientUnreachable(envelope[0], now: now) }
                case .engine(let engine, let message, let number):
                    switch try backend.send([engine, message.payload]) {
                    case .sent: break
                    case .unreachable: scheduler.engineUnreachable(engine, now: now)
                    case .full:
                        if let number { scheduler.engineFull(engine, number: number, now: now) }
                    }
                case .anyEngine(let message, let number):
                    // A REP needs the delimiter, and the others take it.
                    if try backend.send([[], message.payload]) != .sent { scheduler.backendFull(number: number) }
                }
            }
        }
    }
}
