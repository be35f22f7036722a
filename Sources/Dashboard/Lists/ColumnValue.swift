/// What a row has in a column: what one sorts and filters by.
enum ColumnValue: Equatable, Sendable {
    case unknown
    case number(Double)
    case text(String)
    /// Several, of which a filter may mean any; the first is sorted by.
    case texts([String])

    init(_ number: Int?) { self = number.map { .number(Double($0)) } ?? .unknown }
    init(_ number: Double?) { self = number.flatMap { $0.isFinite ? .number($0) : nil } ?? .unknown }
    init(_ text: String?) { self = text.map { .text($0) } ?? .unknown }
}

/// How a column's figures are written, and so how they are understood in a filter.
enum FigureKind: Equatable, Sendable {
    case text, count, rate, bytes, seconds, share

    /// For people; text has no figure.
    func format(_ value: Double?) -> String {
        switch self {
        case .text: ""
        case .count: Format.count(value.map { Int(max(-1e18, min($0, 1e18))) })
        case .rate: Format.rate(value)
        case .bytes: Format.bytes(value)
        case .seconds: Format.seconds(value)
        case .share: Format.percent(value)
        }
    }

    /// The value as far as one sees it: two rows that look the same are the same, and do not change places.
    func asSeen(_ value: Double) -> Double {
        switch self {
        case .text: return value
        case .count: return Self.stepped(value, base: 1000, decimalsBelow: 0)
        case .rate: return value < 0.05 ? max(0, value) : Self.stepped(value, base: 1000, decimalsBelow: 9.95)
        case .bytes: return Self.stepped(value, base: 1024, decimalsBelow: 0)
        case .seconds:
            let unit = value < 0.001 ? 1e-6 : value < 0.00995 ? 1e-4 : value < 1 ? 1e-3 : value < 9.95 ? 0.1 : 1
            return (value / unit).rounded() * unit
        case .share: return (value * (value < 0.0995 ? 1000 : 100)).rounded() / (value < 0.0995 ? 1000 : 100)
        }
    }

    /// One decimal below `decimalsBelow`, whole numbers up to a thousand, then one decimal of each larger unit.
    private static func stepped(_ value: Double, base: Double, decimalsBelow: Double) -> Double {
        let size = value.magnitude
        if size < decimalsBelow { return (value * 10).rounded() / 10 }
        var unit = 1.0
        while size / unit >= 999.5 { unit *= base }
        let step = unit == 1 || size / unit >= 99.95 ? unit : unit / 10
        return (value / step).rounded() * step
    }
}

/// How a column's value is found in a row.
struct Measure<Row>: Sendable {
    let kind: FigureKind
    let value: @Sendable (Row, Observation) -> ColumnValue

    static func text(_ value: @escaping @Sendable (Row, Observation) -> String?) -> Measure {
        Measure(kind: .text) { ColumnValue(value($0, $1)) }
    }
    static func texts(_ value: @escaping @Sendable (Row, Observation) -> [String]) -> Measure {
        Measure(kind: .text) { .texts(value($0, $1)) }
    }
    static func count(_ value: @escaping @Sendable (Row, Observation) -> Int?) -> Measure {
        Measure(kind: .count) { ColumnValue(value($0, $1)) }
    }
    static func rate(_ value: @escaping @Sendable (Row, Observation) -> Double?) -> Measure {
        Measure(kind: .rate) { ColumnValue(value($0, $1)) }
    }
    static func bytes(_ value: @escaping @Sendable (Row, Observation) -> Int?) -> Measure {
        Measure(kind: .bytes) { ColumnValue(value($0, $1)) }
    }
    static func seconds(_ value: @escaping @Sendable (Row, Observation) -> Double?) -> Measure {
        Measure(kind: .seconds) { ColumnValue(value($0, $1)) }
    }
    static func share(_ value: @escaping @Sendable (Row, Observation) -> Double?) -> Measure {
        Measure(kind: .share) { ColumnValue(value($0, $1)) }
    }
}
