import TerminalUI

/// Where everything is on a terminal of a size: what the view draws into and the mouse points at.
struct Layout: Equatable {
    struct PanePlace: Equatable {
        var pane: Pane
        /// With border and heading.
        var frame: Rect
        /// The table: a line of column titles, and the rows below it.
        var table: Rect

        var rows: Rect { table.inset(top: 1) }
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
    var panes: [PanePlace]
    /// Where the history of the whole is drawn; only where there is room to spare.
    var traffic: Rect?
    /// Whether lists have borders: in a small window the rows need the room.
    var isBoxed: Bool

    init(_ state: DashboardState, size: Size) {
        let width = max(0, size.width)
        header = Rect(x: 0, y: 0, width: width, height: 1)
        tabs = Rect(x: 0, y: 1, width: width, height: 1)
        body = Rect(x: 0, y: 2, width: width, height: max(0, size.height - 3))
        status = Rect(x: 0, y: max(0, size.height - 1), width: width, height: 1)
        isBoxed = body.height >= 28 && width >= 100
        panes = []
        let wholeBody = body
        if state.shown.verdict != nil, body.height > 3 {
            verdict = body.row(body.height - 1)
            body.height -= 1
        }
        guard state.detail == nil else { return }
        if state.screen == .overview {
            arrangeOverview(state, wholeBody: wholeBody)
        } else {
            panes = state.screen.panes.map { place($0, in: body) }
        }
    }

    /// Nodes and links take the height of their rows, the events the rest; when there is too little, all shrink.
    private mutating func arrangeOverview(_ state: DashboardState, wholeBody: Rect) {
        let extra = isBoxed ? 3 : 1
        let nodeNeed = max(1, state.rows(of: .nodes).count) + extra
        let linkNeed = max(1, state.rows(of: .links).count) + extra
        let eventMinimum = max(2, wholeBody.height / 5) + (isBoxed ? 2 : 0)
        let room = max(0, wholeBody.height - eventMinimum)
        let nodeHeight = min(nodeNeed, max(room / 2, room - linkNeed))
        let linkHeight = min(linkNeed, room - nodeHeight)
        var top = Rect(x: 0, y: body.y, width: body.width, height: nodeHeight)
        let middle = Rect(x: 0, y: body.y + nodeHeight, width: body.width, height: linkHeight)
        let bottom = Rect(
            x: 0, y: middle.y + linkHeight, width: body.width, height: max(0, body.height - nodeHeight - linkHeight))
        if isBoxed, body.width >= 140, nodeHeight >= 7 {
            let side = body.width / 4
            top.width -= side
            traffic = Rect(x: top.width, y: top.y, width: side, height: top.height)
        }
        panes = [place(.nodes, in: top), place(.links, in: middle), place(.events, in: bottom)]
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
