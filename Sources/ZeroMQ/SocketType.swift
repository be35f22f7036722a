/// The socket types of libzmq's stable API, with libzmq's numbers.
public enum SocketType: Int32, CaseIterable, Hashable, Sendable {
    case pair = 0
    case pub, sub, req, rep, dealer, router, pull, push, xpub, xsub, stream

    /// As ZeroMQ writes it: `DEALER`.
    public var name: String {
        switch self {
        case .pair: "PAIR"
        case .pub: "PUB"
        case .sub: "SUB"
        case .req: "REQ"
        case .rep: "REP"
        case .dealer: "DEALER"
        case .router: "ROUTER"
        case .pull: "PULL"
        case .push: "PUSH"
        case .xpub: "XPUB"
        case .xsub: "XSUB"
        case .stream: "STREAM"
        }
    }

    /// The type that ZeroMQ writes so (`DEALER`); nil for any other word. Case counts.
    public init?(name: String) {
        guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = type
    }
}

extension SocketType: CustomStringConvertible {
    /// As ZeroMQ writes it.
    public var description: String { name }
}
