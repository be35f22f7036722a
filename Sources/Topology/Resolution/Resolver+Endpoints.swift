internal import RunDirectory

extension Resolver {
    // MARK: Binds

    func resolveBinds() {
        for node in nodes.indices {
            for socket in nodes[node].sockets.indices {
                let index = SocketIndex(node: node, socket: socket)
                for (position, bind) in nodes[node].sockets[socket].spec.binds.enumerated() {
                    if let endpoint = bound(bind, by: index, position: position) {
                        nodes[node].sockets[socket].binds.append((endpoint, bind.place))
                    } else {
                        nodes[node].sockets[socket].isBroken = true
                    }
                }
            }
        }
    }

    private func bound(_ bind: Located, by index: SocketIndex, position: Int) -> Endpoint? {
        let node = nodes[index.node]
        guard let text = expand(bind, in: index.node, references: false) else { return nil }
        if text.text.firstPlace(of: "://") == nil, text.text.contains(".") {
            problems.reportOnce(
                bind.place, "bind takes an endpoint, and \"\(text.text)\" is a reference",
                help: "write tcp://127.0.0.1:* or ipc://NAME here, and the reference in the other node's `connect:`")
            return nil
        }
        guard var endpoint = parse(text) else { return nil }
        switch endpoint {
        case .tcp(let host, nil):
            guard !node.spec.isExternal else {
                problems.reportOnce(
                    bind.place, "\(node.name) is external: nobody here knows which port its * is",
                    help: "write the port")
                return nil
            }
            guard isBindable(host, at: bind.place) else { return nil }
            do {
                endpoint = .tcp(host: host, port: try planner.port(host == "*" ? "0.0.0.0" : host))
            } catch {
                problems.reportOnce(bind.place, "no free port could be held on \(host): \(error)")
                return nil
            }
        case .tcp(let host, let port?):
            guard isBindable(host, at: bind.place) else { return nil }
            if planner.checksMachine, !node.spec.isExternal, let reason = Machine.whyNot(bind: host, port: port) {
                problems.reportOnce(
                    bind.place,
                    "\(node.name).\(nodes[index.node].sockets[index.socket].name) cannot bind port \(port) on \(host): \(reason)",
                    help: "write another port, or * for a free one")
                return nil
            }
        case .ipc("*"):
            let socket = nodes[index.node].sockets[index.socket].name
            endpoint = .ipc(planner.ipcPath("\(node.name).\(socket)" + (position > 0 ? ".\(position + 1)" : "")))
        case .ipc(let path):
            guard !node.spec.isExternal || path.hasPrefix("/") || path.hasPrefix("@") else {
                problems.reportOnce(
                    bind.place, "\(node.name) is external and does not know the run directory of \"\(text.text)\"",
                    help: "write an absolute path: ipc:///…")
                return nil
            }
            if planner.checksMachine, let slash = path.lastIndex(of: "/"), slash != path.startIndex,
                !Machine.isFolder(String(path[..<slash]))
            {
                problems.reportOnce(
                    bind.place, "the folder of the ipc path does not exist: \(path[..<slash])",
                    help: "make it, or write ipc://NAME for a path in the run directory")
                return nil
            }
            endpoint = .ipc(absolute(path))
        case .inproc: break
        }
        guard isShortEnough(endpoint, at: bind.place) else { return nil }
        return claim(endpoint, for: index, at: bind.place) ? endpoint : nil
    }

    private func isBindable(_ host: String, at place: Place) -> Bool {
        if Endpoint.isNumeric(host: host) { return true }
        if host == "localhost" {
            problems.reportOnce(
                place, "libzmq binds to an address or an interface, not to a name such as localhost",
                help: "write 127.0.0.1")
            return false
        }
        if planner.checksMachine, Machine.address(ofInterface: host) == nil {
            problems.reportOnce(
                place, "this machine has no network interface \"\(host)\"",
                help: "write an address (127.0.0.1, * for all) or an interface: "
                    + Machine.interfaceNames().joined(separator: ", "))
            return false
        }
        return true
    }

