/// The socket types of libzmq's stable API.
enum SocketType: String, CaseIterable, Sendable {
    case pair = "PAIR"
    case pub = "PUB"
    case sub = "SUB"
    case req = "REQ"
    case rep = "REP"
    case dealer = "DEALER"
    case router = "ROUTER"
    case pull = "PULL"
    case push = "PUSH"
    case xpub = "XPUB"
    case xsub = "XSUB"
    case stream = "STREAM"

    static let names = allCases.map(\.rawValue)

    /// The types that may be at the other end (zmq_socket(3), "compatible peer sockets").
    var peers: [SocketType] {
        switch self {
        case .pair: [.pair]
        case .pub, .xpub: [.sub, .xsub]
        case .sub, .xsub: [.pub, .xpub]
        case .req: [.rep, .router]
        case .rep: [.req, .dealer]
        case .dealer: [.router, .rep, .dealer]
        case .router: [.dealer, .req, .router]
        case .pull: [.push]
        case .push: [.pull]
        case .stream: [.stream]
        }
    }
}

extension [SocketType] {
    /// "DEALER, ROUTER or REP"
    var spoken: String { map(\.rawValue).spoken }
}

extension [String] {
    /// "a, b or c"
    var spoken: String {
        guard count > 1, let last else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " or " + last
    }
}
