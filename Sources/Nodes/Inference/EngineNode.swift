import Glibc
import RunDirectory
import ZeroMQ

/// Kind `engine`: makes tokens, several requests at a time.
struct EngineNode: NodeProgram {
    private let name: String
    private var batch: Batch
    private let port: Port
    private var answers: Outbox
    private var gauges = Gauges()
    private var rate = RateWindow()
    private var errors = 0
    /// A REP has taken a request, and must answer it before it may read on.
    private var owesReply = false
    /// Only a DEALER can speak first.
    private var nextReady: Seconds?
    private var heartbeat: Seconds = 0.5

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["DEALER", "ROUTER", "REP"])
        var settings = Batch.Settings()
        settings.maxBatch = try behavior.whole("max_batch", minimum: 1, default: settings.maxBatch)
        settings.prefill = try behavior.spread("prefill", minimum: 0, default: settings.prefill)
        settings.perToken = try behavior.spread("per_token", minimum: 0, default: settings.perToken)
        settings.tokens = try behavior.wholeSpread("tokens", minimum: 1, default: settings.tokens)
        let generator = try behavior.generator()
        try behavior.finish()
        name = node.name
        batch = Batch(settings, generator: generator)
        port = try Port(socket, context: context, mandatory: true)
        answers = Outbox(port)
        nextReady = socket.type == "DEALER" ? 0 : nil
        try port.open()
    }

    private var isREP: Bool { port.declared.type == "REP" }

    mutating func run() throws {
        while !Signals.mustStop {
            var left = 256
            while left > 0, !owesReply, let frames = try port.receive() {
                try received(frames, now: Clock.now)
                left -= 1
            }
            let now = Clock.now
            for client in try answers.flush(now: now) { batch.forget(identity: client) }
            // A queue that does not drain holds the work up, as it would hold up a thread that sends.
            let isHeldUp = !port.isRouter && answers.longest > Outbox.limit / 2
            if !isHeldUp { try send(batch.advance(now: now), now: now) }
            try sayReady(now: now)
            gauges.touch(now: now)
            gauges.publish(now: now) {
                let tokens = rate.rate(total: batch.tokens, now: now)
                let figures: [(String, Double?)] = [
                    ("running", Double(batch.running)), ("waiting", Double(batch.waiting)),
                    ("batch", Double(batch.settings.maxBatch)), ("completed", Double(batch.completed)),
                    ("errors", Double(errors)), ("tokens_per_second", tokens),
                ]
                return (figures, rate.isMoving)
            }
            guard left > 0 else { continue }
            let stepEnd = isHeldUp ? nil : batch.stepEnd
            let deadline = [stepEnd, answers.retryAt, nextReady, gauges.due].compactMap { $0 }.min()
            try Port.wait(owesReply ? [] : [(port, .input)], until: deadline)
        }
    }

    private mutating func received(_ frames: [[UInt8]], now: Seconds) throws {
        let identities = port.isRouter ? 1 : 0
        let envelope = Enveloped.envelope(frames: frames, identities: identities)
        owesReply = isREP
        do {
            let enveloped = try Enveloped(frames: frames, identities: identities)
            switch try Message(payload: enveloped.payload) {
            case .request(let request):
                let streams = !isREP && request.stream ?? !enveloped.isDelimited
                let refusal = batch.submit(request, envelope: envelope, streams: streams, now: now)
                if let refusal { try fail(refusal, now: now) }
            case .cancel(let id):
                let answers = batch.cancel(id, envelope: envelope)
                try send(answers, now: now)
                if isREP, answers.isEmpty {
                    let text = "nothing is cancelled: a REP answers one request before it reads the next"
                    try fail(.init(envelope: envelope, message: .error(id: id, code: .invalid, text: text)), now: now)
                }
            case .ping(let interval):
                heartbeat = min(max(interval, 0.05), 60)
                nextReady = nextReady.map { min($0, now + heartbeat) }
                try misplaced(envelope, now: now)
            case .token, .done, .error, .ready: try misplaced(envelope, now: now)
            }
        } catch let error as MessageError {
            let message = Message.error(id: error.id, code: .invalid, text: error.text)
            try fail(.init(envelope: envelope, message: message), now: now)
        }
    }

    /// What an engine has no use for. Only a REP must answer: an answer to an answer could go on for ever.
    private mutating func misplaced(_ envelope: [[UInt8]], now: Seconds) throws {
        guard isREP else { return }
        let text = "this is an engine, which takes requests and cancels"
        try fail(.init(envelope: envelope, message: .error(id: nil, code: .misplaced, text: text)), now: now)
    }

    private mutating func fail(_ answer: Batch.Answer, now: Seconds) throws {
        errors += 1
        try send([answer], now: now)
    }

    private mutating func send(_ messages: [Batch.Answer], now: Seconds) throws {
        for answer in messages {
            if try answers.send(answer.envelope + [answer.message.payload], now: now) != .accepted, port.isRouter {
                batch.forget(identity: answer.envelope.first ?? [])
            }
            owesReply = false
        }
    }

    private mutating func sayReady(now: Seconds) throws {
        guard let due = nextReady, due <= now else { return }
        nextReady = now + heartbeat
        let report = EngineReport(
            engine: name, incarnation: "\(getpid())", capacity: 2 * batch.settings.maxBatch,
            running: batch.running, waiting: batch.waiting, requests: batch.ids)
        // Not through the outbox: an old report is worth nothing.
        if answers.retryAt == nil { _ = try port.send([Message.ready(report).payload]) }
    }
}
