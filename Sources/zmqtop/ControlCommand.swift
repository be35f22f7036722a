public import ArgumentParser
import Dispatch
import Foundation
public import RunDirectory
import Session
import Synchronization

struct ControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract: "Tell a running session to start, stop, kill, pause … a node.",
        discussion: """
            Examples:
              zmqtop ctl kill engine-1
              zmqtop ctl quiet '*'      (clients and sources make no new messages; flow: they go on)
            """)

    @Argument(help: "\(SessionCommand.Verb.allCases.map(\.rawValue).joined(separator: ", ")).")
    var verb: SessionCommand.Verb

    @Argument(help: "A node, a group of replicas, or * for all.")
    var node: String

    @Option(help: "The session, when several run: its id, or its run directory.")
    var session: String?

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let nodes = try ask(try findSession(session), .node(verb, node: node))
        complain("\(verb.rawValue): \(nodes.joined(separator: ", "))")
    }
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

extension SessionCommand.Verb: ExpressibleByArgument {}

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
