import RunDirectory
public import TerminalUI

/// What a terminal shows at one moment.
public struct Frame: Equatable, Sendable {
    /// The picture.
    public var buffer: Buffer
    /// Where the cursor blinks; nil: hidden.
    public var cursor: Point?
    /// The title of the terminal's window.
    public var title: String
}

/// The picture of a state. Pure: the same state and size give the same frame.
public func view(_ state: DashboardState, size: Size) -> Frame {
    var canvas = Canvas(state: state, size: size)
    canvas.draw()
    if !state.glyphs.isUnicode { canvas.reduceToASCII() }
    return Frame(buffer: canvas.buffer, cursor: canvas.cursor, title: "zmqtop \(state.topology.name)")
}

/// A buffer being drawn, with what all the parts of the picture need.
struct Canvas {
    let state: DashboardState
    /// What is shown of the session: the newest, or what was frozen.
    let shown: Observation
    let look: Look
    let size: Size
    var buffer: Buffer
    var cursor: Point?

    init(state: DashboardState, size: Size) {
        self.state = state
        self.size = size
        shown = state.shown
        look = state.look
        buffer = Buffer(size, style: state.look[.text])
    }

    var glyphs: Glyphs { look.glyphs }

    mutating func draw() {
        guard size.width >= Layout.minimum.width, size.height >= Layout.minimum.height else {
            drawTooSmall()
            return
        }
        let layout = Layout(state, size: size)
        drawHeader(layout.header)
        drawTabs(layout.tabs)
        for place in layout.panes {
            if place.pane == .graph {
                drawGraph(place.frame)
            } else {
                drawPane(place, isBoxed: layout.isBoxed)
            }
        }
        if let detail = layout.detail { drawDetail(detail) }
        if let preview = layout.preview { drawPreview(preview) }
        if let verdict = layout.verdict { drawVerdict(verdict) }
        if let lesson = layout.lesson { drawLesson(lesson) }
        drawStatus(layout.status)
        switch state.overlay {
        case .help(let offset): drawHelp(offset: offset)
        case .composer: drawComposer()
        case .palette(let palette): drawPalette(palette)
        case .question(let question, _): drawQuestion(question)
        case .lessonReset: state.lesson.map { drawQuestion($0.words.anew) }
        case .findings: drawFindings()
        case .faults(let menu): drawFaults(menu)
        case .columns(let pane, let row): drawColumns(pane, row: row)
        case .filter, .prediction, nil: break
        }
    }

    private mutating func drawTooSmall() {
        let lines = ["zmqtop needs 40x10.", "This is \(size.width)x\(size.height).", "q quits."]
        for (index, line) in lines.enumerated() {
            let y = max(0, size.height - lines.count) / 2 + index
            buffer.put(
                line, at: Point(x: 0, y: y), width: size.width, alignment: .center,
                style: index == 0 ? look[.warning] : .plain, ellipsis: glyphs.ellipsis)
        }
    }

    /// What a terminal without Unicode shows instead: our own symbols become their likes, anything else `?`.
    mutating func reduceToASCII() {
        let likes: [Character: String] = [
            "—": "-", "×": "x", "≥": ">", "µ": "u", "…": ".", "↑": "^", "↓": "v", "→": ">", "←": "<", "│": "|",
            "▸": ">", "◂": "<", "▴": "^", "▾": "v", "└": "`", "Σ": "S", "•": "*",
        ]
        for y in 0..<size.height {
            for x in 0..<size.width where !buffer[x, y].text.isASCII {
                let width = Int(buffer[x, y].width)
                buffer.put((likes[buffer[x, y].text] ?? "?").padded(to: width), at: Point(x: x, y: y))
            }
        }
    }
}
