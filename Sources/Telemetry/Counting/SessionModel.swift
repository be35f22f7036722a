import FoundationEssentials
import RunDirectory

/// What belongs together: processes to nodes, their sockets to the declared ones, connections to links.
final class SessionModel {
    private var nodeList: [SessionNode] = []
    var nodesByName: [String: SessionNode] = [:] { didSet { knownNodes = nil } }
    private var knownNodes: [SessionNode]?
    private var linkList: [SessionLink] = []
    var allLinks: [SessionLink] { linkList }
    /// Declared links, by the id of the connecting socket.
    private var linksOfSocket: [String: [SessionLink]] = [:]
    private var linkIDs: [String: Int] = [:]
    let topology: ResolvedTopology
    private var statusByName: [String: NodeStatus] = [:]
    var processes: [TappedProcess] = []

    private var waitingSockets: [SocketInstance] = []
    private var waitingEndpoints: [EndpointInstance] = []
    private var pairing = Pairing()
    private let latencyScratch = LatencyScratch()
    private var neighboursChanged = true

    init(topology: ResolvedTopology) {
        self.topology = topology
        for node in topology.nodes { add(node) }
        for node in nodeList { declareLinks(of: node) }
    }

    private func add(_ resolved: ResolvedNode) {
        let node = SessionNode(name: resolved.name, resolved: resolved)
        nodeList.append(node)
        nodesByName[node.name] = node
    }

    private func declareLinks(of node: SessionNode) {
        for socket in node.sockets {
            for connect in socket.declared?.connects ?? [] {
                let endpoint = Endpoint(connect.endpoint)
                let target = connect.target.flatMap(socket(id:)) ?? boundSocket(endpoint, in: node)
                append(
                    SessionLink(
                        from: socket, fromName: socket.id, to: target,
                        toName: connect.target ?? target?.id ?? connect.endpoint, endpoint: endpoint,
                        targetDeclared: connect.target != nil || target != nil))
            }
        }
    }

    private func append(_ link: SessionLink) {
        linkList.append(link)
        if let from = link.from { linksOfSocket[from.id, default: []].append(link) }
        let ordinal = (linkIDs[link.id] ?? 0) + 1
        linkIDs[link.id] = ordinal
        if ordinal > 1 { link.disambiguate(ordinal) }
        neighboursChanged = true
    }

    private func socket(id: String) -> SessionSocket? {
        for node in nodeList {
            if let found = node.sockets.first(where: { $0.id == id }) { return found }
        }
        return nil
    }

    /// The socket that is bound there, as seen or as declared. An inproc name belongs to its process.
    private func boundSocket(_ endpoint: Endpoint, in node: SessionNode) -> SessionSocket? {
        for process in processes.reversed() where process.alive {
            if endpoint.transport == "inproc", process.node != node.name, process.player(node.name) == 0 { continue }
            for bind in Array(process.endpoints.values) + process.inferredEndpoints
            where !bind.row.connects && bind.living {
                if bind.row.endpoint.matches(endpoint) || bind.row.asked.matches(endpoint) {
                    return bind.socket?.socket
                }
            }
        }
        for other in nodeList where endpoint.transport != "inproc" || other.sharesProcess(with: node) {
            for socket in other.sockets {
                if socket.declared?.binds.contains(where: { Endpoint($0).matches(endpoint) }) == true { return socket }
            }
        }
        return nil
    }

    // MARK: nodes

    /// The session's own account; a node that it started and no file declares (an injector) has a description of its own.
    func note(_ statuses: [NodeStatus], layout: RunLayout) {
        for status in statuses {
            statusByName[status.name] = status
            node(named: status.name, layout: layout).note(status)
        }
    }

    func node(named name: String, layout: RunLayout) -> SessionNode {
        if let known = nodesByName[name] { return known }
        let resolved = (try? Data(contentsOf: URL(filePath: layout.node(name))))
            .flatMap { try? JSONDecoder().decode(ResolvedNode.self, from: $0) }
        let node = SessionNode(name: name, resolved: resolved?.name == name ? resolved : nil)
        nodeList.append(node)
        nodesByName[name] = node
        declareLinks(of: node)
        return node
    }

