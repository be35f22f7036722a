import TerminalUI

/// A column of a list, as data: the table, sorting, filters, sums and the column chooser all come from it.
struct ListColumn<Row>: Sendable {
    /// Its name in filters and in the file of chosen columns.
    let id: String
    /// Its heading.
    let title: String
    /// What it tells, for the column chooser.
    let help: String
    let extent: @Sendable (ListScene) -> Extent
    let alignment: Alignment
    /// Where there is too little room the columns with the highest value go first; those with 0 stay.
    let priority: Int
    /// The same where the list shares the screen with others.
    let sharedPriority: Int
    /// Whether it is shown before anybody chooses.
    let isDefault: Bool
    /// What one sorts and filters by; nil for columns that only show.
    let measure: Measure<Row>?
    /// Whether the sum of all rows says something.
    let isSummed: Bool
    /// Whether there is anything to show: what nobody knows of any row takes no room.
    let isUseful: @Sendable (Observation) -> Bool
    /// Whether the heading is the history's window.
    let isHistory: Bool
    let cell: @Sendable (Row, ListScene) -> Table.Content

    init(
        _ id: String, _ title: String, help: String, _ extent: @escaping @Sendable (ListScene) -> Extent,
        align alignment: Alignment = .left, priority: Int = 0, sharedPriority: Int? = nil, isDefault: Bool = true,
        isSummed: Bool = false, isHistory: Bool = false,
        isUseful: @escaping @Sendable (Observation) -> Bool = { _ in true },
        _ measure: Measure<Row>? = nil, cell: @escaping @Sendable (Row, ListScene) -> Table.Content
    ) {
        self.id = id
        self.title = title
        self.help = help
        self.extent = extent
        self.alignment = alignment
        self.priority = priority
        self.sharedPriority = sharedPriority ?? priority
        self.isDefault = isDefault
        self.isSummed = isSummed
        self.isHistory = isHistory
        self.isUseful = isUseful
        self.measure = measure
        self.cell = cell
    }

    /// A column of figures, right-aligned; `tone` is the style of a figure that is known and not zero.
    static func figure(
        _ id: String, _ title: String, help: String, _ width: Int, priority: Int = 0, sharedPriority: Int? = nil,
        isDefault: Bool = true, isSummed: Bool = false,
        isUseful: @escaping @Sendable (Observation) -> Bool = { _ in true }, tone: Theme.Role? = nil,
        _ measure: Measure<Row>
    ) -> ListColumn {
        ListColumn(
            id, title, help: help, { _ in .fixed(width) }, align: .right, priority: priority,
            sharedPriority: sharedPriority,
            isDefault: isDefault, isSummed: isSummed, isUseful: isUseful, measure
        ) { row, scene in
            guard case .number(let value) = measure.value(row, scene.shown) else {
                return scene.look.figure(Format.unknown)
            }
            return scene.look.figure(measure.kind.format(value), tone.map { scene.look[$0] } ?? .plain)
        }
    }
}

/// A name that filters know beside a list's columns: `node:` of a link is either of its ends.
struct ListField<Row>: Sendable {
    let id: String
    let measure: Measure<Row>

    init(_ id: String, _ measure: Measure<Row>) {
        self.id = id
        self.measure = measure
    }
}

/// What the cells of one picture of a list have in common.
struct ListScene: Sendable {
    let canvas: Canvas
    /// Columns that the rows' names take, with the longest one.
    let nameWidth: Int
    /// Whether links are named by both sockets, and not only by the nearer end.
    let isFullyNamed: Bool
    /// Whether the list has the screen for itself.
    let isAlone: Bool

    var shown: Observation { canvas.shown }
    var look: Look { canvas.look }
    var width: Int { canvas.size.width }
}

/// A curve over the chosen window.
struct History: Widget {
    let series: Series?
    let window: HistoryWindow
    let look: Look

    func draw(in area: Rect, into buffer: inout Buffer) {
        let perCell = look.glyphs.isUnicode ? 2 : 1
        let dots = series?.dots(over: window.seconds, count: area.width * perCell) ?? []
        buffer.draw(Sparkline(dots, look: look), in: area)
    }
}
