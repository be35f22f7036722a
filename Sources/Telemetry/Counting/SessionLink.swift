import RunDirectory

/// A link of the session: one connect of a socket, over all its connections and all incarnations of its ends.
final class SessionLink {
    let from: SessionSocket?
    let fromName: String
    private(set) var to: SessionSocket?
    private(set) var toName: String
    let endpoint: Endpoint
    private(set) var id: String
    /// Declared with a target: its name stays, whoever answers there.
    private let targetDeclared: Bool
    /// The connects that are, or were, this link.
    private var endpoints: [EndpointInstance] = []
    private var flows: [Flow] = []
    private var folded = BothWays(Tally())
    private(set) var newestPair: Pair?
    private var state = LinkState()
    private var incarnations = Snapshot.Link.Incarnations(from: nil, to: nil)
    private var observed = false
    private var attemptsOfFormer = 0
    private var handshakesOfFormer = 0
    private var sentFloor = BothWays(0)
    private var rates = BothWays(RateSeries())
    private var latencies = BothWays(LatencyWindow())
    private var deliveryLatencies = BothWays(LatencyWindow())

    init(
        from: SessionSocket?, fromName: String, to: SessionSocket?, toName: String, endpoint: Endpoint,
        targetDeclared: Bool
    ) {
        self.from = from
        self.fromName = fromName
        self.to = to
        self.toName = toName
        self.endpoint = endpoint
        self.targetDeclared = targetDeclared
        id = "\(fromName)->\(toName)"
    }

    /// Two connects between the same two sockets: the second takes a number.
    func disambiguate(_ ordinal: Int) { id = "\(fromName)->\(toName)#\(ordinal)" }

    /// A connect of a running process is this link from now on.
    func add(_ endpoint: EndpointInstance) {
        endpoint.link = self
        endpoints.append(endpoint)
        observed = true
        incarnations.from = endpoint.process.incarnation
        if self.endpoint.transport == "inproc" { incarnations.to = endpoint.process.incarnation }
        if let socket = endpoint.socket { flow(.out, socket).endpoint = endpoint }
    }

    func add(_ pair: Pair) {
        observed = true
        // Several may be seen for the first time in one look, and records are used again: their order says nothing.
        if newestPair.map({ $0.opened <= pair.opened }) ?? true { newestPair = pair }
        for way in Way.allCases { flow(way, way.sender(pair)?.socket).add(pair) }
        note(pair)
    }

    /// The accepting end of one of its connections has been found.
    func complete(_ pair: Pair) {
        // The way back had no known sender until now.
        for flow in flows where flow.way == .back && flow.sender == nil { flow.remove(pair) }
        flow(.back, pair.accepted?.socket).add(pair)
        note(pair)
    }

    private func note(_ pair: Pair) {
        if let connecting = pair.connecting { incarnations.from = connecting.process.incarnation }
        guard let accepted = pair.accepted else { return }
        incarnations.to = accepted.process.incarnation
        if !targetDeclared, let socket = accepted.socket?.socket { retarget(socket) }
    }

    func retarget(_ socket: SessionSocket) {
        guard !targetDeclared, to !== socket else { return }
        to = socket
        toName = socket.id
        id = "\(fromName)->\(toName)"
    }

    private func flow(_ way: Way, _ sender: SocketInstance?) -> Flow {
        if let known = flows.first(where: { $0.way == way && $0.sender === sender }) { return known }
        let new = Flow(way: way, sender: sender)
        flows.append(new)
        return new
    }

    /// A process that is young may have shown it and be gone.
    var livingEndpoint: EndpointInstance? { endpoints.last(where: \.living) }
    /// A living connect of its own is there.
    var hasLivingEndpoint: Bool { endpoints.contains(where: \.living) }
    /// Nothing will come any more of a link that no file declares and whose ends are gone.
    var isOver: Bool { !hasLivingEndpoint && flows.allSatisfy { $0.pairs.isEmpty } }