    /// Dead processes whose figures have all been folded into the sums of their sockets and links.
    func forgetTheDead() {
        processes.removeAll { process in
            guard process.isOver else { return false }
            process.forget()
            return true
        }
    }

    /// Children after their parents.
    private var everyNode: [SessionNode] {
        if let knownNodes { return knownNodes }
        let nodes = nodeList.flatMap(\.tree)
        knownNodes = nodes
        return nodes
    }

    func nodes(
        statuses: [NodeStatus], now: UInt64, sample: (Int32) -> ProcessSample?,
        threadTime: (_ pid: Int32, _ thread: Int32) -> Double?, elapsed: (UInt64) -> Double
    ) -> [Snapshot.Node] {
        everyNode.map { node in
            let status = node.parent == nil ? statusByName[node.name] : nil
            return node.snapshot(
                status: status, now: now, sample: sample, threadTime: threadTime, elapsed: elapsed)
        }
    }

    var everySocket: [SessionSocket] { everyNode.flatMap(\.sockets) }

    func sockets(now: UInt64) -> [Snapshot.Socket] {
        everyNode.flatMap { $0.sockets.map { $0.snapshot(now: now) } }
    }

    func links(now: UInt64, elapsed: (UInt64) -> Double) -> [Snapshot.Link] {
        for process in processes {
            for socket in process.sockets.values {
                socket.queuedInLinks = 0
                socket.lostInLinks = socket.lostForGood
            }
        }
        return linkList.map { $0.snapshot(now: now, scratch: latencyScratch, elapsed: elapsed) }
    }

    // MARK: what a reading brought

    func take(_ process: TappedProcess, now: UInt64) {
        waitingSockets += process.newSockets
        waitingEndpoints += process.newEndpoints
        pairing.take(process.newEnds, now: now)
    }

    func resolve(now: UInt64) {
        // Those that are gone first: they leave their places to those that live.
        waitingSockets = waitingSockets.filter { !$0.living } + waitingSockets.filter(\.living)
        waitingEndpoints = waitingEndpoints.filter { !$0.living } + waitingEndpoints.filter(\.living)
        waitingSockets.removeAll { socket in socket.row.hidden || identify(socket, now: now) }
        waitingEndpoints.removeAll { endpoint in link(endpoint, now: now) }
        for pair in pairing.connectingPairs() {
            if let link = pair.connecting?.endpoint?.link {
                pair.link = link
                link.add(pair)
            }
        }
        for pair in pairing.completed() {
            pair.link?.complete(pair)
            neighboursChanged = true
        }
        for pair in pairing.strangers(now: now) { adopt(pair) }
        if neighboursChanged { findNeighbours() }
    }

    private func findNeighbours() {
        neighboursChanged = false
        for node in everyNode {
            for socket in node.sockets { socket.neighbours.removeAll() }
        }
        for link in linkList {
            if let from = link.from, !from.neighbours.contains(link.toName) { from.neighbours.append(link.toName) }
            if let to = link.to, !to.neighbours.contains(link.fromName) { to.neighbours.append(link.fromName) }
        }
    }

    /// Which socket of the session it is: by type and endpoint; by type and order when it is old enough for all its
    /// endpoints to be there and none fits. A child's is a declared one of its node by endpoint alone.
    private func identify(_ socket: SocketInstance, now: UInt64) -> Bool {
        let process = socket.process
        guard let node = nodesByName[process.node(of: socket)],
            let shown = process.shownAs == process.node ? node : nodesByName[process.shownAs]
        else { return true }
        let endpoints = socket.endpoints.map(\.row)
        let free = node.sockets.filter { $0.declared != nil && $0.type == socket.row.type.name && !$0.living }
        if let match = free.first(where: { $0.fits(endpoints) }) {
            match.add(socket)
            return true
        }
        let settled = !socket.living || seconds(from: socket.row.created, to: now) > 1
        if !free.isEmpty || endpoints.isEmpty, !settled { return false }
        if !endpoints.isEmpty, shown === node, let match = free.first {
            match.add(socket)
            return true
        }
        guard !endpoints.isEmpty || socket.living else { return true }
        let kin = shown.sockets.filter { $0.declared == nil && $0.type == socket.row.type.name }
        let vacant = kin.filter { !$0.living }
        if let match = vacant.first(where: { $0.resembles(socket) })
            // A process that is gone has left its places to the next one, whatever port that chose.
            ?? vacant.first(where: { $0.current?.process !== process })
        {
            match.add(socket)
            return true
        }
        let name = "\(socket.row.type.name)#\(kin.count + 1)"
        let new = SessionSocket(
            id: "\(shown.name).\(name)", node: shown.name, name: name, type: socket.row.type.name, declared: nil)
        shown.sockets.append(new)
        new.add(socket)
        return true
    }

