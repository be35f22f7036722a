/// What a scheduler knows and decides. It has no clock and no socket: what happens comes in through its methods, and
/// what is to be sent comes out of `takeEffects`. What could not be sent comes in again (`engineUnreachable`, …).
struct Scheduler {
    enum Policy: String, CaseIterable {
        case leastLoaded = "least-loaded"
        case roundRobin = "round-robin"
    }

    /// A routing id, as a ROUTER puts it in front of a message.
    typealias Identity = [UInt8]

    enum Effect: Equatable {
        case client(envelope: [[UInt8]], Message)
        /// `number` names the request when the message is one: it can go elsewhere if it does not go out.
        case engine(Identity, Message, number: Int?)
        /// To whichever engine ZeroMQ chooses: the backend is a DEALER.
        case anyEngine(Message, number: Int)
    }

    struct Settings {
        var policy = Policy.leastLoaded
        var queueLimit = 1000
        var heartbeat: Seconds = 0.5
        /// In front of the ids that engines see: an engine that outlives a scheduler still answers its requests, and
        /// must not be mistaken for one that answers the next scheduler's.
        var idPrefix = ""
        /// The backend is a DEALER: no engine is known by name.
        var anonymousEngines = false
    }

    /// Heartbeats of silence after which an engine counts as lost.
    static let patience = 3.0

    private struct Entry {
        let envelope: [[UInt8]]
        let request: Request
        let clientID: String
        let streams: Bool
        /// Index of the next token that the client lacks.
        var next = 0
        /// The tokens so far, when they go out all at once.
        var text = ""
        var attempt = 0
        var engine: Identity?
        var assignedAt: Seconds = 0
    }

    private struct Engine {
        var report: EngineReport
        var lastSeen: Seconds
        var requests: Set<Int> = []
        /// Its queue was full: nothing goes there before this time.
        var fullUntil: Seconds = 0
    }

    private let settings: Settings
    private var entries: [Int: Entry] = [:]
    private var queue: [Int] = []
    private var engines: [Identity: Engine] = [:]
    /// In the order of their first appearance; `turn` is whose turn comes next.
    private var order: [Identity] = []
    private var turn = 0
    private var lastNumber = 0
    private var nextPing: Seconds?
    private var lastTick: Seconds?
    private var backendIsFull = false
    private var effects: [Effect] = []

    private(set) var completed = 0
    /// Refused, not understood, or given up because the client is gone.
    private(set) var errors = 0
    /// Taken from an engine that was lost, and given to another.
    private(set) var moved = 0

    init(_ settings: Settings) {
        self.settings = settings
    }

    var queued: Int { queue.count }
    var running: Int { entries.count - queue.count }
    var engineCount: Int { engines.count }
    /// A DEALER backend refused a request: say `backendIsWritable` when it takes messages again.
    var waitsForBackend: Bool { backendIsFull }

    mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    // MARK: From clients

    /// A message on the frontend, identity first.
    mutating func clientSent(_ frames: [[UInt8]], now: Seconds) {
        let envelope = Enveloped.envelope(frames: frames, identities: 1)
        do {
            let enveloped = try Enveloped(frames: frames, identities: 1)
            switch try Message(payload: enveloped.payload) {
            case .request(let request): accept(request, from: enveloped, now: now)
            case .cancel(let id): cancel(id, client: envelope.first, now: now)
            case .error: errors += 1  // An error about an error could go on for ever.
            case .ready, .ping, .token, .done:
                errors += 1
                let text = "this is the frontend, which takes requests and cancels; engines talk to the backend"
                effects.append(.client(envelope: envelope, .error(id: nil, code: .misplaced, text: text)))
            }
        } catch {
            errors += 1
            effects.append(.client(envelope: envelope, .error(id: error.id, code: .invalid, text: error.text)))
        }
    }

