import RunDirectory
import Telemetry
import Topology

/// What deeds and conditions may speak of: the nodes, sockets and links that a topology declares.
struct Names {
    let snapshot: Snapshot
    private let nodes: [String]
    private let groups: [String]
    private let sockets: [String]
    private let bound: Set<String>
    private let links: [String]

    init(topology: ResolvedTopology) {
        snapshot = Snapshot(declaredBy: topology)
        nodes = snapshot.nodes.map(\.name)
        groups = Array(Set(snapshot.nodes.map(\.group)).subtracting(nodes)).sorted()
        sockets = snapshot.sockets.map(\.id)
        links = snapshot.links.map(\.id)
        bound = Set(
            topology.nodes.flatMap { node in
                node.sockets.filter { !$0.binds.isEmpty }.map { "\(node.name).\($0.name)" }
            })
    }

    struct Slip {
        var name: String
        var message: String
        var help: String?
    }

    /// The first name in a deed that the topology does not have.
    func slip(in deed: Deed) -> Slip? {
        switch deed {
        case .wait: return nil
        case .control(.node(_, let node)): return slip(node, "node", nodes + groups + ["*"])
        case .control(.fault(let fault, let target)):
            if !fault.name.isOfLinks {
                return fault.name == .slow
                    ? slip(target, "node or socket", nodes + groups + sockets) : slip(target, "socket", sockets)
            }
            let isOfNodes = fault.name == .cut || fault.name == .partition
            return isOfNodes
                ? slip(target, "link or node", links + nodes + groups) : slip(target, "link", links)
        case .control(.heal(let target)):
            return slip(target, "link, node or socket", links + nodes + groups + sockets + ["*"])
        case .control: return nil
        case .inject(let order):
            if let from = order.from {
                return slip(from, "socket", sockets)
                    ?? (order.injection.target.hasPrefix("hex:")
                        ? nil : slip(order.injection.target, "socket or node", sockets + nodes))
            }
            let target = order.injection.target
            if let slip = slip(target, "socket", sockets) { return slip }
            guard sockets.contains(target), !bound.contains(target) else { return nil }
            let peers = snapshot.links.filter { $0.from == target }.map(\.to)
            return Slip(
                name: target, message: "\(target) only connects: a fresh peer cannot reach it",
                help: peers.first.map { "inject into its peer \($0), or send as that one: --from \($0)" })
        }
    }

    private func slip(_ name: String, _ what: String, _ names: [String]) -> Slip? {
        // These may come while it runs.
        let mayCome = name.contains("#") || name.contains("/") || name.hasPrefix("inject-") || name.contains(":")
        guard !names.contains(name), !mayCome else { return nil }
        return Slip(
            name: name, message: "there is no \(what) \"\(name)\"",
            help: suggestion(for: name, in: names.filter { $0 != "*" }, label: "there are"))
    }
}
