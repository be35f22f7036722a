internal import RunDirectory

/// Looks for what is legal but bites, in a topology without errors.
struct Linter {
    let resolver: Resolver

    /// In the order of the file, without those that the file silences; one for a place, however many replicas have it.
    func lints() -> [Lint] {
        var findings: [Finding] = []
        findings += hwmZero() + slowJoiner() + noSubscription() + routerNoMandatory() + duplicateRoutingId()
        findings += noHeartbeat() + reqLockstep() + pushPullCycle() + lingerDefault()
        var seen: Set<String> = []
        return
            findings
            .filter { !resolver.model.ignoredLints.contains($0.rule.rawValue) }
            .filter {
                seen.insert("\($0.rule.rawValue) \($0.place.source) \($0.place.line) \($0.place.column)").inserted
            }
            .sorted {
                ($0.place.source, $0.place.line, $0.place.column) < ($1.place.source, $1.place.line, $1.place.column)
            }
            .map { finding in
                let diagnostic = resolver.problems.diagnostic(at: finding.place, finding.sentence)
                return Lint(
                    rule: finding.rule.rawValue, file: diagnostic.file, line: finding.place.line,
                    column: finding.place.column, subject: finding.subject, sentence: finding.sentence,
                    sourceLine: diagnostic.sourceLine)
            }
    }

    private struct Finding {
        var rule: LintRule
        var place: Place
        /// As the resolved topology names it.
        var subject: String
        var sentence: String
    }

    /// What is declared of sockets that are ours: of an external node nothing can be changed.
    private let declared: [(node: NodeSpec, socket: SocketSpec, name: String)]

    init(resolver: Resolver) {
        self.resolver = resolver
        declared = resolver.model.nodes.filter { !$0.isExternal }.flatMap { node in
            node.sockets.map { (node, $0, "\(node.name.text).\($0.name.text)") }
        }
    }

    /// The first one of several replicas.
    private func subject(_ node: NodeSpec, _ socket: SocketSpec) -> String {
        let index = resolver.nodes.firstIndex { $0.spec.name.text == node.name.text }
        guard let index, let found = resolver.nodes[index].sockets.firstIndex(where: { $0.spec.name == socket.name })
        else { return node.name.text }
        return resolver.name(.init(node: index, socket: found))
    }

    private func hwmZero() -> [Finding] {
        declared.flatMap { node, socket, name in
            ["sndhwm", "rcvhwm"].compactMap { option in
                guard let (key, value) = socket.option(option), Units.integer(value.text) == 0 else { return nil }
                return Finding(
                    rule: .hwmZero, place: key.place, subject: subject(node, socket),
                    sentence:
                        "\(option) 0 of \(name) is no limit: while the other end is slow or away, messages pile up "
                        + "until memory is gone; libzmq's own mark is 1000")
            }
        }
    }

    /// A PUB drops what it sends before a subscription has arrived.
    private func slowJoiner() -> [Finding] {
        resolver.connections.compactMap { connection in
            guard let target = connection.target else { return nil }
            let ends = [connection.from, target]
            guard let publisher = ends.first(where: { [.pub, .xpub].contains(socket($0).type) }),
                let subscriber = ends.first(where: { [.sub, .xsub].contains(socket($0).type) })
            else { return nil }
            let (from, to) = (node(publisher), node(subscriber))
            let sentence: String
            switch (from.start, to.start) {
            case (.manual, _): return nil
            case (.delayed, .automatic): return nil
            case (.delayed(let first), .delayed(let second)) where first > second: return nil
            case (_, .automatic):
                // Of a command nobody knows when it begins to send.
                guard ["source", "publisher"].contains(from.kind?.name) else { return nil }
                let remedy =
                    resolver.sharedProcess(from, to) == nil
                    ? "give \(from.name.text) `start: 1s`"
                    : "they start together: give \(from.name.text) a process of its own, and `start: 1s`"
                sentence =
                    "\(resolver.name(publisher)) sends as soon as it starts, and what it sends before the subscription "
                    + "of \(resolver.name(subscriber)) has arrived is dropped; \(remedy)"
            default:
                guard !from.isExternal else { return nil }
                sentence =
                    "\(resolver.name(subscriber)) starts after \(resolver.name(publisher)) and misses what was sent "
                    + "before; start \(from.name.text) later, or send a snapshot to who joins late"
            }
            return Finding(
                rule: .slowJoiner, place: socket(publisher).name.place, subject: resolver.name(publisher),
                sentence: sentence)
        }
    }

    private func noSubscription() -> [Finding] {
        declared.compactMap { node, socket, name in
            // A program subscribes by itself.
            guard let kind = node.kind, socket.subscriptions.isEmpty,
                socket.type == .sub || socket.type == .xsub && kind.name == "subscriber"
            else { return nil }
            return Finding(
                rule: .noSubscription, place: socket.name.place, subject: subject(node, socket),
                sentence: "\(name) subscribes to nothing and receives nothing; `subscribe: \"\"` is everything")
        }
    }

    private func routerNoMandatory() -> [Finding] {
        declared.compactMap { node, socket, name in
            guard let (key, value) = socket.option("router_mandatory"), ["false", "0"].contains(value.text) else {
                return nil
            }
            return Finding(
                rule: .routerNoMandatory, place: key.place, subject: subject(node, socket),
                sentence: "\(name) without router_mandatory drops a message to an unknown routing id in silence; "
                    + "with it, the send fails with EHOSTUNREACH")
        }
    }