    private mutating func accept(_ request: Request, from enveloped: Enveloped, now: Seconds) {
        lastNumber += 1
        let entry = Entry(
            envelope: enveloped.envelope, request: request, clientID: request.id ?? "request-\(lastNumber)",
            streams: request.stream ?? !enveloped.isDelimited, next: request.first)
        entries[lastNumber] = entry
        enqueue(lastNumber)
        dispatch(now: now)
        if queue.count > settings.queueLimit {
            entries[queue.removeLast()] = nil
            errors += 1
            let text = "\(queue.count) requests are waiting already, which is the queue_limit; try again later"
            effects.append(
                .client(envelope: entry.envelope, .error(id: entry.clientID, code: .overloaded, text: text)))
        }
    }

    private mutating func cancel(_ id: String, client: Identity?, now: Seconds) {
        for (number, entry) in entries where entry.clientID == id && entry.envelope.first == client {
            drop(number)
            effects.append(.client(envelope: entry.envelope, .done(completion(of: entry, .cancelled))))
        }
        dispatch(now: now)
    }

    /// Nobody has this routing id any more: its answers would go nowhere.
    mutating func clientUnreachable(_ client: Identity, now: Seconds) {
        for (number, entry) in entries where entry.envelope.first == client {
            drop(number)
            errors += 1
        }
        dispatch(now: now)
    }

    /// Forgets a request, and tells its engine to stop.
    private mutating func drop(_ number: Int) {
        guard let entry = entries.removeValue(forKey: number) else { return }
        queue.removeAll { $0 == number }
        if let engine = entry.engine {
            engines[engine]?.requests.remove(number)
            effects.append(.engine(engine, .cancel(id: wireID(number, entry.attempt)), number: nil))
        }
    }

    private func completion(of entry: Entry, _ reason: FinishReason) -> Completion {
        Completion(
            id: entry.clientID, reason: reason, promptTokens: entry.request.promptTokens, tokens: entry.next,
            text: entry.streams ? nil : entry.text)
    }

    // MARK: From engines

    /// A message on the backend; `engine` is nil when the backend is a DEALER.
    mutating func engineSent(_ frames: [[UInt8]], engine: Identity?, now: Seconds) {
        if let engine { engines[engine]?.lastSeen = now }
        do {
            let enveloped = try Enveloped(frames: frames, identities: engine == nil ? 0 : 1)
            switch try Message(payload: enveloped.payload) {
            case .ready(let report):
                if let engine { ready(report, engine: engine, now: now) }
            case .token(let id, let index, let text):
                if current(id) != nil {
                    token(id, index, text, now: now)
                } else if let engine {
                    effects.append(.engine(engine, .cancel(id: id), number: nil))
                }
            case .done(let completion): done(completion, now: now)
            case .error(let id, let code, let text):
                guard let (number, entry) = current(id) else { return }
                finish(number)
                errors += 1
                effects.append(
                    .client(envelope: entry.envelope, .error(id: entry.clientID, code: code, text: text)))
                dispatch(now: now)
            case .ping: break
            case .request(let request):
                complain(
                    frames, engine, .misplaced, request.id,
                    "this is the backend, where engines say ready, token and done; requests go to the frontend")
            case .cancel(let id):
                complain(frames, engine, .misplaced, id, "this is the backend; cancels go to the frontend")
            }
        } catch {
            complain(frames, engine, .invalid, error.id, error.text)
        }
    }

    private mutating func complain(
        _ frames: [[UInt8]], _ engine: Identity?, _ code: ErrorCode, _ id: String?, _ text: String
    ) {
        errors += 1
        guard let engine else { return }
        effects.append(.engine(engine, .error(id: id, code: code, text: text), number: nil))
    }

