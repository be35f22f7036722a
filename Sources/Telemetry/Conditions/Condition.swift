import RunDirectory

/// A condition on a Snapshot, as `--until` takes it, in the names of its JSON:
///
///     link(client-1.requests -> scheduler.frontend).state == up
///     node(engine-1).restarts >= 1 and elapsed > 5
///     nodes.running == 6            (nodes in that state; links.up likewise; `nodes` alone counts all)
///     count(links, state == up) == 5, any(sockets, sent > 100), all(nodes, state == running), sum(links, out.lost) > 0
///     verdict(stalled-link), not final
///
/// `and`, `or`, `not`, parentheses, `== != < <= > >=`; words stand for themselves, quotes hold any text; numbers may
/// have a unit (200ms, 5s, 64KiB). What is unknown (null) is never true, nor is its negation: `not (x.sent > 1)` does not
/// hold while `sent` is null.
public struct Condition: Sendable {
    /// As it was written.
    public let text: String
    let root: ConditionNode

    /// - Parameters:
    ///   - text: the expression
    ///   - snapshot: when given, ids in the expression must be in it, but for those that no file declares (`#`, `/`,
    ///     `inject-`): they may come later
    /// - Throws: the first place that cannot be read, what was expected there, and the nearest name.
    public init(parsing text: String, knowing snapshot: Snapshot? = nil) throws(ConditionError) {
        self.text = text
        var parser = ConditionParser(text: text, snapshot: snapshot)
        root = try parser.parse()
    }

    /// Whether it is known to be true.
    public func holds(in snapshot: Snapshot) -> Bool { root.truth(in: Scope(snapshot: snapshot)) == true }
}

/// Where a field is looked up: in an item of a list, or in the snapshot.
struct Scope {
    let snapshot: Snapshot
    var item: SnapshotValue?
}

/// The lists of a snapshot that can be counted.
enum SnapshotList: String, CaseIterable, Sendable {
    case nodes, sockets, links, events, verdicts

    func items(of snapshot: Snapshot) -> [SnapshotValue] {
        switch self {
        case .nodes: snapshot.nodes.map(\.value)
        case .sockets: snapshot.sockets.map(\.value)
        case .links: snapshot.links.map(\.value)
        case .events: snapshot.events.map(\.tree)
        case .verdicts: snapshot.verdicts.map(\.value)
        }
    }
}

extension SnapshotList {
    /// How many there are, or are in that state.
    func count(in snapshot: Snapshot, state: String?) -> Int {
        switch self {
        case .nodes: snapshot.nodes.count { state == nil || $0.state.rawValue == state }
        case .links: snapshot.links.count { state == nil || $0.state.rawValue == state }
        case .sockets: snapshot.sockets.count
        case .events: snapshot.events.count
        case .verdicts: snapshot.verdicts.count
        }
    }
}

/// What can be named by its id.
enum SnapshotSubject: String, CaseIterable, Sendable {
    case node, socket, link

    var list: SnapshotList {
        switch self {
        case .node: .nodes
        case .socket: .sockets
        case .link: .links
        }
    }

    func find(_ id: String, in snapshot: Snapshot) -> SnapshotValue? {
        switch self {
        case .node: snapshot.nodes.first { $0.name == id }?.value
        case .socket: snapshot.sockets.first { $0.id == id }?.value
        case .link: snapshot.links.first { $0.id == id }?.value
        }
    }

    func ids(in snapshot: Snapshot) -> [String] {
        switch self {
        case .node: snapshot.nodes.map(\.name)
        case .socket: snapshot.sockets.map(\.id)
        case .link: snapshot.links.map(\.id)
        }
    }
}

