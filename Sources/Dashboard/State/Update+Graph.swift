import RunDirectory
import Telemetry
import TerminalUI

extension DashboardState {
    /// What is selected in the graph, or what stands there for what is selected elsewhere.
    var graphSelection: Subject? { selections[.graph]?.subject }

    /// Where the graph's upper left cell stands on the screen: a small graph in the middle of its pane, a large one as far
    /// as it was panned.
    func graphShift(in area: Rect) -> Point {
        let size = graph.layout.size
        return Point(
            x: size.width <= area.width ? area.x + (area.width - size.width) / 2 : area.x - graph.origin.x,
            y: size.height <= area.height ? area.y + (area.height - size.height) / 2 : area.y - graph.origin.y)
    }

    /// The time that moves the pulses: it stands still while the view is frozen.
    var pulseTime: Duration { frozen == nil ? now : .zero }

    /// Whether a box has anything to do with the filter.
    func isMatched(_ box: GraphModel.Box) -> Bool {
        guard filter.isActive else { return true }
        if filter.isPlain { return filter.shows([box.title] + box.members + box.rows.flatMap { [$0.name, $0.type] }) }
        return rows(of: .nodes).contains { if case .node(let name) = $0 { box.members.contains(name) } else { false } }
    }

    /// What can be selected in the graph: the boxes and the edges.
    var graphRows: [Subject] {
        graph.model.boxes.compactMap(subject(of:)) + graph.model.edges.map(subject(of:))
    }

    /// Brings the graph up to date, and what is selected into sight.
    mutating func settleGraph(_ area: Rect) {
        graph.settle(shown, size: area.size)
        if graph.followsHottest, let hottest = hottestEdge {
            selections[.graph, default: Selection()].subject = hottest
        }
        if selections[.graph]?.subject.map({ box(of: $0) == nil && edge(of: $0) == nil }) ?? true {
            select(graphRows.first)
        }
        keepInSight(area.size)
    }

    private mutating func keepInSight(_ pane: Size) {
        let size = graph.layout.size
        if !graph.isPanned, let target = selectedCells {
            func shifted(_ origin: Int, _ low: Int, _ high: Int, _ room: Int) -> Int {
                // A cell of what lies beyond is seen too.
                low - 1 < origin ? low - 1 : high + 1 > origin + room ? high + 1 - room : origin
            }
            graph.origin.x = shifted(graph.origin.x, target.x, target.right, pane.width)
            graph.origin.y = shifted(graph.origin.y, target.y, target.bottom, pane.height)
        }
        graph.origin.x = max(0, min(graph.origin.x, size.width - pane.width))
        graph.origin.y = max(0, min(graph.origin.y, size.height - pane.height))
    }

    /// The cells of what is selected, in the graph.
    private var selectedCells: Rect? {
        if let box = box(of: graphSelection) { return graph.layout.boxes[box] }
        guard let edge = edge(of: graphSelection) else { return nil }
        let label = graph.layout.labels[edge]
        return Rect(x: label.columns.lowerBound, y: label.y, width: label.columns.count, height: 1)
    }

    /// The edge with the most messages a second; the one selected stays as long as no other has a fifth more.
    private var hottestEdge: Subject? {
        let rates = graph.model.edges.map { EdgeFigures($0, in: shown).rate ?? 0 }
        guard let best = rates.indices.max(by: { rates[$0] < rates[$1] }), rates[best] > 0 else { return nil }
        if let current = edge(of: graphSelection), rates[current] * 1.2 >= rates[best] { return graphSelection }
        return subject(of: graph.model.edges[best])
    }

    // MARK: Moving

    /// One step through the graph: from a box along its edges to the next box; up and down among what stands side by side.
    /// - Returns: false when there is nothing further that way.
    mutating func walk(_ command: Command) -> Bool {
        graph.followsHottest = false
        graph.isPanned = false
        let layout = graph.layout
        let model = graph.model
        func select(_ subject: Subject?) -> Bool {
            guard let subject else { return false }
            selections[.graph]?.subject = subject
            return true
        }
        if let edge = edge(of: graphSelection) {
            // Edges go from left to right, or were turned round by the layers.
            let (left, right) =
                layout.boxes[model.edges[edge].from].x < layout.boxes[model.edges[edge].to].x
                ? (model.edges[edge].from, model.edges[edge].to) : (model.edges[edge].to, model.edges[edge].from)
            switch command {
            case .left: return select(subject(of: model.boxes[left]))
            case .right: return select(subject(of: model.boxes[right]))
            default:
                let here = layout.labels[edge]
                let others = model.edges.indices.filter { other in
                    other != edge && layout.labels[other].columns.overlaps(here.columns)
                        && (command == .down ? layout.labels[other].y > here.y : layout.labels[other].y < here.y)
                }
                let next = others.min { abs(layout.labels[$0].y - here.y) < abs(layout.labels[$1].y - here.y) }
                return select(next.map { subject(of: model.edges[$0]) })
            }
        }
        guard let box = box(of: graphSelection) else { return select(graphRows.first) }
        let here = layout.boxes[box]
        switch command {
        case .left, .right:
            let edges = model.edges.indices.filter { index in
                let edge = model.edges[index]
                guard edge.from == box || edge.to == box else { return false }
                let other = layout.boxes[edge.from == box ? edge.to : edge.from]
                return command == .right ? other.x > here.x : other.x < here.x
            }
            return select(edges.min { layout.labels[$0].y < layout.labels[$1].y }.map { subject(of: model.edges[$0]) })
        default:
            let others = model.boxes.indices.filter { other in
                let rect = layout.boxes[other]
                return rect.x == here.x && (command == .down ? rect.y > here.y : rect.y < here.y)
                    && subject(of: model.boxes[other]) != nil
            }
            let next = others.min { abs(layout.boxes[$0].y - here.y) < abs(layout.boxes[$1].y - here.y) }
            return select(next.flatMap { subject(of: model.boxes[$0]) })
        }
    }

