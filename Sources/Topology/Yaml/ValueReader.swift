import Yams

/// Reads YAML into `Value`s, with `${…}` filled in, `<<` merged, and every duplicate key reported.
package struct ValueReader {
    let problems: Problems
    let environment: [String: String]
    /// Which of the problems' sources is read.
    var source = 0

    /// A reader that fills in `${VAR}` from an environment.
    package init(problems: Problems, environment: [String: String]) {
        self.problems = problems
        self.environment = environment
    }

    /// Aliases of aliases can make a small file huge; no topology comes near this.
    private static let mostValues = 500_000
    /// The parser is recursive, and the stack has an end.
    private static let deepest = 500

    /// nil when there is nothing to go on with; the reason has been reported.
    package func read(_ text: String) -> Value? {
        if let place = tooDeep(text) {
            problems.report(place, "brackets are nested more than \(Self.deepest) deep here")
            return nil
        }
        guard let node = compose(text) else { return nil }
        var budget = Self.mostValues
        let value = convert(node, fallback: Place(source: source, line: 1, column: 1), budget: &budget)
        if budget <= 0 {
            problems.report(
                Place(source: source, line: 1, column: 1),
                "with its aliases filled in, the file has more than \(Self.mostValues) values")
            return nil
        }
        return value
    }

    /// Where the text has more open brackets than the parser should see; those in quotes and comments count too.
    private func tooDeep(_ text: String) -> Place? {
        var depth = 0
        var line = 1
        var lineStart = 0
        for (offset, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "\n"):
                line += 1
                lineStart = offset + 1
            default: break
            }
            if depth > Self.deepest { return Place(source: source, line: line, column: offset - lineStart + 1) }
        }
        return nil
    }

    /// Yams stops at the first duplicate key. To find what else is wrong, the duplicate is reported, its first
    /// occurrence replaced by a private name that readers ignore, and the text composed again.
    private func compose(_ text: String) -> Node? {
        var text = text
        var renamed: [(key: String, place: Place, alias: String)] = []
        while true {
            do {
                // The basic resolver gives scalars no types.
                let root = try Yams.compose(yaml: text, .basic)
                for duplicate in renamed { reportDuplicate(duplicate, in: root) }
                guard let root else {
                    problems.report(
                        Place(source: source, line: 1, column: 1), "the file is empty",
                        help: "a topology has at least `nodes:`; `zmqtop list` names some to copy from")
                    return nil
                }
                return root
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) where renamed.count < 100 {
                let place = Place(source: source, line: context.mark.line, column: context.mark.column)
                // Yams names all keys that are doubled, sorted, and the place of the first of them.
                let alias = Value.hiddenKey(renamed.count, length: keys.first?.unicodeScalars.count ?? 1)
                guard let key = keys.first, let changed = text.replacing(key, with: alias, at: place) else {
                    problems.report(place, "the key \"\(keys.first ?? "")\" is given twice in one map")
                    return nil
                }
                renamed.append((key, place, alias))
                text = changed
            } catch {
                report(error, in: text)
                return nil
            }
        }
    }

    private func reportDuplicate(_ duplicate: (key: String, place: Place, alias: String), in root: Node?) {
        // The later occurrence is the one to point at.
        var later: Place?
        root?.visitMappings { mapping in
            guard later == nil, mapping.contains(where: { $0.key.scalar?.string == duplicate.alias }) else { return }
            if let mark = mapping.first(where: { $0.key.scalar?.string == duplicate.key })?.key.mark {
                later = Place(source: source, line: mark.line, column: mark.column)
            }
        }
        problems.report(
            later ?? duplicate.place,
            "\"\(duplicate.key)\" is given twice in one map; the first is in line \(duplicate.place.line)",
            help: "remove one of them, or give it another name")
    }

    private func report(_ error: any Error, in text: String) {
        func place(_ mark: Mark) -> Place {
            Place(source: source, line: max(1, mark.line), column: max(1, mark.column))
        }
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let place = place(mark)
            let detail = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
            problems.report(
                place, "this is not YAML: \(problem)\(detail)", help: remedy(for: problem, at: place, in: text))
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
            let column = (before.lastIndex(where: \.isNewline).map { before[$0...].dropFirst() } ?? before)
                .unicodeScalars.count
            problems.report(
                Place(source: source, line: line, column: column + 1), "this is not YAML: \(problem)")
        default:
            problems.report(Place(source: source, line: 1, column: 1), "this is not YAML: \(error)")
        }
    }

    /// What people run into most.
    private func remedy(for problem: String, at place: Place, in text: String) -> String? {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard place.line <= lines.count else { return nil }
        let line = lines[place.line - 1]
        if line.contains("\t"), problem.contains("token") || problem.contains("indent") {
            return "YAML is indented with spaces, not tabs"
        }
        if problem.contains("did not find expected ',' or '}'") || problem.contains("did not find expected ',' or ']'"),
            line.contains("{index}") || line.contains("{rank") || line.dropFirst(place.column - 1).first == "{"
        {
            return "quote text that contains { and }, as in \"engine-{index}\""
        }
        if problem.contains("mapping values are not allowed") { return "quote text that contains `: `" }
        return nil
    }

    // MARK: Values

    private func convert(_ node: Node, fallback: Place, budget: inout Int) -> Value {
        budget -= 1
        guard budget > 0 else { return Value(content: .list([]), place: fallback) }
        let place = node.mark.map { Place(source: source, line: $0.line, column: $0.column) } ?? fallback
        switch node {
        case .scalar(let scalar):
            let text = interpolate(scalar.string, at: place)
            return Value(content: .scalar(text, plain: scalar.style == .plain), place: place)
        case .sequence(let sequence):
            var items: [Value] = []
            items.reserveCapacity(sequence.count)
            for item in sequence { items.append(convert(item, fallback: place, budget: &budget)) }
            return Value(content: .list(items), place: place)
        case .mapping(let mapping):
            var entries: [Value.Entry] = []
            var merged: [Value.Entry] = []
            for (key, value) in mapping {
                let keyPlace = key.mark.map { Place(source: source, line: $0.line, column: $0.column) } ?? place
                guard let name = key.scalar?.string else {
                    problems.report(keyPlace, "a key is text, not a list or a map")
                    continue
                }
                let value = convert(value, fallback: keyPlace, budget: &budget)
                if name == "<<" {
                    merged += merging(value)
                } else {
                    entries.append(Value.Entry(key: name, keyPlace: keyPlace, value: value))
                }
            }
            for entry in merged where !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
            return Value(content: .map(entries), place: place)
        case .alias:
            // The composer has replaced aliases by what they stand for.
            return Value(content: .scalar("", plain: true), place: place)
        }
    }

    private func merging(_ value: Value) -> [Value.Entry] {
        switch value.content {
        case .map(let entries):
            return entries
        case .list(let items):
            return items.flatMap(merging)
        case .scalar:
            problems.report(value.place, "`<<` merges a map: write `<<: *name` for a map marked with `&name`")
            return []
        }
    }

    /// `${VAR}`, `${VAR:-default}` (unset or empty), `${VAR-default}` (unset), `$$` for a dollar; other dollars stay.
    private func interpolate(_ text: String, at place: Place) -> String {
        guard text.contains("$") else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    problems.report(place, "\"${\" without \"}\"", help: "write $$ for a dollar")
                    return text
                }
                result += variable(rest[..<end].dropFirst(), at: place)
                rest = rest[end...].dropFirst()
            } else {
                result += "$"
            }
        }
        return result + rest
    }

    private func variable(_ expression: Substring, at place: Place) -> String {
        let name = expression.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        let rest = expression.dropFirst(name.count)
        let value = environment[String(name)]
        if !name.isEmpty {
            if rest.hasPrefix(":-") {
                if let value, !value.isEmpty { return value }
                return String(rest.dropFirst(2))
            }
            if rest.hasPrefix("-") { return value ?? String(rest.dropFirst()) }
            if rest.isEmpty {
                if let value { return value }
                problems.report(
                    place, "the environment variable \(name) is not set",
                    help: "set it, or give a default: ${\(name):-…}")
                return ""
            }
        }
        problems.report(
            place, "\"${\(expression)}\" is no variable", help: "write ${NAME}, ${NAME:-default}, or $$ for a dollar")
        return ""
    }
}

