import Glibc
import RunDirectory
import ZeroMQ

/// Kind `client`: makes requests, and measures how they are answered.
struct ClientNode: NodeProgram {
    private let declared: ResolvedSocket
    private var port: Port
    private var conversations: Conversations
    private var load: Load
    private var generator: SeededGenerator
    /// Requests in flight at most.
    private let limit: Int
    /// Made, and not taken by the socket yet.
    private var held: Request?
    private var gauges = Gauges()
    private var rate = RateWindow()

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        declared = try DeclaredSockets(node).only(["REQ", "DEALER"])
        load = try Load(&behavior, rate: 5, orMax: false)
        let inFlight = try behavior.whole("in_flight", minimum: 1)
        let isREQ = declared.type == "REQ"
        limit = isREQ ? 1 : inFlight ?? (load.arrival == .closed ? 8 : 64)
        var settings = Conversations.Settings()
        settings.promptTokens = try behavior.wholeSpread("prompt_tokens", minimum: 0, default: settings.promptTokens)
        settings.maxTokens = try behavior.wholeSpread("max_tokens", minimum: 1, default: settings.maxTokens)
        settings.timeout = try behavior.seconds("timeout", default: settings.timeout)
        settings.streams = !isREQ
        generator = try behavior.generator()
        try behavior.finish()
        conversations = Conversations(settings, prefix: "\(node.name).\(getpid())")
        port = try Port(declared, context: context)
        try port.open()
    }

    private var isREQ: Bool { declared.type == "REQ" }

    mutating func run() throws {
        while !Signals.mustStop {
            var left = 256
            while left > 0, let frames = try port.receive() {
                conversations.received(frames.last ?? [], now: Clock.now)
                left -= 1
            }
            let now = Clock.now
            if left > 0 { try expire(now: now) }
            let isQuiet = Signals.isQuiet
            load.note(quiet: isQuiet, now: now)
            let nextRequest = isQuiet ? nil : try send(now: now)
            gauges.touch(now: now)
            gauges.publish(now: now) {
                let tokens = rate.rate(total: conversations.tokens, now: now)
                let figures: [(String, Double?)] = [
                    ("in_flight", Double(conversations.inFlight)), ("completed", Double(conversations.completed)),
                    ("errors", Double(conversations.errors)), ("tokens_per_second", tokens),
                    ("ttft_p50", conversations.firstTokenTimes.median),
                    ("latency_p50", conversations.latencies.median),
                ]
                return (figures, rate.isMoving)
            }
            guard left > 0 else { continue }
            let deadline = [nextRequest, conversations.nextExpiry, gauges.due].compactMap { $0 }.min()
            try Port.wait([(port, held == nil || isQuiet ? .input : [.input, .output])], until: deadline)
        }
    }

    /// Sends what is due; gives the time of the next request, or nil when something else must happen before.
    private mutating func send(now: Seconds) throws -> Seconds? {
        while conversations.inFlight < limit {
            if held == nil {
                guard let due = load.due(now: now) else { return nil }
                guard due <= now else { return due }
                held = conversations.make(&generator)
                load.advance(&generator)
            }
            guard let request = held, try port.send([Message.request(request).payload]) == .sent else { return nil }
            conversations.sent(request, now: now)
            held = nil
        }
        return nil
    }

    private mutating func expire(now: Seconds) throws {
        let expired = conversations.expire(now: now)
        guard !expired.isEmpty else { return }
        if isREQ {
            // A REQ waits for its reply for ever: only a new one can ask again ("lazy pirate" in the guide).
            port.close()
            port = try Port(declared, context: port.socket.context)
            try port.open()
        } else {
            for id in expired { _ = try port.send([Message.cancel(id: id).payload]) }
        }
    }
}
