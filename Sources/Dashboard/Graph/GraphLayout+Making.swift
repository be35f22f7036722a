import TerminalUI

extension GraphLayout {
    /// Lays out a graph: columns by the flow, few crossings, straight lines, no two lines upon each other.
    ///
    /// - Parameter memory: what stood where, and what stands where now.
    /// The same input and memory give the same layout.
    init(_ input: GraphInput, memory: inout GraphMemory) {
        self.init()
        guard !input.vertices.isEmpty else { return }
        let layering = GraphLayering(input, memory: memory)
        let ordering = GraphOrdering(input, layering, memory: memory)
        memory.take(input, layering, ordering)
        var placement = GraphPlacement(ordering, gap: input.gap)
        let channels = Self.route(ordering, &placement)
        assemble(input, layering, ordering, placement, channels)
    }

    private static func route(_ ordering: GraphOrdering, _ placement: inout GraphPlacement) -> [GraphRouting] {
        var byChannel: [[Int]] = Array(repeating: [], count: max(0, ordering.columns.count - 1))
        for (index, segment) in ordering.segments.enumerated() {
            byChannel[ordering.items[segment.left].layer].append(index)
        }
        return byChannel.map { segments in
            // Each push moves something down by a row, and far enough down nothing is in the way.
            var pushes = 0
            while true {
                let wires = segments.map { index in
                    let segment = ordering.segments[index]
                    return GraphRouting.Wire(
                        segment: index, left: .init(item: segment.left, row: segment.leftRow),
                        right: .init(item: segment.right, row: segment.rightRow),
                        leftRow: placement.rows[segment.left] + segment.leftRow,
                        rightRow: placement.rows[segment.right] + segment.rightRow)
                }
                let routing = GraphRouting(wires, force: pushes >= 200)
                guard let conflict = routing.conflict else { return routing }
                placement.push(conflict)
                pushes += 1
            }
        }
    }

    private mutating func assemble(
        _ input: GraphInput, _ layering: GraphLayering, _ ordering: GraphOrdering, _ placement: GraphPlacement,
        _ channels: [GraphRouting]
    ) {
        let columnWidths = ordering.columns.map { column in
            column.compactMap { ordering.items[$0].vertex.map { input.vertices[$0].size.width } }.max() ?? 1
        }
        // Two cells beside each box, for the arrow and a way out.
        func least(_ routing: GraphRouting) -> Int {
            (routing.labelsLeft ? input.stub : 2) + routing.tracks + (routing.labelsRight ? input.stub : 2)
        }
        let needed = columnWidths.reduce(0, +) + channels.map(least).reduce(0, +)
        let spare = channels.isEmpty ? 0 : min(input.stub, max(0, input.width - needed) / channels.count)
        var x = 0
        var columnX: [Int] = []
        var channelX: [(left: Int, track: Int, right: Int)] = []
        for (layer, width) in columnWidths.enumerated() {
            columnX.append(x)
            x += width
            guard layer < channels.count else { break }
            let routing = channels[layer]
            let right = x + least(routing) + spare
            // Texts on both sides share what there is to spare, else it goes to the side that has them.
            let leftStub =
                routing.labelsLeft
                ? input.stub + (routing.labelsRight ? spare / 2 : spare) : 2
            channelX.append((left: x, track: x + leftStub, right: right))
            x = right
        }
        boxes = input.vertices.indices.map { vertex in
            let layer = layering.layers[vertex]
            return Rect(
                x: columnX[layer], y: placement.rows[vertex], width: columnWidths[layer],
                height: input.vertices[vertex].size.height)
        }
        paths = Array(repeating: [], count: input.edges.count)
        labels = Array(repeating: Label(), count: input.edges.count)
        var line = 0
        for (layer, routing) in channels.enumerated() {
            let channel = channelX[layer]
            for bus in routing.buses {
                line += 1
                for index in bus.wires {
                    let wire = routing.wires[index]
                    let edge = ordering.segments[wire.segment].edge
                    let track = channel.track + bus.track
                    // A dummy's row is passed from column to column.
                    var corners = [Point(x: channel.left, y: wire.leftRow)]
                    if bus.span != nil {
                        corners.append(Point(x: track, y: wire.leftRow))
                        corners.append(Point(x: track, y: wire.rightRow))
                    }
                    corners.append(Point(x: channel.right - 1, y: wire.rightRow))
                    // Through the columns that it passes, it goes on from where it was.
                    if let last = paths[edge].last?.corners.last { corners.insert(last, at: 0) }
                    paths[edge].append(Stretch(line: line, corners: corners))
                    let stub =
                        bus.span == nil
                        ? Label(y: wire.leftRow, columns: channel.left..<channel.right)
                        : bus.meetsRight
                            ? Label(y: wire.leftRow, columns: channel.left..<track)
                            : Label(y: wire.rightRow, columns: (track + 1)..<channel.right)
                    if stub.columns.count > labels[edge].columns.count { labels[edge] = stub }
                }
            }
        }
        for edge in paths.indices where layering.isReversed[edge] {
            paths[edge] = paths[edge].reversed().map { Stretch(line: $0.line, corners: $0.corners.reversed()) }
        }
        let rows = ordering.items.indices.map { placement.rows[$0] + ordering.items[$0].height }
        size = Size(width: x, height: rows.max() ?? 0)
    }
}

extension GraphMemory {
    /// Notes where everything stands now.
    mutating func take(_ input: GraphInput, _ layering: GraphLayering, _ ordering: GraphOrdering) {
        if !layering.isAsBefore { self = GraphMemory() }
        for (index, vertex) in input.vertices.enumerated() { layers[vertex.id] = layering.remembered[index] }
        for column in ordering.columns { take(column.map { ordering.items[$0].name }) }
        guard layers.count + places.count > Self.capacity else { return }
        let names = Set(ordering.items.map(\.name))
        layers = layers.filter { names.contains($0.key) }
        places = places.filter { names.contains($0.key) }
    }

    /// The new ones get places between those that they stand between; those that are gone keep theirs.
    private mutating func take(_ column: [String]) {
        var last: Double?
        for (index, name) in column.enumerated() {
            if places[name] == nil {
                let next = column[(index + 1)...].first { places[$0] != nil }.flatMap { places[$0] }
                places[name] =
                    switch (last, next) {
                    case (let last?, let next?): (last + next) / 2
                    case (let last?, nil): last + 1
                    case (nil, let next?): next - 1
                    case (nil, nil): 0
                    }
            }
            last = places[name]
        }
    }
}
