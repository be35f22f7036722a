import RunDirectory
import Telemetry
import TerminalUI

extension Canvas {
    /// The topology as a picture: boxes for nodes, lines for links, arrows that travel where messages do.
    mutating func drawGraph(_ area: Rect) {
        let graph = state.graph
        guard !graph.model.boxes.isEmpty else {
            let text =
                shown.snapshot == nil
                ? "waiting for the first look at the session \(glyphs.ellipsis)" : "no nodes yet"
            buffer.put(text, at: Point(x: area.x + 1, y: area.y), style: look[.dim], maxWidth: area.width - 1)
            return
        }
        let shift = state.graphShift(in: area)
        // Of a large graph little is in sight, and the rest costs nothing.
        let window = area.moved(by: Point(x: -shift.x, y: -shift.y))
        let edges = graph.model.edges.indices
            .filter { !graph.layout.bounds(ofEdge: $0).intersection(window).isEmpty }
            .map { (index: $0, figures: EdgeFigures(graph.model.edges[$0], in: shown)) }
        let selectedEdge = state.edge(of: state.graphSelection)
        let selectedBox = state.box(of: state.graphSelection)
        let others = edges.filter { $0.index != selectedEdge }
        let selected = edges.filter { $0.index == selectedEdge }
        // The selected one last, so that what it shares shows it.
        drawLines(area, shift, window, others + selected, selected: selectedEdge)
        for edge in edges {
            drawEnds(edge.index, edge.figures, area, shift, isSelected: edge.index == selectedEdge)
        }
        // What one has selected is told first; where two texts would share a place, the other goes without.
        var taken: Set<Point> = []
        for edge in selected + others {
            drawLabel(edge.index, edge.figures, area, shift, edge.index == selectedEdge, &taken)
        }
        for edge in edges where edge.figures.isLive {
            drawPulses(edge.index, edge.figures, area, shift, taken)
        }
        for (index, box) in graph.model.boxes.enumerated() {
            drawBox(box, graph.layout.boxes[index].moved(by: shift), area, isSelected: index == selectedBox)
        }
        drawGraphNotes(area, shift)
    }

    // MARK: Edges

    private func style(_ figures: EdgeFigures, isSelected: Bool) -> Style {
        let style =
            if let wait = figures.wait {
                look[wait.isCircle ? .bad : .warning]
            } else {
                switch figures.state {
                case .up: look[figures.isLive ? .edge : .edgeIdle]
                case .declared: look[.dim]
                case .connecting, .connected: look[.busy]
                case .retrying: look[.warning]
                case .down, .refused: look[.edgeDown]
                }
            }
        return isSelected ? look[.focus].adding(.bold) : style
    }

    private func weight(_ figures: EdgeFigures) -> Lines.Weight {
        switch figures.state {
        case .up: figures.isLive ? .heavy : .light
        case .declared: .dotted
        case .connecting, .connected, .retrying, .down, .refused: .dashed
        }
    }

    private mutating func drawLines(
        _ area: Rect, _ shift: Point, _ window: Rect, _ edges: [(index: Int, figures: EdgeFigures)], selected: Int?
    ) {
        var lines = Lines(within: window)
        for edge in edges {
            let style = style(edge.figures, isSelected: edge.index == selected)
            for stretch in state.graph.layout.paths[edge.index] {
                lines.draw(stretch.corners, weight: weight(edge.figures), style: style, owner: stretch.line)
            }
        }
        lines.draw(into: &buffer, offset: shift, area: area, glyphs: glyphs)
    }

    /// Arrows where messages arrive.
    private mutating func drawEnds(
        _ index: Int, _ figures: EdgeFigures, _ area: Rect, _ shift: Point, isSelected: Bool
    ) {
        let corners = state.graph.layout.corners(index)
        guard let first = corners.first, let last = corners.last, figures.state != .declared else { return }
        let style = style(figures, isSelected: isSelected)
        // A line that the layers turned round leaves its box to the left.
        let isTurned = first.x > last.x
        let ends = [
            (last, figures.carriesForward, isTurned ? glyphs.left : glyphs.right),
            (first, figures.carriesBackward, isTurned ? glyphs.right : glyphs.left),
        ]
        for (point, carries, glyph) in ends where carries {
            put(String(glyph), at: point.moved(by: shift), style, in: area)
        }
    }

