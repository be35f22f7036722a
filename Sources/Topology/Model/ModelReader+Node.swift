internal import RunDirectory

extension ModelReader {
    func node(_ entry: Value.Entry) -> NodeSpec {
        let name = Located(text: entry.key, place: entry.keyPlace)
        let fields = fields(of: entry.value, Key.node, of: "node \(entry.key)")
        var node = NodeSpec(name: name, program: program(of: name, fields))
        if let replicas = fields["replicas"] {
            node.replicas = integer(replicas.value, "replicas", 1...Key.mostReplicas) ?? 1
        }
        node.dependsOn = texts(fields["depends_on"]?.value, "depends_on")
        if let sockets = fields["sockets"] {
            for socket in entries(of: sockets.value, of: "a map of sockets by name") {
                guard checkName(socket, of: "socket") else { continue }
                node.sockets.append(self.socket(socket))
            }
        }
        if let behavior = fields["behavior"] { node.behavior = self.behavior(behavior, of: node) }
        if let seed = fields["seed"] { readSeed(seed, into: &node) }
        if let environment = fields["environment"] { node.environment = self.environment(environment.value) }
        if let directory = fields["working_dir"] { node.workingDirectory = text(directory.value, "working_dir") }
        if let start = fields["start"], let policy = self.start(start.value) { node.start = policy }
        if let restart = fields["restart"], let policy = self.restart(restart.value) { node.restart = policy }
        if let grace = fields["stop_grace_period"], let time = duration(grace.value, "stop_grace_period") {
            node.stopGrace = time
        }
        if let process = fields["process"] { node.process = text(process.value, "process") }
        for key in ["start", "restart", "stop_grace_period"] { node.places[key] = fields[key]?.value.place }
        if node.isExternal {
            for key in [
                "depends_on", "behavior", "seed", "environment", "working_dir", "start", "restart",
                "stop_grace_period", "process",
            ] {
                guard let field = fields[key] else { continue }
                problems.report(
                    field.keyPlace, "\(key) has no meaning for \(name.text), which is external: it is never started",
                    help: "remove it")
            }
        }
        checkRoles(of: node)
        checkParallel(of: node)
        return node
    }

    private func program(of name: Located, _ fields: [String: Value.Entry]) -> NodeSpec.Program {
        let given = ["kind", "command", "external"].compactMap { fields[$0] }
        guard let first = given.first else {
            problems.report(
                name.place, "node \(name.text) says neither `kind:` nor `command:` nor `external: true`",
                help: "the kinds are: \(Kind.names.joined(separator: ", "))")
            return .unknown
        }
        if given.count > 1 {
            problems.report(
                given[1].keyPlace,
                "node \(name.text) has both `\(first.key):` and `\(given[1].key):`; it is one or the other")
            return .unknown
        }
        switch first.key {
        case "kind":
            guard let kind = text(first.value, "kind") else { return .unknown }
            if let known = Kind.byName[kind.text] { return .kind(known) }
            let kinds = "the kinds are: \(Kind.names.joined(separator: ", "))"
            problems.report(
                kind.place, "there is no kind \"\(kind.text)\"",
                help: nearest(to: kind.text, in: Kind.names).map { "did you mean \"\($0)\"? \(kinds)" }
                    ?? "\(kinds); `command:` runs any program")
            return .unknown
        case "command":
            let words = command(first.value)
            if words.isEmpty, !problems.wasReported(first.value.place) {
                problems.report(first.value.place, "the command is empty", help: "as in [python3, client.py]")
            }
            return words.isEmpty ? .unknown : .command(words)
        default:
            guard let external = flag(first.value, "external") else { return .unknown }
            if !external {
                problems.report(
                    first.value.place, "`external: false` says nothing of what the node is",
                    help: "write `kind:` or `command:` instead")
                return .unknown
            }
            return .external
        }
    }

    private func command(_ value: Value) -> [Located] {
        if case .list = value.content { return texts(value, "command") }
        guard let line = text(value, "command") else { return [] }
        guard let words = shellWords(line.text) else {
            problems.report(line.place, "a quote in the command is not closed")
            return []
        }
        return words.map { Located(text: $0, place: line.place) }
    }