extension Value {
    /// A key that no file has, as long as the one it replaces, so that columns stay.
    static func hiddenKey(_ ordinal: Int, length: Int) -> String {
        var key = String.UnicodeScalarView()
        // From the private use area.
        key.append(Unicode.Scalar(UInt32(0xE000 + ordinal)) ?? "\u{E000}")
        for _ in 1..<max(length, 1) { key.append("\u{F8FF}") }
        return String(key)
    }

    static func isHidden(_ key: String) -> Bool {
        key.unicodeScalars.first.map { (0xE000...0xE0FF).contains($0.value) } ?? false
    }
}

extension Node {
    fileprivate func visitMappings(_ visit: (Node.Mapping) -> Void) {
        switch self {
        case .scalar, .alias: break
        case .sequence(let items): for item in items { item.visitMappings(visit) }
        case .mapping(let mapping):
            visit(mapping)
            for (_, value) in mapping { value.visitMappings(visit) }
        }
    }
}

extension String {
    /// With `word`, written plainly or in quotes at a place, replaced; nil when it does not stand there.
    fileprivate func replacing(_ word: String, with replacement: String, at place: Place) -> String? {
        let scalars = unicodeScalars
        var index = scalars.startIndex
        var line = 1
        while line < place.line {
            guard let newline = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = scalars.index(after: newline)
            line += 1
        }
        guard var start = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex),
            start < scalars.endIndex
        else { return nil }
        if scalars[start] == "\"" || scalars[start] == "'" { start = scalars.index(after: start) }
        guard scalars[start...].starts(with: word.unicodeScalars) else { return nil }
        let end = scalars.index(start, offsetBy: word.unicodeScalars.count)
        return String(scalars[..<start]) + replacement + String(scalars[end...])
    }
}
