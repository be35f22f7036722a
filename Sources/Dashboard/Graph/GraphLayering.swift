/// The first step of the layout (after Sugiyama, Tagawa and Toda, 1981): which column each box stands in.
struct GraphLayering {
    /// From 0, by vertex, without holes.
    private(set) var layers: [Int]
    /// As they are to be remembered: with the holes that those who have gone have left.
    private(set) var remembered: [Int]
    /// Whether what was remembered still held.
    private(set) var isAsBefore: Bool
    /// By edge: whether it runs against the columns, and is laid out the other way round.
    private(set) var isReversed: [Bool]

    /// - Parameter memory: what it knows stays, unless the edges of now allow it no more.
    init(_ input: GraphInput, memory: GraphMemory) {
        layers = []
        isReversed = []
        remembered = []
        isAsBefore = true
        if !remember(input, memory) {
            isAsBefore = false
            compute(input)
        }
        remembered = layers
        // A layer that nothing stands in any more would be a hole.
        let used = Array(Set(layers)).sorted()
        let place = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
        layers = layers.map { place[$0] ?? 0 }
        isReversed = input.edges.map { layers[$0.from] > layers[$0.to] }
    }

    // MARK: Anew

    /// Vertices that stand in one column together, and the edges between such sets.
    private struct Sets {
        /// By vertex.
        var of: [Int]
        var count = 0
        var edges: [(from: Int, to: Int)] = []

        init(_ input: GraphInput) {
            // Replicas that talk to each other cannot stand in one column.
            var split: Set<String> = []
            for edge in input.edges {
                if let group = input.vertices[edge.from].group, group == input.vertices[edge.to].group {
                    split.insert(group)
                }
            }
            var known: [String: Int] = [:]
            of = []
            for vertex in input.vertices {
                if let group = vertex.group, !split.contains(group) {
                    if let set = known[group] {
                        of.append(set)
                        continue
                    }
                    known[group] = count
                }
                of.append(count)
                count += 1
            }
            var seen: Set<[Int]> = []
            for edge in input.edges where seen.insert([of[edge.from], of[edge.to]]).inserted {
                edges.append((of[edge.from], of[edge.to]))
            }
        }
    }

    /// Cycles are broken where a walk from the first vertices comes back; then each set stands right of all that lead to
    /// it, and what nothing leads to stands next to what it leads to.
    private mutating func compute(_ input: GraphInput) {
        let sets = Sets(input)
        let turned = Self.turned(sets)
        var place = Array(repeating: 0, count: sets.count)
        var leads: [[Int]] = Array(repeating: [], count: sets.count)
        var waiting = Array(repeating: 0, count: sets.count)
        for (index, edge) in sets.edges.enumerated() {
            let (from, to) = turned[index] ? (edge.to, edge.from) : (edge.from, edge.to)
            leads[from].append(to)
            waiting[to] += 1
        }
        let roots = place.indices.filter { waiting[$0] == 0 }
        var ready = roots
        var next = 0
        while next < ready.count {
            let set = ready[next]
            next += 1
            for target in leads[set] {
                place[target] = max(place[target], place[set] + 1)
                waiting[target] -= 1
                if waiting[target] == 0 { ready.append(target) }
            }
        }
        for root in roots {
            if let nearest = leads[root].map({ place[$0] }).min() { place[root] = nearest - 1 }
        }
        layers = sets.of.map { place[$0] }
    }

    /// Which edges must be turned round, so that there is no cycle.
    private static func turned(_ sets: Sets) -> [Bool] {
        var targets: [[(set: Int, edge: Int)]] = Array(repeating: [], count: sets.count)
        var sources = Array(repeating: 0, count: sets.count)
        for (index, edge) in sets.edges.enumerated() {
            targets[edge.from].append((edge.to, index))
            sources[edge.to] += 1
        }
        var turned = Array(repeating: false, count: sets.edges.count)
        // 0 unseen, 1 on the walk, 2 done. Sets that nothing leads to come first: a cycle is best broken at its entry.
        var marks = Array(repeating: 0, count: sets.count)
        let starts = sources.indices.filter { sources[$0] == 0 } + sources.indices.filter { sources[$0] != 0 }
        for start in starts where marks[start] == 0 {
            var walk = [(set: start, next: 0)]
            marks[start] = 1
            while let last = walk.last {
                guard last.next < targets[last.set].count else {
                    marks[last.set] = 2
                    walk.removeLast()
                    continue
                }
                walk[walk.count - 1].next += 1
                let (set, edge) = targets[last.set][last.next]
                if marks[set] == 1 {
                    turned[edge] = true
                } else if marks[set] == 0 {
                    marks[set] = 1
                    walk.append((set, 0))
                }
            }
        }
        return turned
    }

    // MARK: As before

    /// - Returns: false when memory knows nothing, or what it knows is possible no more.
    private mutating func remember(_ input: GraphInput, _ memory: GraphMemory) -> Bool {
        var known = input.vertices.map { memory.layers[$0.id] }
        guard known.contains(where: { $0 != nil }) else { return false }
        // What is new stands beside what it is connected to; several passes, for it may be connected to what is new.
        for _ in input.vertices.indices {
            var hasChanged = false
            for vertex in input.vertices.indices where known[vertex] == nil {
                if let group = input.vertices[vertex].group,
                    let other = input.vertices.indices.first(where: {
                        known[$0] != nil && input.vertices[$0].group == group
                    })
                {
                    known[vertex] = known[other]
                    hasChanged = true
                    continue
                }
                let before = input.edges.filter { $0.to == vertex }.compactMap { known[$0.from] }.max()
                let after = input.edges.filter { $0.from == vertex }.compactMap { known[$0.to] }.min()
                guard let layer = before.map({ $0 + 1 }) ?? after.map({ $0 - 1 }) else { continue }
                known[vertex] = layer
                hasChanged = true
            }
            if !hasChanged { break }
        }
        let lowest = known.compactMap { $0 }.min() ?? 0
        layers = known.map { $0 ?? lowest }
        // Nothing may stand beside what it is connected to in one column.
        return !input.edges.contains { layers[$0.from] == layers[$0.to] }
    }
}
