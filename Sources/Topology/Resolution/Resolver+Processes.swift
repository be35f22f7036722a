internal import RunDirectory

/// Nodes that share a process (`process: NAME`).
extension Resolver {
    /// Finds each node's process, and says who cannot have one.
    func expandProcesses() {
        for node in nodes.indices {
            guard let written = nodes[node].spec.process, !nodes[node].spec.isExternal else { continue }
            if case .command = nodes[node].spec.program {
                problems.reportOnce(
                    written.place,
                    "\(nodes[node].spec.name.text) is a command, and only built-in kinds share a process",
                    help: "remove it: a command runs in a process of its own; ipc and tcp lead there")
                continue
            }
            guard let name = expand(written, in: node, references: false) else { continue }
            guard ModelReader.isName(name.text) else {
                problems.reportOnce(
                    written.place, "\"\(name.text)\" cannot name a process",
                    help: "a name is letters, digits, - and _, at most 32")
                continue
            }
            nodes[node].process = name.text
        }
    }

    /// A process that replicas of both are in.
    func sharedProcess(_ one: NodeSpec, _ other: NodeSpec) -> String? {
        func processes(_ spec: NodeSpec) -> [String] {
            groups[spec.name.text].map { $0.compactMap { nodes[$0].process } } ?? []
        }
        let others = Set(processes(other))
        return processes(one).first(where: others.contains)
    }

    /// What a process has once is given to all of its nodes: it may be written at any of them, and where it is written
    /// twice it must be the same.
    func sharing(_ resolved: [ResolvedNode]) -> [ResolvedNode] {
        var result = resolved
        var names: [String] = []
        for case let name? in nodes.map(\.process) where !names.contains(name) { names.append(name) }
        for name in names {
            let members = nodes.indices.filter { nodes[$0].process == name }
            settle(members, name, "start", in: &result, \.start) { nodes[$0].spec.places["start"] }
            settle(members, name, "restart", in: &result, \.restart) { nodes[$0].spec.places["restart"] }
            settle(members, name, "stop_grace_period", in: &result, \.stopGrace) {
                nodes[$0].spec.places["stop_grace_period"]
            }
            settle(members, name, "working_dir", in: &result, \.workingDirectory) {
                nodes[$0].spec.workingDirectory?.place
            }
            shareEnvironment(members, name, in: &result)
            var needed: [String] = []
            for member in members {
                for other in resolved[member].dependsOn where !needed.contains(other) { needed.append(other) }
            }
            for member in members { result[member].dependsOn = needed }
        }
        return result
    }

    private func settle<Value: Equatable>(
        _ members: [Int], _ process: String, _ key: String, in resolved: inout [ResolvedNode],
        _ field: WritableKeyPath<ResolvedNode, Value>, place: (Int) -> Place?
    ) {
        let written = members.filter { place($0) != nil }
        guard let first = written.first, let firstPlace = place(first) else { return }
        let value = resolved[first][keyPath: field]
        for member in written {
            guard resolved[member][keyPath: field] != value, let here = place(member) else { continue }
            conflict(here, "`\(key)`", member, process, first, firstPlace)
        }
        for member in members { resolved[member][keyPath: field] = value }
    }

    private func conflict(
        _ place: Place, _ what: String, _ node: Int, _ process: String, _ other: Int, _ otherPlace: Place
    ) {
        problems.reportOnce(
            place,
            "\(what) of \(nodes[node].name) is another than that of \(nodes[other].name) in "
                + "\(problems.name(otherPlace)), and both are in the process \(process), which has one",
            help: "write it at one of the nodes of \(process): it holds for all of them")
    }

    private func shareEnvironment(_ members: [Int], _ process: String, in resolved: inout [ResolvedNode]) {
        var all: [String: String] = [:]
        var writers: [String: (node: Int, place: Place)] = [:]
        for member in members {
            for (name, value) in resolved[member].environment {
                guard let place = nodes[member].spec.environment.last(where: { $0.name == name })?.value.place else {
                    continue
                }
                if let writer = writers[name], all[name] != value {
                    conflict(place, "the variable \(name)", member, process, writer.node, writer.place)
                } else {
                    all[name] = value
                    writers[name] = (member, place)
                }
            }
        }
        for member in members { resolved[member].environment = all }
    }
}
