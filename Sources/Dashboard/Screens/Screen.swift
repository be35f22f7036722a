/// The screens, in the order of their tabs.
enum Screen: Int, Equatable, Sendable, CaseIterable {
    case topology = 1, nodes, links, sockets, messages, events

    var title: String {
        switch self {
        case .topology: "Topology"
        case .nodes: "Nodes"
        case .links: "Links"
        case .sockets: "Sockets"
        case .messages: "Messages"
        case .events: "Events"
        }
    }

    /// The key that opens it.
    var digit: Character { Character(String(rawValue)) }

    var help: String {
        switch self {
        case .topology: "topology: the graph, and its links"
        case .nodes: "all of the nodes"
        case .links: "all of the links, both ways"
        case .sockets: "all of the sockets"
        case .messages: "messages as they pass, and what is in them"
        case .events: "what happened"
        }
    }

    /// Its lists, in the order in which one moves through them.
    var panes: [Pane] {
        switch self {
        case .topology: [.graph, .links, .events]
        case .nodes: [.nodes]
        case .links: [.links]
        case .sockets: [.sockets]
        case .messages: [.messages]
        case .events: [.events]
        }
    }
}
