/// Who is at the other ends of a socket, as of the last `collect`.
extension Collector {
    /// A peer that a socket is connected to now.
    public struct Peer: Equatable, Sendable {
        /// `NODE.SOCKET`, or what is known of a stranger.
        public var name: String
        /// Its routing id, which a ROUTER sends to it by; empty: not known (only a ROUTER knows those of its own making).
        public var routingID: [UInt8]
    }

    /// The peers of a socket with a handshake behind them.
    /// - Returns: nil when there is no such socket in a running, tapped process.
    public func peers(of socket: String) -> (type: String, peers: [Peer])? {
        let instances = processes.flatMap { $0.sockets.values }.filter { $0.living && $0.socket?.id == socket }
        guard let instance = instances.max(by: { $0.process.started < $1.process.started }) else { return nil }
        let peers = instance.ends.filter { !$0.ended && $0.row.handshake == .succeeded }.compactMap { end -> Peer? in
            guard let link = end.pair?.link else { return nil }
            return Peer(name: link.fromName == socket ? link.toName : link.fromName, routingID: end.row.identity)
        }
        return (instance.row.type.name, peers)
    }
}