    func measured(_ way: Way, at time: UInt64, nanoseconds: UInt64) {
        latencies[way].add(at: time, nanoseconds: nanoseconds)
    }

    func measuredDelivery(_ way: Way, at time: UInt64, nanoseconds: UInt64) {
        deliveryLatencies[way].add(at: time, nanoseconds: nanoseconds)
    }

    func snapshot(now: UInt64, scratch: LatencyScratch, elapsed: (UInt64) -> Double) -> Snapshot.Link {
        let inproc = endpoint.transport == "inproc"
        if inproc { foldInproc() }
        endpoints.removeAll { endpoint in
            guard !endpoint.process.alive || endpoint.gone else { return false }
            attemptsOfFormer += endpoint.row.attempts
            handshakesOfFormer += endpoint.row.handshakes
            return true
        }
        var attempts = attemptsOfFormer
        var handshakes = handshakesOfFormer
        for endpoint in endpoints {
            attempts += endpoint.row.attempts
            handshakes += endpoint.row.handshakes
        }
        if handshakes == 0, newestPair?.handshake == .succeeded { handshakes = 1 }
        let living = endpoints.last(where: \.living)
        state.update(
            endpoint: living, pair: newestPair,
            inproc: inproc ? isInprocUp : nil,
            attempts: attempts, handshakes: handshakes, now: now, elapsed: elapsed)
        let ways = inproc ? inprocTallies() : tallies(now: now)
        return Snapshot.Link(
            id: id, from: fromName, to: toName, endpoint: living?.row.endpoint.text ?? endpoint.text,
            transport: endpoint.transport, source: source, state: state.state, since: state.since,
            incarnation: incarnations,
            reconnects: state.reconnects, attempts: attempts, retryIn: state.retryIn(living, now: now),
            out: direction(.out, ways.out, scratch, now: now), back: direction(.back, ways.back, scratch, now: now))
    }

    /// The better of what its ends give.
    private var source: Snapshot.Node.Source {
        let ends = [newestPair?.connecting, newestPair?.accepted].compactMap { $0?.process }
        let processes = ends.isEmpty ? endpoints.map(\.process) : ends
        if processes.isEmpty { return observed ? .tap : .none }
        return processes.contains { !$0.isWireOnly } ? .tap : .wire
    }

    private func direction(
        _ way: Way, _ tally: Tally, _ scratch: LatencyScratch, now: UInt64
    ) -> Snapshot.Direction {
        guard observed else { return .init() }
        var direction = tally.direction(
            inproc: endpoint.transport == "inproc",
            fansOut: flows.contains { $0.way == way && $0.sender?.row.type.fansOut == true })
        if let sent = direction.sent {
            // A second pipe hides the send queue; what was seen to be accepted before stays true.
            let floor = max(sentFloor[way], sent)
            sentFloor[way] = floor
            direction.sent = floor
        }
        let alive = state.state == .up
        let counter = direction.received ?? direction.offWire ?? direction.onWire
        direction.rate = rates[way].add(alive ? counter.map(Double.init) : nil, at: now)
        direction.latency = latencies[way].latency(now: now, scratch: scratch)
        direction.deliveryLatency = deliveryLatencies[way].latency(now: now, scratch: scratch)
        return direction
    }

    private func tallies(now: UInt64) -> BothWays<Tally> {
        var sums = folded
        let targetIsTapped = to?.living ?? false
        flows.removeAll { flow in
            let part = flow.tally(now: now) { targetIsTapped && $0.awaitsOther(now: now) }
            sums[flow.way] += part
            guard flow.final else { return false }
            folded[flow.way] += part
            flow.sender?.lostForGood += part.sendLost
            return true
        }
        return sums
    }

    // MARK: inproc

    /// Both ends of the newest connect are there.
    private var isInprocUp: Bool {
        guard let connect = endpoints.last, let from = connect.socket,
            let to = connect.process.binder(of: endpoint)
        else { return false }
        return from.living && to.living
    }