    /// Notes who binds an endpoint; two cannot bind the same.
    private func claim(_ endpoint: Endpoint, for index: SocketIndex, at place: Place) -> Bool {
        let key: Endpoint
        switch endpoint {
        case .tcp(_, nil): return true
        case .tcp(let host, _): key = Endpoint.isWildcard(host: host) ? connectable(endpoint) : endpoint
        case .ipc: key = endpoint
        // Names of inproc are private to a process.
        case .inproc(let name): key = .inproc(name + "\u{0}" + processName(of: index.node))
        }
        var other = bound[key]
        if case .tcp(let host, let port?) = endpoint { other = other ?? wildcardConflict(host, port) }
        guard let other else {
            bound[key] = index
            if case .tcp(let host, let port?) = endpoint { boundPorts[port, default: []].append((host, index)) }
            return true
        }
        let otherNode = nodes[other.node]
        let otherSocket = otherNode.sockets[other.socket]
        let isSameSpec = otherSocket.spec.name.place == nodes[index.node].sockets[index.socket].spec.name.place
        if isSameSpec, otherNode.name != nodes[index.node].name {
            let remedy =
                switch endpoint {
                case .tcp(let host, let port): "write tcp://\(host):* or tcp://\(host):{\(port ?? 0)+rank}"
                default: "put {index} into the name"
                }
            problems.reportOnce(
                place,
                "all \(otherNode.spec.replicas) replicas of \(otherNode.spec.name.text) would bind \(endpoint.text)",
                help: remedy)
        } else {
            problems.reportOnce(
                place,
                "\(endpoint.text) is bound twice: also by \(otherNode.name).\(otherSocket.name) in \(problems.name(bindPlace(other, key)))",
                help: "give one of them another endpoint")
        }
        return false
    }

    private func bindPlace(_ index: SocketIndex, _ key: Endpoint) -> Place {
        let socket = nodes[index.node].sockets[index.socket]
        return (socket.binds.first { $0.endpoint == key } ?? socket.binds.first)?.place ?? socket.spec.name.place
    }

    /// A bind to all addresses collides with a bind to one of them on the same port.
    private func wildcardConflict(_ host: String, _ port: Int) -> SocketIndex? {
        boundPorts[port]?.first { Endpoint.isWildcard(host: host) || Endpoint.isWildcard(host: $0.host) }?.socket
    }

    private func processName(of node: Int) -> String {
        nodes[node].process.map { "process:" + $0 } ?? nodes[node].name
    }

    // MARK: Endpoints

    func parse(_ text: Located) -> Endpoint? {
        attempt(at: text.place) { () throws(Complaint) in try Endpoint(text.text) }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") || path.hasPrefix("@") ? path : planner.ipcPath(path)
    }

    private func isShortEnough(_ endpoint: Endpoint, at place: Place) -> Bool {
        guard case .ipc(let path) = endpoint, path.utf8.count > Endpoint.longestIPCPath else { return true }
        problems.reportOnce(
            place,
            "the ipc path has \(path.utf8.count) bytes, and the kernel takes at most \(Endpoint.longestIPCPath): \(path)",
            help: "use a shorter name, a shorter run directory (--run-dir), or tcp://127.0.0.1:*")
        return false
    }

    /// What another process connects to, to reach a bound endpoint.
    func connectable(_ endpoint: Endpoint) -> Endpoint {
        guard case .tcp(let host, let port) = endpoint else { return endpoint }
        switch host {
        case "*", "0.0.0.0": return .tcp(host: "127.0.0.1", port: port)
        case "::": return .tcp(host: "::1", port: port)
        default:
            if planner.checksMachine, !Endpoint.isNumeric(host: host), let address = Machine.address(ofInterface: host)
            {
                return .tcp(host: address, port: port)
            }
            return endpoint
        }
    }

    // MARK: Connects

    func connects(of index: SocketIndex) -> [ResolvedConnect] {
        let node = nodes[index.node]
        let socket = node.sockets[index.socket]
        var result: [ResolvedConnect] = []
        for connect in socket.spec.connects {
            guard let text = expand(connect, in: index.node) else { continue }
            if text.text.firstPlace(of: "://") != nil {
                if let resolved = connectToEndpoint(text, from: index) { result.append(resolved) }
            } else {
                result += connectToReference(text, from: index, only: nil)
            }
        }
        if let each = socket.spec.each, let text = expand(each, in: index.node) {
            result += connectToReference(text, from: index, only: socket.eachOf)
        }
        return result
    }