    private mutating func ready(_ report: EngineReport, engine: Identity, now: Seconds) {
        if let known = engines[engine], known.report.incarnation != report.incarnation { lose(engine, now: now) }
        // One engine under another routing id: it reconnected and was given a new one, or it was restarted.
        for (other, known) in engines
        where other != engine && !report.engine.isEmpty && known.report.engine == report.engine {
            if known.report.incarnation == report.incarnation {
                rename(other, to: engine)
            } else {
                lose(other, now: now)
            }
        }
        if engines[engine] == nil {
            engines[engine] = Engine(report: report, lastSeen: now)
            order.append(engine)
            effects.append(.engine(engine, .ping(heartbeat: settings.heartbeat), number: nil))
            if nextPing == nil { nextPing = now + settings.heartbeat }
        }
        engines[engine]?.report = report
        engines[engine]?.lastSeen = now
        if let held = report.requests { findLost(engine, held: Set(held), now: now) }
        dispatch(now: now)
    }

    /// A connection that broke may have swallowed a request, or its end: the engine would know it, and does not.
    private mutating func findLost(_ engine: Identity, held: Set<String>, now: Seconds) {
        for number in engines[engine]?.requests.sorted() ?? [] {
            guard let entry = entries[number], now - entry.assignedAt > 2 * settings.heartbeat else { continue }
            let id = wireID(number, entry.attempt)
            guard !held.contains(id) else { continue }
            effects.append(.engine(engine, .cancel(id: id), number: nil))
            requeue(number)
        }
    }

    private mutating func rename(_ old: Identity, to new: Identity) {
        guard let engine = engines.removeValue(forKey: old) else { return }
        engines[new] = engine
        order = order.map { $0 == old ? new : $0 }
        for number in engine.requests { entries[number]?.engine = new }
    }

    private mutating func token(_ id: String, _ index: Int, _ text: String, now: Seconds) {
        guard let (number, entry) = current(id) else { return }
        if index > entry.next, let engine = entry.engine {
            // Tokens between were lost on the way: they are made again.
            effects.append(.engine(engine, .cancel(id: id), number: nil))
            requeue(number)
            dispatch(now: now)
            return
        }
        guard index == entry.next else { return }
        entries[number]?.next += 1
        if entry.streams {
            effects.append(.client(envelope: entry.envelope, .token(id: entry.clientID, index: index, text: text)))
        } else {
            entries[number]?.text += text
        }
    }

    private mutating func done(_ completion: Completion, now: Seconds) {
        guard let (number, entry) = current(completion.id) else { return }
        finish(number)
        completed += 1
        var answer = self.completion(of: entry, completion.reason)
        // An engine behind a REP gives everything at once, to a client that streams too.
        if let rest = completion.text {
            answer.text = entry.streams ? rest : entry.text + rest
            answer.tokens = max(entry.next, completion.tokens)
        }
        effects.append(.client(envelope: entry.envelope, .done(answer)))
        dispatch(now: now)
    }

    private mutating func finish(_ number: Int) {
        guard let entry = entries.removeValue(forKey: number), let engine = entry.engine else { return }
        engines[engine]?.requests.remove(number)
    }

    /// The request that an engine means, if it is still that attempt's turn.
    private func current(_ id: String?) -> (number: Int, entry: Entry)? {
        guard let id, id.hasPrefix(settings.idPrefix),
            let number = Int(id.dropFirst(settings.idPrefix.count).prefix { $0 != "." }), let entry = entries[number],
            id == wireID(number, entry.attempt),
            entry.engine != nil || settings.anonymousEngines
        else { return nil }
        return (number, entry)
    }

    /// The id that engines see: unique among all clients, and another one for each attempt.
    private func wireID(_ number: Int, _ attempt: Int) -> String {
        settings.idPrefix + (attempt <= 1 ? "\(number)" : "\(number).\(attempt)")
    }

    // MARK: To engines

    /// Nobody has this routing id any more.
    mutating func engineUnreachable(_ engine: Identity, now: Seconds) {
        lose(engine, now: now)
        dispatch(now: now)
    }

