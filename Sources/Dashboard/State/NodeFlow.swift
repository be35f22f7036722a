import Telemetry

/// A node with what passes through its sockets together; nil where no socket tells.
struct NodeFlow: Equatable, Sendable {
    let node: Snapshot.Node
    /// Messages a second.
    private(set) var sendRate: Double?
    /// Messages a second.
    private(set) var receiveRate: Double?
    /// Messages in the queues of those sockets of which both are known.
    private(set) var queued: Int?

    /// Messages a second, both ways; nil when neither is known.
    var rate: Double? {
        guard let sendRate else { return receiveRate }
        return sendRate + (receiveRate ?? 0)
    }

    /// The nodes of a snapshot, in its order. `owners` tells for each socket which node it belongs to.
    static func all(_ snapshot: Snapshot, sockets owners: [Int?]) -> [NodeFlow] {
        var flows = snapshot.nodes.map { NodeFlow(node: $0) }
        for (socket, owner) in zip(snapshot.sockets, owners) {
            guard let owner else { continue }
            if let rate = socket.sendRate { flows[owner].sendRate = (flows[owner].sendRate ?? 0) + rate }
            if let rate = socket.receiveRate { flows[owner].receiveRate = (flows[owner].receiveRate ?? 0) + rate }
            if let send = socket.sendQueue, let receive = socket.receiveQueue {
                flows[owner].queued = (flows[owner].queued ?? 0) + send + receive
            }
        }
        return flows
    }
}