    /// What is written on an edge, from the longest to the shortest.
    private func texts(_ figures: EdgeFigures) -> [String] {
        let count = figures.links > 1 ? "×\(figures.links) " : ""
        if !figures.faults.isEmpty { return [figures.faults[0]] }
        if let wait = figures.wait {
            let mark = wait.isCircle ? glyphs.failed : glyphs.warning
            let time = Format.seconds(wait.time)
            return (wait.isCircle ? ["\(mark) deadlock \(time)"] : [])
                + ["\(mark) waits \(time)", "\(mark) \(time)", time, "\(mark)"]
        }
        switch figures.state {
        case .up:
            var texts: [String] = []
            if let forward = figures.forward, let backward = figures.backward {
                texts.append(
                    count + "\(Format.rate(forward))\(glyphs.right) \(glyphs.left)\(Format.rate(backward))/s")
            }
            guard let rate = figures.rate else { return [count + "\(glyphs.unknown)/s"] }
            if rate == 0 {
                if let depth = figures.depth, depth > 0 { return ["d \(Format.count(depth))"] }
                return count.isEmpty ? [] : [String(count.dropLast())]
            }
            let depth = figures.depth.flatMap { $0 > 0 ? " d \(Format.count($0))" : nil }
            if let depth { texts = texts.map { $0 + depth } + texts + [count + "\(Format.rate(rate))/s" + depth] }
            return texts + [count + "\(Format.rate(rate))/s", "\(Format.rate(rate))/s", Format.rate(rate)]
        case .declared: return []
        case .connecting, .connected: return [figures.state.rawValue, String(glyphs.busy)]
        case .retrying, .down:
            let word = figures.state == .down ? "down" : "retry"
            let wait = figures.retryIn.map { " \(Format.seconds($0))" } ?? ""
            let part = figures.links > 1 && figures.up > 0 ? "\(figures.links - figures.up)/\(figures.links) " : ""
            return [part + word + wait, word + wait, word, String(glyphs.warning)]
        case .refused: return ["\(glyphs.failed) refused", String(glyphs.failed)]
        }
    }

    private mutating func drawLabel(
        _ index: Int, _ figures: EdgeFigures, _ area: Rect, _ shift: Point, _ isSelected: Bool,
        _ taken: inout Set<Point>
    ) {
        let label = state.graph.layout.labels[index]
        guard (area.y..<area.bottom).contains(label.y + shift.y) else { return }
        // The arrow at the box and a cell of line stay free; spaces around where there is room for them.
        let room = label.columns.count - 2
        guard var text = texts(figures).first(where: { TextWidth.of($0) <= room }) else { return }
        if TextWidth.of(text) + 2 <= room { text = " \(text) " }
        let width = TextWidth.of(text)
        let x = label.columns.lowerBound + 1 + (label.columns.count - 2 - width + 1) / 2
        let cells = (x..<(x + width)).map { Point(x: $0, y: label.y) }
        guard taken.isDisjoint(with: cells) else { return }
        taken.formUnion(cells)
        var style = style(figures, isSelected: isSelected)
        if figures.state == .up, figures.wait == nil, !isSelected { style = figures.isLive ? .plain : look[.dim] }
        put(text, at: Point(x: x, y: label.y).moved(by: shift), style, in: area)
    }

    /// Arrows that travel along a live edge: the more messages, the faster. Ten times the rate is two cells a second more.
    private mutating func drawPulses(
        _ index: Int, _ figures: EdgeFigures, _ area: Rect, _ shift: Point, _ taken: Set<Point>
    ) {
        let cells = state.graph.layout.cells(index)
        guard cells.count > 4 else { return }
        for (rate, isForward) in [(figures.forward, true), (figures.backward, false)] {
            guard let rate, rate > 0 else { continue }
            let way = isForward ? cells : cells.reversed()
            let travelled = Int(state.pulseTime / .milliseconds(1)) * GraphPulse.cellsPerSecond(rate) / 1000
            // Pulses of both ways keep out of each other's way where they can.
            let first = (travelled + (isForward ? 0 : GraphPulse.distance / 2)) % GraphPulse.distance
            for place in stride(from: first, to: way.count - 2, by: GraphPulse.distance) where place > 1 {
                guard !taken.contains(way[place]) else { continue }
                let glyph = arrow(from: way[place], to: way[place + 1])
                put(String(glyph), at: way[place].moved(by: shift), look[.pulse], in: area)
            }
        }
    }

    private func arrow(from: Point, to: Point) -> Character {
        if to.x != from.x { return to.x > from.x ? glyphs.right : glyphs.left }
        return to.y > from.y ? glyphs.below : glyphs.above
    }

    // MARK: Boxes