    /// Split at spaces, quotes and backslashes as a shell has them; nothing else of a shell. nil for an open quote.
    private func shellWords(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var escaped = false
        for character in line {
            if escaped {
                word = (word ?? "") + String(character)
                escaped = false
            } else if character == "\\", quote != "'" {
                escaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !escaped else { return nil }
        return words + (word.map { [$0] } ?? [])
    }

    private func behavior(_ entry: Value.Entry, of node: NodeSpec) -> [BehaviorSpec] {
        guard let kind = node.kind else {
            if case .command = node.program {
                problems.report(
                    entry.keyPlace, "behavior is for built-in kinds; \(node.name.text) is a command",
                    help: "hand it to the program with `command:` or `environment:`")
            }
            return []
        }
        return behavior(entry.value, kind.fields, of: "the behavior of kind \(kind.name)")
    }

    private func behavior(_ value: Value, _ fields: [Kind.Field], of what: String) -> [BehaviorSpec] {
        let names = fields.map(\.name)
        return entries(of: value, of: "a map with the keys \(names.spoken)").compactMap { item in
            guard let field = fields.first(where: { $0.name == item.key }) else {
                problems.report(
                    item.keyPlace, "\(what) has no \"\(item.key)\"", help: suggestion(for: item.key, in: names))
                return nil
            }
            guard case .named(let inner) = field.shape else {
                return text(item.value, item.key).map { BehaviorSpec(field: field, content: .text($0)) }
            }
            let members = entries(of: item.value, of: "a map: a name, then the keys \(inner.map(\.name).spoken)")
            if members.isEmpty, !problems.wasReported(item.value.place) {
                problems.report(item.keyPlace, "\(item.key) is empty", help: "leave it out, or name one of them")
            }
            return BehaviorSpec(
                field: field,
                content: .named(
                    members.map { member in
                        (
                            Located(text: member.key, place: member.keyPlace),
                            behavior(member.value, inner, of: "\(item.key) \(member.key)")
                        )
                    }))
        }
    }

    /// `seed:` beside `behavior:` is the same as in it.
    private func readSeed(_ entry: Value.Entry, into node: inout NodeSpec) {
        guard let kind = node.kind, let field = kind.fields.first(where: { $0.name == "seed" }) else {
            if case .command = node.program {
                problems.report(entry.keyPlace, "seed is for built-in kinds; \(node.name.text) is a command")
            }
            return
        }
        if node.behavior.contains(where: { $0.field.name == "seed" }) {
            problems.report(entry.keyPlace, "seed is given twice: here and in behavior", help: "remove one of them")
        }
        if let value = text(entry.value, "seed") { node.behavior.append(.init(field: field, content: .text(value))) }
    }

    /// A map, or compose's list of NAME=VALUE.
    private func environment(_ value: Value) -> [(name: String, value: Located)] {
        guard case .list(let items) = value.content else {
            return entries(of: value, of: "a map of variables, or a list of NAME=VALUE").compactMap {
                entry in
                if entry.value.isNull { return (entry.key, Located(text: "", place: entry.value.place)) }
                return text(entry.value, entry.key).map { (entry.key, $0) }
            }
        }
        return items.compactMap { item in
            guard let pair = text(item, "a variable") else { return nil }
            guard let equals = pair.text.firstIndex(of: "="), equals != pair.text.startIndex else {
                problems.report(pair.place, "expected NAME=VALUE, not \"\(pair.text)\"")
                return nil
            }
            let value = Located(text: String(pair.text[equals...].dropFirst()), place: pair.place)
            return (String(pair.text[..<equals]), value)
        }
    }

    private func start(_ value: Value) -> StartPolicy? {
        guard let text = text(value, "start") else { return nil }
        switch text.text {
        case "automatic": return .automatic
        case "manual": return .manual
        default:
            if let seconds = Units.composedDuration(text.text), seconds >= 0 {
                return seconds == 0 ? .automatic : .delayed(seconds: seconds)
            }
            problems.report(
                text.place, "start is a time, `manual` or `automatic`, not \"\(text.text)\"",
                help: nearest(to: text.text, in: ["manual", "automatic"]).map { "did you mean \"\($0)\"?" }
                    ?? Self.durationHelp(text.text))
            return nil
        }
    }

    private func restart(_ value: Value) -> RestartPolicy? {
        if case .map = value.content {
            let fields = fields(of: value, Key.restart, of: "restart")
            var policy = RestartPolicy(condition: .onFailure)
            if let entry = fields["policy"], let text = text(entry.value, "policy") {
                policy.condition = condition(text.text, at: text.place) ?? policy.condition
            }
            if let entry = fields["delay"], let delay = duration(entry.value, "delay") {
                policy.delay = delay
                policy.maximumDelay = max(policy.maximumDelay, delay)
            }
            if let entry = fields["max_delay"], let delay = duration(entry.value, "max_delay") {
                policy.maximumDelay = delay
                if delay < policy.delay {
                    problems.report(entry.value.place, "max_delay is shorter than delay (\(policy.delay) s)")
                }
            }
            if let entry = fields["max"] { policy.maximumRestarts = integer(entry.value, "max", 1...Int.max) }
            return policy
        }
        guard let text = text(value, "restart") else { return nil }
        let parts = text.text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let condition = condition(String(parts[0]), at: text.place) else { return nil }
        var policy = RestartPolicy(condition: condition)
        if parts.count == 2 {
            guard condition == .onFailure, let most = Units.integer(String(parts[1])), most > 0 else {
                problems.report(
                    text.place, "\"\(text.text)\" is no restart policy", help: "a number follows only `on-failure:`")
                return nil
            }
            policy.maximumRestarts = most
        }
        return policy
    }

    private func condition(_ text: String, at place: Place) -> RestartPolicy.Condition? {
        if let condition = RestartPolicy.Condition(rawValue: text) { return condition }
        problems.report(
            place, "\"\(text)\" is no restart policy",
            help: suggestion(for: text, in: ["no", "on-failure", "always", "unless-stopped"]))
        return nil
    }
}
