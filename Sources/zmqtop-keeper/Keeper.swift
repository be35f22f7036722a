import CLinux
import Glibc
import Keeping

/// Spawns the nodes, and sees to it that none outlives the session. One thread, one loop.
final class Keeper {
    /// Between the polite signal and KILL at the end, at most: everything is to be gone within two seconds.
    private static let longestGrace: UInt64 = 1_000_000_000
    /// A process that KILL does not end by then hangs in the kernel; waiting longer would make an orphan of the keeper.
    private static let patience: UInt64 = 10_000_000_000

    private struct Node {
        var id: UInt32
        var grace: UInt64
    }

    private let channel: Int32
    private let directory: String
    private let keeps: Bool
    private let children: Int32
    private var stream = MessageStream()
    /// By process id, which is the id of the group too. A node stays here until it is reaped, so the id is its own.
    private var nodes: [Int32: Node] = [:]
    private var isConnected = true
    private var endingSince: UInt64?
    private var hasToldEnd = false

    init(channel: Int32, directory: String, keeps: Bool) {
        self.channel = channel
        self.directory = directory
        self.keeps = keeps
        // The session speaks for the terminal; what reaches the keeper itself must not end it before the nodes.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2] {
            signal(number, SIG_IGN)
        }
        _ = fcntl(channel, F_SETFD, FD_CLOEXEC)
        _ = linux_become_subreaper()
        children = linux_child_descriptor()
    }

    func run() {
        while true {
            wait()
            let hasChildren = reap()
            guard let since = endingSince else { continue }
            let now = monotonicNanoseconds()
            if hasChildren && now < since + Self.patience {
                killOverdue(now: now, since: since)
            } else if isConnected {
                tellEnd()
            } else {
                if !keeps { DirectoryTree.remove(directory) }
                return
            }
        }
    }

    /// Waits for a request, the end of a child, or, while everything ends, a moment.
    private func wait() {
        var waited = [pollfd(fd: children, events: Int16(POLLIN), revents: 0)]
        if isConnected { waited.append(pollfd(fd: channel, events: Int16(POLLIN), revents: 0)) }
        let mayRest = endingSince == nil || (hasToldEnd && isConnected)
        guard poll(&waited, nfds_t(waited.count), mayRest ? -1 : 10) > 0 else { return }
        if waited[0].revents != 0 {
            withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) {
                _ = read(children, $0.baseAddress!, $0.count)
            }
        }
        if waited.count > 1, waited[1].revents != 0 { receive() }
    }

    private func receive() {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            var got: Int
            repeat { got = recv(channel, buffer.baseAddress!, buffer.count, 0) } while got < 0 && errno == EINTR
            count = max(0, got)
        }
        guard !bytes.isEmpty else { return disconnect() }
        stream.append(bytes)
        do {
            while let body = try stream.next() { obey(try KeeperRequest(body)) }
        } catch {
            disconnect()
        }
    }

    private func disconnect() {
        close(channel)
        isConnected = false
        beginEnding()
    }

    private func obey(_ request: KeeperRequest) {
        switch request {
        case .spawn(let id, _) where endingSince != nil:
            tell(.spawnFailed(id: id, errno: ECANCELED))
        case .spawn(let id, let program):
            switch spawn(program) {
            case .success(let pid):
                let grace = min(UInt64(program.graceMilliseconds) * 1_000_000, Self.longestGrace)
                nodes[pid] = Node(id: id, grace: grace)
                tell(.spawned(id: id, pid: pid))
            case .failure(let failure):
                tell(.spawnFailed(id: id, errno: failure.errno))
            }
        case .signal(let id, let signal, let group):
            guard let pid = nodes.first(where: { $0.value.id == id })?.key else { return }
            kill(group ? -pid : pid, signal)
        case .end:
            beginEnding()
        }
    }

    private func tell(_ report: KeeperReport) {
        var rest = report.bytes[...]
        while isConnected && !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(channel, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent > 0 {
                rest = rest.dropFirst(sent)
            } else if errno != EINTR {
                // The session is gone; the end of file comes next.
                return
            }
        }
    }

    /// Reaps every child that has ended, with what is left of its group.
    /// - Returns: whether any child is left.
    private func reap() -> Bool {
        while true {
            var code: Int32 = 0
            var signal: Int32 = 0
            let pid = linux_ended_child(&code, &signal)
            guard pid > 0 else { return pid == 0 }
            let node = nodes.removeValue(forKey: pid)
            // Before it is reaped, for as long as it is a zombie no other group can have its number.
            if node != nil { kill(-pid, SIGKILL) }
            waitpid(pid, nil, 0)
            if let node { tell(.exited(id: node.id, code: code, signal: signal)) }
        }
    }

    /// TERM to all that lives; CONT, since a stopped process sees TERM only then.
    private func beginEnding() {
        guard endingSince == nil else { return }
        endingSince = monotonicNanoseconds()
        for pid in nodes.keys {
            kill(-pid, SIGTERM)
            kill(-pid, SIGCONT)
        }
        for process in ProcessTable.descendants(of: getpid()) where nodes[process.group] == nil {
            kill(process.pid, SIGTERM)
            kill(process.pid, SIGCONT)
        }
    }

    private func killOverdue(now: UInt64, since: UInt64) {
        for (pid, node) in nodes where now >= since + node.grace { kill(-pid, SIGKILL) }
        guard now >= since + Self.longestGrace else { return }
        for process in ProcessTable.descendants(of: getpid()) { kill(process.pid, SIGKILL) }
    }

    private func tellEnd() {
        guard !hasToldEnd else { return }
        hasToldEnd = true
        tell(.ended)
    }
}