    /// What a connect that is over had passed stays in the sums.
    private func foldInproc() {
        while let first = endpoints.first, hasEnded(first) {
            let part = inprocPart(of: first)
            for way in Way.allCases {
                folded[way] += part[way]
                let waiting = part[way].receiveQueue
                guard waiting > 0 else { continue }
                if first.process.alive {
                    // The receiver goes on to count what lay in the pipe, and nobody tells that from the rest.
                    folded[way].unknown.formUnion([.delivered, .receiveQueue])
                } else {
                    folded[way].receiveQueue -= waiting
                    folded[way].receiveLost += waiting
                }
            }
            endpoints.removeFirst()
        }
    }

    private func hasEnded(_ connect: EndpointInstance) -> Bool {
        !connect.process.alive || connect.gone || (endpoints.count > 1 && !connect.living)
    }

    private func inprocTallies() -> BothWays<Tally> {
        var sums = folded
        for connect in endpoints {
            let part = inprocPart(of: connect)
            for way in Way.allCases { sums[way] += part[way] }
        }
        return sums
    }

    /// What has passed by a connect. There is no connection, no wire: the pipe is the receiver's queue. What is known is
    /// what a socket counts that has this pipe alone: where both have, also what lies between.
    private func inprocPart(of connect: EndpointInstance) -> BothWays<Tally> {
        let to = connect.process.binder(of: endpoint)
        // When one of them is no longer to be seen, what was seen stands. A connect may come before the bind.
        guard let from = connect.socket, to != nil || connect.passed == nil else {
            return connect.passed ?? BothWays(Tally())
        }
        // The record of a connector that has gone makes room for another at some time.
        if connect.process.connectors(of: endpoint) > 1 { to?.hadSeveralConnectors = true }
        let fromHasOnePipe = from.row.endpointTotal == 1
        let toHasOnePipe =
            to.map { $0.row.endpointTotal == 1 && $0.row.connectionTotal == 0 && !$0.hadSeveralConnectors } ?? true
        var part = BothWays(Tally())
        part.out = inprocTally(from, fromHasOnePipe, to, toHasOnePipe)
        part.back = inprocTally(to, toHasOnePipe, from, fromHasOnePipe)
        if to != nil { connect.passed = part }
        return part
    }

    /// - Parameters:
    ///   - sender: nil while nothing is bound there.
    ///   - knowsSent: it has this pipe alone; `knowsReceived`: the receiver has.
    private func inprocTally(
        _ sender: SocketInstance?, _ knowsSent: Bool, _ receiver: SocketInstance?, _ knowsReceived: Bool
    ) -> Tally {
        var tally = Tally()
        tally.unknown = [.onWire, .offWire]
        if let row = sender?.row {
            if !knowsSent || row.type.fansOut || row.type.sendsSubscriptions || row.apiUnknown {
                tally.unknown.insert(.sendQueue)
            }
            if knowsSent { tally.accepted = row.sent - row.lost }
        }
        if !knowsReceived || receiver?.row.apiUnknown == true { tally.unknown.insert(.delivered) }
        if sender?.row.conflate == true || receiver?.row.conflate == true { tally.unknown.insert(.receiveQueue) }
        if let row = receiver?.row, knowsReceived {
            tally.delivered = row.received
            tally.bytes = row.receivedBytes
        }
        tally.accepted = max(tally.accepted, tally.delivered)
        let waiting = tally.accepted - tally.delivered
        if sender?.process.alive != false, receiver?.living != false {
            tally.receiveQueue = waiting
        } else {
            tally.receiveLost = waiting
        }
        return tally
    }
}

extension TappedProcess {
    /// The socket that is bound to an inproc endpoint.
    func binder(of endpoint: Endpoint) -> SocketInstance? {
        endpoints.values.first { !$0.row.connects && !$0.gone && $0.row.asked.matches(endpoint) }?.socket
    }

    func connectors(of endpoint: Endpoint) -> Int {
        endpoints.values.count { $0.row.connects && $0.row.asked.matches(endpoint) }
    }
}
