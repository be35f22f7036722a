import Glibc
import Keeping

/// What listens on this machine, as /proc/net tells: a port that is merely held is not among it.
struct ListeningTable {
    private var tcp: Set<String> = []
    private var paths: Set<Substring> = []

    /// Reads /proc/net.
    init() {
        self.init(tcp: Self.read("tcp"), tcp6: Self.read("tcp6"), unix: Self.read("unix"))
    }

    init(tcp: String, tcp6: String, unix: String) {
        // sl local_address rem_address st …; state 0A is LISTEN.
        for line in (tcp + "\n" + tcp6).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 4)
            if fields.count > 3, fields[3] == "0A" { self.tcp.insert(String(fields[1])) }
        }
        // Num RefCount Protocol Flags Type St Inode Path; flag 0x10000 is "accepts connections".
        for line in unix.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 7)
            if fields.count == 8, let flags = UInt32(fields[3], radix: 16), flags & 0x10000 != 0 {
                paths.insert(fields[7])
            }
        }
    }

    /// Whether somebody listens on a bound endpoint, or nil when that cannot be seen from here (inproc, other
    /// transports, names of hosts).
    func listens(on endpoint: String) -> Bool? {
        if endpoint.hasPrefix("ipc://") { return paths.contains(endpoint.dropFirst(6)) }
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":"),
            let port = UInt16(endpoint[endpoint.index(after: colon)...])
        else { return nil }
        let suffix = ":" + hexadecimal(port)
        var host = String(endpoint[..<colon].dropFirst(6))
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let anywhere = ["00000000", String(repeating: "0", count: 32)]
        if anywhere.contains(where: { tcp.contains($0 + suffix) }) { return true }
        if let v4 = Self.address(host, AF_INET, count: 1) {
            return v4 == anywhere[0] ? listens(onPort: suffix) : tcp.contains(v4 + suffix)
        }
        if let v6 = Self.address(host, AF_INET6, count: 4) {
            return v6 == anywhere[1] ? listens(onPort: suffix) : tcp.contains(v6 + suffix)
        }
        return listens(onPort: suffix)
    }

    /// For `*` and the name of an interface: any address will do.
    private func listens(onPort suffix: String) -> Bool {
        tcp.contains { $0.hasSuffix(suffix) }
    }

    /// An address as /proc/net writes it: each 32-bit word in the order of this machine.
    private static func address(_ host: String, _ family: Int32, count: Int) -> String? {
        var words = [UInt32](repeating: 0, count: count)
        guard inet_pton(family, host, &words) == 1 else { return nil }
        return words.map { hexadecimal($0) }.joined()
    }

    private static func read(_ name: String) -> String {
        // Grows with the machine's connections; 8 MiB hold some 50,000.
        String(decoding: ProcessTable.contents("/proc/net/" + name, limit: 8 << 20), as: UTF8.self)
    }
}

private func hexadecimal(_ number: some FixedWidthInteger) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: number.bitWidth / 4 - digits.count) + digits
}
