import TerminalUI
import Testing

/// A widget drawn onto a buffer full of `x`, one cell from every edge, so that overdraw and underdraw both show.
func picture(_ widget: some Widget, width: Int, height: Int = 1) -> [String] {
    var buffer = Buffer(Size(width: width + 2, height: height + 2))
    buffer.fill(buffer.area, with: "x")
    buffer.draw(widget, in: buffer.area.inset(1))
    return buffer.lines
}

/// What is drawn inside the margin, which must be untouched.
func body(_ widget: some Widget, width: Int, height: Int = 1) -> [String] {
    let lines = picture(widget, width: width, height: height)
    let margin = String(repeating: "x", count: width + 2)
    guard lines.first == margin, lines.last == margin,
        lines.dropFirst().dropLast().allSatisfy({ $0.first == "x" && $0.last == "x" })
    else { return ["drawn outside the area"] + lines }
    return lines.dropFirst().dropLast().map { String($0.dropFirst().dropLast()) }
}

/// `#expect` for conditions that change what they look at, which the macro cannot take apart.
func check(_ condition: Bool, location: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: location)
}
