import RunDirectory
import Telemetry
import TerminalUI

/// The faults that can befall a link, a socket or a node, of which one is chosen.
struct FaultMenu: Equatable, Sendable {
    /// One line of the menu.
    struct Entry: Equatable, Sendable {
        /// nil: ends the faults that are in force.
        var fault: Fault.Name?
        /// As a command names it.
        var target: String
        /// What is in force of it, as `loss 30%`.
        var inForce: String?
    }

    var subject: Subject
    var selected = 0
    /// Why the last choice could not be done: one sentence.
    var problem: String?
}

/// What a fault takes, as typed last.
struct FaultValues: Equatable, Sendable {
    private var typed: [Fault.Name: TextInput] = [:]

    /// An empty one where the fault takes nothing.
    subscript(name: Fault.Name) -> TextInput {
        get { typed[name] ?? TextInput(name.example ?? "") }
        set { typed[name] = newValue }
    }
}

extension Observation {
    /// The faults in force on a subject.
    func faults(of subject: Subject) -> [String] {
        switch subject {
        case .link(let id): link(id)?.faults ?? []
        case .node(let name): node(name)?.faults ?? []
        case .socket(let id): socket(id)?.faults ?? []
        case .group, .edge, .message, .event: []
        }
    }

    /// What has a fault, by its name.
    var faulty: [String] {
        links.filter { !$0.faults.isEmpty }.map(\.id) + nodes.filter { !$0.faults.isEmpty }.map(\.name)
            + sockets.filter { !$0.faults.isEmpty }.map(\.id)
    }

    /// What can be healed: that, and nodes that stand for their links.
    var healable: [String] {
        let faulty = faulty
        let ends = Set(links.filter { !$0.faults.isEmpty }.flatMap { [owner(of: $0.from), owner(of: $0.to)] })
        return faulty + nodes.map(\.name).filter { ends.contains($0) && !faulty.contains($0) }
    }
}

extension DashboardState {
    /// What can be done to the subject of a menu: what ends it first.
    func faultEntries(_ menu: FaultMenu) -> [FaultMenu.Entry] {
        let names: [Fault.Name]
        var sockets: [String] = []
        switch menu.subject {
        case .link: names = [.cut, .partition, .loss, .bandwidth]
        case .node(let name):
            names = [.cut, .partition, .loss, .bandwidth, .slow]
            // What is done to messages is done to those of one socket.
            sockets = live.sockets.filter { $0.node == name }.map(\.id)
            if sockets.count > 4 { sockets = [] }
        case .socket: names = [.slow, .drop, .duplicate, .corrupt]
        case .group, .edge, .event, .message: names = []
        }
        let inForce = live.faults(of: menu.subject)
        func entry(_ name: Fault.Name, _ target: String, _ inForce: [String]) -> FaultMenu.Entry {
            let word = inForce.first { $0.split(separator: " ").first.map(String.init) == name.rawValue }
            return .init(fault: name, target: target, inForce: word)
        }
        var entries = names.map { entry($0, menu.subject.name, inForce) }
        for socket in sockets {
            let own = live.faults(of: .socket(socket))
            entries += [Fault.Name.drop, .duplicate, .corrupt].map { entry($0, socket, own) }
        }
        if entries.contains(where: { $0.inForce != nil }) || hasFaultyLinks(menu.subject) {
            entries.insert(.init(fault: nil, target: menu.subject.name, inForce: nil), at: 0)
        }
        return entries
    }

    private func hasFaultyLinks(_ subject: Subject) -> Bool {
        guard case .node(let name) = subject else { return false }
        return live.links.contains {
            !$0.faults.isEmpty && (live.owner(of: $0.from) == name || live.owner(of: $0.to) == name)
        }
    }

    /// The link, socket or node that a fault would befall now.
    private var faultSubject: Subject? {
        switch selected {
        case .link, .socket, .node: return selected
        case .edge(let id):
            guard let edge = edge(of: .edge(id)) else { return nil }
            let links = graph.model.edges[edge].links
            return links.count == 1 ? .link(links[0]) : nil
        case .event, .message: return targetNode.map { .node($0) }
        case .group, nil: return nil
        }
    }