    private mutating func drawBox(_ box: GraphModel.Box, _ rect: Rect, _ area: Rect, isSelected: Bool) {
        guard !rect.intersection(area).isEmpty else { return }
        let (glyph, markStyle) = mark(box)
        let isFaded = state.filter.isActive && !state.isMatched(box)
        let border = isSelected ? look[.focus].adding(.bold) : isFaded ? look[.dim] : look[.node]
        let nameStyle =
            isFaded ? look[.dim] : isSelected ? look[.title].patched(look[.selection]) : look[.title]
        let name = box.strangers > 1 ? "\(box.strangers) peers" : box.title
        let count = box.isGroup ? " ×\(box.members.count)" : ""
        let room = rect.width - (state.graph.shownZoom == .names ? 4 : 6) - TextWidth.of(count)
        let title = [
            Span("\(glyph) ", markStyle),
            Span(Buffer.fitted(name, width: room, ellipsis: glyphs.ellipsis) + count, nameStyle),
        ]
        // Drawn apart, so that a box that is only half in sight is cut at the pane's edge.
        var picture = Buffer(rect.size, style: look[.text])
        if state.graph.shownZoom == .names {
            picture.put([Span("[", border)] + title, at: Point(x: 0, y: 0), maxWidth: rect.width - 1)
            picture.put("]", at: Point(x: rect.width - 1, y: 0), style: border)
        } else {
            picture.draw(Block(title: title, look: look), in: picture.area)
            picture.patchEdge(style: border, keeping: title.reduce(4) { $0 + TextWidth.of($1.text) })
            let inner = picture.area.inset(left: 2, top: 1, right: 2, bottom: 1)
            drawRows(box, inner, &picture)
            if state.graph.shownZoom == .full, !box.members.isEmpty {
                drawTraffic(box, inner.row(inner.height - 1), &picture)
            }
        }
        buffer.lay(picture, at: rect.origin, in: area)
    }

    private func mark(_ box: GraphModel.Box) -> (Character, Style) {
        let nodes = box.members.compactMap(shown.node)
        guard let first = nodes.first else { return (glyphs.idle, look[.dim]) }
        // Of a group the one that needs a look the most.
        func rank(_ state: NodeStatus.State) -> Int {
            switch state {
            case .failed: 6
            case .backoff: 5
            case .paused: 4
            case .starting, .stopping: 3
            case .running: 2
            case .waiting: 1
            case .exited: 0
            }
        }
        let worst = nodes.max { rank($0.state) < rank($1.state) } ?? first
        return look.mark(worst.state)
    }

    private func drawRows(_ box: GraphModel.Box, _ inner: Rect, _ picture: inout Buffer) {
        guard !box.rows.isEmpty else {
            picture.put("no socket", at: inner.origin, style: look[.dim], maxWidth: inner.width)
            return
        }
        for (index, row) in box.rows.prefix(GraphState.mostRows).enumerated() {
            let line = inner.row(index)
            if index == GraphState.mostRows - 1, box.rows.count > GraphState.mostRows {
                picture.put(
                    "\(box.rows.count - index) more", at: line.origin, style: look[.dim], maxWidth: line.width)
                return
            }
            let note = note(row)
            let width = TextWidth.of(note.text)
            let spans = [Span(row.type, look[.accent]), Span(" \(row.name)", look[.dim])]
            let room = line.width - (width == 0 ? 0 : width + 1)
            picture.put(
                Buffer.fitted(spans, width: room, ellipsis: glyphs.ellipsis), at: line.origin, maxWidth: room)
            picture.put([note], at: Point(x: line.right - width, y: line.y), maxWidth: width)
        }
    }

    /// What one should know of a socket: that it is blocked, else what waits in its own queues.
    private func note(_ row: GraphModel.Row) -> Span {
        let sockets = row.sockets.compactMap(shown.socket)
        if let blocked = sockets.compactMap(\.blocked).max(by: { $0.for < $1.for }) {
            return Span("\(glyphs.warning) \(Format.seconds(blocked.for))", look[.warning])
        }
        let queues = sockets.flatMap { [$0.sendQueue, $0.receiveQueue] }
        let known = queues.compactMap { $0 }
        if !known.isEmpty, known.reduce(0, +) > 0 {
            let isWhole = known.count == queues.count
            return Span("d \(isWhole ? "" : "≥")\(Format.count(known.reduce(0, +)))", look[.stageSend])
        }
        if row.hasLoop { return Span(glyphs.isUnicode ? "↺" : "@", look[.dim]) }
        return Span("")
    }

