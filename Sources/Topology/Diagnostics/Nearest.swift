import RunDirectory

/// The candidate that `word` is most likely a slip of, or nil when none is near: at most a third of its letters differ
/// (a swap of neighbours counts as one difference). Of two that are as near, the one that begins with it.
package func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let limit = max(1, word.count / 3)
    let word = word.lowercased()
    var best: (score: Int, name: String)?
    for candidate in candidates {
        let distance = editDistance(word, candidate.lowercased())
        let score = 2 * distance + (candidate.lowercased().hasPrefix(word) ? 0 : 1)
        if distance <= limit, score < (best?.score ?? .max) { best = (score, candidate) }
    }
    return best?.name
}

/// "did you mean …?" for a slip, else the list of what there is when it is short, else nil.
package func suggestion(for word: String, in candidates: [String], label: String = "there is") -> String? {
    if let name = nearest(to: word, in: candidates) { return "did you mean \"\(name)\"?" }
    guard !candidates.isEmpty, candidates.count <= 16 else { return nil }
    return "\(label): \(candidates.joined(separator: ", "))"
}
