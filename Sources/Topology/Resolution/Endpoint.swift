import RunDirectory

/// An endpoint in libzmq's form, taken apart.
enum Endpoint: Hashable {
    /// `host` is without brackets; `port` nil for `*`.
    case tcp(host: String, port: Int?)
    /// A path, `@name` for the abstract namespace, or `*`.
    case ipc(String)
    case inproc(String)

    /// Bytes of an ipc path: sun_path has 108, one is the terminating zero (zmq_ipc(7)).
    static let longestIPCPath = 107

    init(_ text: String) throws(Complaint) {
        guard let separator = text.firstPlace(of: "://") else {
            throw Complaint(
                message: "\"\(text)\" is no endpoint", help: "write tcp://HOST:PORT or ipc://NAME")
        }
        let transport = String(text[..<separator.lowerBound])
        let address = String(text[separator.upperBound...])
        switch transport {
        case "tcp": self = try Self.tcp(address, text)
        case "ipc":
            guard !address.isEmpty else {
                throw Complaint(message: "\"\(text)\" has no path", help: "write ipc://NAME or ipc:///absolute/path")
            }
            guard address.hasPrefix("/") || !address.contains("/") else {
                throw Complaint(
                    message: "the relative ipc name \"\(address)\" has a slash in it",
                    help:
                        "a relative name lies in the run directory, which has no folders of yours: write ipc://NAME or an absolute path"
                )
            }
            self = .ipc(address)
        case "inproc":
            guard !address.isEmpty else { throw Complaint(message: "\"\(text)\" has no name", help: nil) }
            self = .inproc(address)
        case "pgm", "epgm", "norm", "tipc", "vmci", "udp", "ws", "wss":
            throw Complaint(
                message: "the transport \(transport) cannot be declared here", help: "tcp, ipc and inproc can")
        default:
            throw Complaint(
                message: "there is no transport \"\(transport)\"",
                help: nearest(to: transport, in: ["tcp", "ipc", "inproc"]).map { "did you mean \"\($0)://\"?" }
                    ?? "there are tcp, ipc and inproc")
        }
    }

    private static func tcp(_ address: String, _ text: String) throws(Complaint) -> Endpoint {
        guard let colon = address.lastIndex(of: ":") else {
            throw Complaint(
                message: "\"\(text)\" has no port", help: "write tcp://HOST:PORT, or tcp://HOST:* for a free one")
        }
        var host = String(address[..<colon])
        let portText = String(address[colon...].dropFirst())
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw Complaint(
                message: "\"\(host)\" is no host", help: "an IPv6 address stands in brackets: tcp://[::1]:5555")
        }
        guard !host.isEmpty else {
            throw Complaint(message: "\"\(text)\" has no host", help: "write tcp://127.0.0.1:\(portText)")
        }
        if portText == "*" || portText == "0" { return .tcp(host: host, port: nil) }
        guard let port = Units.integer(portText), (1...65535).contains(port) else {
            throw Complaint(
                message: "\"\(portText)\" is no port", help: "a port is a number from 1 to 65535, or * for a free one")
        }
        return .tcp(host: host, port: port)
    }

    var transport: String {
        switch self {
        case .tcp: "tcp"
        case .ipc: "ipc"
        case .inproc: "inproc"
        }
    }

    /// Every address of the machine.
    static func isWildcard(host: String) -> Bool { ["*", "0.0.0.0", "::"].contains(host) }

    static func isLoopback(host: String) -> Bool {
        host.hasPrefix("127.") || host == "::1" || host == "localhost"
    }

    /// `127.0.0.1`, `::1`: not a name.
    static func isNumeric(host: String) -> Bool {
        host.contains(":") || host == "*"
            || host.split(separator: ".", omittingEmptySubsequences: false).count == 4
                && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// In libzmq's form, with `*` for an open port.
    var text: String {
        switch self {
        case .tcp(let host, let port):
            "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port.map(String.init) ?? "*")"
        case .ipc(let path): "ipc://\(path)"
        case .inproc(let name): "inproc://\(name)"
        }
    }
}
