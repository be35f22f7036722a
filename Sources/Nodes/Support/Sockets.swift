import RunDirectory

/// The sockets that a node's file declares, found as its kind wants them: by type, and by name where two share a type.
struct DeclaredSockets {
    private let kind: String
    private let sockets: [ResolvedSocket]

    init(_ node: ResolvedNode) {
        kind = node.kind
        sockets = node.sockets
    }

    private func wrong(_ expected: String) -> NodeError {
        let given =
            sockets.isEmpty ? "none" : sockets.map { "\($0.name) (\($0.type))" }.joined(separator: ", ")
        return NodeError("kind \(kind) needs \(expected), and the file declares \(given)")
    }

    /// The only socket, of one of these types.
    func only(_ types: [String]) throws -> ResolvedSocket {
        guard sockets.count == 1, types.contains(sockets[0].type) else {
            throw wrong("one socket, \(types.joined(separator: " or "))")
        }
        return sockets[0]
    }

    /// Two sockets of different types.
    func pair(_ first: String, _ second: String) throws -> (ResolvedSocket, ResolvedSocket) {
        guard sockets.count == 2, let one = sockets.first(where: { $0.type == first }),
            let other = sockets.first(where: { $0.type == second })
        else { throw wrong("a \(first) and a \(second)") }
        return (one, other)
    }

    /// The socket of that name.
    func named(_ name: String) -> ResolvedSocket? { sockets.first { $0.name == name } }

    /// A proxy's frontend and backend: by name, and the other one is what is left. Beside them there may be a capture and
    /// a control.
    func proxied() throws -> (ResolvedSocket, ResolvedSocket) {
        let sides = sockets.filter { $0.name != "capture" && $0.name != "control" }
        guard sides.count == 2,
            let front = sides.firstIndex(where: { $0.name == "frontend" })
                ?? sides.firstIndex(where: { $0.name != "backend" })
        else { throw wrong("a frontend and a backend, and perhaps a capture and a control") }
        return (sides[front], sides[1 - front])
    }

    /// A scheduler's: a ROUTER to the clients, a ROUTER or DEALER to the engines.
    func frontendAndBackend() throws -> (ResolvedSocket, ResolvedSocket) {
        let error = wrong("a ROUTER named frontend, and a ROUTER or DEALER named backend")
        guard sockets.count == 2 else { throw error }
        let frontend =
            sockets.first { $0.name == "frontend" } ?? sockets.first { $0.name != "backend" && $0.type == "ROUTER" }
        guard let frontend, frontend.type == "ROUTER", let backend = sockets.first(where: { $0.name != frontend.name })
        else { throw error }
        // Two ROUTERs look alike: there a name must tell which is which.
        let named = frontend.name == "frontend" || backend.name == "backend"
        guard backend.type == "DEALER" || backend.type == "ROUTER" && named else { throw error }
        return (frontend, backend)
    }
}
