/// A piece of the file, and where it stands. Scalars are the text as written: nothing makes `no` a flag or `010` an
/// eight; whoever asks for a number reads one.
package struct Value {
    package enum Content {
        /// `plain` is false for quoted text.
        case scalar(String, plain: Bool)
        case list([Value])
        case map([Entry])
    }

    package struct Entry {
        package var key: String
        package var keyPlace: Place
        package var value: Value
    }

    package var content: Content
    package var place: Place

    /// Nothing was written, or `~`, or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, plain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// `{x}` that was meant as text and became a map: its text.
    var bracedText: String? {
        guard case .map(let entries) = content, entries.count == 1, entries[0].value.isNull else { return nil }
        return "{\(entries[0].key)}"
    }
}

/// Text and where it stands.
package struct Located: Hashable {
    package var text: String
    package var place: Place
}
