import Dispatch
import Foundation
import RunDirectory
import Session
import Telemetry

/// What a dashboard looks at, and who does what it asks for.
protocol Scene: AnyObject {
    /// What is declared; empty where nothing is.
    var topology: ResolvedTopology { get }
    /// Whether nothing can be done to it, whatever the person wants.
    var isReadOnly: Bool { get }
    /// Whose samples can be read; nil where there are no taps.
    var collector: Collector? { get }
    /// What is seen now. Blocks for some milliseconds.
    func snapshot(final: Bool) throws -> Snapshot
    /// A sentence when there is nothing more to be seen.
    func end() -> String?
    /// Does it, without waiting.
    /// - Parameter reply: any number of `event`s of an injection, then `done` or `error`; on any thread.
    func perform(_ command: SessionCommand, reply: @escaping @Sendable (ControlReply) -> Void)
}

/// The session that this process runs.
final class OwnScene: Scene {
    private let session: Session
    private let reader: Collector

    init(_ session: Session) throws {
        self.session = session
        reader = try Collector(layout: session.layout)
    }

    var topology: ResolvedTopology { reader.topology }
    var collector: Collector? { reader }
    let isReadOnly = false
    func snapshot(final: Bool) throws -> Snapshot { try reader.collect(final: final) }
    func end() -> String? { nil }

    func perform(_ command: SessionCommand, reply: @escaping @Sendable (ControlReply) -> Void) {
        session.perform(command, reply: reply)
    }
}

/// A session that runs elsewhere, by its run directory and its control socket.
final class AttachedScene: Scene {
    private let running: SessionDirectory.Running
    private let reader: Collector
    private var last: Snapshot?

    init(_ running: SessionDirectory.Running) throws {
        self.running = running
        reader = try Collector(layout: running.layout)
    }

    var topology: ResolvedTopology { reader.topology }
    var collector: Collector? { reader }
    let isReadOnly = false

    func snapshot(final: Bool) throws -> Snapshot {
        do {
            let snapshot = try reader.collect(final: final)
            last = snapshot
            return snapshot
        } catch {
            // It ends at this moment, and its folder goes: `end` will tell.
            guard let last, end() != nil else { throw error }
            return last
        }
    }

    func end() -> String? {
        SessionDirectory.session(at: running.layout.directory) == nil
            ? "The session \(running.record.id) has ended." : nil
    }

    func perform(_ command: SessionCommand, reply: @escaping @Sendable (ControlReply) -> Void) {
        let layout = running.layout
        // A command may take as long as a node takes to end, and none waits for another.
        DispatchQueue.global().async {
            do {
                try ControlClient(layout: layout).send(command, onReply: reply)
            } catch {
                reply(.error("\(error)"))
            }
        }
    }
}

/// What a session left that is over.
final class KeptScene: Scene {
    private let reader: Collector
    private let directory: String

    init(directory: String) throws {
        self.directory = directory
        reader = try Collector(layout: RunLayout(directory: directory))
    }

    var topology: ResolvedTopology { reader.topology }
    var collector: Collector? { reader }
    let isReadOnly = true
    func snapshot(final: Bool) throws -> Snapshot { try reader.collect(final: final) }
    func end() -> String? { nil }

    func perform(_ command: SessionCommand, reply: @escaping @Sendable (ControlReply) -> Void) {
        reply(.error("this session is over: \(directory) holds what it left"))
    }
}

/// This machine, as far as nobody prepared it: see `Surveyor`.
final class MachineScene: Scene {
    private let survey = MachineSurvey()
    private let installation: Installation

    init(_ installation: Installation) {
        self.installation = installation
    }

    let topology = ResolvedTopology(name: "this machine", nodes: [])
    let isReadOnly = false
    var collector: Collector? { nil }
    /// What could not be looked at.
    var notes: [String] { survey.notes }
    func end() -> String? { nil }

    func snapshot(final: Bool) throws -> Snapshot {
        let snapshot = try survey.snapshot(final: final)
        endpoints = Dictionary(
            snapshot.sockets.compactMap { socket in socket.endpoints.first.map { (socket.id, $0) } },
            uniquingKeysWith: { first, _ in first })
        return snapshot
    }

    /// Where each socket of the last look is bound.
    private var endpoints: [String: String] = [:]

    func perform(_ command: SessionCommand, reply: @escaping @Sendable (ControlReply) -> Void) {
        let (id, command) = Self.addressed(command)
        if let id, let session = SessionDirectory.sessions().first(where: { $0.record.id == id }) {
            DispatchQueue.global().async {
                do {
                    try ControlClient(layout: session.layout).send(command, onReply: reply)
                } catch {
                    reply(.error("\(error)"))
                }
            }
            return
        }
        var known: Injection?
        if case .inject(var injection) = command {
            injection.target = endpoints[injection.target] ?? injection.target
            if DirectInjection.isEndpoint(injection.target) { known = injection }
        }
        guard let injection = known else {
            reply(
                .error("zmqtop did not start this process, and does nothing to it: only inject works on its endpoints"))
            return
        }
        let installation = installation
        DispatchQueue.global().async {
            do {
                try DirectInjection(injection: injection, installation: installation).run { reply(.event($0)) }
                reply(.done(nodes: []))
            } catch {
                reply(.error("\(error)"))
            }
        }
    }

    /// `SESSION:NODE` is a node of that session.
    private static func addressed(_ command: SessionCommand) -> (id: String?, command: SessionCommand) {
        func split(_ name: String) -> (String, String)? {
            guard !name.contains("://"), let colon = name.firstIndex(of: ":") else { return nil }
            return (String(name[..<colon]), String(name[name.index(after: colon)...]))
        }
        switch command {
        case .node(let verb, let name):
            if let (id, node) = split(name) { return (id, .node(verb, node: node)) }
        case .inject(var injection):
            if let (id, target) = split(injection.target) {
                injection.target = target
                return (id, .inject(injection))
            }
        default: break
        }
        return (nil, command)
    }
}