    /// Which link a connect is; one that no file declares makes its own.
    private func link(_ endpoint: EndpointInstance, now: UInt64) -> Bool {
        guard !endpoint.gone else { return true }
        guard let instance = endpoint.socket else { return !endpoint.process.alive }
        if instance.row.hidden { return true }
        guard let socket = instance.socket else { return false }
        guard endpoint.row.connects else {
            if endpoint.living { bound(socket, endpoint.row) }
            return true
        }
        let free = (linksOfSocket[socket.id] ?? []).filter { !$0.hasLivingEndpoint }
        let rows = [endpoint.row.asked, endpoint.row.resolved]
        let match =
            free.first { link in rows.contains { $0.matches(link.endpoint) } }
            ?? free.first { link in
                // `localhost` by another name: the port tells.
                link.endpoint.port != nil && rows.contains { $0.transport == "tcp" && $0.port == link.endpoint.port }
            }
        if let match {
            match.add(endpoint)
            return true
        }
        let node = nodesByName[endpoint.process.node(of: instance)]
        let target = node.flatMap { boundSocket(endpoint.row.asked, in: $0) }
        let new = SessionLink(
            from: socket, fromName: socket.id, to: target, toName: target?.id ?? endpoint.row.endpoint.text,
            endpoint: endpoint.row.endpoint, targetDeclared: false)
        append(new)
        new.add(endpoint)
        return true
    }

    /// Links that lead to a place learn whose it is.
    private func bound(_ socket: SessionSocket, _ row: EndpointRow) {
        for link in linkList where link.to == nil && link.endpoint.transport != "inproc" {
            if row.endpoint.matches(link.endpoint) || row.asked.matches(link.endpoint) {
                link.retarget(socket)
                neighboursChanged = true
            }
        }
    }

    /// A connection whose connecting end is in no tapped process: a declared socket of a node without a tap, or a stranger.
    private func adopt(_ pair: Pair) {
        guard let accepted = pair.accepted, let socket = accepted.socket?.socket else { return }
        let declared = linkList.first { link in
            guard link.to === socket, let from = link.from, from.type == accepted.row.peerType else { return false }
            return nodesByName[from.node]?.process == nil && link.isOver
        }
        let name =
            accepted.row.peer.transport == "tcp"
            ? accepted.row.peer.text : accepted.row.peerPID > 0 ? "pid:\(accepted.row.peerPID)" : accepted.row.peer.text
        let link =
            declared
            ?? SessionLink(
                from: nil, fromName: name.isEmpty ? "unknown" : name, to: socket, toName: socket.id,
                endpoint: accepted.endpoint?.row.endpoint ?? accepted.row.local, targetDeclared: true)
        if declared == nil { append(link) }
        pair.link = link
        link.add(pair)
    }
}

extension SessionSocket {
    /// One of the endpoints is one that the file declares for it.
    func fits(_ endpoints: [EndpointRow]) -> Bool {
        guard let declared else { return false }
        return endpoints.contains { row in
            let places = row.connects ? declared.connects.map(\.endpoint) : declared.binds
            return places.contains { place in
                let place = Endpoint(place)
                return row.asked.matches(place) || row.resolved.matches(place)
            }
        }
    }

    /// A former socket of the same kind was at the same endpoints.
    func resembles(_ other: SocketInstance) -> Bool {
        guard let current else { return false }
        return current.endpoints.contains { mine in
            other.endpoints.contains { $0.row.connects == mine.row.connects && $0.row.asked.matches(mine.row.asked) }
        }
    }
}
