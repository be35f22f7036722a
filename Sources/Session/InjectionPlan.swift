package import RunDirectory

/// How a fresh peer can bring messages to a socket of the topology.
package struct InjectionPlan: Equatable {
    /// The socket type to send as.
    package var type: String
    package var endpoint: String
    /// `NODE.SOCKET`, or an endpoint.
    package var target: String

    /// To an endpoint that no topology tells of.
    /// - Parameter peerType: the type of the socket that is bound there.
    /// - Throws: `SessionError` when no peer can, with the reason and what to do instead.
    package init(_ injection: Injection, endpoint: String, peerType: String) throws {
        try Self.check(injection)
        target = endpoint
        type = try Self.senderType(toType: peerType, target: endpoint, asked: injection.type)
        self.endpoint = endpoint
    }

    /// - Throws: `SessionError` when no peer can, with the reason and what to do instead.
    init(_ injection: Injection, in topology: ResolvedTopology) throws {
        try Self.check(injection)
        let (node, socket) = try Self.find(injection.target, in: topology)
        target = node.name + "." + socket.name
        guard !socket.binds.isEmpty else { throw Self.connectsOnly(target, socket, topology) }
        type = try Self.senderType(toType: socket.type, target: target, asked: injection.type)
        if socket.type == "PAIR", let peer = Self.connected(to: target, in: topology).first {
            throw SessionError("\(target) is a PAIR, which takes one peer, and \(peer.name) is it")
        }
        if socket.options.contains(where: { ["curve_server", "plain_server"].contains($0.name) && $0.isOn }) {
            throw SessionError(
                "\(target) asks its peers for credentials (\(socket.options.first { $0.isOn && $0.name.hasSuffix("_server") }!.name)), "
                    + "and an injector has none")
        }
        endpoint = try Self.endpoint(of: socket, target: target, in: topology)
    }

    private static func check(_ injection: Injection) throws {
        guard !injection.frames.isEmpty else { throw SessionError("a message needs at least one frame") }
        guard injection.count >= 1 else { throw SessionError("a message cannot be sent \(injection.count) times") }
        if let rate = injection.rate, !(rate > 0 && rate.isFinite) {
            throw SessionError("a rate of \(rate) messages a second is none: it must be above 0")
        }
        if let reply = injection.reply, !(reply >= 0 && reply.isFinite) {
            throw SessionError("nobody can wait \(reply) s for a reply: it must be 0 or more")
        }
    }

    // MARK: - The target

    private static func find(
        _ target: String, in topology: ResolvedTopology
    ) throws -> (ResolvedNode, ResolvedSocket) {
        for node in topology.nodes {
            if let socket = node.sockets.first(where: { node.name + "." + $0.name == target }) { return (node, socket) }
            // The bare node, where that leaves no doubt.
            let bound = node.sockets.filter { !$0.binds.isEmpty }
            if node.name == target, bound.count == 1 { return (node, bound[0]) }
        }
        let bound = topology.nodes.flatMap { node in
            node.sockets.filter { !$0.binds.isEmpty }.map { node.name + "." + $0.name }
        }
        let all = topology.nodes.flatMap { node in node.sockets.map { node.name + "." + $0.name } }
        let near = nearestNames(to: target, among: all)
        let advice =
            near.isEmpty
            ? bound.isEmpty
                ? "no socket of this topology binds, so none can be reached" : "it can be: \(list(bound, "or"))"
            : "did you mean \(list(near, "or"))?"
        throw SessionError("there is no socket “\(target)” in \(topology.name): \(advice)")
    }

    private static func connectsOnly(
        _ target: String, _ socket: ResolvedSocket, _ topology: ResolvedTopology
    ) -> SessionError {
        var peers: [String] = []
        for peer in socket.connects.compactMap(\.target) where !peers.contains(peer) { peers.append(peer) }
        let advice =
            switch peers.count {
            case 0: "and no node of this topology is its peer"
            case 1: "Its peer \(peers[0]) is bound: use that"
            default: "Its peers \(list(peers, "and")) are bound: use one of them"
            }
        let separator = peers.isEmpty ? ", " : ". "
        return SessionError("\(target) only connects; nobody can connect to it\(separator)\(advice)")
    }

    /// The sockets that the file connects to a bound one.
    private static func connected(
        to target: String, in topology: ResolvedTopology
    ) -> [(name: String, endpoint: String)] {
        topology.nodes.flatMap { node in
            node.sockets.flatMap { socket in
                socket.connects.filter { $0.target == target }.map { (node.name + "." + socket.name, $0.endpoint) }
            }
        }
    }

    // MARK: - The type

    /// The types that can send to a bound socket of a type, the best first; or why there is none.
    private static func senders(to type: String) -> (types: [String], refusal: String) {
        switch type {
        case "ROUTER": (["DEALER", "REQ"], "")
        case "REP": (["REQ", "DEALER"], "")
        case "DEALER": (["DEALER"], "")
        case "PULL": (["PUSH"], "")
        case "SUB", "XSUB": (["PUB", "XPUB"], "")
        case "PAIR": (["PAIR"], "")
        case "PUSH": ([], "a PUSH only sends: connect a PULL to see what it sends")
        case "PUB": ([], "a PUB only sends, to those who subscribe")
        case "XPUB": ([], "an XPUB takes nothing but subscriptions from its peers")
        case "REQ": ([], "a REQ hears only replies to what it asked itself")
        case "STREAM": ([], "a STREAM speaks plain tcp, not ZeroMQ's protocol")
        default: ([], "\(type) is a type that no injector speaks to")
        }
    }

    private static func senderType(toType type: String, target: String, asked: String?) throws -> String {
        let (types, refusal) = senders(to: type)
        guard let first = types.first else {
            throw SessionError("no peer can send a message to \(target): \(refusal)")
        }
        guard let asked = asked?.uppercased() else { return first }
        guard types.contains(asked) else {
            throw SessionError(
                "\(asked) cannot begin to send to \(target), which is a \(type): send as \(list(types, "or"))")
        }
        return asked
    }

    // MARK: - The endpoint

    private static func endpoint(
        of socket: ResolvedSocket, target: String, in topology: ResolvedTopology
    ) throws -> String {
        let reachable = socket.binds.filter { !$0.hasPrefix("inproc://") }
        guard let bind = reachable.first else {
            throw SessionError(
                "\(target) is bound to \(socket.binds[0]), which can be reached from inside its process only")
        }
        // As its peers reach it, where the file tells.
        let known = connected(to: target, in: topology).map(\.endpoint).filter { !$0.hasPrefix("inproc://") }
        if let endpoint = known.first { return endpoint }
        guard bind.hasPrefix("tcp://"), let colon = bind.lastIndex(of: ":") else { return bind }
        switch bind[..<colon].dropFirst(6) {
        case "*", "0.0.0.0": return "tcp://127.0.0.1" + bind[colon...]
        case "[::]", "::": return "tcp://[::1]" + bind[colon...]
        default: return bind
        }
    }
}

/// "a, b or c"
func list(_ names: [String], _ word: String) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " \(word) " + last
}

extension ResolvedOption {
    fileprivate var isOn: Bool {
        switch value {
        case .int(let number): number != 0
        case .int64(let number): number != 0
        case .bytes(let bytes): !bytes.isEmpty
        }
    }
}
