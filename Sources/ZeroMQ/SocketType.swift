import CZeroMQ

/// The socket types of libzmq's stable API, by its numbers.
public enum SocketType: Int32, CaseIterable, Hashable, Sendable {
    case pair = 0
    case pub, sub, req, rep, dealer, router, pull, push, xpub, xsub, stream

    /// As ZeroMQ writes it: `DEALER`.
    public var name: String { String(describing: self).uppercased() }

    /// - Parameter name: `DEALER`, in any case; nil for anything else.
    public init?(name: String) {
        let name = name.uppercased()
        guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = type
    }
}

extension SocketType: CustomStringConvertible {
    public var description: String { name }
}
