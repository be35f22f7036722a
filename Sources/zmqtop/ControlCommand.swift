public import ArgumentParser
import Foundation
public import RunDirectory
import Session

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

    @Option(help: "The session, when several run.")
    var session: String?

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let nodes = try ask(try findSession(session), .node(verb, node: node))
        complain("\(verb.rawValue): \(nodes.joined(separator: ", "))")
    }
}

struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "End a running session.",
        discussion: "Example: zmqtop down --session inference-x7")

    @Option(help: "The session, when several run.")
    var session: String?

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        try ask(try findSession(session), .down)
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
