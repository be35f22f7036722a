import Glibc
import Keeping
import Logging
import RunDirectory
import Synchronization
import Testing

@testable import Session

/// A folder of its own for this process, used as XDG_RUNTIME_DIR: tests never meet other sessions of this user.
let runtimeFolder: String = {
    if isOwnerFixture, let given = getenv("XDG_RUNTIME_DIR") { return String(cString: given) }
    var template = Array("/tmp/zmqtop-tests-XXXXXX".utf8CString)
    let path = String(cString: mkdtemp(&template))
    setenv("XDG_RUNTIME_DIR", path, 1)
    atexit { DirectoryTree.remove(runtimeFolder) }
    return path
}()

/// This process was started by a test to own a session, and to be killed.
let isOwnerFixture = getenv("ZMQTOP_OWNER_FIXTURE") != nil

/// Programs lie beside the test bundle.
let programs: ProgramPaths = {
    let path = testExecutable
    let folder = path[..<path.lastIndex(of: "/")!]
    return ProgramPaths(node: folder + "/zmqtop-node", keeper: folder + "/zmqtop-keeper", tap: nil)
}()

let testExecutable: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}()

func makeOptions(
    runDirectory: String? = nil, keep: Bool = false, node: String? = nil,
    onDown: (@Sendable () -> Void)? = nil
) -> SessionOptions {
    _ = runtimeFolder
    var programs = programs
    if let node { programs.node = node }
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    return SessionOptions(runDirectory: runDirectory, keep: keep, programs: programs, log: log, onDown: onDown)
}

/// Runs the nodes, and ends them whatever happens in the body.
func withSession(
    _ nodes: [ResolvedNode], name: String = "test", options: SessionOptions? = nil, _ body: (Session) throws -> Void
) throws {
    let session = try Session(name: name, options: options ?? makeOptions())
    defer { session.stop() }
    try session.start(ResolvedTopology(name: name, nodes: nodes))
    try body(session)
}

func shell(
    _ name: String, _ script: String, group: String? = nil, sockets: [ResolvedSocket] = [], dependsOn: [String] = [],
    start: StartPolicy = .automatic, restart: RestartPolicy = .init(), grace: Double = 1
) -> ResolvedNode {
    ResolvedNode(
        name: name, group: group, program: .command(["sh", "-c", script]), sockets: sockets, dependsOn: dependsOn,
        start: start, restart: restart, stopGrace: grace)
}

/// Waits until a condition holds: at most 90 s, for the machine may be busy.
func eventually(
    _ what: String, seconds: Double = 90, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
) throws {
    let deadline = monotonicNanoseconds() + seconds.nanoseconds
    while !condition() {
        guard monotonicNanoseconds() < deadline else {
            Issue.record("never: \(what)", sourceLocation: sourceLocation)
            throw SessionError("never: \(what)")
        }
        usleep(5000)
    }
}

extension Session {
    func status(_ name: String) -> NodeStatus {
        statuses.first { $0.name == name } ?? NodeStatus(name: "missing", kind: "missing")
    }

    func wait(_ name: String, _ state: NodeStatus.State, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("\(name) is \(state), now \(status(name))", sourceLocation: sourceLocation) {
            status(name).state == state
        }
    }

    /// Carries out a command and waits for its last reply.
    @discardableResult
    func run(_ command: SessionCommand) throws -> [ControlReply] {
        let replies = Replies()
        perform(command) { replies.append($0) }
        try eventually("\(command) is answered") { replies.isComplete }
        return replies.all
    }
}

final class Replies: Sendable {
    private let replies = Mutex<[ControlReply]>([])

    func append(_ reply: ControlReply) { replies.withLock { $0.append(reply) } }
    var all: [ControlReply] { replies.withLock { $0 } }
    var isComplete: Bool {
        switch all.last {
        case .done, .error: true
        default: false
        }
    }
}

func isAlive(_ pid: Int32) -> Bool {
    // A zombie whose parent has not reaped it counts as gone.
    let text = String(decoding: ProcessTable.contents("/proc/\(pid)/stat", limit: 1024), as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return false }
    return !text[end...].hasPrefix(") Z")
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func text(_ path: String) -> String {
    String(decoding: ProcessTable.contents(path, limit: 1 << 20), as: UTF8.self)
}

/// The process id that a script wrote to a file, once it is there.
func writtenPid(_ path: String) throws -> Int32 {
    var pid: Int32?
    try eventually("\(path) holds a process id") {
        let text = text(path)
        pid = text.hasSuffix("\n") ? Int32(text.dropLast()) : nil
        return pid != nil
    }
    return try #require(pid)
}
