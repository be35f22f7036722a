import CTapSegment
import Glibc
import Keeping
package import RunDirectory

/// What a node's process is given.
struct Launcher {
    let layout: RunLayout
    let programs: ProgramPaths
    /// Path of the tap as LD_PRELOAD can name it, or nil without a tap.
    let tap: String?
    /// The caller's variables.
    let environment = callersEnvironment()

    init(layout: RunLayout, programs: ProgramPaths) throws {
        self.layout = layout
        self.programs = programs
        tap = try programs.tap.map { try layout.preloadable($0) }
    }

    /// - Throws: `SessionError` when it is plain before trying that it cannot be started.
    /// - Parameter nodes: one, or those that share the process.
    func program(for nodes: [ResolvedNode], incarnation: Int) throws -> KeeperRequest.Program {
        let node = nodes[0]
        let variables = variables(for: node, incarnation: incarnation)
        let arguments: [String]
        let executable: String
        switch node.program {
        case .builtin:
            executable = programs.node
            arguments = ["zmqtop-node"] + nodes.map { layout.node($0.name) }
        case .command(let command):
            try checkFolder(node.workingDirectory)
            executable = try find(command.first ?? "", path: variables["PATH"] ?? "", from: node.workingDirectory)
            arguments = command
        case .external:
            throw SessionError("\(node.name) is external: zmqtop does not start it")
        }
        return KeeperRequest.Program(
            executable: executable, arguments: arguments, environment: variables.map { $0.key + "=" + $0.value },
            workingDirectory: node.workingDirectory, standardOutput: layout.standardOutput(node.name),
            standardError: layout.standardError(node.name),
            graceMilliseconds: UInt32(max(0, min(node.stopGrace, 60)) * 1000))
    }

    private func variables(for node: ResolvedNode, incarnation: Int) -> [String: String] {
        var variables = environment.merging(node.environment) { $1 }
        variables[Orphans.variable] = layout.directory
        if let tap { variables.preload(tap, layout, node: node.name, incarnation: incarnation) }
        return variables
    }

    private func checkFolder(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SessionError("its working directory \(path) cannot be used", errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SessionError("its working directory \(path) is no folder")
        }
    }

    /// As a shell finds it, with the node's own PATH and from its own folder.
    private func find(_ command: String, path: String, from folder: String) throws -> String {
        guard !command.isEmpty else { throw SessionError("its command is empty") }
        if command.contains("/") {
            let file = command.hasPrefix("/") ? command : folder + "/" + command
            try checkExecutable(file)
            return file
        }
        var refusal: SessionError?
        for place in path.split(separator: ":", omittingEmptySubsequences: false) {
            let start = place.isEmpty ? folder : place.hasPrefix("/") ? String(place) : folder + "/" + place
            let file = start + "/" + command
            guard access(file, F_OK) == 0 else { continue }
            do {
                try checkExecutable(file)
                return file
            } catch let error as SessionError {
                refusal = error
            }
        }
        throw refusal
            ?? SessionError("the command “\(command)” was not found in PATH: install it, or give its path")
    }

    private func checkExecutable(_ file: String) throws {
        var status = stat()
        guard stat(file, &status) == 0 else { throw SessionError("the command \(file) cannot be used", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SessionError("the command \(file) is no file") }
        guard access(file, X_OK) == 0 else {
            throw SessionError("the command \(file) is not executable: chmod +x it, or name its interpreter first")
        }
    }
}

extension RunLayout {
    /// The tap under a name that LD_PRELOAD can hold: its list is separated by spaces and colons.
    /// - Throws: `SessionError` when the tap cannot be read, or no link to it can be made in the run directory.
    package func preloadable(_ tap: String) throws -> String {
        guard access(tap, R_OK) == 0 else { throw SessionError("cannot read the tap \(tap)", errno: errno) }
        guard tap.contains(where: { $0 == " " || $0 == ":" }) else { return tap }
        guard symlink(tap, tapLink) == 0 || errno == EEXIST else {
            throw SessionError("cannot make \(tapLink)", errno: errno)
        }
        return tapLink
    }
}

extension [String: String] {
    /// Puts the tap into a program that is started with these variables.
    /// - Parameter tap: a path without spaces and colons: LD_PRELOAD is a list that both separate.
    package mutating func preload(_ tap: String, _ layout: RunLayout, node: String, incarnation: Int) {
        let others = self["LD_PRELOAD"] ?? ""
        self["LD_PRELOAD"] = others.isEmpty ? tap : tap + ":" + others
        self[TAP_ENV_DIRECTORY] = layout.segments
        self[TAP_ENV_NODE] = node
        self[TAP_ENV_INCARNATION] = String(incarnation)
        // What is started for a session ends with it; this is nobody's, unless its caller says so.
        if self[Orphans.variable] != layout.directory { self[Orphans.variable] = nil }
    }
}
