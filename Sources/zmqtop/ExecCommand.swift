import ArgumentParser
import CLinux
import Foundation
import RunDirectory
import Session

struct ExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run any program under the tap, here, with its terminal, signals and exit status as they are.",
        discussion: """
            Examples:
              zmqtop exec -- python3 server.py
              zmqtop exec --name engine -- ./engine --port 5555      (and in other terminals its peers)
              zmqtop attach                                          (to look at them)
            The programs of one user meet in one session, named exec, which is made for the first and goes some seconds
            after the last; --session joins another. Nothing is ever done to the program: it outlives the session, and
            this command.
            """)

    @Option(help: "A running session to join. (default: the one of all programs run by exec)")
    var session: String?

    @Option(help: "The node's name. (default: the program's, or its script's)")
    var name: String?

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
    var command: [String] = []

    func validate() throws {
        if command.isEmpty { throw ValidationError("Give the program after --: zmqtop exec -- python3 server.py") }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let installation = Installation()
        let programs = try installation.programs()
        let layout = try ExecSession(installation).find(session)
        let client = try ControlClient(layout: layout)
        var node = ""
        var incarnation = 1
        try client.send(.join(name: name ?? Self.name(of: command), command: command)) { reply in
            if case .joined(let name, let number) = reply { (node, incarnation) = (name, number) }
            if case .error(let reason) = reply { complain("zmqtop: " + reason) }
        }
        guard !node.isEmpty else { throw Failure("the session did not take the program in.", status: 1) }
        var variables = ProcessInfo.processInfo.environment
        variables.preload(try layout.preloadable(programs.tap ?? ""), layout, node: node, incarnation: incarnation)
        let account = Account(client: client, node: node)
        let error = account.stand(for: command, variables)
        account.left(NodeStatus.Exit(code: error == ENOENT ? 127 : 126, signal: nil))
        throw Failure(
            "\"\(command[0])\" cannot be started: \(String(cString: strerror(error))).",
            status: error == ENOENT ? 127 : 126)
    }

    /// `worker` for `python3 worker.py`, else the program's own name.
    private static func name(of command: [String]) -> String {
        let program = URL(fileURLWithPath: command[0]).lastPathComponent
        let interprets = ["python", "node", "ruby", "perl", "java", "bash", "sh"].contains { program.hasPrefix($0) }
        guard interprets, command.count > 1, !command[1].hasPrefix("-") else { return program }
        return URL(fileURLWithPath: command[1]).deletingPathExtension().lastPathComponent
    }
}

/// What the session is told of the program: a session that is gone is not told, and nothing comes of it.
private final class Account {
    private let client: ControlClient
    private let node: String

    init(client: ControlClient, node: String) {
        self.client = client
        self.node = node
    }

    func left(_ exit: NodeStatus.Exit) { try? client.send(.left(node: node, exit: exit)) { _ in } }

    /// Starts the program and stands for it; does not return once it runs.
    /// - Returns: why it cannot be started, an errno.
    func stand(for command: [String], _ variables: [String: String]) -> Int32 {
        var arguments = command.map { strdup($0) } + [nil]
        var environment = variables.map { strdup($0.key + "=" + $0.value) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        return linux_stand_for(
            command[0], &arguments, &environment,
            { pid, context in
                let account = Unmanaged<Account>.fromOpaque(context!).takeUnretainedValue()
                try? account.client.send(.joined(node: account.node, pid: pid)) { _ in }
            },
            { status, context in
                let account = Unmanaged<Account>.fromOpaque(context!).takeUnretainedValue()
                let signal = status & 0x7f
                account.left(
                    signal == 0 ? .init(code: status >> 8 & 0xff, signal: nil) : .init(code: nil, signal: signal))
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}

/// The session that programs run by `exec` meet in.
struct ExecSession {
    static let name = "exec"
    /// Seconds that it outlives the last program by.
    static let idleTime = 5.0

    private let installation: Installation

    init(_ installation: Installation) {
        self.installation = installation
    }

    /// The session of this id, or the common one, which is made when there is none.
    /// - Throws: `Failure`; `SessionError` when none can be made.
    func find(_ id: String?) throws -> RunLayout {
        if let id { return try findSession(id).layout }
        // Two that begin at the same moment make one.
        let lock = open(try SessionDirectory.commonLock(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            throw Failure("the sessions' folder cannot be locked: \(String(cString: strerror(errno))).")
        }
        defer { close(lock) }
        if let layout = running() { return layout }
        guard try start() == 0, let layout = running() else {
            throw Failure("no session could be made for the program.", status: 1)
        }
        return layout
    }

    /// Foundation's Process would wait until the session, which inherits its channel, is over.
    /// - Returns: the status of waitpid.
    private func start() throws -> Int32 {
        let program = installation.binaries.appendingPathComponent("zmqtop").path
        var arguments = [strdup("zmqtop"), strdup("host"), nil]
        defer { for text in arguments { free(text) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, program, nil, nil, &arguments, environ)
        guard error == 0 else { throw Failure("\(program) cannot be started: \(String(cString: strerror(error))).") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private func running() -> RunLayout? {
        SessionDirectory.sessions().first { session in
            // One that is just ending takes nobody in.
            session.record.topology == Self.name && (try? ControlClient(layout: session.layout)) != nil
        }?.layout
    }
}

/// What `exec` starts: a session without nodes of its own, in the background.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "The session of the programs run by exec.", shouldDisplay: false)

    func run() throws {
        guard let front = Front() else { throw Failure("the session cannot leave the terminal.", status: 1) }
        let ending = Ending()
        let session = try makeSession(
            ResolvedTopology(name: ExecSession.name, about: "Programs run by zmqtop exec.", nodes: []), Installation(),
            idleTime: ExecSession.idleTime, onDown: { ending.ask(.down) })
        defer { session.stop() }
        try front.letGo("")
        _ = ending.wait(atMost: nil)
    }
}
