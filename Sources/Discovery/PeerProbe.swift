import Glibc

/// What an endpoint says of itself when it is greeted: the first bytes of ZMTP 3, as far as the peer's READY, and no further.
public enum PeerProbe {
    /// Greets the socket that is bound to an endpoint and hears what type it is. It sees a connection that comes and goes.
    ///
    /// Blocks for `timeout` seconds at the most.
    /// - Parameter endpoint: `tcp://127.0.0.1:5555`, `tcp://[::1]:5555`, `ipc:///path`, `ipc://@name`; no host names.
    /// - Returns: `ROUTER`.
    /// - Throws: `SurveyError` that says why it did not tell.
    public static func socketType(at endpoint: String, timeout: Double = 3) throws -> String {
        let descriptor = try open(endpoint)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Int(timeout), tv_usec: Int((timeout - Double(Int(timeout))) * 1e6))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        try join(descriptor, endpoint)
        let greeting =
            [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0] + Array("NULL".utf8) + [UInt8](repeating: 0, count: 48)
        guard send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL)) == greeting.count else {
            throw silent(endpoint)
        }
        let answer = try read(descriptor, 64, endpoint)
        guard answer[0] == 0xff, answer[9] & 1 == 1 else {
            throw SurveyError(description: "\(endpoint) does not speak ZeroMQ's protocol.")
        }
        guard answer[10] >= 3 else {
            throw SurveyError(
                description: "\(endpoint) speaks ZMTP \(answer[10]), which tells no type: give one with --as.")
        }
        let mechanism = String(decoding: answer[12..<32].prefix { $0 != 0 }, as: UTF8.self)
        guard mechanism == "NULL" else {
            throw SurveyError(
                description: "\(endpoint) asks its peers for credentials (\(mechanism)), and an injector has none.")
        }
        return try readType(descriptor, endpoint)
    }

    private static func readType(_ descriptor: Int32, _ endpoint: String) throws -> String {
        // A command frame: flags, length, the length of its name, its name, its properties.
        let head = try read(descriptor, 2, endpoint)
        guard head[0] == 4 else { throw silent(endpoint) }
        let body = try read(descriptor, Int(head[1]), endpoint)
        var rest = body[...]
        func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        guard let size = take(1)?.first, take(Int(size)).map({ $0.elementsEqual("READY".utf8) }) == true else {
            throw silent(endpoint)
        }
        while let nameSize = take(1)?.first, let name = take(Int(nameSize)), let sizeBytes = take(4) {
            let valueSize = sizeBytes.reduce(0) { $0 << 8 | Int($1) }
            guard let value = take(valueSize) else { break }
            if String(decoding: name, as: UTF8.self).lowercased() == "socket-type" {
                return String(decoding: value, as: UTF8.self)
            }
        }
        throw silent(endpoint)
    }

    private static func silent(_ endpoint: String) -> SurveyError {
        SurveyError(description: "\(endpoint) accepts a connection, and does not finish ZeroMQ's handshake.")
    }

    private static func read(_ descriptor: Int32, _ count: Int, _ endpoint: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var part = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(descriptor, &part, part.count, 0)
            guard got > 0 else { throw silent(endpoint) }
            bytes += part[..<got]
        }
        return bytes
    }

    // MARK: the transport

    private static func malformed(_ endpoint: String) -> SurveyError {
        SurveyError(
            description:
                "\"\(endpoint)\" is no endpoint that can be reached from here: write tcp://ADDRESS:PORT or ipc://PATH."
        )
    }

    private static func open(_ endpoint: String) throws -> Int32 {
        let family = endpoint.hasPrefix("ipc://") ? AF_UNIX : endpoint.hasPrefix("tcp://[") ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw SurveyError(description: "No socket can be made: \(String(cString: strerror(errno))).")
        }
        return descriptor
    }

    private static func join(_ descriptor: Int32, _ endpoint: String) throws {
        let result = try withAddress(endpoint) { connect(descriptor, $0, $1) }
        guard result == 0 else {
            throw SurveyError(description: "Nobody listens at \(endpoint): \(String(cString: strerror(errno))).")
        }
    }

    private static func withAddress(
        _ endpoint: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32 {
        if endpoint.hasPrefix("ipc://") {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var path = Array(endpoint.dropFirst(6).utf8)
            guard !path.isEmpty, path.count < 108 else { throw malformed(endpoint) }
            if path[0] == UInt8(ascii: "@") { path[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
            let size = path[0] == 0 ? 2 + path.count : MemoryLayout<sockaddr_un>.size
            return withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
            }
        }
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":"),
            let port = UInt16(endpoint[endpoint.index(after: colon)...]), port > 0
        else { throw malformed(endpoint) }
        let host = endpoint[..<colon].dropFirst(6)
        if host.hasPrefix("[") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address.sin6_addr) == 1 else {
                throw malformed(endpoint)
            }
            return withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : String(host), &address.sin_addr) == 1 else {
            throw malformed(endpoint)
        }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
