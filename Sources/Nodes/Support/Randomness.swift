/// A small generator (SplitMix64) that gives the same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Nodes of one group share their behavior: the name makes their numbers differ all the same. Without a seed each
    /// run has its own.
    init(seed: UInt64?, name: String) {
        guard let seed else {
            var system = SystemRandomNumberGenerator()
            state = system.next()
            return
        }
        // FNV-1a: Swift's own hashes change with every process.
        state = name.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A number, or any number between two: uniform, both ends included.
struct Spread: Equatable {
    let from: Double
    let to: Double

    init(_ from: Double, _ to: Double) {
        self.from = from
        self.to = to
    }

    init(_ value: Double) {
        self.init(value, value)
    }

    var isZero: Bool { from == 0 && to == 0 }

    func pick(_ generator: inout SeededGenerator) -> Double {
        from == to ? from : Double.random(in: from...to, using: &generator)
    }

    func pickWhole(_ generator: inout SeededGenerator) -> Int {
        Int.random(in: Int(from.rounded(.up))...max(Int(from.rounded(.up)), Int(to)), using: &generator)
    }
}
