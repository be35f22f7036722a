import Telemetry

extension Snapshot {
    /// Takes over what a session shows of itself, in place of what the kernel tells of the same processes.
    mutating func take(_ session: Snapshot, in kernel: KernelView) {
        let prefix = session.session + ":"
        func named(_ name: String) -> String { prefix + name }
        let tapped = Set(session.nodes.filter { $0.source == .tap || $0.source == .wire }.compactMap(\.pid))
        let hidden = Set(nodes.filter { node in node.pid.map(tapped.contains) ?? false }.map(\.name))
        let socketIDs = Set(session.sockets.map(\.id))

        var theirs = session.links
        var doubled: Set<String> = []
        for (id, ends) in kernel.ends {
            let fromTapped = ends.from.map { tapped.contains($0.process.pid) } ?? false
            let toTapped = ends.to.map { tapped.contains($0.process.pid) } ?? false
            guard fromTapped || toTapped else { continue }
            doubled.insert(id)
            guard !(fromTapped && toTapped), let stranger = fromTapped ? ends.to : ends.from else { continue }
            // The session knows this end by its address or its pid; now it has a name.
            let names = [
                fromTapped ? stranger.stream.endpoint : "tcp://\(stranger.stream.local)", "pid:\(stranger.process.pid)",
            ]
            let found = theirs.indices.filter {
                names.contains(fromTapped ? theirs[$0].to : theirs[$0].from)
                    && !socketIDs.contains(fromTapped ? theirs[$0].to : theirs[$0].from)
            }
            guard let index = found.first, found.count == 1 || stranger.stream.transport == "tcp" else { continue }
            // Kernel names have no prefix: marked by an empty one, taken off below.
            if fromTapped {
                theirs[index].to = "\u{0}" + stranger.socket
            } else {
                theirs[index].from = "\u{0}" + stranger.socket
            }
        }
        nodes.removeAll { hidden.contains($0.name) }
        sockets.removeAll { hidden.contains($0.node) }
        links.removeAll { doubled.contains($0.id) }

        func end(_ name: String) -> String {
            if name.first == "\u{0}" { return String(name.dropFirst()) }
            return socketIDs.contains(name) ? named(name) : name
        }
        nodes += session.nodes.map { node in
            var node = node
            node.name = named(node.name)
            node.group = named(node.group)
            node.parent = node.parent.map(named)
            return node
        }
        sockets += session.sockets.map { socket in
            var socket = socket
            socket.id = named(socket.id)
            socket.node = named(socket.node)
            if var blocked = socket.blocked {
                blocked.on = blocked.on.map(end)
                socket.blocked = blocked
            }
            return socket
        }
        links += theirs.map { link in
            var link = link
            link.from = end(link.from)
            link.to = end(link.to)
            link.id = "\(link.from)->\(link.to)"
            return link
        }
        events += session.events.map { event in
            var event = event
            event.node = named(event.node)
            return event
        }
        eventsDropped += session.eventsDropped
        verdicts += session.verdicts.map { verdict in
            var verdict = verdict
            verdict.subject = socketIDs.contains(verdict.subject) ? named(verdict.subject) : prefix + verdict.subject
            return verdict
        }
    }
}
