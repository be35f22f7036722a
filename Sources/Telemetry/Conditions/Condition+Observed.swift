public import RunDirectory

extension Condition {
    /// A field that a condition reads, and what it is.
    public struct Reading: Equatable, Sendable {
        /// As the condition has it: `node(engine-1).restarts`.
        public var field: String
        /// Numbers and words as in JSON without quotes; `unknown` for what is not known.
        public var value: String

        /// Both as they are to be shown.
        public init(field: String, value: String) {
            self.field = field
            self.value = value
        }
    }

    /// What the condition sees: each of its fields once, in its order. For lists also up to three items that make it
    /// what it is: those of which it does not hold, or that a sum is made of.
    /// - Parameter base: where `rise(…)` counts from.
    public func readings(in snapshot: Snapshot, since base: Snapshot? = nil) -> [Reading] {
        var readings: [Reading] = []
        root.addReadings(in: Scope(snapshot: snapshot, base: base), to: &readings)
        return readings
    }
}

extension ConditionNode {
    private static let mostItems = 3

    fileprivate func addReadings(in scope: Scope, to readings: inout [Condition.Reading]) {
        switch self {
        case .number, .word, .flag: break
        case .not(let inner): inner.addReadings(in: scope, to: &readings)
        case .or(let one, let other), .and(let one, let other), .compare(let one, _, let other),
            .calculate(let one, _, let other):
            one.addReadings(in: scope, to: &readings)
            other.addReadings(in: scope, to: &readings)
        case .rise(let inner):
            addReading(in: scope, to: &readings)
            inner.addReadings(in: scope, to: &readings)
        case .field, .subject, .inState, .verdict: addReading(in: scope, to: &readings)
        case .gather(let gathering, let list, let inner):
            addReading(in: scope, to: &readings)
            guard gathering != .any else { return }
            let telling = scope.items(of: list).filter { item in
                gathering == .sum ? inner.value(in: item)?.numeric != 0 : inner.truth(in: item) != true
            }
            for item in telling.prefix(Self.mostItems) {
                var parts: [Condition.Reading] = []
                inner.addReadings(in: item, to: &parts)
                let name = item.item?.itemName ?? "one of the \(list.rawValue)"
                readings += parts.map { .init(field: "\(name): \($0.field)", value: $0.value) }
            }
            if telling.count > Self.mostItems {
                readings.append(.init(field: "and \(telling.count - Self.mostItems) more", value: "…"))
            }
        }
    }

    private func addReading(in scope: Scope, to readings: inout [Condition.Reading]) {
        let reading = Condition.Reading(field: text, value: value(in: scope)?.plain ?? "unknown")
        if !readings.contains(reading) { readings.append(reading) }
    }

    /// As one would write it.
    fileprivate var text: String {
        switch self {
        case .or(let one, let other): "\(one.text) or \(other.text)"
        case .and(let one, let other): "\(one.text) and \(other.text)"
        case .not(let inner): "not (\(inner.text))"
        case .compare(let one, let comparison, let other): "\(one.text) \(comparison.rawValue) \(other.text)"
        case .calculate(let one, let operation, let other): "(\(one.text) \(operation.rawValue) \(other.text))"
        case .rise(let inner): "rise(\(inner.text))"
        case .number(let number): SnapshotValue.number(number).plain
        case .word(let word): word
        case .flag(let flag): String(flag)
        case .field(let path): path.joined(separator: ".")
        case .subject(let subject, let id, let path): "\(subject.rawValue)(\(id)).\(path.joined(separator: "."))"
        case .inState(let list, let state): list.rawValue + (state.map { ".\($0)" } ?? "")
        case .gather(let gathering, let list, let inner): "\(gathering.rawValue)(\(list.rawValue), \(inner.text))"
        case .verdict(let rule): "verdict(\(rule))"
        }
    }
}

extension SnapshotValue {
    /// As people read it.
    fileprivate var plain: String {
        switch self {
        case .text(let text): text
        case .number(let number): Int(exactly: number).map(String.init) ?? json
        case .null: "unknown"
        default: json
        }
    }
}

extension Snapshot {
    /// What is declared, before anything was seen: for the names in it.
    public init(declaredBy topology: ResolvedTopology) {
        let model = SessionModel(topology: topology)
        self.init(
            session: "", seq: 0, time: "", elapsed: 0, topology: topology.name,
            nodes: topology.nodes.map {
                .init(name: $0.name, kind: $0.kind, group: $0.group, replica: $0.replica, state: .waiting)
            },
            sockets: topology.nodes.flatMap { node in
                node.sockets.map {
                    .init(
                        id: "\(node.name).\($0.name)", node: node.name, name: $0.name, type: $0.type, declared: true,
                        observed: false)
                }
            },
            links: model.allLinks.map {
                .init(
                    id: $0.id, from: $0.fromName, to: $0.toName, endpoint: "", transport: $0.endpoint.transport,
                    state: .declared)
            })
    }
}
