import RunDirectory
import Telemetry
import TerminalUI

extension DashboardState {
    mutating func openPalette() { overlay = .palette(Palette()) }

    /// What one can choose from now, the best first.
    var choices: [Palette.Choice] {
        guard case .palette(let palette) = overlay else { return [] }
        return Palette.choices(for: palette.input.text, among: verbs)
    }

    mutating func pasteCommand(_ text: String) {
        guard case .palette(var palette) = overlay else { return }
        palette.input.insert(String(text.prefix(Self.longestLine)))
        palette.changed()
        overlay = .palette(palette)
    }

    /// What is pasted into one line is cut here: no name is longer, and more is a slip of the mouse.
    static let longestLine = 1000

    /// Marks the choice under the mouse; Enter does it.
    mutating func clickChoice(_ point: Point) {
        guard case .palette(var palette) = overlay,
            let row = Canvas(state: self, size: size).choice(at: point, palette)
        else { return }
        palette.selected = row
        overlay = .palette(palette)
    }

    mutating func typeCommand(_ key: Key) -> [Effect] {
        guard case .palette(var palette) = overlay else { return [] }
        let choices = choices
        switch keymap.command(for: key, in: [.palette]) {
        case .back:
            overlay = nil
            return []
        case .run: return runPalette(palette, choices)
        case .complete:
            if choices.indices.contains(palette.selected) { palette.complete(choices[palette.selected]) }
        case .older:
            if palette.selected > 0, palette.recalled == nil {
                palette.selected -= 1
            } else {
                palette.recall(by: 1, from: commandHistory)
            }
        case .newer:
            if palette.recalled != nil {
                palette.recall(by: -1, from: commandHistory)
            } else {
                palette.selected = max(0, min(palette.selected + 1, choices.count - 1))
            }
        default:
            // Backspace in an empty line leaves, as in an editor's.
            if key.code == .backspace, palette.input.text.isEmpty {
                overlay = nil
                return []
            }
            let before = palette.input.text
            _ = palette.input.handle(key)
            if palette.input.text != before { palette.changed() }
        }
        overlay = .palette(palette)
        return []
    }

    /// Does the line, if it is whole, else the choice that is marked. What cannot be done leaves its sentence in the
    /// palette.
    private mutating func runPalette(_ palette: Palette, _ choices: [Palette.Choice]) -> [Effect] {
        var palette = palette
        var line = palette.input.text
        if !isWhole(line) || palette.selected > 0, choices.indices.contains(palette.selected) {
            let choice = choices[palette.selected]
            guard !choice.wantsMore else {
                palette.complete(choice)
                overlay = .palette(palette)
                return []
            }
            line = choice.line
        }
        while line.last == " " { line.removeLast() }
        guard !line.isEmpty else {
            overlay = nil
            return []
        }
        do throws(Refusal) {
            overlay = nil
            message = nil
            let effects = try perform(line)
            if let message, message.isProblem { throw Refusal(text: message.text) }
            commandHistory.removeAll { $0 == line }
            commandHistory.append(line)
            if commandHistory.count > 100 { commandHistory.removeFirst() }
            return effects
        } catch {
            message = nil
            palette.problem = error.text
            overlay = .palette(palette)
            return []
        }
    }

    /// Whether a line means something as it stands, without a choice.
    private func isWhole(_ line: String) -> Bool {
        let (name, rest) = Palette.split(line)
        guard let verb = verbs.first(where: { $0.name == name }) else { return false }
        let argument = rest ?? ""
        switch verb.argument {
        case .nothing: return true
        case .text(_, let isNeeded): return !isNeeded || !argument.isEmpty
        case .oneWithValue: return argument.split(separator: " ").count == 2
        case .oneOf(_, let names, let isNeeded):
            return argument.isEmpty ? !isNeeded && rest == nil : names.contains(argument)
        }
    }

