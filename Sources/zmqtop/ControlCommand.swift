import ArgumentParser
import Dispatch
import Foundation
import RunDirectory
import Session
import Synchronization

struct ControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract:
            "Tell a running session to start, stop, kill, pause … a node, or to break and heal links and sockets.",
        discussion: """
            Examples:
              zmqtop ctl kill engine-1
              zmqtop ctl quiet '*'      (nodes that make messages make no new ones; flow: they go on)
              zmqtop ctl cut 'client-1.requests->scheduler.frontend'
              zmqtop ctl loss engine-1 30%
              zmqtop ctl drop client-1.requests 3
              zmqtop ctl heal '*'

            Faults (they last until healed, or until the session ends):
            \(Self.faults)
            """)

    private static var faults: String {
        Fault.Name.allCases.map { name in
            let words = [
                name.rawValue, name.isOfLinks ? "LINK|NODE" : name == .slow ? "NODE|SOCKET" : "SOCKET", name.example,
            ]
            let line = words.compactMap { $0 }.joined(separator: " ")
            return "  " + line.padding(toLength: 28, withPad: " ", startingAt: 0) + name.about
        }.joined(separator: "\n")
    }

    @Argument(help: "\(SessionCommand.verbs.joined(separator: ", ")).")
    var verb: String

    // An arrow between blanks looks like an option.
    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "A node, a group of replicas, or * for all; for a fault a link (a.x->b.y), a node or a socket, and its value.",
            valueName: "target"))
    var rest: [String]

    @Option(help: "The session, when several run: its id, or its run directory.")
    var session: String?

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let command: SessionCommand
        do {
            command = try SessionCommand(words: [verb] + rest)
        } catch {
            throw Failure("\(error).")
        }
        let running = try findSession(session)
        let concerned = try ask(running, command)
        if case .node(_, let name) = command {
            for sentence in sharing(running, name) { complain("\(sentence): it was done to all of them.") }
        }
        complain("\(verb): \(concerned.isEmpty ? "nothing to be done" : concerned.joined(separator: ", "))")
    }
}

/// Who else is concerned by what is done to a node, for they are threads of one process.
private func sharing(_ session: SessionDirectory.Running, _ name: String) -> [String] {
    let file = try? Data(contentsOf: URL(filePath: session.layout.topology))
    return file.flatMap { try? JSONDecoder().decode(ResolvedTopology.self, from: $0) }?.sharing([name]) ?? []
}

struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "End a running session, and wait until nothing of it is left.",
        discussion: """
            Examples:
              zmqtop down --session inference-x7
              zmqtop down --all
            """)

    @Option(help: "The session, when several run: its id, or its run directory.")
    var session: String?

    @Flag(help: "Every session of this user (but those started with --run-dir).")
    var all = false

    func validate() throws {
        if all && session != nil { throw ValidationError("--all ends every session: no --session with it.") }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        if all { return try endAll() }
        try Self.end(try findSession(session))
    }

    /// All at the same time, so that one that does not answer holds up none of the others.
    private func endAll() throws {
        let sessions = SessionDirectory.sessions()
        if sessions.isEmpty { complain("No session runs.") }
        let failures = Mutex<[String]>([])
        let ended = DispatchGroup()
        for session in sessions {
            DispatchQueue.global().async(group: ended) {
                do {
                    try Self.end(session)
                    complain("down: \(session.record.id)")
                } catch {
                    let sentence = (error as? Failure)?.description ?? "zmqtop: \(error)"
                    failures.withLock { $0.append(sentence) }
                }
            }
        }
        ended.wait()
        let sentences = failures.withLock { $0.sorted() }
        for sentence in sentences { complain(sentence) }
        if !sentences.isEmpty { throw ExitCode(1) }
    }

    /// Returns when nothing of the session is left. One that somebody else ends meanwhile is as good.
    private static func end(_ session: SessionDirectory.Running) throws {
        let asked = Result { try ask(session, .down) }
        if session.waitForEnd(atMost: 10) { return }
        _ = try asked.get()
        throw Failure(
            "The session \(session.record.id) was told to end, and process \(session.record.pid) still holds it.",
            status: 1)
    }
}

/// Sends one command to a session and waits for its end.
///
/// - Returns: the nodes that it concerned.
/// - Throws: `Failure` with the session's sentence.
@discardableResult
func ask(
    _ session: SessionDirectory.Running, _ command: SessionCommand, onEvent: (InjectionEvent) -> Void = { _ in }
) throws -> [String] {
    var outcome: ControlReply?
    try ControlClient(layout: session.layout).send(command) { reply in
        switch reply {
        case .event(let event): onEvent(event)
        case .done, .joined, .error: outcome = reply
        }
    }
    switch outcome {
    case .done(let nodes): return nodes
    case .error(let reason): throw Failure(reason, status: 1)
    default: throw Failure("The session \(session.record.id) ended before it answered.", status: 1)
    }
}
