/// The third step: the row at which each item stands, near those it is joined to, in order and without overlap.
struct GraphPlacement {
    /// By item: its topmost row.
    private(set) var rows: [Int]
    private let ordering: GraphOrdering
    private let gap: Int

    init(_ ordering: GraphOrdering, gap: Int) {
        self.ordering = ordering
        self.gap = gap
        rows = Array(repeating: 0, count: ordering.items.count)
        for column in ordering.columns {
            var row = 0
            for (place, item) in column.enumerated() {
                if place > 0 { row += space(column[place - 1], item) }
                rows[item] = row
                row += ordering.items[item].height
            }
        }
        var left: [[(own: Int, other: Int, row: Int)]] = Array(repeating: [], count: ordering.items.count)
        var right = left
        for segment in ordering.segments {
            left[segment.right].append((segment.rightRow, segment.left, segment.leftRow))
            right[segment.left].append((segment.leftRow, segment.right, segment.rightRow))
        }
        let layers = Array(ordering.columns.indices)
        for pass in 0..<4 {
            let isForward = pass.isMultiple(of: 2)
            for layer in isForward ? layers : layers.reversed() {
                settle(layer, isForward ? left : right, isForward ? right : left)
            }
        }
        let first = rows.min() ?? 0
        for item in rows.indices { rows[item] -= first }
    }

    /// Empty rows between two items of a column: lines that pass may lie next to each other.
    private func space(_ above: Int, _ below: Int) -> Int {
        ordering.items[above].vertex == nil || ordering.items[below].vertex == nil ? min(gap, 1) : gap
    }

    /// Moves an item down, and those below it as far as they must. Whether that was all there is to it: nothing above moves.
    mutating func push(_ item: Int) {
        let column = ordering.columns[ordering.items[item].layer]
        guard let start = column.firstIndex(of: item) else { return }
        rows[item] += 1
        for place in (start + 1)..<max(start + 1, column.count) {
            let above = column[place - 1]
            rows[column[place]] = max(
                rows[column[place]], rows[above] + ordering.items[above].height + space(above, column[place]))
        }
    }

    /// Each item to where its lines would be straight, as far as the order lets it: the least squares of the way that is
    /// missing, by pooling neighbours that would overlap (Barlow et al., isotonic regression).
    private mutating func settle(
        _ layer: Int, _ near: [[(own: Int, other: Int, row: Int)]], _ far: [[(own: Int, other: Int, row: Int)]]
    ) {
        struct Pool {
            var sum: Double, weight: Double, count: Int
            var mean: Double { sum / weight }
        }
        let column = ordering.columns[layer]
        var pools: [Pool] = []
        var offsets: [Int] = []
        var offset = 0
        for (place, item) in column.enumerated() {
            if place > 0 {
                offset += ordering.items[column[place - 1]].height + space(column[place - 1], item)
            }
            offsets.append(offset)
            let joined = near[item].isEmpty ? far[item] : near[item]
            let wanted =
                joined.isEmpty
                ? Double(rows[item])
                : joined.reduce(0.0) { $0 + Double(rows[$1.other] + $1.row - $1.own) } / Double(joined.count)
            // A line that only passes through should be straight before all else.
            let weight = joined.isEmpty ? 0.1 : ordering.items[item].vertex == nil ? 4.0 : 1.0
            pools.append(Pool(sum: (wanted - Double(offset)) * weight, weight: weight, count: 1))
            while pools.count > 1, pools[pools.count - 2].mean > pools[pools.count - 1].mean {
                let last = pools.removeLast()
                pools[pools.count - 1].sum += last.sum
                pools[pools.count - 1].weight += last.weight
                pools[pools.count - 1].count += last.count
            }
        }
        var place = 0
        for pool in pools {
            let start = Int(pool.mean.rounded())
            for _ in 0..<pool.count {
                rows[column[place]] = start + offsets[place]
                place += 1
            }
        }
    }
}