    /// A ROUTER knows a peer by its routing id: of two with the same, the later is ignored.
    private func duplicateRoutingId() -> [Finding] {
        struct Claim: Hashable {
            var router: Resolver.SocketIndex
            var id: [UInt8]
        }
        var owners: [Claim: Resolver.SocketIndex] = [:]
        var findings: [Finding] = []
        for connection in resolver.connections {
            guard let target = connection.target else { continue }
            // Either end may be the ROUTER.
            for (router, peer) in [(target, connection.from), (connection.from, target)] {
                guard socket(router).type == .router, let (key, value) = self.socket(peer).option("routing_id"),
                    let id = routingId(of: peer, value)
                else { continue }
                let claim = Claim(router: router, id: id)
                guard let owner = owners[claim], owner != peer else {
                    owners[claim] = peer
                    continue
                }
                let handover = socket(router).option("router_handover").map { ["true", "1"].contains($0.value.text) }
                let fate =
                    handover == true ? "the later one takes over" : "the later one is ignored, and its messages vanish"
                let remedy =
                    socket(owner).name.place == socket(peer).name.place
                    ? "put {index} into it, as in \"engine-{index}\"" : "give each its own"
                findings.append(
                    Finding(
                        rule: .duplicateRoutingId, place: key.place, subject: resolver.name(peer),
                        sentence: "\(resolver.name(owner)) and \(resolver.name(peer)) come to \(resolver.name(router)) "
                            + "with the same routing id: \(fate); \(remedy)"))
            }
        }
        return findings
    }

    private func routingId(of index: Resolver.SocketIndex, _ value: Located) -> [UInt8]? {
        guard let option = SocketOption.byName["routing_id"],
            case .bytes(let id)? = resolver.option(option, value, in: index.node)?.value
        else { return nil }
        return id
    }

    /// On one machine the kernel tells at once that a peer has gone; over a network nobody does.
    private func noHeartbeat() -> [Finding] {
        var findings: [Finding] = declared.compactMap { node, socket, name in
            guard socket.option("heartbeat_ivl") == nil,
                let (key, _) = socket.option("heartbeat_timeout") ?? socket.option("heartbeat_ttl")
            else { return nil }
            return Finding(
                rule: .noHeartbeat, place: key.place, subject: subject(node, socket),
                sentence: "\(key.text) of \(name) does nothing without heartbeat_ivl: heartbeats are off")
        }
        for connection in resolver.connections {
            guard case .tcp(let host, _) = connection.endpoint, !Endpoint.isLoopback(host: host),
                socket(connection.from).option("heartbeat_ivl") == nil
            else { continue }
            findings.append(
                Finding(
                    rule: .noHeartbeat, place: connection.place, subject: resolver.name(connection.from),
                    sentence: "\(resolver.name(connection.from)) goes over a network to \(host) without heartbeat_ivl: "
                        + "when the other machine vanishes, the link looks up for hours"))
        }
        return findings
    }

    private func reqLockstep() -> [Finding] {
        declared.compactMap { node, socket, name in
            guard socket.type == .req else { return nil }
            if let inFlight = node.behavior.first(where: { $0.field.name == "in_flight" })?.text,
                let count = Units.integer(inFlight.text), count > 1
            {
                return Finding(
                    rule: .reqLockstep, place: inFlight.place, subject: subject(node, socket),
                    sentence: "\(name) is a REQ: it waits for each reply, and in_flight \(count) becomes 1; "
                        + "a DEALER may have many requests in flight")
            }
            guard !["true", "1"].contains(socket.option("req_relaxed")?.value.text ?? "") else { return nil }
            return Finding(
                rule: .reqLockstep, place: socket.typePlace, subject: subject(node, socket),
                sentence: "\(name) is a REQ without req_relaxed: if one reply is lost it can send nothing more; set "
                    + "req_relaxed and req_correlate, or use a DEALER")
        }
    }

    /// Blocking sends in a ring: when all queues are full, everybody waits for the next.
    private func pushPullCycle() -> [Finding] {
        var next: [String: [(node: String, place: Place, subject: String)]] = [:]
        for connection in resolver.connections {
            guard let target = connection.target else { continue }
            for (from, to) in [(connection.from, target), (target, connection.from)]
            where socket(from).type == .push && socket(to).type == .pull {
                next[node(from).name.text, default: []].append(
                    (node(to).name.text, socket(from).name.place, resolver.name(from)))
            }
        }
        var inCycles: Set<String> = []
        var findings: [Finding] = []
        for node in resolver.model.nodes.map(\.name.text) where !inCycles.contains(node) {
            var visited: Set<String> = []
            func search(_ name: String) -> [String]? {
                for step in next[name] ?? [] {
                    if step.node == node { return [name] }
                    guard visited.insert(step.node).inserted else { continue }
                    if let rest = search(step.node) { return [name] + rest }
                }
                return nil
            }
            guard let ring = search(node), let first = next[node]?.first else { continue }
            inCycles.formUnion(ring)
            findings.append(
                Finding(
                    rule: .pushPullCycle, place: first.place, subject: first.subject,
                    sentence:
                        "PUSH and PULL form a ring, \((ring + [node]).joined(separator: " → ")): when its queues are "
                        + "full, every send waits for the next and nothing moves again; break it with a limit on what is "
                        + "in flight"))
        }
        return findings
    }

    private func lingerDefault() -> [Finding] {
        declared.compactMap { node, socket, name in
            guard let (key, value) = socket.option("linger"), value.text == "-1" else { return nil }
            return Finding(
                rule: .lingerDefault, place: key.place, subject: subject(node, socket),
                sentence: "linger -1 of \(name) waits for ever at the end for messages that nobody takes; "
                    + "a stop then ends in KILL after \(node.stopGrace) s")
        }
    }

    private func socket(_ index: Resolver.SocketIndex) -> SocketSpec {
        resolver.nodes[index.node].sockets[index.socket].spec
    }

    private func node(_ index: Resolver.SocketIndex) -> NodeSpec { resolver.nodes[index.node].spec }
}