    /// The queue to the engine takes nothing for now: the request goes elsewhere, or waits.
    mutating func engineFull(_ engine: Identity, number: Int, now: Seconds) {
        engines[engine]?.fullUntil = now + settings.heartbeat
        if entries[number]?.engine == engine { requeue(number) }
        dispatch(now: now)
    }

    /// A DEALER backend takes nothing for now.
    mutating func backendFull(number: Int) {
        backendIsFull = true
        if entries[number] != nil { enqueue(number) }
    }

    mutating func backendIsWritable(now: Seconds) {
        backendIsFull = false
        dispatch(now: now)
    }

    private mutating func lose(_ engine: Identity, now: Seconds) {
        guard let lost = engines.removeValue(forKey: engine) else { return }
        let place = order.firstIndex(of: engine) ?? 0
        order.remove(at: place)
        if place < turn { turn -= 1 }
        for number in lost.requests.sorted() {
            // It may only be stopped: when it goes on it need not work in vain.
            effects.append(
                .engine(engine, .cancel(id: wireID(number, entries[number]?.attempt ?? 0)), number: nil))
            moved += 1
            requeue(number)
        }
    }

    /// Back to the queue, or done when nothing is left to do.
    private mutating func requeue(_ number: Int) {
        guard let entry = entries[number], let engine = entry.engine else { return }
        engines[engine]?.requests.remove(number)
        entries[number]?.engine = nil
        if let most = entry.request.maxTokens, entry.next >= most {
            entries[number] = nil
            completed += 1
            effects.append(.client(envelope: entry.envelope, .done(completion(of: entry, .length))))
        } else {
            enqueue(number)
        }
    }

    /// The oldest first, also when it comes back.
    private mutating func enqueue(_ number: Int) {
        queue.insert(number, at: queue.firstIndex { $0 > number } ?? queue.endIndex)
    }

    private mutating func dispatch(now: Seconds) {
        while let number = queue.first, let entry = entries[number] {
            var request = entry.request
            request.id = wireID(number, entry.attempt + 1)
            request.stream = true
            request.first = entry.next
            if settings.anonymousEngines {
                guard !backendIsFull else { return }
                effects.append(.anyEngine(.request(request), number: number))
            } else {
                guard let engine = chooseEngine(now: now) else { return }
                engines[engine]?.requests.insert(number)
                entries[number]?.engine = engine
                effects.append(.engine(engine, .request(request), number: number))
            }
            entries[number]?.attempt += 1
            entries[number]?.assignedAt = now
            queue.removeFirst()
        }
    }

    private mutating func chooseEngine(now: Seconds) -> Identity? {
        var best: (place: Int, load: Int)?
        for step in 0..<order.count {
            let place = (turn + step) % order.count
            guard let engine = engines[order[place]], engine.fullUntil <= now,
                engine.requests.count < engine.report.capacity
            else { continue }
            let load = settings.policy == .roundRobin ? 0 : engine.requests.count
            if load < best?.load ?? .max { best = (place, load) }
        }
        guard let best else { return nil }
        turn = (best.place + 1) % order.count
        return order[best.place]
    }

    // MARK: Time

    /// When `tick` wants to be called next.
    var nextTick: Seconds? { nextPing }

    /// Call it after everything that had arrived was handed in: what is still unread is no silence.
    mutating func tick(now: Seconds) {
        // A scheduler that was stopped itself has heard nobody in that time.
        if let lastTick, now - lastTick > 2 * settings.heartbeat {
            for engine in engines.keys { engines[engine]?.lastSeen += now - lastTick }
        }
        lastTick = now
        guard let ping = nextPing, now >= ping else { return }
        for (engine, known) in engines where now - known.lastSeen > Scheduler.patience * settings.heartbeat {
            lose(engine, now: now)
        }
        for engine in order {
            effects.append(.engine(engine, .ping(heartbeat: settings.heartbeat), number: nil))
        }
        nextPing = engines.isEmpty ? nil : now + settings.heartbeat
        dispatch(now: now)
    }
}
