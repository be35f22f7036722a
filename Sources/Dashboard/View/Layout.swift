import TerminalUI

/// Where everything is on a terminal of a size: what the view draws into and the mouse points at.
struct Layout: Equatable {
    struct PanePlace: Equatable {
        var pane: Pane
        /// With border and heading.
        var frame: Rect
        /// The table: a line of column titles, and the rows below it.
        var table: Rect
        /// Whether the last line holds sums.
        var hasSums = false

        var rows: Rect { table.inset(top: 1, bottom: hasSums ? 1 : 0) }
    }

    /// Below this the dashboard says that the window is too small.
    static let minimum = Size(width: 40, height: 10)

    var header: Rect
    /// The line of tabs; to its right stand notes.
    var tabs: Rect
    var body: Rect
    /// The most important verdict, while there is one: it takes its line from the last list, and moves nothing.
    var verdict: Rect?
    var status: Rect
    /// The pane of the lesson, while one is taken.
    var lesson: Rect?
    var panes: [PanePlace]
    /// Where the selected message is shown.
    var preview: Rect?
    /// What was opened: the whole body, or, on a wide terminal, beside the lists.
    var detail: Rect?
    /// Whether lists have borders: in a small window the rows need the room.
    var isBoxed: Bool

    init(_ state: DashboardState, size: Size) {
        let width = max(0, size.width)
        header = Rect(x: 0, y: 0, width: width, height: 1)
        tabs = Rect(x: 0, y: 1, width: width, height: 1)
        lesson = Self.lessonArea(state, size)
        body = Self.room(state, size)
        status = Rect(x: 0, y: max(0, size.height - 1), width: width, height: 1)
        isBoxed = Self.isBoxed(body)
        panes = []
        var wholeBody = body
        if state.headline != nil, body.height > 3 {
            verdict = body.row(body.height - 1)
            body.height -= 1
        }
        if state.detail != nil {
            detail = body
            guard state.isDetailBeside else { return }
            body.width = Self.listWidth(state, size)
            wholeBody.width = body.width
            detail = Rect(
                x: body.right, y: body.y, width: Self.room(state, size).width - body.width, height: body.height)
        }
        if state.screen == .topology {
            arrangeTopology(state, wholeBody: wholeBody)
        } else if state.screen == .messages {
            let list = body.height < 8 ? body.height : max(4, body.height * 9 / 20)
            let halves = body.rows(.fixed(list), .flexible())
            panes = [place(.messages, in: halves[0])]
            if !halves[1].isEmpty { preview = halves[1] }
        } else {
            panes = state.screen.panes.map { pane in
                var place = place(pane, in: body)
                place.hasSums = place.table.height >= 3 && state.hasSums(pane)
                return place
            }
        }
    }

    /// Whether there is room for details beside the lists of the screen: a graph needs more than a list.
    static func hasRoomBeside(_ state: DashboardState) -> Bool {
        let width = room(state, state.size).width
        return switch state.screen {
        case .topology: width >= 140
        case .messages: false
        default: width >= 120
        }
    }

    /// Between the tabs and the status line: all that there is for screens and a lesson.
    private static func middle(_ size: Size) -> Rect {
        Rect(x: 0, y: 2, width: max(0, size.width), height: max(0, size.height - 3))
    }

    /// Beside the screens where the terminal is wide, else below them, as high as its text needs.
    static func lessonArea(_ state: DashboardState, _ size: Size) -> Rect? {
        let middle = middle(size)
        guard state.lesson != nil, size.width >= minimum.width, size.height >= minimum.height else { return nil }
        if middle.width >= 120 {
            // The lists beside it keep the width of a small terminal.
            let width = min(64, middle.width * 2 / 5, max(40, middle.width - 80))
            return Rect(x: middle.right - width, y: middle.y, width: width, height: middle.height)
        }
        let lines = Canvas(state: state, size: size).lessonLines(width: middle.width - 4).count
        let height = min(lines + 2, max(4, middle.height - 8))
        return Rect(x: 0, y: middle.bottom - height, width: middle.width, height: height)
    }

    /// What is left for the screens.
    private static func room(_ state: DashboardState, _ size: Size) -> Rect {
        var room = middle(size)
        guard let lesson = lessonArea(state, size) else { return room }
        if lesson.y == room.y { room.width = lesson.x } else { room.height = lesson.y - room.y }
        return room
    }

    private static func isBoxed(_ body: Rect) -> Bool { body.height >= 28 && body.width >= 100 }

    /// Columns that the lists have.
    static func listWidth(_ state: DashboardState, _ size: Size) -> Int {
        let width = room(state, size).width
        guard state.isDetailBeside else { return width }
        return width - min(max(64, width * 9 / 20), 110)
    }

    /// The graph takes what it needs, and leaves the links their rows as far as those are few; where there is room to spare
    /// what happened is shown below.
    private mutating func arrangeTopology(_ state: DashboardState, wholeBody: Rect) {
        let extra = isBoxed ? 3 : 1
        let linkNeed = max(1, state.rows(of: .links).count) + extra
        let room = Self.graphRoom(state, wholeBody.height, isBoxed: isBoxed)
        let graphHeight = min(room, max(3, state.graph.layout.size.height))
        let rest = wholeBody.height - graphHeight
        let eventMinimum = 4 + extra
        let linkHeight = rest - linkNeed >= eventMinimum ? linkNeed : rest
        let verdictLine = wholeBody.height - body.height
        let hasEvents = linkHeight < rest
        let graph = Rect(x: 0, y: body.y, width: body.width, height: graphHeight)
        let middle = Rect(
            x: 0, y: graph.bottom, width: body.width, height: linkHeight - (hasEvents ? 0 : verdictLine))
        panes = [PanePlace(pane: .graph, frame: graph, table: graph), place(.links, in: middle)]
        let bottom = Rect(
            x: 0, y: middle.bottom, width: body.width, height: hasEvents ? rest - linkHeight - verdictLine : 0)
        panes.append(place(.events, in: bottom))
    }

    /// Rows that the graph may take.
    private static func graphRoom(_ state: DashboardState, _ height: Int, isBoxed: Bool) -> Int {
        let links = max(1, state.rows(of: .links).count) + (isBoxed ? 3 : 1)
        return max(0, height - min(links, height * 2 / 5))
    }

    /// The room that there is for the graph; nil where it is not shown.
    static func graphArea(_ state: DashboardState, size: Size) -> Rect? {
        guard state.screen == .topology else { return nil }
        let room = room(state, size)
        return Rect(
            x: 0, y: 2, width: listWidth(state, size),
            height: graphRoom(state, room.height, isBoxed: isBoxed(room)))
    }

    private func place(_ pane: Pane, in frame: Rect) -> PanePlace {
        PanePlace(
            pane: pane, frame: frame,
            table: isBoxed ? frame.inset(left: 2, top: 1, right: 2, bottom: 1) : frame.inset(left: 1, right: 1))
    }

    /// The line of tabs, for drawing and for the mouse.
    static func tabs(_ state: DashboardState) -> Tabs {
        Tabs(
            Screen.allCases.map { (key: String($0.digit), name: $0.title) },
            selected: Screen.allCases.firstIndex(of: state.screen) ?? 0, look: state.look)
    }
}
