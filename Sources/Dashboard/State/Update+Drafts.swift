import TerminalUI

/// Drafts that are kept between runs, by name.
extension DashboardState {
    /// Of more than so many the oldest are forgotten.
    static let mostDrafts = 100

    /// The next or previous of those that are kept.
    mutating func recallDraft(by step: Int) {
        guard !drafts.isEmpty else {
            composer.problem =
                "Nothing is kept yet: type a name here, and \(keymap.key(for: .keep)) keeps the message by it."
            return
        }
        let place = drafts.firstIndex { $0.name == composer.name.text }
        let next = place.map { ($0 + step + drafts.count) % drafts.count } ?? (step > 0 ? 0 : drafts.count - 1)
        composer.name = TextInput(drafts[next].name)
        composer.take(drafts[next].draft)
    }

    mutating func keepDraft() -> [Effect] {
        let name = composer.name.text.trimmed
        guard !name.isEmpty else {
            composer.field = .template
            composer.problem = "Type a name for it first; \(keymap.key(for: .keep)) then keeps it."
            return []
        }
        let kept = KeptDraft(name: name, draft: composer.draft)
        if let place = drafts.firstIndex(where: { $0.name == name }) {
            drafts[place] = kept
        } else {
            drafts.append(kept)
            drafts.sort { $0.name < $1.name }
            if drafts.count > Self.mostDrafts { drafts.removeFirst() }
        }
        composer.problem = nil
        say("Kept as \(name): ← → on template brings it back, in later runs too.")
        return [.keep(drafts)]
    }

    mutating func forgetDraft() -> [Effect] {
        let name = composer.name.text.trimmed
        guard let place = drafts.firstIndex(where: { $0.name == name }) else {
            composer.problem = "Nothing is kept by the name \"\(name)\"."
            return []
        }
        drafts.remove(at: place)
        say("Forgot \(name): \(keymap.key(for: .keep)) keeps it again.")
        return [.keep(drafts)]
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
