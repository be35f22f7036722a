/// What a person chose for the lists, to be kept between runs.
public struct ListChoices: Codable, Equatable, Sendable {
    /// Of one list.
    struct List: Codable, Equatable, Sendable {
        /// The id of the column that it is sorted by; nil: the order of the file.
        var sort: String?
        var isDescending: Bool?
        /// Columns that are shown or hidden otherwise than at first.
        var columns: [String: Bool]?
    }

    /// By the lists' names: `links`.
    var lists: [String: List] = [:]
    /// Seconds that the curves reach back.
    var window: Int?
}

extension DashboardState {
    /// What was chosen, without what is as at first.
    var listChoices: ListChoices {
        var choices = ListChoices()
        for (pane, settings) in lists where settings != ListSettings() {
            choices.lists[pane.title] = .init(
                sort: settings.sort?.column, isDescending: settings.sort?.isDescending,
                columns: settings.shown.isEmpty ? nil : settings.shown)
        }
        if window != .minute { choices.window = window.rawValue }
        return choices
    }

    /// Takes over what was kept; lists and columns that are not known any more are left out.
    mutating func take(_ choices: ListChoices) {
        for (pane, list) in Lists.all {
            guard let kept = choices.lists[pane.title] else { continue }
            let known = Dictionary(list.columnNames.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            var settings = ListSettings()
            if let column = kept.sort.flatMap({ known[$0] }), column.isSortable {
                settings.sort = .init(column: column.id, isDescending: kept.isDescending ?? !column.isText)
            }
            settings.shown = (kept.columns ?? [:]).filter { id, _ in
                known[id] != nil && id != list.columnNames.first?.id
            }
            lists[pane] = settings
        }
        window = choices.window.flatMap(HistoryWindow.init(rawValue:)) ?? window
    }
}
