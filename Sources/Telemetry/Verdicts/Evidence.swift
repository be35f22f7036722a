/// What the verdicts need beyond a Snapshot: facts of single connections, which a Snapshot sums up.
package struct Evidence: Equatable, Sendable {
    /// A bind of a living socket.
    package struct Bind: Equatable, Sendable {
        /// Id of the socket.
        package var socket: String
        package var endpoint: String
        /// `elapsed`
        package var since: Double

        package init(socket: String, endpoint: String, since: Double) {
            self.socket = socket
            self.endpoint = endpoint
            self.since = since
        }
    }

    /// What becomes of peers with one routing id.
    package enum Fate: Equatable, Sendable {
        /// The later ones are connected, and nothing passes.
        case firstKeeps
        /// ROUTER_HANDOVER: the same with the earlier ones.
        case lastTakes
        /// ROUTER_HANDOVER: who lost it comes again.
        case inTurns
    }

    /// Peers of one ROUTER or REP that came with one routing id.
    package struct Clash: Equatable, Sendable {
        /// Id of the ROUTER.
        package var socket: String
        /// As text, or `hex:…`.
        package var routingID: String
        /// The ends that connected, the one that came first first.
        package var peers: [String]
        package var fate: Fate
        /// `elapsed` since when there are two.
        package var since: Double

        package init(socket: String, routingID: String, peers: [String], fate: Fate, since: Double) {
            self.socket = socket
            self.routingID = routingID
            self.peers = peers
            self.fate = fate
            self.since = since
        }
    }

    package var binds: [Bind] = []
    package var clashes: [Clash] = []
    /// By a link's id: what its two ends said that they are, where that does not fit.
    package var misfits: [String: Misfit] = [:]

    /// What the two ends of a link are.
    package struct Misfit: Equatable, Sendable {
        /// `PUSH`
        package var from: String
        package var to: String

        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    package init(binds: [Bind] = [], clashes: [Clash] = [], misfits: [String: Misfit] = [:]) {
        self.binds = binds
        self.clashes = clashes
        self.misfits = misfits
    }
}