    mutating func moveInGraph(_ command: Command) {
        switch command {
        case .up: _ = walk(.up)
        case .down:
            // Below the last box the list below the graph goes on.
            if !walk(.down) { step(by: 1, rows: [], flows: true) }
        case .first: select(graphRows.first)
        case .last: select(graph.model.boxes.last.flatMap(subject(of:)))
        case .pageUp: pan(x: 0, y: -10)
        case .pageDown: pan(x: 0, y: 10)
        default: break
        }
    }

    mutating func followHottest() {
        graph.followsHottest.toggle()
        graph.isPanned = false
        say(
            graph.followsHottest
                ? "Follows the link with the most messages; \(keymap.key(for: .hottest)) or an arrow lets go."
                : "Follows no more.")
    }

    /// The links that an edge stands for, on their screen.
    mutating func showLinks(of subject: Subject) {
        guard let edge = edge(of: subject), let first = graph.model.edges[edge].links.first else { return }
        show(.links)
        selections[.links, default: Selection()].subject = .link(first)
    }

    /// Moves the view over the graph, by half a pane at most.
    mutating func pan(x: Int, y: Int) {
        graph.isPanned = true
        graph.followsHottest = false
        graph.origin.x += x
        graph.origin.y += y
    }

    /// Nearer or farther; past the nearest it is chosen by the room there is again.
    mutating func zoom(by step: Int) {
        let next = graph.shownZoom.rawValue + step
        graph.zoom = GraphZoom(rawValue: next)
        graph.isPanned = false
        let zoomKeys = "\(keymap.key(for: .zoomIn)) and \(keymap.key(for: .zoomOut))"
        say(
            graph.zoom.map { "Zoom: \($0.title). \(zoomKeys) change it; past the ends it fits the room." }
                ?? "Zoom: as near as there is room for.")
    }

    /// Folds the selected node's group into one box, or unfolds it.
    mutating func fold() {
        switch graphSelection {
        case .group(let name):
            graph.folds[name] = false
            select(shown.nodes.first { $0.group == name }.map { .node($0.name) })
            say("Unfolded \(name): \(keymap.key(for: .fold)) folds it.")
        case .node(let name):
            guard let group = shown.node(name)?.group, GraphModel.groups(shown).contains(where: { $0.name == group })
            else {
                say("\(name) has no replicas to fold it with.", isProblem: true)
                return
            }
            graph.folds[group] = true
            select(.group(group))
            say("Folded \(group): \(keymap.key(for: .fold)) unfolds it.")
        default:
            say("Select a node or a group to fold or unfold.", isProblem: true)
        }
    }

    /// Shows elsewhere what is selected here, where it is shown too.
    mutating func shareSelection() {
        guard let selected = selections[focus]?.subject, selected != sharedSelection else { return }
        sharedSelection = selected
        if focus != .graph {
            if box(of: selected) != nil || edge(of: selected) != nil {
                graph.isPanned = false
                select(graphSubject(for: selected))
            }
        }
        let pane: Pane? =
            switch selected {
            case .node: .nodes
            case .link: .links
            case .socket: .sockets
            case .event, .message, .group, .edge: nil
            }
        if let pane, pane != focus { selections[pane, default: Selection()].subject = selected }
    }

    private mutating func select(_ subject: Subject?) {
        selections[.graph, default: Selection()].subject = subject
    }

    private func graphSubject(for subject: Subject) -> Subject? {
        if let box = box(of: subject) { return self.subject(of: graph.model.boxes[box]) }
        return edge(of: subject).map { self.subject(of: graph.model.edges[$0]) }
    }

    /// What lies at a cell of the graph's pane.
    func graphSubject(at point: Point, in area: Rect) -> Subject? {
        let shift = graphShift(in: area)
        if let box = graph.layout.boxes.firstIndex(where: { $0.moved(by: shift).contains(point) }) {
            return subject(of: graph.model.boxes[box])
        }
        let place = Point(x: point.x - shift.x, y: point.y - shift.y)
        let edges = graph.model.edges.indices.filter { graph.layout.cells($0).contains(place) }
        return edges.first.map { subject(of: graph.model.edges[$0]) }
    }
}
