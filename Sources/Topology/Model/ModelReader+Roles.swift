internal import RunDirectory

extension ModelReader {
    /// Whether a built-in kind has the sockets that it uses, and no others.
    func checkRoles(of node: NodeSpec) {
        guard let kind = node.kind, node.sockets.allSatisfy({ $0.type != nil }) else { return }
        var free = node.sockets
        var missing: [Kind.Role] = []
        var found: [SocketSpec] = []
        // By name first; then by type.
        for role in kind.roles {
            guard let index = free.firstIndex(where: { $0.name.text == role.name }) else {
                if !role.isOptional { missing.append(role) }
                continue
            }
            let socket = free.remove(at: index)
            if role.types.contains(socket.type!) {
                if !role.isOptional { found.append(socket) }
            } else {
                reportWrongType(of: socket, role, kind)
            }
        }
        missing = missing.filter { role in
            let fits = free.indices.filter { role.types.contains(free[$0].type!) }
            // Of two that share a type only the name tells which is which.
            guard fits.count == 1 else { return true }
            found.append(free.remove(at: fits[0]))
            return false
        }
        if missing.count > 1, free.contains(where: { missing[0].types.contains($0.type!) }) {
            problems.report(
                free[0].name.place,
                "a \(kind.name) tells its \(free[0].type!.rawValue) sockets apart by name: "
                    + missing.map(\.name).joined(separator: " and "),
                help: "rename them")
            return
        }
        for role in missing {
            if kind.roles.count == 1, !free.isEmpty {
                reportWrongType(of: free.removeFirst(), role, kind)
            } else {
                let name = kind.roles.count > 1 ? " named \(role.name)" : ""
                problems.report(
                    node.name.place, "a \(kind.name) needs a \(role.types.spoken) socket\(name)",
                    help: "add to sockets: \(role.name): { type: \(role.types[0].rawValue), … }")
            }
        }
        for extra in free {
            problems.report(
                extra.name.place, "a \(kind.name) has no use for the socket \(extra.name.text)",
                help: "it uses "
                    + kind.roles.map {
                        "\($0.name) (\($0.types.spoken)\($0.isOptional ? ", may be missing" : ""))"
                    }.joined(separator: " and "))
        }
        if !kind.pairs.isEmpty, found.count == 2 { checkPair(found[0], found[1], kind) }
    }

    /// Types that cannot work together in one node.
    private func checkPair(_ one: SocketSpec, _ other: SocketSpec, _ kind: Kind) {
        let isPair = kind.pairs.contains { ($0, $1) == (one.type, other.type) || ($1, $0) == (one.type, other.type) }
        guard !isPair else { return }
        problems.report(
            other.typePlace,
            "a \(kind.name) cannot pass on between \(one.type!.rawValue) (\(one.name.text)) and "
                + "\(other.type!.rawValue) (\(other.name.text))",
            help: "pairs that work, either way round: "
                + kind.pairs.map { "\($0.rawValue) and \($1.rawValue)" }.joined(separator: ", "))
    }

    private func reportWrongType(of socket: SocketSpec, _ role: Kind.Role, _ kind: Kind) {
        problems.report(
            socket.typePlace,
            "the socket \(socket.name.text) of a \(kind.name) is \(role.types.spoken), not \(socket.type!.rawValue)",
            help: socket.type == .stream
                ? "a STREAM talks to programs without ZeroMQ, in bytes: use it from a program of your own, with `command:`"
                : nil)
    }

    /// A REP answers one request before it reads the next.
    func checkParallel(of node: NodeSpec) {
        guard node.kind?.name == "replier", node.sockets.first?.type == .rep,
            let parallel = node.behavior.first(where: { $0.field.name == "parallel" })?.text,
            let count = Units.integer(parallel.text), count > 1
        else { return }
        problems.report(
            parallel.place,
            "\(node.name.text) is a REP: it answers one request before it reads the next, so parallel is 1",
            help: "a ROUTER may have \(count) in work")
    }
}
