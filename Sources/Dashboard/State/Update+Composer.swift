import RunDirectory
import Telemetry
import TerminalUI

extension DashboardState {
    /// Opens the form with the draft as it was left, and the selected bound socket as target.
    mutating func openComposer() {
        if readOnly {
            say("Read-only: nothing is injected. Run zmqtop without --read-only to inject.", isProblem: true)
            return
        }
        let candidates = boundSockets
        if let wanted = suggestedTarget(among: candidates) ?? (composer.target.text.isEmpty ? candidates.first : nil) {
            setTarget(wanted)
        }
        composer.problem = nil
        overlay = .composer
    }

    /// The bound socket nearest to what is selected: itself, a link's bound end, a node's first bound socket.
    private func suggestedTarget(among candidates: [String]) -> String? {
        switch selected {
        case .socket(let id):
            if candidates.contains(id) { return id }
            return shown.links.first { $0.from == id }.map(\.to)
        case .link(let id): return shown.link(id).map(\.to)
        case .node(let name): return candidates.first { id in shown.sockets(of: name).contains { $0.id == id } }
        case .event(let id): return shown.log.entry(id).flatMap { candidates.contains($0.subject) ? $0.subject : nil }
        case .message(let id):
            return shown.messages.entry(id).flatMap { candidates.contains($0.message.socket) ? $0.message.socket : nil }
        case .group, .edge, nil: return nil
        }
    }

    private mutating func setTarget(_ target: String) {
        guard composer.target.text != target else { return }
        composer.target = TextInput(target)
        keepTypeFitting()
    }

    /// A type that cannot speak to the target falls back to the session's choice.
    private mutating func keepTypeFitting() {
        if let type = composer.type, !Composer.types(reaching: socketType(composer.target.text)).contains(type) {
            composer.type = nil
        }
    }

    /// What the target may be: bound sockets first, then those that only their own peers can reach.
    var targets: [String] {
        let bound = boundSockets
        guard composer.from != nil else { return bound }
        return bound
            + live.links.flatMap { [$0.from, $0.to] }.filter { live.socket($0) != nil && !bound.contains($0) }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Sockets that can be told to send to the target: its peers, by the taps of their nodes. REQ and REP take turns.
    private var senders: [String] {
        let target = composer.target.text
        let ends = live.links.compactMap { link -> String? in
            link.to == target ? link.from : link.from == target ? link.to : nil
        }
        return ends.filter { end in
            guard let socket = live.socket(end), let node = live.node(socket.node) else { return false }
            return node.source == .tap && node.pid != nil && node.kind != "injector" && socket.type != "REQ"
                && socket.type != "REP"
        }
    }

    mutating func compose(_ key: Key) -> [Effect] {
        let command = keymap.command(for: key, in: [.composer])
        switch command {
        case .back: overlay = nil
        case .send: return send()
        case .keep: return keepDraft()
        case .forget: return forgetDraft()
        case .nextField:
            completeTarget()
            composer.move(by: 1)
        case .previousField: composer.move(by: -1)
        case .left, .right: chooseOrMove(by: command == .right ? 1 : -1, key)
        case .open: return enter()
        default: edit(key)
        }
        return []
    }

    private mutating func chooseOrMove(by step: Int, _ key: Key) {
        switch composer.field {
        case .template: recallDraft(by: step)
        case .target:
            composer.cycleTarget(by: step, among: targets)
            keepTypeFitting()
        case .from: chooseSender(by: step)
        case .type: composer.cycleType(by: step, targetType: socketType(composer.target.text))
        case .send: break
        default: composer.press(key)
        }
    }

    private mutating func chooseSender(by step: Int) {
        let choices: [String?] = [nil] + senders
        let place = choices.firstIndex(of: composer.from) ?? 0
        composer.from = choices[(place + step + choices.count) % choices.count]
        composer.problem = choices.count == 1 ? "\(composer.target.text) has no peer that could send it." : nil
    }

    private mutating func enter() -> [Effect] {
        switch composer.field {
        case .send: return send()
        case .frames: composer.frames.press(Key(.enter))
        default:
            completeTarget()
            composer.move(by: 1)
        }
        return []
    }

    private mutating func edit(_ key: Key) {
        switch (composer.field, key.code) {
        case (.frames, .up) where !composer.frames.isFirst: composer.frames.press(key)
        case (.frames, .down) where !composer.frames.isLast: composer.frames.press(key)
        case (_, .up): composer.move(by: -1)
        case (_, .down): composer.move(by: 1)
        case (.type, .character(" ")): composer.cycleType(by: 1, targetType: socketType(composer.target.text))
        default: composer.press(key)
        }
        composer.problem = nil
    }

    private mutating func completeTarget() {
        guard composer.field == .target, let rest = composer.completion(among: targets) else { return }
        setTarget(composer.target.text + rest)
    }

    private mutating func send() -> [Effect] {
        completeTarget()
        guard !composer.isSending else {
            composer.problem = "The injection before this one is still under way."
            return []
        }
        do throws(Draft.Problem) {
            let order = try composer.draft.order()
            if order.from == nil, let refusal = unreachable(order.injection.target) {
                composer.problem = refusal
                return []
            }
            composer.problem = nil
            composer.isSending = true
            composer.waits = nil
            composer.results = []
            composer.forgottenReplies = 0
            guard order.files.isEmpty else {
                composer.awaited = order
                return [.read(Set(order.files.values).sorted())]
            }
            return [effect(of: order)]
        } catch {
            composer.problem = error.text
            return []
        }
    }

    private func effect(of order: Draft.Order) -> Effect {
        order.from.map { .injectAs($0, order.injection) } ?? .inject(order.injection)
    }

    /// The files of a message have been read, or not.
    mutating func take(_ files: [String: [UInt8]], problem: String?) -> [Effect] {
        guard var order = composer.awaited else { return [] }
        composer.awaited = nil
        if let problem {
            composer.isSending = false
            composer.problem = problem
            return []
        }
        for (index, path) in order.files {
            let bytes = files[path] ?? []
            order.injection.frames[index] = order.injection.isTemplate ? MessageTemplate.literal(bytes) : bytes
        }
        return [effect(of: order)]
    }

    mutating func take(_ progress: OrderProgress) {
        composer.waits = nil
        switch progress {
        case .waits(let sentence): composer.waits = sentence
        case .sent(let sentence):
            composer.isSending = false
            composer.results = [.finished(sent: 1, replies: 0)]
            say(sentence + ".")
        case .failed(let sentence):
            composer.isSending = false
            composer.problem = sentence
        }
    }

    /// Why a fresh peer cannot reach this socket, with the one that it can; nil when nothing speaks against it.
    private func unreachable(_ target: String) -> String? {
        guard let socket = live.socket(target), !boundSockets.contains(target) else { return nil }
        if let peer = live.links.first(where: { $0.from == socket.id })?.to {
            return
                "\(target) only connects, so no fresh peer can reach it: inject into \(peer), or choose ← → a socket to send it as."
        }
        return "\(target) is not bound, so no fresh peer can reach it."
    }
}
