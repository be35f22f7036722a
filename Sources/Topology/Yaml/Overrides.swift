/// `--set nodes.engine.replicas=4`: changes to the parsed file before it is judged.
struct Override {
    /// Which of the problems' sources the argument is: 1 for the first.
    let source: Int
    let argument: String

    /// Changes the value at the path; what does not exist yet is made, but for nodes: a slip in a node's name must not
    /// make a new node.
    func apply(to root: inout Value, problems: Problems, environment: [String: String]) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            problems.report(
                Place(source: source, line: 1, column: 1), "\"\(argument)\" has no value",
                help: "write --set PATH=VALUE, as in --set nodes.engine.replicas=4")
            return
        }
        var steps: [Located] = []
        var column = 1
        for part in argument[..<equals].split(separator: ".", omittingEmptySubsequences: false) {
            steps.append(Located(text: String(part), place: Place(source: source, line: 1, column: column)))
            column += part.unicodeScalars.count + 1
        }
        if let empty = steps.first(where: \.text.isEmpty) {
            problems.report(empty.place, "the path has an empty step", help: "as in --set nodes.engine.replicas=4")
            return
        }
        let text = String(argument[equals...].dropFirst())
        set(steps[...], in: &root, depth: 0, to: value(of: text, column: column, problems, environment), problems)
    }

    /// The text as YAML (`[a, b]`, `{a: 1}`), or as it stands when it is not.
    private func value(
        of text: String, column: Int, _ problems: Problems, _ environment: [String: String]
    ) -> Value {
        let place = Place(source: source, line: 1, column: column)
        let trial = Problems(path: "", text: text, arguments: [])
        if let first = text.first, "[{\"'".contains(first),
            let value = ValueReader(problems: trial, environment: environment).read(text), trial.isEmpty
        {
            return value.moved(to: place)
        }
        return Value(content: .scalar(text, plain: true), place: place)
    }

    private func set(
        _ steps: ArraySlice<Located>, in value: inout Value, depth: Int, to new: Value, _ problems: Problems
    ) {
        guard let step = steps.first else {
            value = new
            return
        }
        let rest = steps.dropFirst()
        if value.isNull { value.content = .map([]) }
        switch value.content {
        case .map(var entries):
            if let index = entries.firstIndex(where: { $0.key == step.text }) {
                set(rest, in: &entries[index].value, depth: depth + 1, to: new, problems)
            } else if depth == 1, steps.startIndex == 1, isNodes {
                problems.report(
                    step.place, "there is no node \"\(step.text)\"",
                    help: suggestion(for: step.text, in: entries.map(\.key), label: "the nodes are"))
                return
            } else {
                var made = Value(content: .map([]), place: step.place)
                set(rest, in: &made, depth: depth + 1, to: new, problems)
                entries.append(Value.Entry(key: step.text, keyPlace: step.place, value: made))
            }
            value.content = .map(entries)
        case .list(var items):
            guard let index = Int(step.text), items.indices.contains(index) else {
                problems.report(
                    step.place, "\"\(step.text)\" is no place in a list of \(items.count)",
                    help: items.isEmpty ? nil : "write a number from 0 to \(items.count - 1)")
                return
            }
            set(rest, in: &items[index], depth: depth + 1, to: new, problems)
            value.content = .list(items)
        case .scalar(let text, _):
            problems.report(step.place, "there is nothing below \"\(text)\": it is a value, not a map")
        }
    }

    private var isNodes: Bool { argument.hasPrefix("nodes.") }
}

extension Value {
    /// The same with all places in one: for values that were given on the command line.
    fileprivate func moved(to place: Place) -> Value {
        var value = self
        value.place = place
        switch content {
        case .scalar: break
        case .list(let items): value.content = .list(items.map { $0.moved(to: place) })
        case .map(let entries):
            value.content = .map(
                entries.map { Entry(key: $0.key, keyPlace: place, value: $0.value.moved(to: place)) })
        }
        return value
    }
}
