public import RunDirectory

extension Snapshot {
    /// A socket that a thread cannot get a message into, and one of those that it waits for.
    public struct Wait: Equatable, Sendable {
        /// Why the one that is waited for does not take what is meant for it.
        public enum Cause: Equatable, Sendable {
            /// A thread of its node is itself inside such a call.
            case waits
            /// Its node is stopped by a signal.
            case paused
            /// Its node has no process.
            case notRunning(NodeStatus.State)
            /// There is no connection.
            case notConnected(Link.State)
            /// Its node runs, and takes nothing.
            case takesNothing
            /// It takes messages, at this rate (a second), and not fast enough.
            case takesTooFew(rate: Double)
            /// Nothing is known of it.
            case unknown
        }

        /// Id of the socket that waits.
        public var from: String
        /// The node that it belongs to.
        public var fromNode: String
        /// Id of the socket that is waited for, or what is known of a stranger.
        public var to: String
        /// The node that it belongs to; nil for a stranger.
        public var toNode: String?
        /// Id of the link between them.
        public var link: String?
        /// `zmq_send`
        public var call: String
        /// `elapsed` when the call began.
        public var since: Double
        /// Why it lasts.
        public var cause: Cause
    }

    /// Who waits for whom: of every socket that a thread has been inside a send, close or terminate of for `least`
    /// seconds, those at its other ends that do not take what it has for them. Pure; in the order of the sockets.
    public func waits(least: Double = 1) -> [Wait] {
        let blocked = sockets.filter { ($0.blocked?.for ?? 0) >= least }
        guard !blocked.isEmpty else { return [] }
        let view = WaitView(self, blockedNodes: Set(blocked.map(\.node)))
        return blocked.flatMap { socket -> [Wait] in
            guard let call = socket.blocked else { return [] }
            let all = call.on.map { peer -> (wait: Wait, isEmpty: Bool) in
                let way = view.way(from: socket.id, to: peer)
                let wait = Wait(
                    from: socket.id, fromNode: socket.node, to: peer, toNode: view.owner[peer], link: way?.link.id,
                    call: call.call, since: max(0, elapsed - call.for),
                    cause: view.cause(of: peer, way, for: call.for, limit: socket.hwm.send))
                return (wait, way?.direction.stages.sendQueue == 0)
            }
            // Whose queue is known to be empty is not what it waits for.
            let full = all.filter { !$0.isEmpty }
            return (full.isEmpty ? all : full).map(\.wait)
        }
    }
}

/// A snapshot's nodes, sockets and links by what they are looked up with.
private struct WaitView {
    struct Way {
        var link: Snapshot.Link
        var direction: Snapshot.Direction
    }

    let owner: [String: String]
    private let nodes: [String: Snapshot.Node]
    private let ways: [String: Way]
    private let blockedNodes: Set<String>

    init(_ snapshot: Snapshot, blockedNodes: Set<String>) {
        owner = Dictionary(snapshot.sockets.map { ($0.id, $0.node) }, uniquingKeysWith: { first, _ in first })
        nodes = Dictionary(snapshot.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var ways: [String: Way] = [:]
        for link in snapshot.links {
            // Of two links between the same two, the one that is up counts.
            for (key, direction) in [
                ("\(link.from)|\(link.to)", link.out), ("\(link.to)|\(link.from)", link.back),
            ] where ways[key]?.link.state != .up {
                ways[key] = Way(link: link, direction: direction)
            }
        }
        self.ways = ways
        self.blockedNodes = blockedNodes
    }

    func way(from: String, to: String) -> Way? { ways["\(from)|\(to)"] }

    /// - Parameters:
    ///   - seconds: how long the call has lasted.
    ///   - limit: the high-water mark of the one that waits.
    func cause(of peer: String, _ way: Way?, for seconds: Double, limit: Int?) -> Snapshot.Wait.Cause {
        if let node = owner[peer].flatMap({ nodes[$0] }) {
            switch node.state {
            case .paused: return .paused
            case .running, .starting, .stopping: break
            // Nobody told of an external node's process.
            case .waiting where node.kind == "external": break
            case .waiting, .exited, .failed, .backoff: return .notRunning(node.state)
            }
        }
        if let state = way?.link.state, state != .up { return .notConnected(state) }
        // A rate is that of the last two seconds. At one that would have emptied the queue meanwhile, it is over.
        if let rate = way?.direction.rate, rate > 0, seconds > 2 || rate * seconds <= Double(limit ?? 0) {
            return .takesTooFew(rate: rate)
        }
        if let node = owner[peer], blockedNodes.contains(node) { return .waits }
        return way?.direction.rate == 0 ? .takesNothing : .unknown
    }
}

/// The chain of who waits for whom that begins at one socket: from node to node, until one that waits for nobody, or
/// round to one that was passed already.
public struct BlockedChain: Equatable, Sendable {
    /// One after the other; of several that a socket waits for, the one that leads to a ring, else the shortest way to
    /// one that waits for nobody.
    public let waits: [Snapshot.Wait]
    /// The nodes that wait for each other, in their order; empty when the chain ends.
    public let ring: [String]

    /// - Parameters:
    ///   - socket: the id of the one that is blocked.
    ///   - waits: what `Snapshot.waits` gives.
    /// Nil when it waits for nobody.
    public init?(from socket: String, in waits: [Snapshot.Wait]) {
        let ofNode = Dictionary(grouping: waits, by: \.fromNode)
        var paths = waits.filter { $0.from == socket }.map { [$0] }
        var visited: Set<String> = []
        var shortest: [Snapshot.Wait]?
        while !paths.isEmpty {
            var longer: [[Snapshot.Wait]] = []
            for path in paths {
                let last = path[path.count - 1]
                guard last.cause == .waits, let node = last.toNode, let next = ofNode[node] else {
                    shortest = shortest ?? path
                    continue
                }
                if let start = path.firstIndex(where: { $0.fromNode == node }) {
                    self.waits = path
                    ring = path[start...].map(\.fromNode)
                    return
                }
                // Every node is gone on from once, so that the search ends.
                guard visited.insert(node).inserted else { continue }
                longer += next.map { path + [$0] }
            }
            paths = longer
        }
        guard let shortest else { return nil }
        self.waits = shortest
        ring = []
    }

    /// Whether those who wait for each other include the one that it began at.
    public var isRing: Bool { waits.first.map { ring.contains($0.fromNode) } ?? false }
}
