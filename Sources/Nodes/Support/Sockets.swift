import RunDirectory

/// The sockets that a node's file declares, found as its kind wants them: by type, and by name where two share a type.
struct DeclaredSockets {
    let kind: String
    let sockets: [ResolvedSocket]

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
