import CTapSegment
import Glibc
import Keeping
import RunDirectory

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
        guard let path = programs.tap else {
            tap = nil
            return
        }
        guard access(path, R_OK) == 0 else { throw SessionError("cannot read the tap \(path)", errno: errno) }
        // LD_PRELOAD is a list that both separate.
        guard path.contains(where: { $0 == " " || $0 == ":" }) else {
            tap = path
            return
        }
        guard symlink(path, layout.tapLink) == 0 else {
            throw SessionError("cannot make \(layout.tapLink)", errno: errno)
        }
        tap = layout.tapLink
    }

    /// - Throws: `SessionError` when it is plain before trying that it cannot be started.
    func program(for node: ResolvedNode, incarnation: Int) throws -> KeeperRequest.Program {
        let variables = variables(for: node, incarnation: incarnation)
        let arguments: [String]
        let executable: String
        switch node.program {
        case .builtin:
            executable = programs.node
            arguments = ["zmqtop-node", layout.node(node.name)]
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
        guard let tap else { return variables }
        let others = variables["LD_PRELOAD"] ?? ""
        variables["LD_PRELOAD"] = others.isEmpty ? tap : tap + ":" + others
        variables[TAP_ENV_DIRECTORY] = layout.segments
        variables[TAP_ENV_NODE] = node.name
        variables[TAP_ENV_INCARNATION] = String(incarnation)
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
