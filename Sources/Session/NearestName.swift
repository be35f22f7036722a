/// The names that look most like a slip of `name`, the nearest first.
func nearestNames(to name: String, among names: [String], limit: Int = 3) -> [String] {
    names.map { ($0, distance($0.lowercased(), name.lowercased())) }
        .filter { $0.1 <= max(2, name.count / 3) }
        .sorted { $0.1 < $1.1 }
        .prefix(limit).map(\.0)
}

/// How many letters must be changed, added or left out.
private func distance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in second.indices {
            let changed = diagonal + (letter == second[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[second.count]
}
