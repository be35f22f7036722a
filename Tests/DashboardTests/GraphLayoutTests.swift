import TerminalUI
import Testing

@testable import Dashboard

/// Rules that every layout keeps, on graphs that nobody chose.
@Suite struct GraphLayoutTests {
    /// The same numbers in every run (Marsaglia, xorshift).
    struct Dice {
        var state: UInt64

        mutating func roll(_ count: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(count))
        }
    }

    static func graph(_ seed: Int) -> GraphInput {
        var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
        for _ in 0..<8 { _ = dice.roll(2) }
        let count = 1 + dice.roll(24)
        let vertices = (0..<count).map { index in
            GraphInput.Vertex(
                id: "v\(index)", size: Size(width: 6 + dice.roll(20), height: 1 + dice.roll(7)),
                group: dice.roll(3) == 0 ? "group \(dice.roll(3))" : nil)
        }
        var edges: [GraphInput.Edge] = []
        var seen: Set<String> = []
        for _ in 0..<dice.roll(count * 2 + 1) where count > 1 {
            let from = dice.roll(count)
            let to = (from + 1 + dice.roll(count - 1)) % count
            let (fromRow, toRow) = (dice.roll(vertices[from].size.height), dice.roll(vertices[to].size.height))
            let id = "\(from).\(fromRow)>\(to).\(toRow)"
            guard seen.insert(id).inserted else { continue }
            edges.append(.init(id: id, from: from, to: to, fromRow: fromRow, toRow: toRow))
        }
        return GraphInput(
            vertices: vertices, edges: edges, stub: 4 + dice.roll(6), gap: dice.roll(2), width: dice.roll(200))
    }

    static let seeds = Array(1...200)

    @Test(arguments: seeds)
    func boxesDoNotOverlapAndAreAsLargeAsAsked(_ seed: Int) {
        let input = Self.graph(seed)
        var memory = GraphMemory()
        let layout = GraphLayout(input, memory: &memory)
        #expect(layout.boxes.count == input.vertices.count)
        for (index, box) in layout.boxes.enumerated() {
            #expect(box.height == input.vertices[index].size.height)
            #expect(box.width >= input.vertices[index].size.width)
            #expect(box.x >= 0 && box.y >= 0 && box.right <= layout.size.width && box.bottom <= layout.size.height)
            for other in layout.boxes.dropFirst(index + 1) { #expect(box.intersection(other).isEmpty) }
        }
    }

    @Test(arguments: seeds)
    func everyEdgeIsDrawnFromItsRowToItsRow(_ seed: Int) throws {
        let input = Self.graph(seed)
        var memory = GraphMemory()
        let layout = GraphLayout(input, memory: &memory)
        var boxes: Set<Point> = []
        for box in layout.boxes {
            for y in box.y..<box.bottom { for x in box.x..<box.right { boxes.insert(Point(x: x, y: y)) } }
        }
        #expect(layout.paths.count == input.edges.count)
        for (index, edge) in input.edges.enumerated() {
            let cells = layout.cells(index)
            let (from, to) = (layout.boxes[edge.from], layout.boxes[edge.to])
            let first = try #require(cells.first)
            let last = try #require(cells.last)
            #expect(first.y == from.y + edge.fromRow && (first.x == from.right || first.x == from.x - 1))
            #expect(last.y == to.y + edge.toRow && (last.x == to.right || last.x == to.x - 1))
            for (one, next) in zip(cells, cells.dropFirst()) {
                #expect(abs(one.x - next.x) + abs(one.y - next.y) == 1)
            }
            #expect(boxes.isDisjoint(with: cells), "\(edge.id) goes through a box")
        }
    }

    /// A line may cross another one, and never lies upon it: one could not tell which is which.
    @Test(arguments: seeds)
    func linesCrossAndDoNotCover(_ seed: Int) {
        let input = Self.graph(seed)
        var memory = GraphMemory()
        let layout = GraphLayout(input, memory: &memory)
        /// Lines along a step between two cells, named by their ports where they share one.
        var steps: [[Point]: Set<Int>] = [:]
        for (index, _) in input.edges.enumerated() {
            let cells = layout.cells(index)
            for (one, next) in zip(cells, cells.dropFirst()) {
                steps[[one, next].sorted { ($0.x, $0.y) < ($1.x, $1.y) }, default: []].insert(index)
            }
        }
        for (step, edges) in steps where edges.count > 1 {
            // Who shares a step shares an end, or the line that leads to it.
            let ends = edges.map { index in
                let edge = input.edges[index]
                return Set(["\(edge.from).\(edge.fromRow)", "\(edge.to).\(edge.toRow)"])
            }
            for (place, one) in ends.enumerated() {
                for other in ends.dropFirst(place + 1) {
                    #expect(!one.isDisjoint(with: other), "\(step): \(one) and \(other) lie upon each other")
                }
            }
        }
    }

    /// What comes and goes moves nothing to another column, and nothing past another.
    @Test(arguments: seeds)
    func whatComesAndGoesShufflesNothing(_ seed: Int) throws {
        let input = Self.graph(seed)
        guard input.vertices.count > 2 else { return }
        var memory = GraphMemory()
        let before = GraphLayout(input, memory: &memory)
        let gone = seed % input.vertices.count
        var less = input
        less.vertices.remove(at: gone)
        less.edges = input.edges.filter { $0.from != gone && $0.to != gone }.map { edge in
            var edge = edge
            if edge.from > gone { edge.from -= 1 }
            if edge.to > gone { edge.to -= 1 }
            return edge
        }
        let without = GraphLayout(less, memory: &memory)
        let kept = input.vertices.indices.filter { $0 != gone }
        for (one, first) in kept.enumerated() {
            for (other, second) in kept.enumerated() where one < other {
                let (was, wasOther) = (before.boxes[first], before.boxes[second])
                let (now, nowOther) = (without.boxes[one], without.boxes[other])
                #expect((was.x - wasOther.x).signum() == (now.x - nowOther.x).signum())
                if was.x == wasOther.x { #expect((was.y < wasOther.y) == (now.y < nowOther.y)) }
            }
        }
        #expect(GraphLayout(input, memory: &memory) == before, "it comes back, and all is as it was")
    }

    @Test func theSameInputGivesTheSameLayout() {
        for seed in Self.seeds {
            var (one, other) = (GraphMemory(), GraphMemory())
            #expect(GraphLayout(Self.graph(seed), memory: &one) == GraphLayout(Self.graph(seed), memory: &other))
        }
    }

    @Test func aHundredNodesAreNoMatter() {
        let count = 300
        let input = GraphInput(
            vertices: (0..<count).map { .init(id: "v\($0)", size: Size(width: 12, height: 3)) },
            edges: (1..<count).map { .init(id: "e\($0)", from: $0, to: $0 % 7 == 0 ? 7 : 0, fromRow: 1, toRow: 1) }
                .filter { $0.from != $0.to })
        var memory = GraphMemory()
        #expect(GraphLayout(input, memory: &memory).boxes.count == count)
    }
}

/// The lines themselves.
@Suite struct LinesTests {
    private func picture(_ glyphs: Glyphs, _ draw: (inout Lines) -> Void) -> [String] {
        var buffer = Buffer(Size(width: 7, height: 5))
        var lines = Lines(within: buffer.area)
        draw(&lines)
        lines.draw(into: &buffer, offset: Point(x: 0, y: 0), area: buffer.area, glyphs: glyphs)
        return buffer.lines
    }

    private func point(_ x: Int, _ y: Int) -> Point { Point(x: x, y: y) }

    @Test func linesOfOneOwnerJoin() {
        let join: (inout Lines) -> Void = { lines in
            lines.draw([point(0, 0), point(3, 0), point(3, 4), point(6, 4)], weight: .heavy, style: .plain, owner: 1)
            lines.draw([point(0, 2), point(3, 2), point(3, 4), point(6, 4)], weight: .light, style: .plain, owner: 1)
        }
        #expect(picture(.unicode, join) == ["━━━┓   ", "   ┃   ", "───┨   ", "   ┃   ", "   ┗━━━"])
        #expect(picture(.ascii, join) == ["===+   ", "   |   ", "---+   ", "   |   ", "   +==="])
    }

    @Test func ofWhatIsOutsideNothingIsKept() {
        let whole: (inout Lines) -> Void = { lines in
            lines.draw([point(-1000, 2), point(3, 2), point(3, 100_000_000)], weight: .light, style: .plain, owner: 1)
            lines.draw([point(5, -9), point(5, -1)], weight: .light, style: .plain, owner: 2)
        }
        #expect(picture(.unicode, whole) == ["       ", "       ", "───╮   ", "   │   ", "   │   "])
    }

    @Test func linesOfTwoOwnersCross() {
        let cross: (inout Lines) -> Void = { lines in
            lines.draw([point(0, 2), point(6, 2)], weight: .heavy, style: .plain, owner: 1)
            lines.draw([point(3, 0), point(3, 4)], weight: .dashed, style: .plain, owner: 2)
        }
        #expect(picture(.unicode, cross) == ["   ╎   ", "   ╎   ", "━━━╎━━━", "   ╎   ", "   ╎   "])
    }
}
