/// A history for each of the things of a snapshot, in their order: found by place where many are recorded, by name where
/// one is shown.
struct SeriesTable: Equatable, Sendable {
    private var places: [String: Int] = [:]
    private var series: [Series] = []

    init() {}

    var count: Int { series.count }

    subscript(_ name: String) -> Series? { places[name].map { series[$0] } }

    /// By its place in the order of the names.
    subscript(place: Int) -> Series { series[place] }

    /// Takes other names, or another order: what stays keeps its history.
    mutating func rename(_ next: [String], places nextPlaces: [String: Int]) {
        series = next.map { self[$0] ?? Series() }
        places = nextPlaces
    }

    /// Notes one figure for each thing.
    mutating func record(at elapsed: Double, since: Double?, figure: (Int) -> Double?) {
        for place in series.indices { series[place].record(figure(place), at: elapsed, since: since) }
    }
}
