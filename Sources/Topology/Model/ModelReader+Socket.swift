extension ModelReader {
    func socket(_ entry: Value.Entry) -> SocketSpec {
        let fields = fields(of: entry.value, Key.socket, of: "socket \(entry.key)")
        var socket = SocketSpec(
            name: Located(text: entry.key, place: entry.keyPlace), typePlace: entry.keyPlace)
        if let type = fields["type"] {
            socket.typePlace = type.value.place
            if let text = text(type.value, "type") { socket.type = self.type(text) }
        } else if case .map = entry.value.content {
            problems.report(
                entry.keyPlace, "socket \(entry.key) has no `type:`",
                help: "the types are: \(SocketType.names.joined(separator: ", "))")
        } else if entry.value.isNull {
            problems.report(entry.keyPlace, "socket \(entry.key) is empty", help: "as in {type: PULL, bind: ipc://in}")
        }
        socket.binds = texts(fields["bind"]?.value, "bind")
        readConnects(fields["connect"]?.value, into: &socket)
        if let each = fields["each"], let target = text(each.value, "each") {
            if socket.each != nil {
                problems.report(each.keyPlace, "each is given twice: here and in connect", help: "remove one of them")
            }
            socket.each = target
        }
        if let each = socket.each, !socket.binds.isEmpty {
            problems.report(
                each.place, "a socket with `each` becomes several sockets, which cannot all bind the same endpoint",
                help: "give the bind to a socket of its own")
        }
        if case .map = entry.value.content, fields["bind"] == nil, fields["connect"] == nil, fields["each"] == nil {
            problems.report(
                entry.keyPlace, "socket \(entry.key) neither binds nor connects", help: "give it `bind:` or `connect:`")
        }
        if let options = fields["options"] { socket.options = self.options(options.value, of: socket) }
        if let subscribe = fields["subscribe"] {
            socket.subscriptions = texts(subscribe.value, "subscribe")
            if let type = socket.type, type != .sub, type != .xsub {
                problems.report(
                    subscribe.keyPlace, "subscribe is for SUB and XSUB; socket \(entry.key) is \(type.rawValue)",
                    help: "remove it")
            }
        }
        return socket
    }

    private func type(_ text: Located) -> SocketType? {
        if let type = SocketType(rawValue: text.text) { return type }
        let upper = text.text.uppercased()
        let short = upper.hasPrefix("ZMQ_") ? String(upper.dropFirst(4)) : upper
        problems.report(
            text.place, "there is no socket type \"\(text.text)\"",
            help: SocketType(rawValue: short).map { "did you mean \"\($0.rawValue)\"?" }
                ?? suggestion(for: short, in: SocketType.names, label: "the types are"))
        return nil
    }

    private func readConnects(_ value: Value?, into socket: inout SocketSpec) {
        guard let value, !value.isNull else { return }
        switch value.content {
        case .map where value.bracedText == nil:
            if let each = fields(of: value, Key.each, of: "connect")["each"] {
                socket.each = text(each.value, "each")
            }
        case .list(let items):
            for item in items {
                if case .map(let entries) = item.content, entries.contains(where: { $0.key == "each" }) {
                    problems.report(
                        item.place, "`each` stands alone, not in a list", help: "give it a socket of its own")
                } else if let target = text(item, "an item of connect") {
                    socket.connects.append(target)
                }
            }
        default:
            if let target = text(value, "connect") { socket.connects.append(target) }
        }
    }

    private func options(
        _ value: Value, of socket: SocketSpec
    ) -> [(option: SocketOption, name: Located, value: Located)] {
        var options: [(option: SocketOption, name: Located, value: Located)] = []
        for entry in entries(of: value, of: "a map of socket options, as in {sndhwm: 1000}") {
            guard let option = option(entry, of: socket), let value = text(entry.value, entry.key) else { continue }
            if options.contains(where: { $0.option.number == option.number }) {
                problems.report(entry.keyPlace, "\(option.name) is given twice, by two of its names")
                continue
            }
            options.append((option, Located(text: entry.key, place: entry.keyPlace), value))
        }
        return options
    }

    private func option(_ entry: Value.Entry, of socket: SocketSpec) -> SocketOption? {
        let name = SocketOption.aliases[entry.key] ?? entry.key
        if let reason = SocketOption.refused[name] {
            problems.report(entry.keyPlace, "\(name) cannot be set as an option: \(reason)")
            return nil
        }
        guard let option = SocketOption.byName[name] else {
            var lower = entry.key.lowercased()
            if lower.hasPrefix("zmq_") { lower = String(lower.dropFirst(4)) }
            let names = SocketOption.all.map(\.name)
            let near = SocketOption.byName[lower]?.name ?? nearest(to: lower, in: names)
            problems.report(
                entry.keyPlace, "libzmq 4.3.4 has no socket option \"\(entry.key)\"",
                help: near.map { "did you mean \"\($0)\"?" }
                    ?? "options are those of zmq_setsockopt(3), in lower case and without ZMQ_")
            return nil
        }
        if let type = socket.type, let types = option.types, !types.contains(type) {
            problems.report(
                entry.keyPlace, "a \(type.rawValue) socket has no \(name): it is for \(types.spoken)", help: "remove it"
            )
            return nil
        }
        return option
    }
}
