import Glibc
import Synchronization

/// Holds free tcp ports for nodes that will bind them: sockets that are bound and never listen, with SO_REUSEADDR set.
/// libzmq, which sets it too, binds over them; nobody else is given the port, and who connects before the node listens
/// is refused. The ports stay held for as long as the holder lives, so that a node finds its own again at a restart.
///
/// Any thread may call it.
public final class PortHolder: Sendable {
    private let held = Mutex<[Int32]>([])

    /// Holds nothing yet.
    public init() {}

    deinit {
        held.withLock { for socket in $0 { close(socket) } }
    }

    /// Chooses a free port and holds it.
    /// - Parameter host: as between `tcp://` and `:*` in a bind: an address (IPv6 with or without brackets), the name
    ///   of an interface, or `*`.
    /// - Returns: the port, 1…65535.
    /// - Throws: `SessionError` when the host is none of this machine, or no port is free.
    public func hold(host: String) throws -> Int {
        let address = try Self.address(of: host)
        let socket = Glibc.socket(Int32(address.family), streamSocket | closeOnExec, 0)
        guard socket >= 0 else { throw SessionError("cannot make a socket to hold a port", errno: errno) }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let bound = address.withPointer { bind(socket, $0, $1) }
        guard bound == 0, let port = Self.port(of: socket) else {
            let error = errno
            close(socket)
            throw SessionError("cannot hold a port for tcp://\(host):*", errno: error)
        }
        held.withLock { $0.append(socket) }
        return port
    }

    private enum Address {
        case v4(sockaddr_in)
        case v6(sockaddr_in6)

        var family: Int32 {
            switch self {
            case .v4: AF_INET
            case .v6: AF_INET6
            }
        }

        func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
            switch self {
            case .v4(let address): withAddress(address, body)
            case .v6(let address): withAddress(address, body)
            }
        }
    }

    private static func port(of socket: Int32) -> Int? {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let known = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        // The port stands at the same place in both families.
        return known == 0 ? Int(UInt16(bigEndian: address.sin6_port)) : nil
    }

    private static func address(of host: String) throws -> Address {
        var text = host
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        if text == "*" { text = "0.0.0.0" }
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        if inet_pton(AF_INET, text, &v4.sin_addr) == 1 { return .v4(v4) }
        if let v6 = ipv6(text) { return .v6(v6) }
        if let found = interface(text) { return .v4(found) }
        throw SessionError(
            "tcp://\(host):* cannot be bound: “\(text)” is no address and no interface of this machine, and libzmq "
                + "binds to nothing else; write an address such as 127.0.0.1")
    }

    private static func ipv6(_ text: String) -> sockaddr_in6? {
        let parts = text.split(separator: "%", maxSplits: 1)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        guard let first = parts.first, inet_pton(AF_INET6, String(first), &address.sin6_addr) == 1 else { return nil }
        if parts.count == 2 {
            address.sin6_scope_id = UInt32(parts[1]) ?? if_nametoindex(String(parts[1]))
        }
        return address
    }

    /// The first IPv4 address of an interface.
    private static func interface(_ name: String) -> sockaddr_in? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_INET,
                String(cString: entry.ifa_name) == name
            else { continue }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                var found = $0.pointee
                found.sin_port = 0
                return found
            }
        }
        return nil
    }
}
