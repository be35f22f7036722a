/// One thing that a row stands for.
enum Subject: Hashable, Sendable {
    case node(String)
    case link(String)
    case socket(String)
    /// A group of replicas, folded into one box of the graph.
    case group(String)
    /// An edge of the graph that stands for several links.
    case edge(String)
    /// An entry of the message log.
    case message(Int)
    /// An entry of the event log.
    case event(Int)

    /// For a sentence.
    var name: String {
        switch self {
        case .node(let name), .group(let name): name
        case .edge(let id): id
        case .link(let id), .socket(let id): id
        case .event: "The event"
        case .message: "The message"
        }
    }
}

/// A list on a screen.
enum Pane: Hashable, Sendable, CaseIterable {
    case graph, nodes, links, sockets, messages, events

    /// Whether its newest end is shown while nothing is selected in it.
    var followsTail: Bool { self == .events || self == .messages }
}

/// Where one is in a list. It holds on to a thing, not to a row: when rows come and go the thing stays selected.
struct Selection: Equatable, Sendable {
    /// nil: nothing yet; in the event log: at its newest end.
    var subject: Subject?
    /// Where the subject was last: when it is gone, what took its place is selected.
    var row = 0
    /// The first row shown.
    var offset = 0

    /// Holds on to `subject` among `rows`, and keeps it in a window of `height` rows.
    /// `followsTail`: with nothing selected the newest end is shown.
    mutating func settle(rows: [Subject], height: Int, followsTail: Bool) {
        let lastOffset = max(0, rows.count - height)
        if followsTail, subject == nil || !(subject.map(rows.contains) ?? false) {
            subject = nil
            row = max(0, rows.count - 1)
            offset = lastOffset
            return
        }
        if let subject, let found = rows.firstIndex(of: subject) {
            row = found
        } else {
            row = max(0, min(row, rows.count - 1))
            subject = rows.isEmpty ? nil : rows[row]
        }
        offset = max(0, min(offset, lastOffset))
        if row < offset { offset = row }
        if height > 0, row >= offset + height { offset = row - height + 1 }
    }
}
