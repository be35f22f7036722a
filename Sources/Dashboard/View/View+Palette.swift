import TerminalUI

extension Canvas {
    /// The line to type in above, what can be chosen below, the way out at the foot.
    mutating func drawPalette(_ palette: Palette) {
        let choices = state.choices
        let isProblem = palette.problem != nil
        let area = paletteArea
        buffer.draw(Block("command", focused: true, covers: true, look: look), in: area)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        drawCommandLine(palette, in: inner.row(0))
        let list = inner.inset(top: 2)
        if let problem = palette.problem {
            buffer.draw(Paragraph("\(glyphs.warning) \(problem)", style: look[.warning]), in: list)
        } else if choices.isEmpty {
            buffer.put(
                palette.input.text.isEmpty ? "" : "nothing fits; \(state.keymap.key(for: .back, in: .palette)) leaves",
                at: list.origin, style: look[.dim],
                maxWidth: list.width)
        }
        if !isProblem { drawChoices(choices, selected: palette.selected, in: list, frame: area) }
        let hints: [(Command, String)] = [
            (.run, "does it"), (.complete, "completes"), (.older, "earlier ones"), (.back, "leaves"),
        ]
        drawFoot(hints.map { (keyLabel($0.0, in: .palette), $0.1) }, of: area)
    }

    private var paletteArea: Rect {
        let width = min(size.width - 2, 90)
        let room = max(1, min(14, size.height - 8))
        return Rect(
            x: (size.width - width) / 2, y: size.height > 16 ? 2 : 1, width: width,
            height: min(size.height - 2, room + 4))
    }

    /// The choice that stands at a place of the screen.
    func choice(at point: Point, _ palette: Palette) -> Int? {
        let list = paletteArea.inset(left: 2, top: 3, right: 2, bottom: 1)
        guard palette.problem == nil, list.contains(point) else { return nil }
        let count = state.choices.count
        let first = Scroll.offset(0, selected: palette.selected, count: count, visible: list.height)
        let row = first + point.y - list.y
        return row < count ? row : nil
    }

    private mutating func drawCommandLine(_ palette: Palette, in line: Rect) {
        buffer.put(":", at: line.origin, style: look[.key])
        let place = line.inset(left: 1)
        let field = TextField(
            palette.input, placeholder: "a command, or some of its letters", look: look)
        buffer.draw(field, in: place)
        cursor = field.cursor(in: place)
    }

    private mutating func drawChoices(_ choices: [Palette.Choice], selected: Int, in list: Rect, frame: Rect) {
        guard list.height > 0 else { return }
        let first = Scroll.offset(0, selected: selected, count: choices.count, visible: list.height)
        let shown = choices.dropFirst(first).prefix(list.height)
        let nameWidth = min(list.width * 3 / 5, max(18, (shown.map { TextWidth.of($0.line) }.max() ?? 0) + 2))
        for (row, choice) in shown.enumerated() {
            let line = list.row(row)
            let keysWidth = TextWidth.of(choice.keys)
            let fit = Set(choice.places)
            let spans = choice.line.enumerated().map { place, character in
                Span(String(character), fit.contains(place) ? look[.accent].adding(.underline) : .plain)
            }
            buffer.put(
                Buffer.fitted(spans, width: nameWidth - 2, ellipsis: glyphs.ellipsis), at: line.origin,
                maxWidth: nameWidth - 2)
            let helpWidth = line.width - nameWidth - keysWidth - 2
            buffer.put(
                choice.help, at: Point(x: line.x + nameWidth, y: line.y), width: max(0, helpWidth), style: look[.dim],
                ellipsis: glyphs.ellipsis)
            buffer.put(choice.keys, at: Point(x: line.right - keysWidth, y: line.y), style: look[.key])
            if first + row == selected {
                buffer.patch(line, style: look[.selection])
            }
        }
        buffer.draw(
            Scrollbar(count: choices.count, visible: list.height, offset: first, look: look),
            in: Rect(x: frame.right - 1, y: list.y, width: 1, height: list.height))
    }
}
