import RunDirectory
import Telemetry

/// What an edge tells at this moment: its links taken together.
struct EdgeFigures {
    /// Of the worst of them.
    var state = Snapshot.Link.State.up
    /// How many links there are, and how many of them are up.
    var links = 0, up = 0
    /// Messages a second in the direction of the flow, and against it; nil when not known.
    var forward: Double?, backward: Double?
    /// Whether its pattern sends that way at all.
    var carriesForward = false, carriesBackward = false
    /// Messages in its stages; nil when not known of some.
    var depth: Int? = 0
    /// The shortest wait until the next attempt.
    var retryIn: Double?
    var faults: [String] = []
    /// The longest that somebody waits on one of its links.
    var wait: LinkWait?

    init(_ edge: GraphModel.Edge, in shown: Observation) {
        var rank = -1
        for id in edge.links {
            guard let flow = shown.flow(id) else { continue }
            let link = flow.link
            links += 1
            if link.state == .up { up += 1 }
            if Self.rank(link.state) > rank {
                rank = Self.rank(link.state)
                state = link.state
            }
            let (ahead, behind) = edge.isForward ? (link.out, link.back) : (link.back, link.out)
            carriesForward = carriesForward || (edge.isForward ? flow.carriesOut : flow.carriesBack)
            carriesBackward = carriesBackward || (edge.isForward ? flow.carriesBack : flow.carriesOut)
            if let rate = ahead.rate { forward = (forward ?? 0) + rate }
            if let rate = behind.rate { backward = (backward ?? 0) + rate }
            depth = depth.flatMap { sum in flow.depth.map { sum + $0 } }
            if let wait = link.retryIn { retryIn = min(retryIn ?? wait, wait) }
            faults += link.faults
            if let wait = shown.waits[id], wait.time > self.wait?.time ?? 0 { self.wait = wait }
        }
        if !carriesForward { forward = nil }
        if !carriesBackward { backward = nil }
    }

    /// The higher, the more one should see of it.
    private static func rank(_ state: Snapshot.Link.State) -> Int {
        switch state {
        case .up: 0
        case .declared: 1
        case .connected: 2
        case .connecting: 3
        case .retrying: 4
        case .down: 5
        case .refused: 6
        }
    }

    /// Messages a second both ways; nil when neither is known.
    var rate: Double? {
        let known = [forward, backward].compactMap { $0 }
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    var isLive: Bool { state == .up && (rate ?? 0) > 0 }
}

extension DashboardState {
    /// What a box of the graph stands for; nil for strangers.
    func subject(of box: GraphModel.Box) -> Subject? {
        if box.isGroup { return .group(box.title) }
        return box.members.first.map { .node($0) }
    }

    /// What an edge of the graph stands for.
    func subject(of edge: GraphModel.Edge) -> Subject {
        edge.links.count == 1 ? .link(edge.links[0]) : .edge(edge.id)
    }

    /// The box that stands for a subject: of a socket its node's, of a node in a folded group the group's.
    func box(of subject: Subject?) -> Int? {
        let boxes = graph.model.boxes
        switch subject {
        case .node(let name): return boxes.firstIndex { $0.members.contains(name) }
        case .group(let name): return boxes.firstIndex { $0.isGroup && $0.title == name }
        case .socket(let id): return shown.socket(id).flatMap { socket in box(of: .node(socket.node)) }
        case .link, .edge, .event, .message, nil: return nil
        }
    }

    /// The edge that stands for a subject.
    func edge(of subject: Subject?) -> Int? {
        switch subject {
        case .link(let id): graph.model.edges.firstIndex { $0.links.contains(id) }
        case .edge(let id): graph.model.edges.firstIndex { $0.id == id }
        case .node, .group, .socket, .event, .message, nil: nil
        }
    }
}
