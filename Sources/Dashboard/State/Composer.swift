import RunDirectory
import TerminalUI

/// The form that injects a message. It keeps what was typed when it is closed.
struct Composer: Equatable, Sendable {
    enum Field: Int, Equatable, Sendable, CaseIterable {
        case template, target, from, type, frames, identity, count, rate, burst, reply, send
    }

    var field = Field.frames
    /// The name that the draft is kept by, or will be.
    var name = TextInput()
    var target = TextInput()
    /// The socket that shall send it; nil: a fresh peer's own.
    var from: String?
    /// Socket type to send as; nil lets the session choose.
    var type: String?
    var frames = FrameInputs()
    var identity = TextInput()
    var count = TextInput("1")
    var rate = TextInput()
    var burst = TextInput()
    var reply = TextInput("2s")
    /// What is wrong with the form, or with what was sent: one sentence.
    var problem: String?
    /// Whether an injection is under way.
    var isSending = false
    /// What the injection waits for: a sentence.
    var waits: String?
    /// What is sent once its files have been read.
    var awaited: Draft.Order?
    /// What the injector told, oldest first; of more than `capacity` the oldest replies are forgotten.
    var results: [InjectionEvent] = []
    /// Replies that came before the first one in `results`.
    var forgottenReplies = 0
    static let capacity = 200

    init() {}

    /// Takes up a draft that was kept.
    mutating func take(_ draft: Draft) {
        target = TextInput(draft.target)
        from = draft.from
        type = draft.type
        frames = FrameInputs(draft.frames)
        identity = TextInput(draft.identity)
        count = TextInput(draft.count)
        rate = TextInput(draft.rate)
        burst = TextInput(draft.burst)
        reply = TextInput(draft.reply)
        problem = nil
    }

    /// What was typed, in a form that can be judged.
    var draft: Draft {
        var draft = Draft()
        draft.target = target.text
        draft.from = from
        draft.type = type
        draft.frames = frames.inputs.map(\.text)
        draft.identity = identity.text
        draft.count = count.text
        draft.rate = rate.text
        draft.burst = burst.text
        draft.reply = reply.text
        return draft
    }

    /// Notes what became of the injection.
    mutating func take(_ reply: ControlReply) {
        switch reply {
        case .event(let event):
            switch event {
            case .finished, .failed: isSending = false
            case .joined, .sent, .reply: break
            }
            if case .failed(let reason) = event { problem = reason }
            note(event)
        case .done, .joined:
            isSending = false
        case .error(let sentence):
            isSending = false
            problem = sentence
        }
    }

    private mutating func note(_ event: InjectionEvent) {
        // How many were sent is one line that counts up, also when replies come between.
        if case .sent = event, let place = results.firstIndex(where: { if case .sent = $0 { true } else { false } }) {
            results[place] = event
            return
        }
        results.append(event)
        guard results.count > Self.capacity else { return }
        if let place = results.firstIndex(where: { if case .reply = $0 { true } else { false } }) {
            results.remove(at: place)
            forgottenReplies += 1
        }
    }

    /// Lets the field that has the keys take one; nothing happens in a field that is chosen or pressed.
    mutating func press(_ key: Key) {
        switch field {
        case .target: _ = target.handle(key)
        case .frames: frames.press(key)
        case .identity: _ = identity.handle(key)
        case .count: _ = count.handle(key)
        case .rate: _ = rate.handle(key)
        case .burst: _ = burst.handle(key)
        case .template: _ = name.handle(key)
        case .reply: _ = reply.handle(key)
        case .from, .type, .send: break
        }
    }

    /// Pasted text; in the frames each line becomes one.
    mutating func paste(_ text: String) {
        switch field {
        case .target: target.insert(text)
        case .frames: frames.paste(text)
        case .identity: identity.insert(text)
        case .count: count.insert(text)
        case .rate: rate.insert(text)
        case .burst: burst.insert(text)
        case .template: name.insert(text)
        case .reply: reply.insert(text)
        case .from, .type, .send: break
        }
    }

    mutating func move(by step: Int) {
        let all = Field.allCases
        field = all[(field.rawValue + step + all.count) % all.count]
    }

    /// The next or previous of the sockets that can be reached.
    mutating func cycleTarget(by step: Int, among candidates: [String]) {
        guard !candidates.isEmpty else { return }
        let place = candidates.firstIndex(of: target.text)
        let next =
            place.map { ($0 + step + candidates.count) % candidates.count } ?? (step > 0 ? 0 : candidates.count - 1)
        target = TextInput(candidates[next])
    }

    /// The rest of the first socket that begins with what was typed.
    func completion(among candidates: [String]) -> String? {
        guard !target.text.isEmpty, !candidates.contains(target.text) else { return nil }
        let found = candidates.first { $0.hasPrefix(target.text) && $0 != target.text }
        return found.map { String($0.dropFirst(target.text.count)) }
    }

    mutating func cycleType(by step: Int, targetType: String?) {
        let choices: [String?] = [nil] + Self.types(reaching: targetType)
        let place = choices.firstIndex(of: type) ?? 0
        type = choices[(place + step + choices.count) % choices.count]
    }

    /// Socket types that can send to a bound socket of this type (the patterns of zmq_socket(3)).
    static func types(reaching target: String?) -> [String] {
        switch target {
        case "ROUTER": ["DEALER", "REQ", "ROUTER"]
        case "DEALER": ["ROUTER", "DEALER", "REP"]
        case "REP": ["REQ", "DEALER"]
        case "PULL": ["PUSH"]
        case "SUB", "XSUB": ["PUB", "XPUB"]
        case "PAIR": ["PAIR"]
        case nil: ["DEALER", "REQ", "PUSH", "PUB", "PAIR", "ROUTER"]
        default: []
        }
    }
}

/// The frames of a message being typed: a line each, one of them with the cursor.
struct FrameInputs: Equatable, Sendable {
    /// At least one; a message has at least one frame.
    private(set) var inputs = [TextInput()]
    /// The one with the cursor, from 0.
    private(set) var current = 0

    /// Typing beyond this many frames adds none.
    static let limit = 1000

    /// One empty frame.
    init() {}

    /// These frames, as they are typed.
    init(_ texts: [String]) {
        if !texts.isEmpty { inputs = texts.prefix(Self.limit).map { TextInput($0) } }
    }

    mutating func press(_ key: Key) {
        switch key.code {
        case .enter: split()
        case .backspace where inputs[current].cursor == 0 && !key.alt: join()
        case .up: current = max(0, current - 1)
        case .down: current = min(inputs.count - 1, current + 1)
        default: _ = inputs[current].handle(key)
        }
    }

    var isFirst: Bool { current == 0 }
    var isLast: Bool { current == inputs.count - 1 }

    mutating func paste(_ text: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if index > 0 { split() }
            inputs[current].insert(String(line))
        }
    }

    /// What stands right of the cursor becomes a frame of its own.
    private mutating func split() {
        guard inputs.count < Self.limit else { return }
        let input = inputs[current]
        var rest = TextInput(String(input.text.dropFirst(input.cursor)))
        _ = rest.handle(Key(.home))
        inputs[current] = TextInput(String(input.text.prefix(input.cursor)))
        inputs.insert(rest, at: current + 1)
        current += 1
    }

    /// The frame joins the one before it.
    private mutating func join() {
        guard current > 0 else { return }
        let rest = inputs.remove(at: current).text
        current -= 1
        let before = inputs[current].text.count
        _ = inputs[current].handle(Key(.end))
        inputs[current].insert(rest)
        while inputs[current].cursor > before { _ = inputs[current].handle(Key(.left)) }
    }
}
