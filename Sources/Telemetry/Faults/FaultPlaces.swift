import RunDirectory

/// What faults can be put on, as of the last `collect`: the Snapshot's names, and where to find them in which process.
package struct FaultPlaces {
    package struct Process {
        /// Its segment's file: a key.
        package var file: String
        /// Whose environment it has, and the node that it is shown as: the same, or a child.
        package var node: String
        package var shownAs: String
        package var pid: Int32
        /// CLOCK_MONOTONIC, in nanoseconds.
        package var started: UInt64
        /// Its libzmq is linked in: no call of it can be reached.
        package var isWireOnly: Bool
    }

    package struct Socket {
        package var id: String
        package var node: String
        /// `DEALER`, and libzmq's number of it.
        package var type: String
        package var typeNumber: Int32?
        /// As declared.
        package var endpoints: [String]
        /// The living ones: the process's file, and the ordinal in it.
        package var instances: [(process: String, id: UInt32)]
        /// Its messages move inside libzmq.
        package var isOutOfReach: Bool
    }

    package struct Link {
        package var id: String
        /// Names of the nodes at its ends; nil: not of this session.
        package var fromNode: String?
        package var toNode: String?
        package var from: String
        package var to: String
        package var transport: String
        /// As the connecting program asks for it, or will.
        package var endpoint: String
        package var fromType: Int32?
        /// reconnect_ivl is -1: what is cut stays cut.
        package var neverReconnects: Bool
        /// The living connect: the process's file, the socket's ordinal in it, and what it asked for.
        package var connect: (process: String, socket: UInt32, asked: String)?
        /// Both ends of its open connections, as far as they are in tapped processes.
        package var ends: [End]
    }

    package struct End {
        package var process: String
        package var pid: Int32
        /// Ordinal in its process.
        package var connection: UInt64
        package var descriptor: Int32
        package var inode: UInt64
        package var accepted: Bool
    }

    package var processes: [Process] = []
    package var sockets: [Socket] = []
    package var links: [Link] = []
    /// Nodes that share a process: whose environment that has, and which of its nodes they are, from 1.
    package var hosts: [String: (node: String, player: UInt32)] = [:]

    package init() {}

    /// Whose environment a node's process has, and which of its nodes it is; 0: it is alone.
    package func host(of node: String) -> (node: String, player: UInt32) { hosts[node] ?? (node, 0) }

    /// A node's own processes.
    package func processes(of node: String) -> [Process] {
        let host = host(of: node).node
        return processes.filter { $0.shownAs == host }
    }
}

extension Collector {
    /// What faults can be put on, as of the last `collect`.
    package var faultPlaces: FaultPlaces {
        var places = FaultPlaces()
        for node in topology.nodes where node.process != nil {
            let sharers = topology.sharers(of: node)
            guard sharers.count > 1, let index = sharers.firstIndex(where: { $0.name == node.name }) else { continue }
            places.hosts[node.name] = (sharers[0].name, UInt32(index + 1))
        }
        var ends: [ObjectIdentifier: [FaultPlaces.End]] = [:]
        for process in processes where process.alive {
            places.processes.append(
                .init(
                    file: process.file, node: process.node, shownAs: process.shownAs, pid: process.pid,
                    started: process.started, isWireOnly: process.isWireOnly))
            for end in process.ends.values where !end.ended && end.row.descriptor >= 0 {
                guard let link = end.pair?.link else { continue }
                ends[ObjectIdentifier(link), default: []].append(
                    .init(
                        process: process.file, pid: process.pid, connection: end.row.id,
                        descriptor: end.row.descriptor, inode: end.row.inode,
                        accepted: end.pair?.accepted === end))
            }
        }
        places.sockets = model.everySocket.map { socket in
            .init(
                id: socket.id, node: socket.node, type: socket.type, typeNumber: SocketType.number(of: socket.type),
                endpoints: (socket.declared?.binds ?? []) + (socket.declared?.connects.map(\.endpoint) ?? []),
                instances: socket.instances.filter(\.living).map { ($0.process.file, $0.row.id) },
                isOutOfReach: socket.current?.row.apiUnknown == true || socket.current?.row.isInferred == true)
        }
        places.links = model.allLinks.map { link in
            let endpoint = link.livingEndpoint
            let set = link.from?.current?.row.options ?? []
            let declared = link.from?.declared?.options ?? []
            return .init(
                id: link.id, fromNode: link.from?.node, toNode: link.to?.node, from: link.fromName, to: link.toName,
                transport: link.endpoint.transport, endpoint: endpoint?.row.asked.text ?? link.endpoint.text,
                fromType: link.from.flatMap { SocketType.number(of: $0.type) },
                neverReconnects: set.isEmpty
                    ? declared.contains { $0.name == "reconnect_ivl" && $0.value == .int(-1) }
                    : set.contains { $0.name == "reconnect_ivl" && $0.value == "-1" },
                connect: endpoint.flatMap { endpoint in
                    endpoint.process.isWireOnly
                        ? nil : (endpoint.process.file, endpoint.row.socketID, endpoint.row.asked.text)
                },
                ends: ends[ObjectIdentifier(link)] ?? [])
        }
        return places
    }

    /// Where the session writes what a process is to do wrong; nil when the process has ended, or cannot be written to.
    package func faultTable(of file: String) -> FaultTable? {
        processes.first { $0.file == file }?.segment.flatMap { FaultTable($0) }
    }
}
