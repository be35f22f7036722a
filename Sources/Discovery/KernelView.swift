import Telemetry

/// The kernel's tables, put together: whose each socket is, which two ends are one connection, and which of them listens.
struct KernelView {
    /// An end of a connection, or a listener.
    struct End {
        var process: FoundProcess
        var stream: KernelStream
        /// Id of the socket that it is shown as.
        var socket: String
    }

    private(set) var sockets: [Snapshot.Socket] = []
    private(set) var links: [Snapshot.Link] = []
    /// Ends of links, by the link's id: what a session's own account of the same connection is found by.
    private(set) var ends: [String: (from: End?, to: End?)] = [:]

    private var listeners: [(process: FoundProcess, stream: KernelStream, socket: String)] = []
    private var owners: [UInt32: FoundProcess] = [:]

    init(processes: [FoundProcess], streams: [KernelStream], names: inout SocketNames) {
        names.keep(processes)
        for process in processes where process.sharesOurNetwork {
            for inode in process.inodes where owners[inode.inode] == nil { owners[inode.inode] = process }
        }
        for stream in streams where stream.phase == .listening {
            guard let process = owners[stream.inode], !stream.local.isEmpty else { continue }
            let endpoint = stream.endpoint
            let id = "\(process.name).\(names.name(process, role: "bind", key: endpoint))"
            listeners.append((process, stream, id))
            if !sockets.contains(where: { $0.id == id }) {
                sockets.append(socket(id, of: process, endpoint: endpoint))
            }
        }
        connect(streams, &names)
        let order = Dictionary(uniqueKeysWithValues: processes.enumerated().map { ($1.name, $0) })
        // By process; within one in the order in which they were seen.
        sockets = sockets.enumerated().sorted {
            (order[$0.element.node] ?? 0, $0.offset) < (order[$1.element.node] ?? 0, $1.offset)
        }.map(\.element)
    }

    private mutating func connect(_ streams: [KernelStream], _ names: inout SocketNames) {
        var byInode: [UInt32: KernelStream] = [:]
        var byAddresses: [String: KernelStream] = [:]
        for stream in streams where stream.phase != .listening {
            if stream.inode != 0 { byInode[stream.inode] = stream }
            if stream.transport == "tcp" { byAddresses[stream.local + " " + stream.peer] = stream }
        }
        for stream in streams where stream.phase != .listening {
            guard let process = owners[stream.inode] else { continue }
            let peer =
                stream.transport == "tcp"
                ? byAddresses[stream.peer + " " + stream.local] : byInode[stream.peerInode]
            let peerProcess = peer.flatMap { owners[$0.inode] }
            let isAccepted = listener(of: process, stream) != nil
            // Each connection is told once: by the end that connects, else by the one that has accepted a stranger.
            if isAccepted, peerProcess != nil, !(peerProcess == process && peer?.inode == stream.inode) { continue }
            // The other end is on this machine, and has no libzmq: no business of ours. A peer without an owner is one
            // that waits to be accepted, or a process that we may not look at.
            if let peer, peerProcess == nil, peer.inode != 0, stream.transport == "tcp" { continue }
            if stream.transport == "ipc", peerProcess == nil { continue }
            let other = peer.flatMap { peer in peerProcess.map { (process: $0, stream: peer) } }
            if isAccepted {
                add(from: nil, to: (process, stream), streams: (nil, stream), &names)
            } else if let other, listener(of: other.process, other.stream) == nil {
                // A pair of sockets that nobody listens for is a program's own plumbing.
                continue
            } else {
                add(from: (process, stream), to: other, streams: (stream, peer), &names)
            }
        }
    }

    private func listener(of process: FoundProcess, _ stream: KernelStream) -> String? {
        listeners.first { $0.process == process && $0.stream.transport == stream.transport && $0.stream.took(stream) }?
            .socket
    }

    private mutating func add(
        from: (process: FoundProcess, stream: KernelStream)?, to: (process: FoundProcess, stream: KernelStream)?,
        streams: (from: KernelStream?, to: KernelStream?), _ names: inout SocketNames
    ) {
        var fromEnd: End?
        if let from {
            let id =
                "\(from.process.name).\(names.name(from.process, role: "connect", key: String(from.stream.inode)))"
            fromEnd = End(process: from.process, stream: from.stream, socket: id)
        }
        let toEnd = to.flatMap { to in
            listener(of: to.process, to.stream).map { End(process: to.process, stream: to.stream, socket: $0) }
        }
        // An ipc connection is named by its accepted end.
        let endpoint =
            toEnd?.stream.endpoint ?? streams.from.map { $0.transport == "tcp" ? "tcp://\($0.peer)" : "" } ?? ""
        if let from, let id = fromEnd?.socket { sockets.append(socket(id, of: from.process, endpoint: endpoint)) }
        let stranger = streams.to.map { "tcp://\($0.peer)" } ?? "unknown"
        let fromName = fromEnd?.socket ?? stranger
        let toName = toEnd?.socket ?? endpoint
        var link = Snapshot.Link(
            id: "\(fromName)->\(toName)", from: fromName, to: toName, endpoint: endpoint,
            transport: streams.from?.transport ?? streams.to?.transport ?? "tcp", source: .kernel,
            state: (streams.from ?? streams.to)?.phase.linkState ?? .connecting)
        link.out.kernelBytes = sum(streams.from?.sendQueue, streams.to?.receiveQueue, link.transport)
        link.back.kernelBytes = sum(streams.to?.sendQueue, streams.from?.receiveQueue, link.transport)
        ends[link.id] = (fromEnd, toEnd)
        links.append(link)
    }

    /// A unix socket's Send-Q is what the other end has not read: the same bytes as its Recv-Q.
    private func sum(_ send: Int?, _ receive: Int?, _ transport: String) -> Int? {
        guard let send, let receive else { return send ?? receive }
        return transport == "tcp" ? send + receive : receive
    }

    private func socket(_ id: String, of process: FoundProcess, endpoint: String) -> Snapshot.Socket {
        .init(
            id: id, node: process.name, name: String(id.dropFirst(process.name.count + 1)), type: "unknown",
            declared: false, observed: true, endpoints: endpoint.isEmpty ? [] : [endpoint])
    }
}

extension KernelStream {
    /// In libzmq's form.
    var endpoint: String { "\(transport)://\(local)" }

    /// Whether this listener has accepted that connection.
    func took(_ stream: KernelStream) -> Bool {
        guard phase == .listening else { return false }
        if transport != "tcp" { return !local.isEmpty && local == stream.local }
        guard let port = local.lastIndex(of: ":"), let other = stream.local.lastIndex(of: ":"),
            local[port...] == stream.local[other...]
        else { return false }
        let host = local[..<port]
        return host == "0.0.0.0" || host == "[::]" || host == stream.local[..<other]
    }
}

extension KernelStream.Phase {
    /// The kernel knows of the transport alone: whether a handshake succeeded is the programs' secret.
    var linkState: Snapshot.Link.State {
        switch self {
        case .established, .listening: .connected
        case .connecting: .connecting
        case .closing: .down
        }
    }
}
