import TerminalUI

/// The second step: in which order the boxes of a column stand, so that few edges cross.
struct GraphOrdering {
    /// What stands in a column: a box, or the place where an edge passes.
    struct Item: Equatable {
        /// Of the input; nil where an edge passes.
        var vertex: Int?
        /// Name in the memory.
        var name: String
        var layer: Int
        var height: Int
    }

    /// One stretch of an edge, from a column to the next.
    struct Segment: Equatable {
        var edge: Int
        /// Items at its left and right end.
        var left: Int, right: Int
        /// Rows within them.
        var leftRow: Int, rightRow: Int
    }

    private(set) var items: [Item]
    /// Items of each layer, from the top.
    private(set) var columns: [[Int]]
    private(set) var segments: [Segment]

    init(_ input: GraphInput, _ layering: GraphLayering, memory: GraphMemory) {
        items = input.vertices.enumerated().map { index, vertex in
            Item(vertex: index, name: vertex.id, layer: layering.layers[index], height: vertex.size.height)
        }
        segments = []
        for (index, edge) in input.edges.enumerated() {
            let turned = layering.isReversed[index]
            let (from, to) = turned ? (edge.to, edge.from) : (edge.from, edge.to)
            var last = (item: from, row: turned ? edge.toRow : edge.fromRow)
            for layer in (layering.layers[from] + 1)..<max(layering.layers[from] + 1, layering.layers[to]) {
                items.append(Item(vertex: nil, name: "\(edge.id)\n\(layer)", layer: layer, height: 1))
                segments.append(
                    Segment(edge: index, left: last.item, right: items.count - 1, leftRow: last.row, rightRow: 0))
                last = (items.count - 1, 0)
            }
            segments.append(
                Segment(
                    edge: index, left: last.item, right: to, leftRow: last.row,
                    rightRow: turned ? edge.fromRow : edge.toRow))
        }
        columns = Array(repeating: [], count: (items.map(\.layer).max() ?? -1) + 1)
        for (index, item) in items.enumerated() { columns[item.layer].append(index) }
        arrange(layering.isAsBefore ? memory.places : [:])
    }

    /// Items at the left and at the right of each, with the rows by which they are joined.
    private struct Neighbours {
        var left: [[(item: Int, ownRow: Int, row: Int)]]
        var right: [[(item: Int, ownRow: Int, row: Int)]]

        init(_ ordering: GraphOrdering) {
            left = Array(repeating: [], count: ordering.items.count)
            right = left
            for segment in ordering.segments {
                left[segment.right].append((segment.left, segment.rightRow, segment.leftRow))
                right[segment.left].append((segment.right, segment.leftRow, segment.rightRow))
            }
        }
    }

    private mutating func arrange(_ places: [String: Double]) {
        let neighbours = Neighbours(self)
        if !places.isEmpty {
            insert(neighbours, places)
            return
        }
        // Sweeps to the right and to the left, each item to the mean place of those it is joined to; the best is kept.
        var best = columns
        var fewest = crossings
        for sweep in 0..<8 where fewest > 0 {
            let isForward = sweep.isMultiple(of: 2)
            for layer in isForward ? Array(columns.indices) : columns.indices.reversed() {
                sort(layer, by: isForward ? neighbours.left : neighbours.right)
            }
            let now = crossings
            if now < fewest {
                fewest = now
                best = columns
            }
        }
        columns = best
    }

    /// What was there keeps its order; what is new stands where it is joined to.
    private mutating func insert(_ neighbours: Neighbours, _ places: [String: Double]) {
        for layer in columns.indices {
            let known = columns[layer].filter { places[items[$0].name] != nil }.sorted {
                (places[items[$0].name] ?? 0, $0) < (places[items[$1].name] ?? 0, $1)
            }
            var column = known
            for item in columns[layer] where places[items[item].name] == nil {
                let mean = mean(of: item, neighbours.left) ?? mean(of: item, neighbours.right)
                let place = mean.flatMap { mean in
                    column.firstIndex { other in
                        (self.mean(of: other, neighbours.left) ?? self.mean(of: other, neighbours.right) ?? 0) > mean
                    }
                }
                column.insert(item, at: place ?? column.count)
            }
            columns[layer] = column
        }
    }

    private mutating func sort(_ layer: Int, by sides: [[(item: Int, ownRow: Int, row: Int)]]) {
        let column = columns[layer]
        var keys: [(Double, Int)] = []
        for (place, item) in column.enumerated() { keys.append((mean(of: item, sides) ?? Double(place), place)) }
        columns[layer] = column.indices.sorted { keys[$0] < keys[$1] }.map { column[$0] }
    }

    /// Mean place of what an item is joined to on one side, rows counted as parts of a place; nil when it is to nothing.
    private func mean(of item: Int, _ sides: [[(item: Int, ownRow: Int, row: Int)]]) -> Double? {
        let joined = sides[item]
        guard !joined.isEmpty else { return nil }
        let sum = joined.reduce(0.0) { sum, other in
            sum + Double(place(of: other.item)) + Double(other.row) / Double(items[other.item].height + 1)
        }
        return sum / Double(joined.count)
    }

    private func place(of item: Int) -> Int { columns[items[item].layer].firstIndex(of: item) ?? 0 }

    /// How often edges cross, all columns together.
    var crossings: Int {
        var place = Array(repeating: 0, count: items.count)
        for column in columns { for (index, item) in column.enumerated() { place[item] = index } }
        var total = 0
        for (_, group) in Dictionary(grouping: segments, by: { items[$0.left].layer }) {
            let ends = group.map { segment in
                (
                    left: place[segment.left] * 1000 + segment.leftRow,
                    right: place[segment.right] * 1000 + segment.rightRow
                )
            }.sorted { $0 < $1 }
            // Pairs in the wrong order at the right, counted while they are merged.
            total += Self.inversions(ends.map(\.right))
        }
        return total
    }

    private static func inversions(_ values: [Int]) -> Int {
        guard values.count > 1 else { return 0 }
        var values = values
        var scratch = values
        var total = 0
        var width = 1
        while width < values.count {
            for start in stride(from: 0, to: values.count, by: 2 * width) {
                let middle = min(start + width, values.count)
                let end = min(start + 2 * width, values.count)
                var (one, other, out) = (start, middle, start)
                while one < middle || other < end {
                    if other >= end || (one < middle && values[one] <= values[other]) {
                        scratch[out] = values[one]
                        one += 1
                    } else {
                        scratch[out] = values[other]
                        total += middle - one
                        other += 1
                    }
                    out += 1
                }
            }
            swap(&values, &scratch)
            width *= 2
        }
        return total
    }
}
