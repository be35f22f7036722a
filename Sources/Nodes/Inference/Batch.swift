/// An engine's continuous batching, as a model: it computes nothing, it takes the time. In each step every running
/// sequence gains one token; waiting ones join at the beginning of a step and make it longer by their prefill; finished
/// and cancelled ones leave at its end. No clock and no socket: time comes in, answers come out.
struct Batch {
    struct Settings {
        var maxBatch = 8
        /// Of one sequence, in seconds.
        var prefill = Spread(0.02)
        /// Of a step, in seconds.
        var perToken = Spread(0.01)
        /// Length at which a sequence stops by itself.
        var tokens = Spread(16, 64)
    }

    struct Answer: Equatable {
        var envelope: [[UInt8]]
        var message: Message
    }

    /// Requests that may wait for a place in the batch.
    static let waitingLimit = 1000

    private struct Sequence {
        let envelope: [[UInt8]]
        let id: String
        let promptTokens: Int
        let end: Int
        let reason: FinishReason
        let streams: Bool
        var next: Int
        var text = ""

        func done(_ reason: FinishReason) -> Answer {
            let completion = Completion(
                id: id, reason: reason, promptTokens: promptTokens, tokens: next, text: streams ? nil : text)
            return Answer(envelope: envelope, message: .done(completion))
        }
    }

    let settings: Settings
    private var generator: SeededGenerator
    private var waitingSequences: [Sequence] = []
    private var runningSequences: [Sequence] = []
    private var lastNumber = 0

    /// When `advance` has something to do; nil while there is no work.
    private(set) var stepEnd: Seconds?
    private(set) var completed = 0
    private(set) var tokens = 0

    init(_ settings: Settings, generator: SeededGenerator) {
        self.settings = settings
        self.generator = generator
    }

    var running: Int { runningSequences.count }
    var waiting: Int { waitingSequences.count }
    var isIdle: Bool { runningSequences.isEmpty && waitingSequences.isEmpty }
    var ids: [String] { runningSequences.map(\.id) + waitingSequences.map(\.id) }

    /// Takes a request, or answers with an error.
    ///
    /// - Parameter streams: what the envelope says, for a request that does not say it itself.
    mutating func submit(_ request: Request, envelope: [[UInt8]], streams: Bool, now: Seconds) -> Answer? {
        lastNumber += 1
        let id = request.id ?? "request-\(lastNumber)"
        guard waiting < Batch.waitingLimit else {
            let text = "\(waiting) requests are waiting already; try again later"
            return Answer(envelope: envelope, message: .error(id: id, code: .overloaded, text: text))
        }
        let own = max(settings.tokens.pickWhole(&generator), request.first + 1)
        let most = request.maxTokens ?? own
        waitingSequences.append(
            Sequence(
                envelope: envelope, id: id, promptTokens: request.promptTokens, end: min(own, most),
                reason: own <= most ? .stop : .length, streams: streams, next: request.first))
        if stepEnd == nil { beginStep(at: now) }
        return nil
    }

    /// All requests of this sender with this id; none is no error.
    mutating func cancel(_ id: String, envelope: [[UInt8]]) -> [Answer] {
        var answers: [Answer] = []
        func leaves(_ sequence: Sequence) -> Bool {
            guard sequence.id == id, sequence.envelope == envelope else { return false }
            answers.append(sequence.done(.cancelled))
            return true
        }
        runningSequences.removeAll(where: leaves)
        waitingSequences.removeAll(where: leaves)
        if isIdle { stepEnd = nil }
        return answers
    }

    /// Nobody is there any more to answer to.
    mutating func forget(identity: [UInt8]) {
        runningSequences.removeAll { $0.envelope.first == identity }
        waitingSequences.removeAll { $0.envelope.first == identity }
        if isIdle { stepEnd = nil }
    }

    /// Ends the step that is over by now, if one is, and begins the next one.
    mutating func advance(now: Seconds) -> [Answer] {
        guard let end = stepEnd, end <= now else { return [] }
        var answers: [Answer] = []
        for index in runningSequences.indices {
            let word = Batch.words.randomElement(using: &generator) ?? ""
            let text = runningSequences[index].next == 0 ? word : " " + word
            tokens += 1
            if runningSequences[index].streams {
                answers.append(
                    Answer(
                        envelope: runningSequences[index].envelope,
                        message: .token(
                            id: runningSequences[index].id, index: runningSequences[index].next, text: text)))
            } else {
                runningSequences[index].text += text
            }
            runningSequences[index].next += 1
            if runningSequences[index].next >= runningSequences[index].end {
                answers.append(runningSequences[index].done(runningSequences[index].reason))
                completed += 1
            }
        }
        runningSequences.removeAll { $0.next >= $0.end }
        // A little late is made up for; after a long pause the time is simply gone.
        beginStep(at: now - end < settings.perToken.from ? end : now)
        return answers
    }

    private mutating func beginStep(at time: Seconds) {
        let joining = waitingSequences.prefix(settings.maxBatch - runningSequences.count)
        waitingSequences.removeFirst(joining.count)
        runningSequences += joining
        guard !runningSequences.isEmpty else {
            stepEnd = nil
            return
        }
        stepEnd = joining.reduce(time + settings.perToken.pick(&generator)) { end, _ in
            end + settings.prefill.pick(&generator)
        }
    }

    private static let words = """
        a about after all an and another answer are as at be because between but by can come could day do each every
        find first for from give good have here how if in into is it just know last less like line long made make many
        message more most new next no not now number of on one only or other out over people place queue said same see
        should since small so some such take than that the their them then there these they thing this time to two
        under until up use very wait was way we well were what when where which while who will with word work would you
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
