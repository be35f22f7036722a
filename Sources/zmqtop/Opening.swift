import Foundation
import Logging
import RunDirectory
import Session
import Topology

// The steps that several commands begin with.

/// Reads and checks a topology file.
///
/// - Throws: `Failure` with every error of the file, each with its place.
func readTopology(_ path: String, set: [String] = []) throws -> TopologyFile {
    do {
        return try TopologyFile(path: path, set: set, environment: ProcessInfo.processInfo.environment)
    } catch {
        throw Failure(placed: error)
    }
}

/// Makes the session's run directory, resolves the topology into it, and starts it.
///
/// - Throws: `Failure`; nothing is left running or lying around then.
func makeSession(
    _ file: TopologyFile, _ installation: Installation, runDirectory: String?, keep: Bool, seed: Int?,
    onDown: @escaping @Sendable () -> Void
) throws -> Session {
    let session = try Session(
        name: file.name,
        options: SessionOptions(
            runDirectory: runDirectory, keep: keep, programs: try installation.programs(), log: makeLog(),
            onDown: onDown))
    do {
        var topology = try file.resolve(
            ResolutionContext(
                runLayout: session.layout, session: session.id, environment: ProcessInfo.processInfo.environment,
                holdPort: session.holdPort))
        if let seed { plant(seed, in: &topology) }
        try session.start(topology)
        raiseDescriptorLimit()
        return session
    } catch let errors as TopologyErrors {
        session.stop()
        throw Failure(placed: errors)
    } catch {
        session.stop()
        throw error
    }
}

/// Makes and starts a session of a topology that is no file's.
///
/// - Throws: `SessionError`; nothing is left running or lying around then.
func makeSession(
    _ topology: ResolvedTopology, _ installation: Installation, idleTime: Double?,
    onDown: @escaping @Sendable () -> Void
) throws -> Session {
    let session = try Session(
        name: topology.name,
        options: SessionOptions(
            programs: try installation.programs(), log: makeLog(), onDown: onDown, idleTime: idleTime))
    do {
        try session.start(topology)
        raiseDescriptorLimit()
        return session
    } catch {
        session.stop()
        throw error
    }
}

/// Gives every built-in node that has no seed one of its own, made from the run's.
private func plant(_ seed: Int, in topology: inout ResolvedTopology) {
    for index in topology.nodes.indices {
        guard case .builtin = topology.nodes[index].program, topology.nodes[index].behavior["seed"] == nil else {
            continue
        }
        topology.nodes[index].behavior["seed"] = .number(Double(seed + index))
    }
}

/// Logs go to a file in `$XDG_STATE_HOME/zmqtop`, never over the screen.
private func makeLog() -> Logger {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"] ?? (environment["HOME"].map { $0 + "/.local/state" })
    guard let state, let handler = FileLogHandler(folder: state + "/zmqtop") else {
        return Logger(label: "zmqtop", factory: { _ in SwiftLogNoOpLogHandler() })
    }
    return Logger(label: "zmqtop", factory: { _ in handler })
}

/// The session that a command on a running one means.
///
/// - Parameter id: its id, or the path of its run directory (with a slash): one with a run directory of its own choice
///   is found by no other name.
/// - Throws: `Failure` that lists the sessions when none or several could be meant.
func findSession(_ id: String?) throws -> SessionDirectory.Running {
    if let id, id.contains("/") {
        guard let session = SessionDirectory.session(at: id) else {
            throw Failure("No session runs in \(id). Give the run directory of one that does, or a session's id.")
        }
        return session
    }
    let sessions = SessionDirectory.sessions()
    let list = SessionTable.text(sessions)
    if let id {
        guard let session = sessions.first(where: { $0.record.id == id }) else {
            throw Failure(
                sessions.isEmpty
                    ? "There is no session \"\(id)\": none runs. Start one with `zmqtop run TOPOLOGY`."
                    : "There is no session \"\(id)\". These run:\n\(list)")
        }
        return session
    }
    switch sessions.count {
    case 1: return sessions[0]
    case 0: throw Failure("No session runs. Start one with `zmqtop run TOPOLOGY` in another terminal.")
    default: throw Failure("Several sessions run; choose one with --session ID:\n\(list)")
    }
}

/// Two descriptors are kept open for each living process. To be called when the keeper runs: the nodes, which it starts,
/// are to have the limit that they would have without us.
private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
