import RunDirectory

/// A node's `behavior`, read key by key. `finish` complains about the keys that nobody asked for.
struct Behavior {
    private let node: ResolvedNode
    private let values: [String: BehaviorValue]
    private var known: Set<String> = []

    init(_ node: ResolvedNode) {
        self.init(node, node.behavior)
    }

    private init(_ node: ResolvedNode, _ values: [String: BehaviorValue]) {
        self.node = node
        self.values = values
    }

    /// A map inside of it, to be read in the same way.
    func inner(_ values: [String: BehaviorValue]) -> Behavior { Behavior(node, values) }

    private mutating func value(_ key: String) -> BehaviorValue? {
        known.insert(key)
        return values[key]
    }

    private func wrong(_ key: String, _ expected: String) -> NodeError {
        NodeError("behavior '\(key)' of kind \(node.kind) must be \(expected)")
    }

    /// A number from `minimum` on.
    mutating func number(_ key: String, minimum: Double = 0, _ expected: String) throws -> Double? {
        guard let value = value(key) else { return nil }
        guard case .number(let number) = value, number.isFinite, number >= minimum else { throw wrong(key, expected) }
        return number
    }

    /// A whole number from `minimum` on.
    mutating func whole(_ key: String, minimum: Int, default standard: Int) throws -> Int {
        try whole(key, minimum: minimum) ?? standard
    }

    /// A whole number from `minimum` on, or nil where the key is absent.
    mutating func whole(_ key: String, minimum: Int) throws -> Int? {
        let expected = "a whole number from \(minimum)"
        guard let number = try number(key, minimum: Double(minimum), expected) else { return nil }
        guard let whole = Int(exactly: number) else { throw wrong(key, expected) }
        return whole
    }

    /// A length of time above 0.
    mutating func seconds(_ key: String, default standard: Seconds) throws -> Seconds {
        try seconds(key) ?? standard
    }

    /// A length of time above 0, or nil where the key is absent.
    mutating func seconds(_ key: String) throws -> Seconds? {
        let expected = "a time above 0, like 500ms"
        guard let number = try number(key, expected) else { return nil }
        guard number > 0 else { throw wrong(key, expected) }
        return number
    }

    /// A number or a range, its lower end from `minimum` on.
    mutating func spread(_ key: String, minimum: Double, default standard: Spread) throws -> Spread {
        switch value(key) {
        case nil: return standard
        case .number(let number)? where number.isFinite && number >= minimum: return Spread(number)
        case .range(let from, let to)? where to.isFinite && from >= minimum && to >= from: return Spread(from, to)
        default: throw wrong(key, "a number or a range like 16..64, from \(Int(minimum))")
        }
    }

    /// Like `spread`, of whole numbers only.
    mutating func wholeSpread(_ key: String, minimum: Int, default standard: Spread) throws -> Spread {
        let spread = try spread(key, minimum: Double(minimum), default: standard)
        guard let from = Int(exactly: spread.from), let to = Int(exactly: spread.to), from <= to else {
            throw wrong(key, "a whole number or a range like 16..64")
        }
        return spread
    }

    mutating func flag(_ key: String, default standard: Bool) throws -> Bool {
        guard let value = value(key) else { return standard }
        guard case .flag(let flag) = value else { throw wrong(key, "true or false") }
        return flag
    }

    /// One of a few words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default standard: Choice
    ) throws -> Choice where Choice.RawValue == String {
        guard let value = value(key) else { return standard }
        guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
            throw wrong(key, Choice.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return choice
    }

    /// `rate:` above 0 a second, or nil for `max`.
    mutating func rate(default standard: Double, orMax: Bool) throws -> Double? {
        let expected = orMax ? "above 0, like 100/s, or max" : "above 0, like 5/s"
        switch value("rate") {
        case nil: return standard
        case .number(let rate)? where rate > 0 && rate.isFinite: return rate
        case .text("max")? where orMax: return nil
        default: throw wrong("rate", expected)
        }
    }

    /// A map of maps, by name in alphabetical order; at least one.
    mutating func named(
        _ key: String, default standard: [String: [String: BehaviorValue]]
    ) throws -> [(name: String, values: [String: BehaviorValue])] {
        var maps = standard
        let value = value(key)
        if let value {
            guard case .map(let members) = value, !members.isEmpty else { throw wrong(key, "a map of maps by name") }
            maps = try members.mapValues { member in
                guard case .map(let values) = member else { throw wrong(key, "a map of maps by name") }
                return values
            }
        }
        return maps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// `size:` of messages in bytes, up to 1 GiB.
    mutating func size() throws -> Spread {
        let size = try wholeSpread("size", minimum: 0, default: Spread(100))
        guard size.to <= 1_073_741_824 else { throw wrong("size", "at most 1GiB") }
        return size
    }

    /// The node's random numbers: with a `seed:` the same each time, for each node others.
    mutating func generator() throws -> SeededGenerator {
        SeededGenerator(seed: try whole("seed", minimum: 0).map { UInt64($0) }, name: node.name)
    }

    /// Every key has been asked for now: one that is left over is a slip.
    func finish() throws {
        if let unknown = values.keys.filter({ !known.contains($0) }).min() {
            throw NodeError(
                "kind \(node.kind) knows no behavior '\(unknown)'; it knows \(known.sorted().joined(separator: ", "))")
        }
    }
}
