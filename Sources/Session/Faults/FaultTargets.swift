import RunDirectory
import Telemetry

/// What a person's words name, and whether that can have the fault.
struct FaultTargets {
    var places: FaultPlaces
    /// Name and group of each node of the session; children are in the places.
    var nodes: [(name: String, group: String)]
    /// Nodes that the session does not run.
    var external: Set<String>

    /// One sentence.
    struct Refusal: Error, Equatable { var text: String }

    private var childNames: [String] { Array(Set(places.sockets.map(\.node))).filter { $0.contains("/") }.sorted() }

    /// The nodes of this name, or of this group.
    func nodes(_ target: String) -> [String] {
        let found = nodes.filter { $0.name == target || $0.group == target }.map(\.name)
        return found.isEmpty ? childNames.filter { $0 == target } : found
    }

    func links(ofNode names: [String]) -> [FaultPlaces.Link] {
        places.links.filter { link in
            [link.fromNode, link.toNode].contains { $0.map(names.contains) ?? false }
        }
    }

    /// The subjects of a fault.
    /// - Throws: why there are none.
    func subjects(of fault: Fault, on target: String) throws(Refusal) -> [FaultBook.Subject] {
        fault.name.isOfLinks ? try links(fault, target) : try nodesOrSockets(fault, target)
    }

    private func links(_ fault: Fault, _ target: String) throws(Refusal) -> [FaultBook.Subject] {
        if let link = places.links.first(where: { $0.id == target }) {
            if let refusal = refusal(fault, link) { throw Refusal(text: refusal) }
            return [.link(link.id)]
        }
        let names = nodes(target)
        guard !names.isEmpty else {
            throw unknown(target, wanted: "link or node", among: places.links.map(\.id) + nodes.map(\.name))
        }
        let all = links(ofNode: names)
        guard !all.isEmpty else { throw Refusal(text: "\(target) has no links") }
        let refusals = all.map { refusal(fault, $0) }
        let possible = zip(all, refusals).filter { $1 == nil }.map { $0.0 }
        guard !possible.isEmpty else { throw Refusal(text: refusals.compactMap { $0 }.joined(separator: "; ")) }
        return possible.map { .link($0.id) }
    }

    private func nodesOrSockets(_ fault: Fault, _ target: String) throws(Refusal) -> [FaultBook.Subject] {
        if let socket = places.sockets.first(where: { $0.id == target }) {
            if let refusal = refusal(fault, socket) { throw Refusal(text: refusal) }
            return [.socket(socket.id)]
        }
        let names = nodes(target)
        let isSlow = fault.name == .slow
        guard !names.isEmpty else {
            throw unknown(
                target, wanted: isSlow ? "node or socket" : "socket",
                among: places.sockets.map(\.id) + (isSlow ? nodes.map(\.name) : []))
        }
        guard isSlow else {
            let sockets = places.sockets.filter { names.contains($0.node) }.map(\.id)
            throw Refusal(
                text: "\(fault.name.rawValue) is about one socket, and \(target) is a node"
                    + (sockets.isEmpty ? "" : ": it has \(list(sockets, "and"))"))
        }
        for name in names {
            if external.contains(name) { throw Refusal(text: "\(name) is external: there is no tap in it") }
            let own = places.processes(of: name)
            guard own.isEmpty || own.contains(where: { !$0.isWireOnly }) else { throw Refusal(text: linkedIn(name)) }
        }
        return names.map { .node($0) }
    }

    private func linkedIn(_ name: String) -> String {
        "\(name)'s libzmq is linked into its program, out of the tap's reach: what can be done to it are partition, loss, "
            + "bandwidth (tcp), pause and kill"
    }

    // MARK: - Why not

    private func refusal(_ fault: Fault, _ link: FaultPlaces.Link) -> String? {
        switch (link.transport, fault.name) {
        case ("tcp", _), ("ipc", .cut): break
        case ("ipc", let name):
            return
                "\(link.id) is ipc, and the kernel has no \(name.rawValue) for that: cut can be done to it, slow, drop, "
                + "duplicate and corrupt to its sockets"
        default:
            return
                "\(link.id) is \(link.transport), without a connection: slow, drop, duplicate and corrupt can be done "
                + "to its sockets"
        }
        guard let node = link.fromNode, !external.contains(node) else {
            return
                "\(link.id): its connecting end is no node that this session runs, and there it would have to be done"
        }
        let own = places.processes(of: node)
        guard own.isEmpty || own.contains(where: { !$0.isWireOnly }) || fault.name != .cut else {
            return linkedIn(node)
        }
        if fault.name == .cut, link.neverReconnects {
            return "\(link.from) does not reconnect (reconnect_ivl is -1): cut, \(link.id) could not be healed"
                + (link.transport == "tcp" ? "; partition it" : "")
        }
        return nil
    }

    private func refusal(_ fault: Fault, _ socket: FaultPlaces.Socket) -> String? {
        let name = fault.name.rawValue
        if external.contains(socket.node) { return "\(socket.node) is external: there is no tap in it" }
        if socket.isOutOfReach {
            return
                "the messages of \(socket.id) move inside libzmq (zmq_proxy_steerable, or it is linked in), out of the "
                + "tap's reach"
        }
        switch (fault.name, socket.type) {
        case (.slow, "PUSH"), (.slow, "PUB"):
            return "\(socket.id) (\(socket.type)) receives nothing: slow its receivers"
        case (.slow, _): return nil
        case (_, "PULL"), (_, "SUB"):
            return "\(socket.id) (\(socket.type)) sends nothing: \(name) is for the socket that sends"
        case (.drop, "REQ"), (.drop, "REP"), (.duplicate, "REQ"), (.duplicate, "REP"):
            return
                "\(socket.id) (\(socket.type)) takes turns with its peer: a \(name) there would make the program's next "
                + "call fail. Cut its link, corrupt its messages, or \(name) those of a DEALER or ROUTER"
        default: return nil
        }
    }

    func unknown(_ target: String, wanted: String, among names: [String]) -> Refusal {
        let near = nearestNames(to: target, among: names)
        let advice =
            near.isEmpty
            ? names.isEmpty ? "there are none yet" : "there are \(list(Array(names.prefix(12)), "and"))"
            : "did you mean \(list(near, "or"))?"
        return Refusal(text: "there is no \(wanted) “\(target)”: \(advice)")
    }

    // MARK: - Healing

    /// Which faults a person's words end.
    /// - Throws: when they name nothing that there is, and nothing that has a fault.
    func isHealed(_ target: String, in book: FaultBook) throws(Refusal) -> (FaultBook.Entry) -> Bool {
        if target == "*" { return { _ in true } }
        if places.links.contains(where: { $0.id == target }) || places.sockets.contains(where: { $0.id == target })
            || book.inForce.contains(where: { $0.subject.name == target && !nodes.map(\.name).contains(target) })
        {
            return { $0.subject == .link(target) || $0.subject == .socket(target) }
        }
        let names = nodes(target)
        guard !names.isEmpty else {
            throw unknown(
                target, wanted: "link, node or socket",
                among: book.inForce.map(\.subject.name) + nodes.map(\.name) + places.links.map(\.id)
                    + places.sockets.map(\.id))
        }
        let links = Set(links(ofNode: names).map(\.id))
        let sockets = Set(places.sockets.filter { names.contains($0.node) }.map(\.id))
        return { entry in
            switch entry.subject {
            case .link(let id): links.contains(id)
            case .node(let name): names.contains(name)
            case .socket(let id): sockets.contains(id)
            }
        }
    }
}
