import Glibc

/// What is asked of the machine that a topology is to run on. Nothing here blocks.
package enum Machine {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isFolder(_ path: String) -> Bool { mode(path).map { $0 & S_IFMT == S_IFDIR } ?? false }

    static func isExecutable(_ path: String) -> Bool {
        mode(path).map { $0 & S_IFMT == S_IFREG } == true && access(path, X_OK) == 0
    }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }

    static var currentFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// The text of a file, or why there is none.
    package static func read(_ path: String) -> Result<String, ReadFailure> {
        if isFolder(path) { return .failure(ReadFailure(reason: "it is a folder")) }
        guard let file = fopen(path, "re") else {
            return .failure(ReadFailure(reason: String(cString: strerror(errno))))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            bytes += chunk[..<count]
            if count < chunk.count { break }
            // A file this size is no topology, and may have no end.
            if bytes.count > 16 << 20 { return .failure(ReadFailure(reason: "it has more than 16 MiB")) }
        }
        guard ferror(file) == 0 else { return .failure(ReadFailure(reason: String(cString: strerror(errno)))) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(ReadFailure(reason: "it is not UTF-8 text"))
        }
        return .success(text)
    }

    package struct ReadFailure: Error {
        package var reason: String
    }

    // MARK: Network

    /// The first IPv4 address of an interface.
    static func address(ofInterface name: String) -> String? { interfaces().first { $0.name == name }?.address }

    static func interfaceNames() -> [String] { interfaces().map(\.name) }

    private static func interfaces() -> [(name: String, address: String)] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var result: [(name: String, address: String)] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else { continue }
            var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { internet in
                _ = inet_ntop(AF_INET, &internet.pointee.sin_addr, &text, socklen_t(text.count))
            }
            let name = String(cString: entry.ifa_name)
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            if !result.contains(where: { $0.name == name }) {
                result.append((name, String(decoding: bytes, as: UTF8.self)))
            }
        }
        return result
    }

    /// Why a tcp port cannot be bound now, or nil: tried with a socket that is closed again and never listens. IPv4
    /// only; of other hosts nothing is said.
    static func whyNot(bind host: String, port: Int) -> String? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        let numeric = host == "*" ? "0.0.0.0" : (self.address(ofInterface: host) ?? host)
        guard inet_pton(AF_INET, numeric, &address.sin_addr) == 1 else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result != 0 else { return nil }
        switch errno {
        case EADDRINUSE: return "another program listens there"
        case EADDRNOTAVAIL: return "this machine has no such address"
        case EACCES: return "ports below 1024 need privileges"
        default: return String(cString: strerror(errno))
        }
    }
}