    private func connectToReference(_ text: Located, from index: SocketIndex, only rank: Int?) -> [ResolvedConnect] {
        let found = attempt(at: text.place) { () throws(Complaint) in try lookUp(text.text, from: index.node) }
        guard let targets = found else { return [] }
        guard connections.count + targets.count <= Self.mostConnections else {
            problems.reportOnce(
                text.place, "the file makes more than \(Self.mostConnections) connections", help: "lower `replicas:`")
            return []
        }
        return targets.compactMap { target in
            if let rank, nodes[target.node].rank + 1 != rank { return nil }
            let socket = nodes[target.node].sockets[target.socket]
            guard let bind = socket.binds.first else {
                if !socket.isBroken {
                    problems.reportOnce(
                        text.place,
                        "\(nodes[target.node].spec.name.text).\(socket.name) does not bind: it only connects",
                        help: "one end of a link binds; give it `bind:` (\(problems.name(socket.spec.name.place)))")
                }
                return nil
            }
            return connect(
                index, to: connectable(bind.endpoint), target: target, at: text.place)
        }
    }

    private func connectToEndpoint(_ text: Located, from index: SocketIndex) -> ResolvedConnect? {
        // libzmq's `tcp://source;destination` connects from a given address.
        if text.text.utf8.contains(UInt8(ascii: ";")) { return ResolvedConnect(endpoint: text.text) }
        guard var endpoint = parse(text) else { return nil }
        switch endpoint {
        case .tcp(let host, let port):
            if port == nil || Endpoint.isWildcard(host: host) {
                problems.reportOnce(
                    text.place, "\"\(text.text)\" is no place to connect to: * is for binds",
                    help: "write NODE.SOCKET of the socket that binds, and its port is filled in")
                return nil
            }
        case .ipc(let path):
            if path == "*" {
                problems.reportOnce(
                    text.place, "\"\(text.text)\" is no place to connect to: * is for binds", help: "write NODE.SOCKET")
                return nil
            }
            endpoint = .ipc(absolute(path))
            // Who does not stand in this file cannot know the run directory.
            let isOutside = path.hasPrefix("/") || path.hasPrefix("@")
            let isSure = !nodes.contains { $0.sockets.contains(where: \.isBroken) }
            guard isOutside || bound[endpoint] != nil || !isSure else {
                let names = nodes.flatMap { $0.sockets.flatMap { $0.spec.binds.map(\.text) } }
                problems.reportOnce(
                    text.place, "no node binds \(text.text)",
                    help: nearest(to: text.text, in: names.filter { $0.hasPrefix("ipc://") }).map {
                        "did you mean \"\($0)\"?"
                    } ?? "write NODE.SOCKET of the socket that binds, or an absolute path")
                return nil
            }
        case .inproc: break
        }
        guard isShortEnough(endpoint, at: text.place) else { return nil }
        return connect(index, to: endpoint, target: binder(of: endpoint, for: index.node), at: text.place)
    }

    /// Which declared socket binds an endpoint that was written out.
    private func binder(of endpoint: Endpoint, for node: Int) -> SocketIndex? {
        switch endpoint {
        case .tcp("localhost", let port): bound[.tcp(host: "127.0.0.1", port: port)]
        case .tcp, .ipc: bound[endpoint]
        case .inproc(let name): bound[.inproc(name + "\u{0}" + processName(of: node))]
        }
    }

    private func connect(
        _ index: SocketIndex, to endpoint: Endpoint, target: SocketIndex?, at place: Place
    ) -> ResolvedConnect? {
        let node = nodes[index.node]
        if case .inproc(let name) = endpoint {
            guard let target, processName(of: target.node) == processName(of: index.node) else {
                problems.reportOnce(
                    place,
                    "inproc://\(name) is not bound in the process of \(node.name), and inproc does not leave a process",
                    help: inprocRemedy(name, index, target))
                return nil
            }
        }
        if let target { checkPair(index, target, at: place) }
        connections.append(Connection(from: index, target: target, endpoint: endpoint, place: place))
        return ResolvedConnect(endpoint: endpoint.text, target: target.map(name))
    }

    /// Threads of one process can be made of built-in kinds.
    private func inprocRemedy(_ name: String, _ index: SocketIndex, _ target: SocketIndex?) -> String {
        let other = "bind ipc://\(name) or tcp://127.0.0.1:* instead"
        guard let target, nodes[index.node].spec.kind != nil, nodes[target.node].spec.kind != nil else { return other }
        let (from, to) = (nodes[index.node].spec, nodes[target.node].spec)
        let process = to.process?.text ?? from.process?.text ?? "NAME"
        return "give \(from.name.text) and \(to.name.text) the same `process: \(process)`, or \(other)"
    }

