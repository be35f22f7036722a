/// A socket's type by libzmq's number, and what follows from it for counting.
struct SocketType: Equatable {
    let name: String
    /// The segment tells per connection what zmq_send accepted.
    let addressesEachConnection: Bool
    /// It copies, filters and drops: what was accepted says nothing of any one connection.
    let fansOut: Bool
    /// What it sends are subscriptions, which are no messages.
    let sendsSubscriptions: Bool
    /// It sends nothing.
    let onlyReceives: Bool
    /// libzmq takes messages off the wire for it that it never delivers.
    let discards: Bool

    private static let names = [
        "PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM",
    ]

    /// libzmq's number of a type; nil for a name that it does not know.
    static func number(of name: String) -> Int32? { names.firstIndex(of: name).map { Int32($0) } }

    init(number: Int32) {
        self.init(SocketType.names.indices.contains(Int(number)) ? SocketType.names[Int(number)] : "TYPE\(number)")
    }

    /// By its name in ZMTP's handshake.
    init(_ name: String) {
        self.name = name
        addressesEachConnection = name == "ROUTER" || name == "REP"
        fansOut = name == "PUB" || name == "XPUB"
        sendsSubscriptions = name == "SUB" || name == "XSUB"
        onlyReceives = name == "PULL" || name == "SUB"
        // Late replies; what no subscription matches any more; requests without an empty delimiter.
        discards = ["REQ", "SUB", "XSUB", "REP"].contains(name)
    }
}

/// libzmq's names of monitor events, without ZMQ_EVENT_.
enum MonitorEvent {
    static let connectRetried: UInt32 = 0x0004
    static let handshakeFailed: UInt32 = 0x0800 | 0x2000 | 0x4000

    static func name(_ number: UInt32) -> String {
        switch number {
        case 0x0001: "CONNECTED"
        case 0x0002: "CONNECT_DELAYED"
        case 0x0004: "CONNECT_RETRIED"
        case 0x0008: "LISTENING"
        case 0x0010: "BIND_FAILED"
        case 0x0020: "ACCEPTED"
        case 0x0040: "ACCEPT_FAILED"
        case 0x0080: "CLOSED"
        case 0x0100: "CLOSE_FAILED"
        case 0x0200: "DISCONNECTED"
        case 0x0400: "MONITOR_STOPPED"
        case 0x0800: "HANDSHAKE_FAILED_NO_DETAIL"
        case 0x1000: "HANDSHAKE_SUCCEEDED"
        case 0x2000: "HANDSHAKE_FAILED_PROTOCOL"
        case 0x4000: "HANDSHAKE_FAILED_AUTH"
        default: "EVENT_\(number)"
        }
    }
}
