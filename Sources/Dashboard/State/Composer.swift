public import RunDirectory
public import TerminalUI

/// The form that injects a message. It keeps what was typed when it is closed.
public struct Composer: Equatable, Sendable {
    public enum Field: Int, Equatable, Sendable, CaseIterable {
        case target, type, frames, identity, count, rate, reply, send
    }

    public internal(set) var field = Field.frames
    public internal(set) var target = TextEditor()
    /// Socket type to send as; nil lets the session choose.
    public internal(set) var type: String?
    public internal(set) var frames = TextEditor(isMultiline: true)
    public internal(set) var identity = TextEditor()
    public internal(set) var count = TextEditor("1")
    public internal(set) var rate = TextEditor()
    public internal(set) var reply = TextEditor("2s")
    /// What is wrong with the form, or with what was sent: one sentence.
    public internal(set) var problem: String?
    /// Whether an injection is under way.
    public internal(set) var isSending = false
    /// What the injector told, oldest first; the last `capacity`.
    public internal(set) var results: [InjectionEvent] = []
    static let capacity = 200

    public init() {}

    /// What was typed, in a form that can be judged.
    public var draft: Draft {
        var draft = Draft()
        draft.target = target.text
        draft.type = type
        draft.frames = frames.text
        draft.identity = identity.text
        draft.count = count.text
        draft.rate = rate.text
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
            if case .sent = event, case .sent = results.last { results.removeLast() }
            results.append(event)
            if results.count > Self.capacity { results.removeFirst(results.count - Self.capacity) }
        case .done:
            isSending = false
        case .error(let sentence):
            isSending = false
            problem = sentence
        }
    }

    /// The editor of the field that has the keys; nil for a field that is chosen or pressed.
    mutating func edit(_ change: (inout TextEditor) -> Void) {
        switch field {
        case .target: change(&target)
        case .frames: change(&frames)
        case .identity: change(&identity)
        case .count: change(&count)
        case .rate: change(&rate)
        case .reply: change(&reply)
        case .type, .send: break
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
        let next = place.map { ($0 + step + candidates.count) % candidates.count } ?? (step > 0 ? 0 : candidates.count - 1)
        target = TextEditor(candidates[next])
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
