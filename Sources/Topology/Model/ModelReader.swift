import RunDirectory

/// Makes the model out of the parsed file, and reports what is wrong with keys, names and shapes. What is wrong is
/// left out, so that the rest can be judged as well.
package struct ModelReader {
    package let problems: Problems
    /// The name of a topology that gives none.
    let fileName: String

    /// A reader that reports what is wrong to `problems`.
    package init(problems: Problems, fileName: String) {
        self.problems = problems
        self.fileName = fileName
    }

    func read(_ root: Value) -> Model {
        var model = Model(name: fileName, about: "")
        guard case .map = root.content else {
            problems.report(
                root.place, "a topology is a map with `name:`, `about:` and `nodes:`",
                help: "`zmqtop list` names topologies to copy from")
            return model
        }
        let fields = fields(of: root, Key.top, of: "a topology")
        if let entry = fields["name"], let name = text(entry.value, "name") {
            if Self.isName(name.text) {
                model.name = name.text
            } else {
                problems.report(
                    name.place, "\"\(name.text)\" cannot be a name", help: "a name is letters, digits, - and _")
            }
        }
        if let entry = fields["about"], let about = text(entry.value, "about") { model.about = about.text }
        if let lint = fields["lint"] {
            for name in texts(self.fields(of: lint.value, Key.lint, of: "lint")["ignore"]?.value, "ignore") {
                model.ignoredLints.insert(name.text)
                guard !LintRule.silenceable.contains(name.text) else { continue }
                problems.report(
                    name.place, "there is no lint or verdict \"\(name.text)\"",
                    help: suggestion(for: name.text, in: LintRule.silenceable))
            }
        }
        guard let nodes = fields["nodes"] else {
            problems.report(root.place, "the topology has no `nodes:`")
            return model
        }
        for entry in entries(of: nodes.value, of: "a map of nodes by name") {
            guard checkName(entry, of: "node") else { continue }
            model.nodes.append(node(entry))
        }
        if model.nodes.isEmpty, problems.isEmpty {
            problems.report(nodes.keyPlace, "the topology has no nodes: there is nothing to run")
        }
        return model
    }

    // MARK: Shapes

    /// The entries of a map whose keys are known, by key; unknown keys are reported, `x-` keys left alone.
    func fields(of value: Value, _ keys: [Key], of what: String) -> [String: Value.Entry] {
        let names = keys.map(\.name)
        var result: [String: Value.Entry] = [:]
        for entry in entries(of: value, of: "\(what) with the keys \(names.spoken)") {
            if names.contains(entry.key) {
                result[entry.key] = entry
            } else {
                problems.report(
                    entry.keyPlace, "\(what) has no key \"\(entry.key)\"",
                    help: suggestion(for: entry.key, in: names, label: "its keys are"))
            }
        }
        return result
    }

    /// The entries of a map, without `x-` keys; an empty value is an empty map.
    package func entries(of value: Value, of expected: @autoclosure () -> String) -> [Value.Entry] {
        if value.isNull { return [] }
        guard case .map(let entries) = value.content else {
            problems.report(value.place, "expected \(expected())")
            return []
        }
        return entries.filter { !$0.key.hasPrefix("x-") && !Value.isHidden($0.key) }
    }

    /// Text where text is expected.
    package func text(_ value: Value, _ key: String) -> Located? {
        if case .scalar(let text, let plain) = value.content {
            if plain, value.isNull {
                problems.report(value.place, "\(key) has no value", help: "write \"\" for an empty text")
                return nil
            }
            return Located(text: text, place: value.place)
        }
        if let braced = value.bracedText {
            problems.report(
                value.place, "YAML reads \(braced) as a map, and \(key) is text", help: "quote it: \"\(braced)\"")
        } else {
            problems.report(value.place, "\(key) is text, not a list or a map")
        }
        return nil
    }

    /// One text or a list of them.
    package func texts(_ value: Value?, _ key: String) -> [Located] {
        guard let value, !value.isNull else { return [] }
        if case .list(let items) = value.content { return items.compactMap { text($0, "an item of \(key)") } }
        return text(value, key).map { [$0] } ?? []
    }

    /// Names are parts of file names and of references: letters, digits, `-` and `_`.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 32 else { return false }
        let isWord = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x5F
        }
        return isWord && first != 0x2D
    }

    func checkName(_ entry: Value.Entry, of what: String) -> Bool {
        guard Self.isName(entry.key) else {
            problems.report(
                entry.keyPlace, "\"\(entry.key)\" cannot name a \(what)",
                help: "a name is letters, digits, - and _, at most 32")
            return false
        }
        let isInjector = entry.key.hasPrefix("inject-") && entry.key.dropFirst(7).allSatisfy(\.isNumber)
        if what == "node", entry.key == "others" || isInjector {
            problems.report(
                entry.keyPlace, "\"\(entry.key)\" cannot name a \(what): the word has a meaning of its own")
            return false
        }
        return true
    }

    // MARK: Scalars

    package func integer(_ value: Value, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = text(value, key) else { return nil }
        if let number = Units.integer(text.text), range.contains(number) { return number }
        let bounds =
            range.upperBound == .max ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        problems.report(text.place, "\(key) is a whole number \(bounds), not \"\(text.text)\"")
        return nil
    }

    package func flag(_ value: Value, _ key: String) -> Bool? {
        guard let text = text(value, key) else { return nil }
        switch text.text {
        case "true": return true
        case "false": return false
        default:
            problems.report(text.place, "\(key) is true or false, not \"\(text.text)\"")
            return nil
        }
    }

    package func duration(_ value: Value, _ key: String) -> Double? {
        guard let text = text(value, key) else { return nil }
        if let seconds = Units.composedDuration(text.text), seconds >= 0 { return seconds }
        problems.report(
            text.place, "\(key) is a time, not \"\(text.text)\"", help: Self.durationHelp(text.text))
        return nil
    }

    static func durationHelp(_ text: String) -> String {
        Units.number(text) == nil ? "as in 500ms, 3s or 1m30s" : "write its unit: \(text)ms or \(text)s"
    }
}
