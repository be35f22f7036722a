/// What a person chose for one list.
struct ListSettings: Equatable, Sendable {
    struct Sort: Equatable, Sendable {
        /// The column's id.
        var column: String
        var isDescending: Bool
    }

    /// nil: the order of the file.
    var sort: Sort?
    /// Columns that are shown or hidden otherwise than at first, by their ids.
    var shown: [String: Bool] = [:]
}

/// The rows of a list as they stand on the screen, and what they were made from: as long as that is the same they are.
struct ListRows: Equatable, Sendable {
    struct Source: Equatable, Sendable {
        /// Of the observation.
        var revision: Int
        var filter: Filter
        var sort: ListSettings.Sort?
        var unfolded: Set<Int>
        var eventsOf: Subject?
        /// Whether sums are wanted.
        var hasSums: Bool
    }

    var source: Source
    var subjects: [Subject]
    var sums: ListSums?
}

/// The sums of the rows of a list.
struct ListSums: Equatable, Sendable {
    /// A sum that may lack terms.
    struct Sum: Equatable, Sendable {
        var known: Double?
        var isComplete = true
    }

    /// How many rows were summed: not all of them belong in.
    var count = 0
    /// By the columns' ids.
    var sums: [String: Sum] = [:]
}
