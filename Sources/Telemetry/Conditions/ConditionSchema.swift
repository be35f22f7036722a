import RunDirectory

/// The names of all fields, taken from the tree that the JSON is written from.
enum ConditionSchema {
    static let own: [String] = fields(
        of: Snapshot(session: "", seq: 0, time: "", elapsed: 0, topology: "").ownFields)

    private static let samples: [SnapshotList: SnapshotValue] = {
        var socket = Snapshot.Socket(id: "", node: "", name: "", type: "", declared: true, observed: true)
        socket.blocked = .init(call: "", for: 0, on: [])
        var link = Snapshot.Link(id: "", from: "", to: "", endpoint: "", transport: "", state: .up)
        link.out.latency = .init(p50: 0, p90: 0, p99: 0, max: 0, samples: 0)
        link.out.deliveryLatency = link.out.latency
        link.back = link.out
        let node = Snapshot.Node(
            name: "", kind: "", group: "", state: .running, exit: .init(code: nil, signal: nil),
            process: .init(name: ""))
        let event = Snapshot.Event(elapsed: 0, node: "", socket: nil, event: "", endpoint: "", value: 0)
        let verdict = Snapshot.Verdict(rule: "", subject: "", since: 0, text: "")
        return [
            .nodes: node.value, .sockets: socket.value, .links: link.value, .events: event.tree,
            .verdicts: verdict.value,
        ]
    }()

    static func knows(_ path: [String], in list: SnapshotList) -> Bool {
        // A gauge has the name that the program gives it.
        if list == .nodes, path.first == "gauges" { return path.count <= 2 }
        return value(path, in: list) != nil
    }

    static func isFlag(_ path: [String], in list: SnapshotList) -> Bool {
        if case .flag = value(path, in: list) { return true }
        return false
    }

    static func fields(after path: [String], in list: SnapshotList) -> [String] {
        value(path, in: list).map(fields(of:)) ?? []
    }

    private static func value(_ path: [String], in list: SnapshotList) -> SnapshotValue? {
        path.reduce(samples[list]) { $0?[$1] }
    }

    private static func fields(of value: SnapshotValue) -> [String] {
        guard case .object(let fields) = value else { return [] }
        return fields.map(\.0)
    }
}
