import TerminalUI

/// What is to be laid out: boxes of known sizes, and edges between rows of them. Pure geometry; the layout knows nothing
/// of nodes and links.
struct GraphInput: Equatable, Sendable {
    /// A box.
    struct Vertex: Equatable, Sendable {
        /// Unique, and the same as long as it is the same thing.
        var id: String
        /// In cells, borders included.
        var size: Size
        /// Those of one group stand in one column, unless there are edges between them; nil: alone.
        var group: String?
    }

    /// A line from the right side of one box to the left side of another, unless the layers turn it round.
    struct Edge: Equatable, Sendable {
        /// Unique, and the same as long as it is the same thing.
        var id: String
        /// Places of its ends among the vertices; never the same.
        var from: Int, to: Int
        /// Rows of the boxes at which it begins and ends, from 0.
        var fromRow: Int, toRow: Int
    }

    /// In the order in which they are to stand where nothing else decides.
    var vertices: [Vertex]
    var edges: [Edge]
    /// Cells of a line's own stretch before it meets others: what is written on it must fit.
    var stub = 8
    /// Empty rows between boxes.
    var gap = 1
    /// The room there is: channels widen, up to a point, to fill it.
    var width = 0
}

/// Where everything stands, in cells from the upper left corner of the graph.
struct GraphLayout: Equatable, Sendable {
    /// In the order of the input's vertices.
    var boxes: [Rect] = []
    /// The way of each edge, from `from` to `to`, a stretch for each channel that it goes through; the first cell and the
    /// last one lie beside the boxes.
    var paths: [[Stretch]] = []
    /// The piece of each edge that it shares with no other, where its text stands.
    var labels: [Label] = []
    var size = Size(width: 0, height: 0)

    /// A piece of an edge.
    struct Stretch: Equatable, Sendable {
        /// Stretches with the same number are one line.
        var line: Int
        /// At least one; each in one row or column with the one before.
        var corners: [Point]
    }

    /// Where an edge's text may stand.
    struct Label: Equatable, Sendable {
        var y = 0
        var columns = 0..<0
    }

    /// The corners of an edge from end to end.
    func corners(_ edge: Int) -> [Point] { paths[edge].flatMap(\.corners) }

    /// A rectangle that an edge lies in, with its text; empty where it has no way.
    func bounds(ofEdge edge: Int) -> Rect {
        guard var (left, top) = paths[edge].first?.corners.first.map({ ($0.x, $0.y) }) else {
            return Rect(Size(width: 0, height: 0))
        }
        var (right, bottom) = (left, top)
        for stretch in paths[edge] {
            for corner in stretch.corners {
                (left, right) = (min(left, corner.x), max(right, corner.x))
                (top, bottom) = (min(top, corner.y), max(bottom, corner.y))
            }
        }
        return Rect(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// Every cell of an edge from end to end, each once.
    func cells(_ edge: Int) -> [Point] {
        let corners = corners(edge)
        var cells = corners.prefix(1).map { $0 }
        for (from, to) in zip(corners, corners.dropFirst()) where from != to {
            let step = Point(x: (to.x - from.x).signum(), y: (to.y - from.y).signum())
            var point = from
            while point != to {
                point = Point(x: point.x + step.x, y: point.y + step.y)
                cells.append(point)
            }
        }
        return cells
    }
}

/// Where things stood, so that they stand there again: what comes and goes moves nothing else.
struct GraphMemory: Equatable, Sendable {
    /// The layer of each vertex ever laid out.
    var layers: [String: Int] = [:]
    /// Its place within the layer: only the order counts. Bends of edges have places too.
    var places: [String: Double] = [:]
    /// Of more than so many the ones that are gone are forgotten.
    static let capacity = 10_000
}
