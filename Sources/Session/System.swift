import CLinux
import FoundationEssentials
import Glibc
import Keeping

/// The system's words for an error number.
func systemReason(_ errno: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(errno, &buffer, buffer.count) == 0 else { return "error \(errno)" }
    return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
}

/// "SIGKILL" for 9.
func signalName(_ signal: Int32) -> String {
    linux_signal_name(signal).map { "SIG" + String(cString: $0) } ?? "signal \(signal)"
}

/// Replaces a file at once: a reader sees the old one or the new one, never a part. Mode 0600.
func replaceFile(_ path: String, with bytes: some Collection<UInt8>) throws {
    let temporary = path + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SessionError("cannot write \(temporary)", errno: errno) }
    defer { close(file) }
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(file, $0.baseAddress!, $0.count) }
        if written > 0 {
            rest = rest.dropFirst(written)
        } else if errno != EINTR {
            let error = errno
            unlink(temporary)
            throw SessionError("cannot write \(temporary)", errno: error)
        }
    }
    guard rename(temporary, path) == 0 else { throw SessionError("cannot replace \(path)", errno: errno) }
}

func replaceFile(_ path: String, withJSON value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try replaceFile(path, with: encoder.encode(value))
}

/// The value in a JSON file of at most 16 MiB, or nil when there is none such.
func readJSON<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
    let bytes = ProcessTable.contents(path, limit: min(fileSize(path), 16 << 20))
    return try? JSONDecoder().decode(type, from: Data(bytes))
}

/// 0 for a file that does not exist.
func fileSize(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

/// A unix socket's address; nil when the path is longer than the 107 bytes that Linux takes.
func unixAddress(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < capacity else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return address
}

/// `connect` and `bind` want a pointer to another type.
func withAddress<Address, Result>(
    _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
}

let streamSocket = Int32(SOCK_STREAM.rawValue)
let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)
let nonBlocking = Int32(SOCK_NONBLOCK.rawValue)
let noSignal = Int32(MSG_NOSIGNAL)

extension Double {
    /// Seconds as nanoseconds, for a clock of this process; a year at most.
    var nanoseconds: UInt64 { UInt64(Swift.max(0, Swift.min(self, 31_536_000)) * 1e9) }
}
