import FoundationEssentials
import Glibc
public import RunDirectory

/// A connection to a running session, for the commands that act on one. It is used by one thread at a time; its calls
/// block.
public final class ControlClient {
    private let descriptor: Int32
    private let path: String
    private var incoming: [UInt8] = []

    /// Connects.
    /// - Throws: `SessionError` when no session listens there.
    public init(layout: RunLayout) throws {
        path = layout.control
        guard let address = unixAddress(path) else {
            throw SessionError("\(path) has more than the 107 bytes that Linux takes for a socket")
        }
        descriptor = socket(AF_UNIX, streamSocket | closeOnExec, 0)
        guard descriptor >= 0 else { throw SessionError("cannot make a socket", errno: errno) }
        guard withAddress(address, { connect(descriptor, $0, $1) }) == 0 else {
            let error = errno
            close(descriptor)
            throw SessionError("no session answers at \(path)", errno: error)
        }
    }

    deinit { close(descriptor) }

    /// Sends a command and waits until it is done or refused, which may take as long as the command does.
    /// - Parameter onReply: gets each reply as it comes; the last one is `done` or `error`.
    /// - Throws: `SessionError` when the session goes away before.
    public func send(_ command: SessionCommand, onReply: (ControlReply) -> Void) throws {
        let line = try JSONEncoder().encode(ControlRequest(command: command)) + [UInt8(ascii: "\n")]
        try write(Array(line)[...])
        while true {
            guard let reply = try? JSONDecoder().decode(ControlReply.self, from: Data(try nextLine())) else {
                throw SessionError("the session at \(path) sent a reply that this version does not know")
            }
            onReply(reply)
            if case .event = reply { continue }
            return
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, noSignal) }
            if sent > 0 {
                rest = rest.dropFirst(sent)
            } else if errno != EINTR {
                throw SessionError("the session at \(path) takes no request", errno: errno)
            }
        }
    }

    private func nextLine() throws -> [UInt8] {
        var searched = 0
        while true {
            if let end = incoming[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { incoming.removeFirst(end + 1) }
                return Array(incoming[..<end])
            }
            searched = incoming.count
            var got = 0
            incoming += [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                repeat { got = recv(descriptor, buffer.baseAddress!, buffer.count, 0) } while got < 0 && errno == EINTR
                count = max(0, got)
            }
            guard got > 0 else { throw SessionError("the session at \(path) ended before it had answered") }
        }
    }
}