    func name(_ index: SocketIndex) -> String {
        "\(nodes[index.node].name).\(nodes[index.node].sockets[index.socket].name)"
    }

    private func checkPair(_ from: SocketIndex, _ to: SocketIndex, at place: Place) {
        let left = nodes[from.node].sockets[from.socket].spec
        let right = nodes[to.node].sockets[to.socket].spec
        guard let leftType = left.type, let rightType = right.type, !leftType.peers.contains(rightType) else { return }
        let leftName = "\(nodes[from.node].spec.name.text).\(left.name.text)"
        let rightName = "\(nodes[to.node].spec.name.text).\(right.name.text)"
        problems.reportOnce(
            place,
            "\(leftName) is \(leftType.rawValue) and \(rightName) (\(problems.name(right.typePlace))) is \(rightType.rawValue): these two cannot talk",
            help:
                "\(leftType.rawValue) talks to \(leftType.peers.spoken); \(rightType.rawValue) to \(rightType.peers.spoken)"
        )
    }

    // MARK: References

    /// The sockets that NODE.SOCKET names, seen from a node.
    func lookUp(_ reference: String, from node: Int) throws(Complaint) -> [SocketIndex] {
        let parts = reference.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            var help = "write NODE.SOCKET, or an endpoint such as tcp://127.0.0.1:5555"
            if let spec = model.nodes.first(where: { $0.name.text == reference }),
                let socket = spec.sockets.first(where: { !$0.binds.isEmpty })
            {
                help = "did you mean \"\(reference).\(socket.name.text)\"?"
            }
            throw Complaint(message: "\"\(reference)\" names no socket", help: help)
        }
        let own = nodes[node].spec.name.text
        let candidates = try lookUpNodes(parts[0] == "others" ? own : String(parts[0]))
        var result: [SocketIndex] = []
        for candidate in candidates {
            let sockets = nodes[candidate].sockets
            let matching = sockets.indices.filter {
                sockets[$0].name == parts[1] || sockets[$0].spec.name.text == parts[1]
            }
            if matching.isEmpty { throw missingSocket(String(parts[1]), of: nodes[candidate].spec) }
            if parts[0] == "others", candidate == node { continue }
            result += matching.map { SocketIndex(node: candidate, socket: $0) }
        }
        return result
    }

    private func missingSocket(_ name: String, of spec: NodeSpec) -> Complaint {
        let names = spec.sockets.map(\.name.text)
        return Complaint(
            message: "\(spec.name.text) has no socket \"\(name)\"",
            help: names.isEmpty
                ? "declare it with `sockets:` (\(problems.name(spec.name.place)))"
                : suggestion(for: name, in: names, label: "its sockets are"))
    }

    /// What `{NODE.SOCKET}` and its `.port`, `.host` and `.path` stand for.
    func endpointText(_ name: String, from node: Int) throws(Complaint) -> String {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let part = parts.count == 3 ? parts.removeLast() : nil
        var targets: [SocketIndex]
        do throws(Complaint) {
            targets = try lookUp(parts.joined(separator: "."), from: node)
        } catch {
            throw Complaint(message: "{\(name)}: \(error.message)", help: error.help)
        }
        // Inside a group with replicas, its name is the replica itself.
        if targets.count > 1, targets.contains(where: { $0.node == node }) { targets.removeAll { $0.node != node } }
        guard targets.count == 1 else {
            throw Complaint(
                message: "{\(name)} could be any of \(targets.count) replicas",
                help:
                    "name one: {\(parts[0])-1.\(parts.last!)}, or the one of the same number: {\(parts[0])-{index}.\(parts.last!)}"
            )
        }
        let socket = nodes[targets[0].node].sockets[targets[0].socket]
        guard let bind = socket.binds.first else {
            throw Complaint(message: "{\(name)}: \(self.name(targets[0])) binds no endpoint", help: nil)
        }
        let endpoint = connectable(bind.endpoint)
        switch (part, endpoint) {
        case (nil, _): return endpoint.text
        case ("port", .tcp(_, let port)): return port.map(String.init) ?? "*"
        case ("host", .tcp(let host, _)): return host
        case ("path", .ipc(let path)): return path
        case ("path", .inproc(let path)): return path
        default:
            throw Complaint(
                message: "{\(name)}: an endpoint of \(endpoint.transport) has no \(part ?? "")",
                help: endpoint.transport == "tcp" ? "it has .host and .port" : "it has .path")
        }
    }
}
