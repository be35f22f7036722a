import Foundation
import Keeping
import RunDirectory
import Telemetry
import Testing

/// zmqtop as its users run it: the built programs, real processes, real sockets. Each run has its own folder for run
/// directories and state, so that several test runs never meet.
final class Workplace {
    let folder: String
    let environment: [String: String]

    init() throws {
        // Short: ipc paths have 107 bytes.
        var template = Array("/tmp/zt-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Complaint("mkdtemp: \(errno)") }
        folder = String(cString: made)
        try FileManager.default.createDirectory(atPath: folder + "/run", withIntermediateDirectories: false)
        chmod(folder + "/run", 0o700)
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_RUNTIME_DIR"] = folder + "/run"
        environment["XDG_STATE_HOME"] = folder + "/state"
        environment["XDG_CONFIG_HOME"] = folder + "/config"
        environment["LC_ALL"] = "C.UTF-8"
        environment["NO_COLOR"] = nil
        // A crash is to look as it does to users.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        self.environment = environment
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Folder of the built programs: the test bundle lies beside them. `ZMQTOP_TEST_PROGRAMS` names another, to try a
    /// release build.
    static let programs: String = {
        if let folder = ProcessInfo.processInfo.environment["ZMQTOP_TEST_PROGRAMS"] {
            return URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        }
        var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            folder = URL(fileURLWithPath: argument).resolvingSymlinksInPath().deletingLastPathComponent()
        }
        return folder.path
    }()

    static var zmqtop: String { programs + "/zmqtop" }

    /// Processes of this workplace's sessions that still live: those with its folder in their environment.
    var survivors: [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap(Int32.init).filter { pid in
            guard pid != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            else { return false }
            let isZombie = state.split(separator: ")").last?.hasPrefix(" Z") ?? false
            return !isZombie && String(decoding: data, as: UTF8.self).contains(folder + "/run")
        }
    }

    var leftovers: [String] {
        (try? FileManager.default.subpathsOfDirectory(atPath: folder + "/run"))?.filter {
            // The file that those lock who look for a session stays.
            $0.contains("/") && $0 != "zmqtop/.lock"
        } ?? []
    }

    /// The id of the only session of this workplace. Sessions of other runs on this machine may be seen too, so commands
    /// name theirs.
    var session: String {
        (try? FileManager.default.contentsOfDirectory(atPath: folder + "/run/zmqtop"))?.first { $0 != ".lock" }
            ?? "none"
    }

    /// Waits until the only session of this workplace can be attached to: its folder is there a moment earlier.
    func awaitSession() throws {
        try wait(patience, "the session") {
            FileManager.default.fileExists(atPath: "\(folder)/run/zmqtop/\(session)/session.json")
        }
    }

    /// What was told to end, or killed, has ended.
    func expectNoSurvivors() throws {
        try wait(patience, "the last process", show: { " \(self.survivors)" }) { survivors == [] }
    }

    /// The same, but for a terminal's own shell and tmux.
    func expectNoZmqtop() throws {
        try wait(patience, "the end", show: { " \(self.survivors)" }) { zmqtopSurvivors == [] }
    }

    /// Gives the only session of this workplace a command.
    func ctl(_ verb: String, _ node: String) throws {
        let outcome = try run(self, ["ctl", verb, node, "--session", session])
        #expect(outcome.status == 0, "\(outcome.err)")
    }

    func file(_ name: String, _ text: String) throws -> String {
        let path = folder + "/" + name
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}

struct Complaint: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What a command printed and how it ended.
struct Outcome {
    let out: String
    let err: String
    /// As a shell shows it: 128+n for a signal.
    let status: Int32
}

/// A started program whose output goes to files, so that it can never block on us.
///
/// Foundation's Process sees the end only when every descendant has let go of its descriptors: a daemon never would.
final class Program {
    let pid: Int32
    private let arguments: [String]
    private let outPath: String
    private let errPath: String
    private var ended: Int32?
    private var read = 0

    init(
        _ workplace: Workplace, _ arguments: [String], program: String = Workplace.zmqtop, directory: String? = nil
    ) throws {
        self.arguments = arguments
        let id = UUID().uuidString.prefix(8)
        outPath = workplace.folder + "/\(id).out"
        errPath = workplace.folder + "/\(id).err"

        // env finds the program, and becomes it. Nothing that is open here, such as a pipe of another test, lives on in it.
        let order = KeeperRequest.Program(
            executable: "/usr/bin/env", arguments: ["env", program] + arguments,
            environment: workplace.environment.map { "\($0)=\($1)" },
            workingDirectory: directory ?? workplace.folder, standardOutput: outPath, standardError: errPath,
            graceMilliseconds: 0)
        switch spawn(order) {
        case .success(let pid): self.pid = pid
        case .failure(let failure):
            throw Complaint("\(program): \(String(cString: strerror(failure.errno)))")
        }
    }

    deinit {
        guard ended == nil else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    var out: String { (try? String(contentsOfFile: outPath, encoding: .utf8)) ?? "" }
    var err: String { (try? String(contentsOfFile: errPath, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end.
    ///
    /// - Throws: `Complaint` after the deadline; the program is killed when it is let go of.
    func finish(within seconds: Double = patience) throws -> Outcome {
        var status: Int32 = 0
        try wait(seconds, "the end of \(arguments)", show: { "\nstderr: \(self.err)" }) {
            waitpid(pid, &status, WNOHANG) == pid
        }
        let signal = status & 0x7f
        let code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
        ended = code
        return Outcome(out: out, err: err, status: code)
    }

    /// The snapshots printed since the last call.
    func newSnapshots() -> [Snapshot] {
        let lines = out.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        defer { read = lines.count }
        return lines.dropFirst(read).compactMap { try? JSONDecoder().decode(Snapshot.self, from: Data($0.utf8)) }
    }

    /// The first new snapshot for which the condition holds.
    @discardableResult
    func snapshot(within seconds: Double = patience, _ what: String, where condition: (Snapshot) -> Bool) throws
        -> Snapshot
    {
        var found: Snapshot?
        var last: Snapshot?
        try wait(seconds, what, show: { "\nlast: \(last.map { $0.jsonLine() } ?? "no snapshot")\nstderr: \(self.err)" })
        {
            for snapshot in self.newSnapshots() where found == nil {
                last = snapshot
                if condition(snapshot) { found = snapshot }
            }
            return found != nil
        }
        guard let found else { throw Complaint(what) }
        return found
    }
}

/// Seconds that a test waits for what must come: no measure of speed, only the end of hope on a machine with much else to
/// do.
let patience = 90.0

/// Polls: the outside world gives no events to wait for.
func wait(_ seconds: Double, _ what: String, show: () -> String = { "" }, until condition: () -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while !condition() {
        if Date() > deadline { throw Complaint("waited \(seconds) s for \(what)" + show()) }
        usleep(20_000)
    }
}

func run(_ workplace: Workplace, _ arguments: [String], within seconds: Double = patience) throws -> Outcome {
    try Program(workplace, arguments).finish(within: seconds)
}

extension Snapshot {
    func nodes(_ state: NodeStatus.State) -> Int { nodes.count { $0.state == state } }
    func links(_ state: Link.State) -> Int { links.count { $0.state == state } }
    func received(_ socket: String) -> Int { self.socket(socket)?.received ?? 0 }
    func node(_ name: String) -> Node? { nodes.first { $0.name == name } }
    func link(_ id: String) -> Link? { links.first { $0.id == id } }
    func socket(_ id: String) -> Socket? { sockets.first { $0.id == id } }

    /// What breaks the law of conservation (design: with traffic stopped, sent − received is exactly what lies in the
    /// stages, plus lost and discarded), or is unknown where it should be known.
    var imbalances: [String] {
        links.flatMap { link in
            [("out", link.out), ("back", link.back)].compactMap { name, way in
                guard let sent = way.sent, let received = way.received, let depth = way.depth, let lost = way.lost,
                    let discarded = way.discarded
                else { return "\(link.id) \(name): unknown figures \(way)" }
                return sent - received == depth + lost + discarded
                    ? nil : "\(link.id) \(name): \(sent) - \(received) != \(depth) + \(lost) + \(discarded)"
            }
        }
    }
}

/// Totals never go back; lines are numbered from 1; no monitor event is left out: there are so many handshakes, at both
/// ends of each connection.
func expectMonotone(_ out: String, handshakes expected: Int) throws {
    var totals: [String: Int] = [:]
    var seq = 0
    var handshakes = 0
    for line in out.split(separator: "\n") {
        let snapshot = try JSONDecoder().decode(Snapshot.self, from: Data(line.utf8))
        seq += 1
        #expect(snapshot.seq == seq)
        handshakes += snapshot.events.count { $0.event == "HANDSHAKE_SUCCEEDED" }
        var now: [String: Int?] = [:]
        for link in snapshot.links {
            for (name, way) in [("out", link.out), ("back", link.back)] {
                now[link.id + name + "sent"] = way.sent
                now[link.id + name + "onWire"] = way.onWire
                now[link.id + name + "offWire"] = way.offWire
                now[link.id + name + "received"] = way.received
            }
        }
        for socket in snapshot.sockets {
            now[socket.id + "sent"] = socket.sent
            now[socket.id + "received"] = socket.received
        }
        for case (let key, let value?) in now {
            #expect(value >= totals[key] ?? 0, "\(key) went back in line \(snapshot.seq)")
            totals[key] = value
        }
    }
    #expect(handshakes == expected)
}
