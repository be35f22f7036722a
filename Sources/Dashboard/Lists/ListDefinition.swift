import TerminalUI

/// A list of rows of one kind: how they are found, named and filtered, and its columns.
struct ListDefinition<Row: Sendable>: Sendable {
    let columns: [ListColumn<Row>]
    /// What filters know beside the columns.
    let fields: [ListField<Row>]
    /// What plain text is looked for in.
    let words: @Sendable (Row) -> [String]
    /// All rows, in the order of the file.
    let rows: @Sendable (DashboardState) -> [Row]
    let subject: @Sendable (Row) -> Subject
    /// What stands below an unfolded row; nil where rows have no parts.
    let parts: (@Sendable (Row, DashboardState) -> [Subject])?
    let row: @Sendable (Subject, Observation) -> Row?
    /// What the cells have in common.
    let scene: @Sendable (Canvas) -> ListScene
    /// Whether the row belongs in the sums; nil where a list has none.
    let isSummed: (@Sendable (Row, Observation) -> Bool)?
    /// Whether what the row does not know is a gap in a sum: what never carried anything leaves none.
    let leavesGaps: @Sendable (Row) -> Bool
    private let measures: [String: Measure<Row>]

    init(
        columns: [ListColumn<Row>], fields: [ListField<Row>] = [],
        words: @escaping @Sendable (Row) -> [String],
        rows: @escaping @Sendable (DashboardState) -> [Row],
        subject: @escaping @Sendable (Row) -> Subject,
        parts: (@Sendable (Row, DashboardState) -> [Subject])? = nil,
        row: @escaping @Sendable (Subject, Observation) -> Row?,
        scene: @escaping @Sendable (Canvas) -> ListScene,
        isSummed: (@Sendable (Row, Observation) -> Bool)? = nil,
        leavesGaps: @escaping @Sendable (Row) -> Bool = { _ in true }
    ) {
        self.columns = columns
        self.fields = fields
        self.words = words
        self.rows = rows
        self.subject = subject
        self.parts = parts
        self.row = row
        self.scene = scene
        self.isSummed = isSummed
        self.leavesGaps = leavesGaps
        let known = columns.compactMap { column in column.measure.map { (column.id, $0) } }
        measures = Dictionary(known + fields.map { ($0.id, $0.measure) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What the rest of the dashboard asks of a list, whatever its rows are.
protocol AnyList: Sendable {
    /// The columns without what they do, for the chooser and the sort keys.
    var columnNames: [ColumnName] { get }
    /// What filters know beside the columns.
    var fieldNames: [String] { get }
    /// Whether the sums of its rows say something.
    var hasSums: Bool { get }
    /// What filters know, and how its values are written.
    var filterFields: [(id: String, kind: FigureKind)] { get }
    /// The rows and their sums, through the filter and in order.
    func made(in state: DashboardState, from source: ListRows.Source) -> ListRows
    func table(on canvas: Canvas, pane: Pane, rows: [Subject], width: Int, head: String?) -> ListTable
}

/// A column by its names.
struct ColumnName: Equatable, Sendable {
    var id: String
    var title: String
    var help: String
    var isDefault: Bool
    var isSortable: Bool
    /// Texts are sorted from A at first, figures from the largest.
    var isText: Bool
}

/// A list ready to be drawn: the columns that have room, and only their cells.
struct ListTable {
    var table: Table
    /// The ids of the table's columns; nil for the spaces between groups of them.
    var columns: [String?]
}

extension ListDefinition: AnyList {
    var columnNames: [ColumnName] {
        columns.map { column in
            ColumnName(
                id: column.id, title: column.title, help: column.help, isDefault: column.isDefault,
                isSortable: column.measure != nil, isText: column.measure?.kind == .text)
        }
    }

    var fieldNames: [String] { fields.map(\.id) }

    var hasSums: Bool { isSummed != nil }

    var filterFields: [(id: String, kind: FigureKind)] { measures.map { ($0.key, $0.value.kind) } }

    func made(in state: DashboardState, from source: ListRows.Source) -> ListRows {
        let shown = state.shown
        var rows = rows(state)
        let filter = source.filter
        if filter.isActive { rows = rows.filter { isShown($0, by: filter, shown) } }
        if let sort = source.sort, let measure = columns.first(where: { $0.id == sort.column })?.measure {
            let values = rows.map { row in
                let value = measure.value(row, shown)
                guard case .number(let number) = value else { return value }
                return .number(measure.kind.asSeen(number))
            }
            rows = RowOrder.places(values, isDescending: sort.isDescending).map { rows[$0] }
        }
        return ListRows(
            source: source,
            subjects: parts.map { parts in rows.flatMap { [subject($0)] + parts($0, state) } } ?? rows.map(subject),
            sums: source.hasSums ? sums(of: rows, shown) : nil)
    }

    private func isShown(_ row: Row, by filter: Filter, _ shown: Observation) -> Bool {
        filter.shows(
            words: { words(row) },
            value: { name in measures[name].map { ($0.kind, $0.value(row, shown)) } })
    }
}

/// The lists by their panes.
enum Lists {
    static let all: [Pane: any AnyList] = [
        .nodes: nodes, .links: links, .sockets: sockets, .messages: messages, .events: events,
    ]

    /// All names that a filter may use, and how their values are written.
    static let fields: [String: FigureKind] = Dictionary(
        all.values.flatMap(\.filterFields).map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
}