    private mutating func perform(_ line: String) throws(Refusal) -> [Effect] {
        let (name, rest) = Palette.split(line)
        let argument = rest ?? ""
        guard let verb = verbs.first(where: { $0.name == name }) else {
            let near = Keymap.nearest(to: name, among: verbs.map(\.name)).map { ": did you mean \($0)?" }
            throw Refusal(text: "There is no command \"\(name)\"" + (near ?? "; \(keymap.key(for: .help)) lists all."))
        }
        switch verb.argument {
        case .nothing where !argument.isEmpty: throw Refusal(text: "\(name) stands alone: leave out \"\(argument)\".")
        case .oneOf(let kind, let names, let isNeeded):
            if argument.isEmpty, isNeeded { throw Refusal(text: "\(name) wants a \(kind) behind it.") }
            if !argument.isEmpty, !names.contains(argument) {
                let near = Keymap.nearest(to: argument, among: names).map { ": did you mean \($0)?" }
                throw Refusal(text: "There is no \(kind) \"\(argument)\"" + (near ?? "; Tab shows what there is."))
            }
        case .oneWithValue(let kind, _, let example) where argument.isEmpty:
            throw Refusal(text: "\(name) wants a \(kind), and a value as \(example).")
        case .text(let what, true) where argument.isEmpty: throw Refusal(text: "\(name) wants \(what).")
        case .nothing, .text, .oneWithValue: break
        }
        switch name {
        case "screen":
            if let screen = Screen.allCases.first(where: { $0.word == argument }) { show(screen) }
            return []
        case "go":
            if let subject = subject(named: argument) { reveal(subject) }
            return []
        case "heal", "quiet", "flow": return try order(name, argument)
        case _ where Fault.Name(rawValue: name) != nil && !argument.isEmpty: return try order(name, argument)
        case "refresh": return try refresh(argument)
        case "resume": return act(.pause, on: argument.isEmpty ? nil : argument, wanting: .paused)
        default: break
        }
        guard let command = keymap.bindings.first(where: { $0.command.name == name })?.command else { return [] }
        return perform(command, argument)
    }

    private mutating func perform(_ command: Command, _ argument: String) -> [Effect] {
        guard !argument.isEmpty else { return obey(command) }
        switch command {
        case .start, .stop, .kill, .restart: return act(command, on: argument)
        case .pause: return act(command, on: argument, wanting: .running)
        case .theme: return [.theme(.named(argument))]
        case .screenshot: return [.screenshot(argument)]
        case .filter:
            filter = Filter(argument)
            lastFilter = argument
            return []
        case .inject:
            openComposer()
            composer.target = TextInput(argument)
            return []
        default: return obey(command)
        }
    }

    /// A command in the words that `zmqtop ctl` takes too.
    private mutating func order(_ verb: String, _ argument: String) throws(Refusal) -> [Effect] {
        if let refusal = faultRefusal(argument) { throw Refusal(text: refusal) }
        do {
            let command = try SessionCommand(words: [verb] + argument.split(separator: " ").map(String.init))
            say("\(command.doing) …")
            return [.command(command)]
        } catch {
            throw Refusal(text: error.description)
        }
    }

    /// The key for pausing goes both ways; the words do not.
    private mutating func act(_ command: Command, on name: String?, wanting state: PauseState) -> [Effect] {
        let target = name ?? targetNode
        if let target, let node = live.node(target), node.pid != nil, (node.state == .paused) != (state == .paused) {
            say(
                state == .paused ? "\(target) is not paused." : "\(target) is paused already: resume lets it go on.",
                isProblem: true)
            return []
        }
        return act(command, on: name)
    }

    private enum PauseState { case running, paused }

    private mutating func refresh(_ text: String) throws(Refusal) -> [Effect] {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60)]
        let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        guard let number = Double(text.dropLast(unit.0.count)), (0.02...60).contains(number * unit.1) else {
            throw Refusal(text: "\"\(text)\" is no time from 20ms to 1m: write 200ms or 1s.")
        }
        refresh = .milliseconds(Int((number * unit.1 * 1000).rounded()))
        say("Refreshes every \(Format.seconds(refresh / .seconds(1))).")
        return [.refresh(refresh)]
    }

    private func subject(named name: String) -> Subject? {
        if live.node(name) != nil { return .node(name) }
        if live.socket(name) != nil { return .socket(name) }
        return live.link(name) == nil ? nil : .link(name)
    }

    /// Selects a thing where it stands: on the screen that is open, else on the first that has it.
    mutating func reveal(_ subject: Subject) {
        let pane: Pane
        switch subject {
        case .node: pane = .nodes
        case .link: pane = .links
        case .socket: pane = .sockets
        case .event: pane = .events
        case .message: pane = .messages
        case .group, .edge: return
        }
        guard let screen = screen.panes.contains(pane) ? screen : Screen.allCases.first(where: { $0.panes == [pane] })
        else { return }
        show(screen)
        focus = pane
        // A filter would hide it.
        if !rows(of: pane).contains(subject) { filter = Filter() }
        selections[pane, default: Selection()].subject = subject
    }
}

extension Palette {
    /// The line was changed by hand.
    fileprivate mutating func changed() {
        selected = 0
        recalled = nil
        problem = nil
    }

    /// Puts a choice into the line, with a blank where something comes after it.
    fileprivate mutating func complete(_ choice: Choice) {
        let isName = !choice.line.contains(" ")
        input = TextInput(choice.line + (isName ? " " : ""))
        changed()
    }

    /// An older line by 1, a newer one by -1.
    fileprivate mutating func recall(by step: Int, from history: [String]) {
        guard !history.isEmpty else { return }
        let next = (recalled ?? -1) + step
        guard next >= 0 else {
            input = TextInput()
            changed()
            return
        }
        let place = min(next, history.count - 1)
        input = TextInput(history[history.count - 1 - place])
        changed()
        recalled = place
    }
}