indirect enum ConditionNode: Sendable {
    enum Comparison: String, Sendable {
        case equal = "==", notEqual = "!=", less = "<", atMost = "<=", more = ">", atLeast = ">="
    }
    enum Gathering: String, CaseIterable, Sendable { case count, any, all, sum }

    case or(ConditionNode, ConditionNode)
    case and(ConditionNode, ConditionNode)
    case not(ConditionNode)
    case compare(ConditionNode, Comparison, ConditionNode)
    case number(Double)
    case word(String)
    case flag(Bool)
    case field([String])
    case subject(SnapshotSubject, String, [String])
    case inState(SnapshotList, String?)
    case gather(Gathering, SnapshotList, ConditionNode)
    case verdict(String)

    /// nil is unknown.
    func truth(in scope: Scope) -> Bool? {
        switch self {
        case .or(let one, let other):
            let (one, other) = (one.truth(in: scope), other.truth(in: scope))
            if one == true || other == true { return true }
            return one == nil || other == nil ? nil : false
        case .and(let one, let other):
            let (one, other) = (one.truth(in: scope), other.truth(in: scope))
            if one == false || other == false { return false }
            return one == nil || other == nil ? nil : true
        case .not(let one): return one.truth(in: scope).map { !$0 }
        case .compare(let one, let comparison, let other):
            return ConditionNode.compare(one.value(in: scope), comparison, other.value(in: scope))
        default:
            guard case .flag(let flag)? = value(in: scope) else { return nil }
            return flag
        }
    }

    private func value(in scope: Scope) -> SnapshotValue? {
        switch self {
        case .number(let number): return .number(number)
        case .word(let word): return .text(word)
        case .flag(let flag): return .flag(flag)
        case .field(let path):
            return ConditionNode.follow(path, from: scope.item ?? scope.snapshot.ownFields)
        case .subject(let subject, let id, let path):
            return subject.find(id, in: scope.snapshot).flatMap { ConditionNode.follow(path, from: $0) }
        case .inState(let list, let state):
            return .int(list.count(in: scope.snapshot, state: state))
        case .gather(let gathering, let list, let inner):
            return inner.gather(gathering, list.items(of: scope.snapshot), scope.snapshot)
        case .verdict(let rule): return .flag(scope.snapshot.verdicts.contains { $0.rule == rule })
        case .or, .and, .not, .compare: return truth(in: scope).map { .flag($0) }
        }
    }

    /// `count` counts what is known to hold; `any` and `all` are `or` and `and` over the items; a `sum` with an unknown
    /// part is unknown.
    private func gather(
        _ gathering: Gathering, _ items: [SnapshotValue], _ snapshot: Snapshot
    ) -> SnapshotValue? {
        if gathering == .sum {
            var sum = 0.0
            for item in items {
                guard let part = value(in: Scope(snapshot: snapshot, item: item))?.numeric else { return nil }
                sum += part
            }
            return .number(sum)
        }
        let truths = items.map { truth(in: Scope(snapshot: snapshot, item: $0)) }
        switch gathering {
        case .any: return truths.contains(true) ? .flag(true) : truths.contains(nil) ? nil : .flag(false)
        case .all: return truths.contains(false) ? .flag(false) : truths.contains(nil) ? nil : .flag(true)
        case .count, .sum: return .int(truths.count { $0 == true })
        }
    }

    private static func follow(_ path: [String], from value: SnapshotValue) -> SnapshotValue? {
        var value = value
        for field in path {
            guard let next = value[field] else { return nil }
            value = next
        }
        if case .null = value { return nil }
        return value
    }

    private static func compare(_ one: SnapshotValue?, _ comparison: Comparison, _ other: SnapshotValue?) -> Bool? {
        guard let one, let other else { return nil }
        if let one = one.numeric, let other = other.numeric {
            switch comparison {
            case .equal: return one == other
            case .notEqual: return one != other
            case .less: return one < other
            case .atMost: return one <= other
            case .more: return one > other
            case .atLeast: return one >= other
            }
        }
        switch comparison {
        case .equal: return one == other
        case .notEqual: return one != other
        // Only numbers have an order here.
        case .less, .atMost, .more, .atLeast: return nil
        }
    }
}

extension SnapshotValue {
    fileprivate var numeric: Double? {
        switch self {
        case .int(let int): Double(int)
        case .number(let number): number
        default: nil
        }
    }
}

extension Snapshot {
    /// The fields that belong to no node, socket or link.
    var ownFields: SnapshotValue {
        .object([
            ("session", .text(session)), ("seq", .int(seq)), ("final", .flag(final)), ("elapsed", .number(elapsed)),
            ("topology", .text(topology)), ("eventsDropped", .int(eventsDropped)),
        ])
    }
}