    mutating func openFaults() {
        guard let subject = faultSubject else {
            say("Select one link, socket or node: \(keymap.key(for: .fold)) unfolds replicas.", isProblem: true)
            return
        }
        if let refusal = faultRefusal(subject.name) { return say(refusal, isProblem: true) }
        overlay = .faults(FaultMenu(subject: subject))
    }

    func faultRefusal(_ name: String) -> String? {
        readOnly ? "Read-only: \(name) is left alone. Run zmqtop without --read-only for faults." : nil
    }

    /// Cuts what is selected, or heals it where it is cut.
    mutating func cutOrHeal() -> [Effect] {
        guard let subject = faultSubject, subject.isLinked else {
            say("Select a link to cut, or a node to cut all its links.", isProblem: true)
            return []
        }
        if let refusal = faultRefusal(subject.name) {
            say(refusal, isProblem: true)
            return []
        }
        let isCut = live.faults(of: subject).contains("cut") || hasFaultyLinks(subject)
        say("\(isCut ? "Healing" : "Cutting") \(subject.name) …")
        return [.command(isCut ? .heal(target: subject.name) : .fault(.cut, target: subject.name))]
    }

    mutating func chooseFault(_ key: Key) -> [Effect] {
        guard case .faults(var menu) = overlay else { return [] }
        let entries = faultEntries(menu)
        menu.selected = max(0, min(menu.selected, entries.count - 1))
        defer { if case .faults = overlay { overlay = .faults(menu) } }
        let command = keymap.command(for: key, in: [.faults])
        if command == nil, let name = entries[menu.selected].fault, name.example != nil, key.isOfValues,
            faultValues[name].handle(key)
        {
            menu.problem = nil
            return []
        }
        switch command ?? keymap.command(for: key, in: [.moving]) {
        case .up: menu.selected = (menu.selected + entries.count - 1) % entries.count
        case .down: menu.selected = (menu.selected + 1) % entries.count
        case .first: menu.selected = 0
        case .last: menu.selected = entries.count - 1
        case .back: overlay = nil
        case .open:
            do throws(WordsError) {
                let command = try order(entries[menu.selected])
                overlay = nil
                say("\(command.doing) …")
                return [.command(command)]
            } catch {
                menu.problem = error.description
            }
        default: return []
        }
        return []
    }

    private func order(_ entry: FaultMenu.Entry) throws(WordsError) -> SessionCommand {
        guard let name = entry.fault else { return .heal(target: entry.target) }
        let value = faultValues[name].text
        return .fault(try Fault(name, value: value.isEmpty ? nil : value), target: entry.target)
    }

    /// A press of the mouse while the menu is there: chooses; outside closes.
    mutating func clickFault(_ point: Point) {
        guard case .faults(var menu) = overlay else { return }
        let canvas = Canvas(state: self, size: size)
        guard canvas.faultsArea(menu).contains(point) else {
            overlay = nil
            return
        }
        if let row = canvas.faultRow(at: point, menu) {
            menu.selected = row
            overlay = .faults(menu)
        }
    }

    mutating func pasteValue(_ text: String, _ menu: FaultMenu) {
        let entries = faultEntries(menu)
        guard entries.indices.contains(menu.selected), let name = entries[menu.selected].fault, name.example != nil
        else { return }
        faultValues[name].insert(String(text.prefix(Self.longestLine)))
    }

    /// How a fault is ended, as a sentence.
    func healing(_ target: String) -> String {
        "\(keymap.key(for: .faults)) or :heal ends it."
    }
}

extension Key {
    /// Whether it writes a value, or edits it; other letters move in the menu.
    fileprivate var isOfValues: Bool {
        guard case .character(let character) = code, !control else { return true }
        return "0123456789.%/smhnuiKMGB".contains(character)
    }
}

extension Subject {
    /// Whether faults of links can befall it.
    fileprivate var isLinked: Bool {
        switch self {
        case .link, .node: true
        default: false
        }
    }
}

extension SessionCommand {
    /// What is being done, at the beginning of a sentence.
    var doing: String {
        switch self {
        case .node(let verb, let name): "\(verb.doing) \(name)"
        case .fault(let fault, let target): "Setting \(fault) on \(target)"
        case .heal(let target): "Healing \(target)"
        case .inject(let injection): "Injecting into \(injection.target)"
        case .down: "Ending the session"
        case .join, .joined, .left: ""
        }
    }
}
