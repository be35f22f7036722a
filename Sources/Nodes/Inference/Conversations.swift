/// A client's requests in flight, and what came of all that it ever made. No clock and no socket.
struct Conversations {
    struct Settings {
        var promptTokens = Spread(100, 400)
        var maxTokens = Spread(16, 64)
        /// Longest time without an answer to a request: between its sending, each token and the end.
        var timeout: Seconds = 10
        /// False for a REQ: one answer a request.
        var streams = true
    }

    private struct Conversation {
        let sentAt: Seconds
        var heardAt: Seconds
        var next = 0
    }

    private let settings: Settings
    /// In front of every id; with the process's number in it, so that a restarted client never meets its old answers.
    private let prefix: String
    private var open: [String: Conversation] = [:]
    private var made = 0

    private(set) var completed = 0
    /// Refusals, timeouts, and tokens that came twice or not at all.
    private(set) var errors = 0
    private(set) var tokens = 0
    /// Seconds from sending to the first token, and to the end.
    private(set) var firstTokenTimes = Recent()
    private(set) var latencies = Recent()

    init(_ settings: Settings, prefix: String) {
        self.settings = settings
        self.prefix = prefix
    }

    var inFlight: Int { open.count }

    /// The next request; `sent` says that it went out.
    mutating func make(_ generator: inout SeededGenerator) -> Request {
        made += 1
        var request = Request(prompt: "")
        request.id = "\(prefix).\(made)"
        request.promptTokens = settings.promptTokens.pickWhole(&generator)
        request.maxTokens = settings.maxTokens.pickWhole(&generator)
        request.stream = settings.streams
        return request
    }

    mutating func sent(_ request: Request, now: Seconds) {
        guard let id = request.id else { return }
        open[id] = Conversation(sentAt: now, heardAt: now)
    }

    /// A payload from the other side. What belongs to no request in flight came too late, and is left alone.
    mutating func received(_ payload: [UInt8], now: Seconds) {
        guard let message = try? Message(payload: payload) else {
            errors += 1
            return
        }
        switch message {
        case .token(let id, let index, _):
            guard let conversation = open[id] else { return }
            if conversation.next == 0 { firstTokenTimes.add(now - conversation.sentAt) }
            if index != conversation.next { errors += 1 }
            tokens += 1
            open[id]?.next = max(conversation.next, index + 1)
            open[id]?.heardAt = now
        case .done(let completion):
            guard let conversation = open.removeValue(forKey: completion.id) else { return }
            // All at once: then the first token is as late as the last.
            if conversation.next == 0, completion.tokens > 0 { firstTokenTimes.add(now - conversation.sentAt) }
            if completion.text == nil, conversation.next != completion.tokens { errors += 1 }
            tokens += max(0, completion.tokens - conversation.next)
            latencies.add(now - conversation.sentAt)
            completed += 1
        case .error(let id, _, _):
            if let id, open.removeValue(forKey: id) == nil { return }
            errors += 1
        case .ready, .ping: break  // An engine without a scheduler between.
        case .request, .cancel: errors += 1
        }
    }

    /// When `expire` has something to do, unless something is heard before.
    var nextExpiry: Seconds? {
        open.values.lazy.map(\.heardAt).min().map { $0 + settings.timeout }
    }

    /// Gives up what has waited too long; the ids are to be cancelled. Call it after everything that had arrived was
    /// handed in.
    mutating func expire(now: Seconds) -> [String] {
        let expired = open.filter { now - $0.value.heardAt >= settings.timeout }.keys.sorted()
        for id in expired {
            open[id] = nil
            errors += 1
        }
        return expired
    }
}

/// The last few hundred of a kind of measurement.
struct Recent {
    private var values: [Double] = []
    private var place = 0
    private static let capacity = 256

    mutating func add(_ value: Double) {
        if values.count < Recent.capacity {
            values.append(value)
        } else {
            values[place] = value
            place = (place + 1) % Recent.capacity
        }
    }

    /// Nil before the first one.
    var median: Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
