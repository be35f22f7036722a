import CLinux
import Glibc
import Keeping
import RunDirectory

/// The keeper's process, and this end of the socket to it. Used by one thread.
final class KeeperConnection {
    let pid: Int32
    /// To wait for with poll.
    private(set) var descriptor: Int32
    private var stream = MessageStream()
    private var outgoing: [UInt8] = []
    private var isOpen = true

    /// Starts the keeper.
    init(program: String, layout: RunLayout, lock: Int32, keeps: Bool) throws {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, streamSocket | closeOnExec, 0, &pair) == 0 else {
            throw SessionError("cannot make a pair of sockets for zmqtop-keeper", errno: errno)
        }
        let result = spawn(
            KeeperRequest.Program(
                executable: program, arguments: ["zmqtop-keeper", layout.directory, keeps ? "keep" : "remove"],
                environment: callersEnvironment().map { $0.key + "=" + $0.value }, workingDirectory: "/",
                standardOutput: "/dev/null", standardError: "/dev/null", graceMilliseconds: 0),
            inheriting: [pair[1], lock], ownSession: true)
        close(pair[1])
        switch result {
        case .success(let pid):
            self.pid = pid
            descriptor = pair[0]
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        case .failure(let failure):
            close(pair[0])
            throw SessionError("cannot start \(program)", errno: failure.errno)
        }
    }

    var hasOutgoing: Bool { !outgoing.isEmpty }

    func send(_ request: KeeperRequest) {
        outgoing += request.bytes
        flush()
    }

    /// Sends what the socket takes without waiting.
    func flush() {
        while !outgoing.isEmpty, descriptor >= 0 {
            let sent = outgoing.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, noSignal) }
            if sent > 0 {
                outgoing.removeFirst(sent)
            } else if errno != EINTR {
                // Full, or the keeper is gone: then the next receive tells.
                return
            }
        }
    }

    /// What the keeper has told since, or nil when it is gone.
    func receive() -> [KeeperReport]? {
        var reports: [KeeperReport] = []
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = recv(descriptor, buffer.baseAddress!, buffer.count, 0)
            if count < 0 { count = errno == EAGAIN || errno == EINTR ? 0 : -1 } else if count == 0 { count = -1 }
            isOpen = count >= 0
            count = max(0, count)
        }
        stream.append(bytes)
        while let body = try? stream.next() {
            if let report = try? KeeperReport(body) { reports.append(report) }
        }
        return isOpen || !reports.isEmpty ? reports : nil
    }

    /// Tells the keeper that the session is over.
    func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Waits until the keeper has ended, at most for so long; then kills it.
    func waitForEnd(seconds: Double) {
        let deadline = monotonicNanoseconds() + seconds.nanoseconds
        while monotonicNanoseconds() < deadline {
            if waitpid(pid, nil, WNOHANG) != 0 { return }
            usleep(2000)
        }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    deinit { disconnect() }
}

/// The variables of this process.
func callersEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
        next += 1
        let text = String(cString: entry)
        guard let equals = text.firstIndex(of: "=") else { continue }
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return variables
}