    /// What passes through a node's sockets: a curve, and the figure of now.
    private func drawTraffic(_ box: GraphModel.Box, _ line: Rect, _ picture: inout Buffer) {
        // Ends of links are sockets or, where only the kernel tells of them, nodes. A link inside the box counts once.
        let ends = box.rows.flatMap(\.sockets) + box.members
        let links = Set(ends.flatMap(shown.linkPlaces)).sorted()
        let curves = links.map { shown.linkRates[$0] }
        let rates = links.compactMap { shown.flows[$0].rate }
        let text = rates.isEmpty ? "" : "\(Format.rate(rates.reduce(0, +)))/s"
        picture.put(text, at: Point(x: line.right - TextWidth.of(text), y: line.y), maxWidth: line.width)
        let room = line.inset(right: text.isEmpty ? 0 : TextWidth.of(text) + 1)
        let count = room.width * (glyphs.isUnicode ? 2 : 1)
        var sum: [Double?] = Array(repeating: nil, count: count)
        for curve in curves {
            for (place, value) in curve.dots(over: state.window.seconds, count: count).enumerated() {
                if let value { sum[place] = (sum[place] ?? 0) + value }
            }
        }
        picture.draw(Sparkline(sum, look: look), in: room)
    }

    // MARK: Around it

    /// What there is beyond the edges of the pane, and how near one stands.
    private mutating func drawGraphNotes(_ area: Rect, _ shift: Point) {
        let size = state.graph.layout.size
        var notes: [String] = []
        if size.width > area.width || size.height > area.height {
            let hidden = [
                (shift.x < area.x, glyphs.left), (shift.x + size.width > area.right, glyphs.right),
                (shift.y < area.y, glyphs.above), (shift.y + size.height > area.bottom, glyphs.below),
            ]
            notes.append("more " + String(hidden.filter(\.0).map(\.1)))
        }
        if state.graph.followsHottest { notes.append("follows the hottest") }
        if state.graph.zoom != nil { notes.append("zoom: \(state.graph.shownZoom.title)") }
        guard !notes.isEmpty else { return }
        let text = " \(notes.joined(separator: "  ")) "
        put(
            text, at: Point(x: area.right - TextWidth.of(text), y: area.bottom - 1), look[.hint], in: area)
    }

    private mutating func put(_ text: String, at point: Point, _ style: Style, in area: Rect) {
        guard point.y >= area.y, point.y < area.bottom else { return }
        var x = point.x
        for character in text {
            if x >= area.x, x < area.right {
                buffer.put(String(character), at: Point(x: x, y: point.y), style: style, maxWidth: area.right - x)
            }
            x += TextWidth.of(character)
        }
    }
}

/// How the arrows on live edges move.
enum GraphPulse {
    /// Cells between two of them.
    static let distance = 12

    /// 3 at one message a second, 5 at ten, 7 at a hundred; never more than 15.
    static func cellsPerSecond(_ rate: Double) -> Int {
        var speed = 1
        var limit = 0.1
        while rate >= limit, speed < 15 {
            speed += 2
            limit *= 10
        }
        return speed
    }
}

extension Point {
    func moved(by shift: Point) -> Point { Point(x: x + shift.x, y: y + shift.y) }
}

extension Rect {
    func moved(by shift: Point) -> Rect { Rect(x: x + shift.x, y: y + shift.y, width: width, height: height) }
}

extension Buffer {
    /// Copies a picture to a place; only what lies in `area` is drawn.
    mutating func lay(_ picture: Buffer, at origin: Point, in area: Rect) {
        let target = Rect(x: origin.x, y: origin.y, width: picture.size.width, height: picture.size.height)
            .intersection(area)
        for y in target.y..<max(target.y, target.bottom) {
            for x in target.x..<max(target.x, target.right) {
                let cell = picture[x - origin.x, y - origin.y]
                guard cell.width > 0, x + Int(cell.width) <= target.right else { continue }
                put(String(cell.text), at: Point(x: x, y: y), style: cell.style)
            }
        }
    }

    /// Gives the frame of the picture a style, but for `keeping` columns of its title.
    mutating func patchEdge(style: Style, keeping: Int) {
        patch(Rect(x: 0, y: 0, width: 2, height: 1), style: style)
        patch(Rect(x: keeping, y: 0, width: size.width - keeping, height: 1), style: style)
        patch(Rect(x: 0, y: size.height - 1, width: size.width, height: 1), style: style)
        patch(Rect(x: 0, y: 0, width: 1, height: size.height), style: style)
        patch(Rect(x: size.width - 1, y: 0, width: 1, height: size.height), style: style)
    }
}
