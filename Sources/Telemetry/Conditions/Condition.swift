import RunDirectory

/// A condition on a Snapshot, as `--until` takes it, in the names of its JSON:
///
///     link(client-1.requests -> scheduler.frontend).state == up
///     node(engine-1).restarts >= 1 and elapsed > 5
///     nodes.running == 6            (nodes in that state; links.up likewise; `nodes` alone counts all)
///     count(links, state == up) == 5, any(sockets, sent > 100), all(nodes, state == running), sum(links, out.lost) > 0
///     verdict(stalled-link), not final
///
///     socket(a.x).sent - socket(b.y).received <= 10, rise(node(engine-1).gauges.running) >= 1
///
/// `and`, `or`, `not`, parentheses, `== != < <= > >=`, `+ - * /` between numbers (with spaces about them, for `-`, `*` and
/// `/` may be part of a name); words stand for themselves, quotes hold any text; numbers may have a unit (200ms, 5s,
/// 64KiB). A list equals each of its items: `link(a.x->b.y).faults == 'loss 30%'`. `rise(…)` is by how much a number has risen since an earlier look. What is unknown (null) is never true, nor is
/// its negation: `not (x.sent > 1)` does not hold while `sent` is null.
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
    /// - Parameter base: the earlier look that `rise(…)` counts from; without it every rise is unknown.
    public func holds(in snapshot: Snapshot, since base: Snapshot? = nil) -> Bool {
        truth(in: snapshot, since: base) == true
    }

    /// Whether it is true; nil when that is unknown. See `holds` for `base`.
    public func truth(in snapshot: Snapshot, since base: Snapshot? = nil) -> Bool? {
        root.truth(in: Scope(snapshot: snapshot, base: base))
    }
}

/// Where a field is looked up: in an item of a list, or in the snapshot.
struct Scope {
    let snapshot: Snapshot
    /// Where `rise` counts from.
    var base: Snapshot?
    /// The list that the item is of.
    var list: SnapshotList?
    var item: SnapshotValue?

    /// The same place in the earlier look; nil when there was none.
    var before: Scope? {
        guard let base else { return nil }
        guard let list, let item else { return Scope(snapshot: base) }
        guard let name = item.itemName,
            let former = list.items(of: base).first(where: { $0.itemName == name })
        else { return nil }
        return Scope(snapshot: base, list: list, item: former)
    }
}

extension SnapshotValue {
    /// What an item of a list is called; nil for events and verdicts, which come and go.
    var itemName: String? {
        guard case .text(let name)? = self["id"] ?? (self["kind"] == nil ? nil : self["name"]) else { return nil }
        return name
    }
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

extension Snapshot {
    /// The fields that belong to no node, socket or link.
    var ownFields: SnapshotValue {
        .object([
            ("session", .text(session)), ("seq", .int(seq)), ("final", .flag(final)), ("elapsed", .number(elapsed)),
            ("topology", .text(topology)), ("eventsDropped", .int(eventsDropped)),
        ])
    }
}
