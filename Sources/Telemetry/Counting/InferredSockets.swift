/// Sockets of a process whose libzmq the tap does not stand in front of (linked in statically, or another library that
/// speaks ZMTP): made of what the handshakes of its connections say. Connections of one type and one endpoint are one
/// socket: whether they are several nobody can see.
extension TappedProcess {
    /// Gives each connection that has no socket the one that it seems to be of.
    func inferSockets() {
        for end in ends.values.sorted(by: { $0.row.id < $1.row.id }) where end.socket == nil && !end.gone {
            guard !end.row.ownType.isEmpty, end.row.role != .unknown else { continue }
            let connects = end.row.role == .connected
            let place = connects ? end.row.peer : end.row.local
            let key = "\(end.row.ownType) \(connects) \(place.text)"
            let socket = inferred[key] ?? infer(end, place, connects: connects)
            inferred[key] = socket
            socket.row.connectionTotal += 1
            end.socket = socket
            socket.ends.append(end)
            end.endpoint = socket.endpoints.first
        }
    }

    private func infer(_ end: End, _ place: Endpoint, connects: Bool) -> SocketInstance {
        let socket = SocketInstance(process: self)
        // Beyond all that libzmq's own can have.
        socket.row.id = UInt32.max - UInt32(inferred.count)
        socket.row.type = SocketType(end.row.ownType)
        socket.row.created = end.row.opened
        socket.row.endpointTotal = 1
        socket.row.apiUnknown = true
        socket.row.isInferred = true
        let endpoint = EndpointInstance(process: self)
        endpoint.row.socketID = socket.row.id
        endpoint.row.connects = connects
        endpoint.row.created = end.row.opened
        endpoint.row.asked = place
        endpoint.socket = socket
        socket.endpoints = [endpoint]
        addInferred(socket, endpoint)
        return socket
    }
}
