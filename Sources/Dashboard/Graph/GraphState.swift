import TerminalUI

/// How much a box tells.
enum GraphZoom: Int, Equatable, Sendable, CaseIterable {
    /// A line with the name.
    case names
    /// The sockets, with what waits in them.
    case sockets
    /// Rates and gauges too.
    case full

    var title: String {
        switch self {
        case .names: "names"
        case .sockets: "sockets"
        case .full: "all"
        }
    }
}

/// The graph as one looks at it: what is folded, how near one stands, and where everything is.
struct GraphState: Equatable, Sendable {
    /// nil: as near as there is room for.
    var zoom: GraphZoom?
    /// Groups that the person has folded or unfolded; others fold when there is no room for them.
    var folds: [String: Bool] = [:]
    /// Whether the view goes where most flows.
    var followsHottest = false
    /// The graph's cell that is in the upper left corner of its pane; nil: so that the selection is in sight.
    var origin = Point(x: 0, y: 0)
    /// Set by panning: the view stays where it is, wherever the selection goes.
    var isPanned = false
    /// The pane's cell that the mouse holds, while it pulls the graph.
    var grip: Point?

    // What follows from those and from what is seen.
    private(set) var model = GraphModel(Observation(), folded: [])
    private(set) var layout = GraphLayout()
    private(set) var shownZoom = GraphZoom.full
    private(set) var folded: Set<String> = []
    private var memory = GraphMemory()
    private var basis: Basis?

    /// What a layout depends on.
    private struct Basis: Equatable {
        var structure: Int
        var folds: [String: Bool]
        var zoom: GraphZoom?
        var size: Size
    }

    /// Lays out what is seen now for a pane of that size; does nothing while neither has changed.
    mutating func settle(_ shown: Observation, size: Size) {
        let next = Basis(structure: shown.structure, folds: folds, zoom: zoom, size: size)
        guard next != basis else { return }
        basis = next
        let groups = GraphModel.groups(shown)
        var folded = Set(groups.filter { folds[$0.name] == true }.map(\.name))
        // Groups fold, the largest first, until it all fits at the least zoom; what was unfolded by hand stays so.
        var candidates = groups.filter { folds[$0.name] == nil && $0.count > 2 }.map(\.name)
        var model = GraphModel(shown, folded: folded)
        while !candidates.isEmpty, Self.tallest(model, zoom ?? .sockets) > size.height {
            folded.insert(candidates.removeFirst())
            model = GraphModel(shown, folded: folded)
        }
        self.folded = folded
        self.model = model
        let choices = zoom.map { [$0] } ?? GraphZoom.allCases.reversed()
        for choice in choices {
            var memory = self.memory
            var layout = GraphLayout()
            // Short texts on the edges and short names are better than a box that tells less.
            for (widest, stub) in [(30, 9), (30, 7), (20, 6), (17, 5)] {
                memory = self.memory
                layout = GraphLayout(
                    Self.input(model, choice, width: size.width, widest: widest, stub: stub), memory: &memory)
                if layout.size.width <= size.width { break }
            }
            let fits = layout.size.width <= size.width && layout.size.height <= size.height
            // What does not fit even at the last is cut by the pane, and can be panned to.
            guard fits || choice == choices.last else { continue }
            shownZoom = choice
            self.layout = layout
            self.memory = memory
            return
        }
    }

    /// Rows of the tallest column, estimated without laying it out: boxes per column are not known yet, so those of one
    /// group stand for a column.
    private static func tallest(_ model: GraphModel, _ zoom: GraphZoom) -> Int {
        var heights: [String: Int] = [:]
        for box in model.boxes {
            let key = box.group ?? box.id
            heights[key, default: 0] += height(box, zoom) + (zoom == .full ? 1 : 0)
        }
        return heights.values.max() ?? 0
    }

    // MARK: Boxes

    /// Sockets beyond so many are counted in the last row.
    static let mostRows = 12

    static func height(_ box: GraphModel.Box, _ zoom: GraphZoom) -> Int {
        switch zoom {
        case .names: 1
        case .sockets: box.members.isEmpty ? 3 : 2 + max(1, min(box.rows.count, mostRows))
        case .full: box.members.isEmpty ? 3 : 3 + max(1, min(box.rows.count, mostRows))
        }
    }

    /// The row of a box at which an edge of a socket's row ends.
    static func row(_ row: Int, of box: GraphModel.Box, _ zoom: GraphZoom) -> Int {
        zoom == .names ? 0 : 1 + min(row, mostRows - 1)
    }

    private static func width(_ box: GraphModel.Box, _ zoom: GraphZoom, widest: Int) -> Int {
        let count = box.isGroup ? TextWidth.of(" ×\(box.members.count)") + 4 : 0
        let title = TextWidth.of(box.title) + count + 6
        let rows = box.rows.map { TextWidth.of($0.name) + TextWidth.of($0.type) + 11 }.max() ?? 0
        let wanted = zoom == .names ? title - 2 : max(title, rows, zoom == .full ? 18 : 0)
        return min(widest, max(8, wanted))
    }

    private static func input(
        _ model: GraphModel, _ zoom: GraphZoom, width: Int, widest: Int, stub: Int
    ) -> GraphInput {
        GraphInput(
            vertices: model.boxes.map { box in
                .init(
                    id: box.id,
                    size: Size(width: Self.width(box, zoom, widest: widest), height: height(box, zoom)),
                    group: box.group)
            },
            edges: model.edges.map { edge in
                .init(
                    id: edge.id, from: edge.from, to: edge.to,
                    fromRow: row(edge.fromRow, of: model.boxes[edge.from], zoom),
                    toRow: row(edge.toRow, of: model.boxes[edge.to], zoom))
            },
            stub: stub, gap: zoom == .full ? 1 : 0, width: width)
    }
}
