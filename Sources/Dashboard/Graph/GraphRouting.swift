/// The fourth step: the lines between two columns. Edges that begin or end at the same place share a line, as a bus;
/// each bus has a track of its own to go up and down in.
struct GraphRouting {
    /// A stretch of an edge, as rows of the picture.
    struct Wire {
        var segment: Int
        /// Names the place at its left and right end: an item and a row in it.
        var left: Port, right: Port
        var leftRow: Int, rightRow: Int
    }

    struct Port: Hashable {
        var item: Int
        var row: Int
    }

    /// Wires that share a line.
    struct Bus {
        var wires: [Int]
        /// Whether they meet at their right end.
        var meetsRight: Bool
        /// The rows between which it goes up and down; nil when it is straight.
        var span: ClosedRange<Int>?
        var track = 0
    }

    private(set) var wires: [Wire]
    private(set) var buses: [Bus]
    /// Tracks that the channel needs.
    private(set) var tracks = 0
    /// Whether texts stand at the left ends, and at the right ends.
    private(set) var labelsLeft = false, labelsRight = false
    /// An item at the right that must stand elsewhere, because lines would lie upon each other; nil when all is well.
    private(set) var conflict: Int?

    /// - Parameters:
    ///   - wires: of one channel.
    ///   - force: whether lines may lie upon each other, when nothing else helps.
    init(_ wires: [Wire], force: Bool) {
        self.wires = wires
        var leftDegree: [Port: Int] = [:]
        var rightDegree: [Port: Int] = [:]
        for wire in wires {
            leftDegree[wire.left, default: 0] += 1
            rightDegree[wire.right, default: 0] += 1
        }
        var place: [Port: Int] = [:]
        buses = []
        for (index, wire) in wires.enumerated() {
            let meetsRight = rightDegree[wire.right, default: 0] >= leftDegree[wire.left, default: 0]
            // Items have numbers of their own on both sides, so ports of the two sides never meet in the table.
            let port = meetsRight ? wire.right : wire.left
            if let bus = place[port] {
                buses[bus].wires.append(index)
            } else {
                place[port] = buses.count
                buses.append(Bus(wires: [index], meetsRight: meetsRight))
            }
            if meetsRight { labelsLeft = true } else { labelsRight = true }
        }
        for index in buses.indices {
            let rows = buses[index].wires.flatMap { [wires[$0].leftRow, wires[$0].rightRow] }
            if let low = rows.min(), let high = rows.max(), low < high { buses[index].span = low...high }
        }
        assignTracks(force: force)
    }

    /// A bus whose left end lies in the row of another's right end must turn before that one does.
    private mutating func assignTracks(force: Bool) {
        let turning = buses.indices.filter { buses[$0].span != nil }
        var leftOwner: [Int: [Int]] = [:]
        for bus in turning {
            for row in Set(buses[bus].wires.map { wires[$0].leftRow }) { leftOwner[row, default: []].append(bus) }
        }
        var before: [Int: Set<Int>] = [:]
        for bus in turning {
            for row in Set(buses[bus].wires.map { wires[$0].rightRow }) {
                for other in leftOwner[row] ?? [] where other != bus { before[bus, default: []].insert(other) }
            }
        }
        var left = Set(turning)
        var taken: [[ClosedRange<Int>]] = []
        while !left.isEmpty {
            var ready = left.filter { (before[$0] ?? []).isDisjoint(with: left) }
            if ready.isEmpty {
                guard force, let any = left.min() else {
                    conflict = lowestInCycle(left, before)
                    return
                }
                ready = [any]
            }
            // Of those that may, the shortest first: short ones nest inside of long ones.
            guard
                let bus = ready.min(by: { one, other in
                    let (a, b) = (buses[one].span?.count ?? 0, buses[other].span?.count ?? 0)
                    return (a, one) < (b, other)
                }), let span = buses[bus].span
            else { return }
            left.remove(bus)
            let first = (before[bus] ?? []).map { buses[$0].track + 1 }.max() ?? 0
            var track = first
            while track < taken.count, taken[track].contains(where: { $0.overlaps(span) }) { track += 1 }
            while taken.count <= track { taken.append([]) }
            taken[track].append(span)
            buses[bus].track = track
        }
        tracks = taken.count
    }

    /// Of the items at the right that close a circle of buses that wait for each other the lowest one: it pushes the fewest.
    private func lowestInCycle(_ stuck: Set<Int>, _ before: [Int: Set<Int>]) -> Int? {
        guard var bus = stuck.min() else { return nil }
        var walk: [Int] = []
        while !walk.contains(bus) {
            walk.append(bus)
            guard let next = (before[bus] ?? []).intersection(stuck).min() else { return nil }
            bus = next
        }
        let cycle = walk[(walk.firstIndex(of: bus) ?? 0)...] + [bus]
        var ends: [Wire] = []
        for (one, other) in zip(cycle, cycle.dropFirst()) {
            let rows = Set(buses[other].wires.map { wires[$0].leftRow })
            ends += buses[one].wires.map { wires[$0] }.filter { rows.contains($0.rightRow) }
        }
        return ends.max { $0.rightRow < $1.rightRow }?.right.item
    }
}
