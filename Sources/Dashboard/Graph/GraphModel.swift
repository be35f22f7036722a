import RunDirectory
import Telemetry

/// What the graph shows: boxes for nodes, or for groups of replicas that are folded, and an edge for all links between the
/// same sockets of two boxes. Names and structure only; the figures are looked up when it is drawn.
struct GraphModel: Equatable, Sendable {
    /// A box.
    struct Box: Equatable, Sendable {
        /// A node's name; `client ×` before a group's; the end's name for a stranger.
        var id: String
        var title: String
        /// The replicas that it is one of; nil for one that has none.
        var group: String?
        /// Nodes in it: one, or the members of a group; empty for a stranger.
        var members: [String]
        /// Names of its sockets' rows: of the members all together.
        var rows: [Row]
        var isGroup: Bool
        /// An end of links that is no node of the session, and how many of them stand in this box.
        var strangers = 0
    }

    /// A line in a box: sockets of one name.
    struct Row: Equatable, Sendable {
        var name: String
        var type: String
        /// Ids of the sockets; several in a group.
        var sockets: [String]
        /// Connected to a socket of its own box: there is no edge to draw.
        var hasLoop = false
    }

    /// All links between a row of one box and a row of another.
    struct Edge: Equatable, Sendable {
        var id: String
        /// Boxes and rows of them, in the direction of the flow.
        var from: Int, to: Int
        var fromRow: Int, toRow: Int
        /// Ids, in the order of the links.
        var links: [String]
        /// Whether the links' own direction (from the connecting end) is the flow's.
        var isForward: Bool
    }

    var boxes: [Box] = []
    var edges: [Edge] = []

    /// - Parameter folded: groups that are one box each.
    init(_ shown: Observation, folded: Set<String>) {
        var place: [String: Int] = [:]
        var rowOfSocket: [String: (box: Int, row: Int)] = [:]
        for node in shown.nodes {
            let isFolded = folded.contains(node.group)
            let id = isFolded ? "\(node.group) ×" : node.name
            let box = place[id] ?? boxes.count
            if box == boxes.count {
                place[id] = box
                boxes.append(
                    Box(
                        id: id, title: isFolded ? node.group : node.name,
                        group: node.replica == nil || isFolded ? nil : node.group, members: [], rows: [],
                        isGroup: isFolded))
            }
            boxes[box].members.append(node.name)
            for socket in shown.sockets(of: node.name) {
                let row = boxes[box].rows.firstIndex { $0.name == socket.name && $0.type == socket.type }
                if let row {
                    boxes[box].rows[row].sockets.append(socket.id)
                } else {
                    boxes[box].rows.append(Row(name: socket.name, type: socket.type, sockets: [socket.id]))
                }
                rowOfSocket[socket.id] = (box, row ?? boxes[box].rows.count - 1)
            }
        }
        let orders = Dictionary(
            shown.nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var edgePlace: [String: Int] = [:]
        for link in shown.links {
            let from = rowOfSocket[link.from] ?? stranger(link.from, at: link.to, &place)
            let to = rowOfSocket[link.to] ?? stranger(link.to, at: link.from, &place)
            if from.box == to.box {
                boxes[from.box].rows[from.row].hasLoop = true
                continue
            }
            let isForward = Self.flowsForward(link, shown, orders)
            let (start, end) = isForward ? (from, to) : (to, from)
            let id =
                "\(boxes[start.box].id).\(boxes[start.box].rows[start.row].name)>\(boxes[end.box].id).\(boxes[end.box].rows[end.row].name)"
            if let edge = edgePlace[id] {
                edges[edge].links.append(link.id)
                continue
            }
            edgePlace[id] = edges.count
            edges.append(
                Edge(
                    id: id, from: start.box, to: end.box, fromRow: start.row, toRow: end.row, links: [link.id],
                    isForward: isForward))
        }
    }

    /// An end that belongs to no node: all of those that one socket talks to stand in one box.
    private mutating func stranger(_ end: String, at peer: String, _ place: inout [String: Int]) -> (
        box: Int, row: Int
    ) {
        let id = "peers of \(peer)"
        if let box = place[id] {
            boxes[box].strangers += 1
            return (box, 0)
        }
        place[id] = boxes.count
        boxes.append(
            Box(
                id: id, title: end, members: [], rows: [Row(name: "", type: "", sockets: [])], isGroup: false,
                strangers: 1)
        )
        return (boxes.count - 1, 0)
    }

    /// Which way messages flow, or requests where they flow both ways. From the patterns, where those tell; else the file
    /// is read from above to below, as its writer told the story; else from who connects.
    private static func flowsForward(_ link: Snapshot.Link, _ shown: Observation, _ orders: [String: Int]) -> Bool {
        let from = shown.socket(link.from)
        let to = shown.socket(link.to)
        let senders: Set<String> = ["PUSH", "PUB", "XPUB", "REQ"]
        let receivers: Set<String> = ["PULL", "SUB", "XSUB", "REP"]
        if senders.contains(from?.type ?? "") || receivers.contains(to?.type ?? "") { return true }
        if senders.contains(to?.type ?? "") || receivers.contains(from?.type ?? "") { return false }
        guard let from, let to, from.declared, to.declared, let one = orders[from.node], let other = orders[to.node]
        else { return true }
        return one <= other
    }

    /// Groups that have more than one member, the largest first.
    static func groups(_ shown: Observation) -> [(name: String, count: Int)] {
        Dictionary(grouping: shown.nodes.filter { $0.replica != nil && $0.parent == nil }, by: \.group)
            .map { (name: $0.key, count: $0.value.count) }
            .filter { $0.count > 1 }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}
