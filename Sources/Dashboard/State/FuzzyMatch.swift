/// How well a few letters fit a name: all of them stand in it, in their order, in any case.
struct FuzzyMatch: Equatable, Sendable {
    /// Which characters of the name fit, in order.
    var places: [Int]
    /// The more the better: letters at the beginning of a word, and next to each other, count more.
    var score: Int

    /// nil: the letters do not stand in the name. No letters fit every name.
    init?(_ letters: String, in name: String) {
        let wanted = Array(letters.lowercased())
        let characters = Array(name.lowercased())
        guard wanted.count <= characters.count else { return nil }
        guard !wanted.isEmpty else {
            places = []
            score = 0
            return
        }
        // The best way to place the letters: for each letter and each place where it may stand, the best score of it and
        // those before it. Names are short.
        var best = [[Int?]](repeating: [Int?](repeating: nil, count: characters.count), count: wanted.count)
        var from = [[Int]](repeating: [Int](repeating: -1, count: characters.count), count: wanted.count)
        for (row, letter) in wanted.enumerated() {
            var reach: (score: Int, place: Int)?
            for place in characters.indices {
                if row > 0, place > 0, let before = best[row - 1][place - 1], before > reach?.score ?? .min {
                    reach = (before, place - 1)
                }
                guard characters[place] == letter, row == 0 || reach != nil else { continue }
                let own = Self.worth(of: place, in: characters)
                if row == 0 {
                    best[row][place] = own - min(place, 8)
                    continue
                }
                let neighbour = best[row - 1][place - 1].map { $0 + 12 }
                if let neighbour, neighbour >= reach?.score ?? .min {
                    best[row][place] = neighbour + own
                    from[row][place] = place - 1
                } else if let reach {
                    best[row][place] = reach.score + own
                    from[row][place] = reach.place
                }
            }
        }
        let last = best[wanted.count - 1]
        guard let end = characters.indices.filter({ last[$0] != nil }).max(by: { (last[$0] ?? 0) < (last[$1] ?? 0) })
        else { return nil }
        var places = [end]
        for row in stride(from: wanted.count - 1, to: 0, by: -1) { places.append(from[row][places[places.count - 1]]) }
        self.places = places.reversed()
        // Of two that fit as well, the shorter name is the likelier.
        score = (last[end] ?? 0) * 4 - characters.count
    }

    private static func worth(of place: Int, in name: [Character]) -> Int {
        guard place > 0 else { return 14 }
        return name[place - 1].isLetter || name[place - 1].isNumber ? 1 : 9
    }
}
