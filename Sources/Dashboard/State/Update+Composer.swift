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

    mutating func compose(_ key: Key) -> [Effect] {
        let command = keymap.command(for: key, in: [.composer])
        switch command {
        case .back: overlay = nil
        case .send: return send()
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
        case .target:
            composer.cycleTarget(by: step, among: boundSockets)
            keepTypeFitting()
        case .type: composer.cycleType(by: step, targetType: socketType(composer.target.text))
        case .send: break
        default: composer.press(key)
        }
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
        guard composer.field == .target, let rest = composer.completion(among: boundSockets) else { return }
        setTarget(composer.target.text + rest)
    }

    private mutating func send() -> [Effect] {
        completeTarget()
        guard !composer.isSending else {
            composer.problem = "The injection before this one is still under way."
            return []
        }
        do throws(Draft.Problem) {
            let injection = try composer.draft.injection()
            if let refusal = unreachable(injection.target) {
                composer.problem = refusal
                return []
            }
            composer.problem = nil
            composer.isSending = true
            composer.results = []
            composer.forgottenReplies = 0
            return [.inject(injection)]
        } catch {
            composer.problem = error.text
            return []
        }
    }

    /// Why a fresh peer cannot reach this socket, with the one that it can; nil when nothing speaks against it.
    private func unreachable(_ target: String) -> String? {
        guard let socket = live.socket(target), !boundSockets.contains(target) else { return nil }
        if let peer = live.links.first(where: { $0.from == socket.id })?.to {
            return "\(target) only connects, so no fresh peer can reach it: inject into \(peer), which it connects to."
        }
        return "\(target) is not bound, so no fresh peer can reach it."
    }
}
