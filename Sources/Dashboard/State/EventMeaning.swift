import RunDirectory

/// What an event says to a person: how grave it is, and what its value means.
enum EventMeaning {
    enum Severity: String, Equatable { case good, plain, quiet, warning, bad }

    static func severity(_ entry: EventLog.Entry) -> Severity {
        switch entry.what {
        case .node(let state, _):
            switch state {
            case .running: .good
            case .waiting, .starting, .stopping, .exited: .plain
            case .paused, .backoff: .warning
            case .failed: .bad
            }
        case .socket(let event, _):
            switch event {
            case "HANDSHAKE_SUCCEEDED": .good
            case "CONNECTED", "ACCEPTED", "LISTENING": .plain
            case "CONNECT_DELAYED", "CLOSED", "MONITOR_STOPPED": .quiet
            case "CONNECT_RETRIED": .warning
            case _ where event.hasPrefix("HEALED "): .good
            default: .bad
            }
        }
    }

    /// `CONNECT_RETRIED ×412`; a node's state by its word.
    static func title(_ entry: EventLog.Entry) -> String {
        let name = name(entry)
        return entry.count > 1 ? "\(name) ×\(Format.count(entry.count))" : name
    }

    /// `CONNECT_RETRIED`; a node's state by its word.
    static func name(_ entry: EventLog.Entry) -> String {
        switch entry.what {
        case .node(let state, _): state.rawValue
        case .socket(let event, _): event
        }
    }

    /// The value in words: `fd 12`, `EINPROGRESS`, `in 183 ms`; empty when it carries nothing.
    static func detail(_ entry: EventLog.Entry) -> String {
        switch entry.what {
        case .node(_, let detail): detail
        case .socket(let event, let value): detail(event: event, value: value)
        }
    }

    static func detail(event: String, value: Int) -> String {
        switch event {
        case "CONNECTED", "LISTENING", "ACCEPTED", "CLOSED", "DISCONNECTED": "fd \(value)"
        case "CONNECT_RETRIED": "in \(Format.seconds(Double(value) / 1000))"
        case "CONNECT_DELAYED", "BIND_FAILED", "ACCEPT_FAILED", "CLOSE_FAILED", "HANDSHAKE_FAILED_NO_DETAIL":
            errorName(value)
        case "HANDSHAKE_FAILED_AUTH": "status \(value)"
        case "HANDSHAKE_FAILED_PROTOCOL": "0x" + String(value, radix: 16)
        case "HANDSHAKE_SUCCEEDED", "MONITOR_STOPPED": ""
        case _ where event.hasPrefix("FAULT ") || event.hasPrefix("HEALED "): ""
        default: String(value)
        }
    }

    /// Linux's errno by name (zmq_socket_monitor(3) gives errno as the value of a failure).
    static func errorName(_ number: Int) -> String {
        let names: [Int: String] = [
            1: "EPERM", 2: "ENOENT", 4: "EINTR", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM", 13: "EACCES", 22: "EINVAL",
            23: "ENFILE", 24: "EMFILE", 32: "EPIPE", 71: "EPROTO", 88: "ENOTSOCK", 91: "EPROTOTYPE",
            93: "EPROTONOSUPPORT", 95: "EOPNOTSUPP", 97: "EAFNOSUPPORT", 98: "EADDRINUSE", 99: "EADDRNOTAVAIL",
            100: "ENETDOWN", 101: "ENETUNREACH", 103: "ECONNABORTED", 104: "ECONNRESET", 105: "ENOBUFS",
            106: "EISCONN", 107: "ENOTCONN", 110: "ETIMEDOUT", 111: "ECONNREFUSED", 112: "EHOSTDOWN",
            113: "EHOSTUNREACH", 115: "EINPROGRESS",
        ]
        return names[number] ?? "errno \(number)"
    }

    /// `SIGKILL`; `signal 40` for one without a name.
    static func signalName(_ number: Int32) -> String {
        let names = [
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS",
        ]
        return number >= 1 && number <= names.count ? "SIG" + names[Int(number) - 1] : "signal \(number)"
    }

    /// `SIGKILL`, `code 1`; nil when nothing is known of the end.
    static func exit(_ exit: NodeStatus.Exit?) -> String? {
        if let signal = exit?.signal { return signalName(signal) }
        return exit?.code.map { "code \($0)" }
    }
}
