public import RunDirectory

/// A topology file that is in order: it was read, and all that can be wrong with it, apart from the machine it is to
/// run on, was looked for.
public struct TopologyFile: Sendable {
    /// The file's `name`, or the file's own name without its ending.
    public let name: String
    /// One sentence on what it shows; empty when the file has none.
    public let about: String
    /// The path as it was given.
    public let path: String
    /// What is legal but bites, without what the file's `lint: {ignore: […]}` names; in the order of the file.
    public let lints: [Lint]

    private let model: Model
    /// The file and the overrides, for diagnostics.
    private let sources: (text: String, arguments: [String])
    /// Absolute.
    private let file: String

    /// Reads and judges a file.
    ///
    /// - Parameters:
    ///   - path: of the file, absolute or relative to the current folder.
    ///   - set: the arguments of `--set`, as in `nodes.engine.replicas=4`; they change the parsed file before it is
    ///     judged, and errors in them name `--set`.
    ///   - environment: for `${VAR}` in the file.
    /// - Throws: all errors at once. It blocks while it reads the file.
    public init(path: String, set: [String] = [], environment: [String: String] = [:]) throws(TopologyErrors) {
        switch Machine.read(path) {
        case .success(let text):
            try self.init(text: text, path: path, set: set, environment: environment)
        case .failure(let failure):
            throw TopologyErrors(diagnostics: [
                Diagnostic(
                    file: path, line: 0, column: 0, message: "the topology file cannot be read: \(failure.reason)",
                    sourceLine: "")
            ])
        }
    }

    /// Judges a text as if it stood in the file at `path`. It reads nothing and does not block.
    public init(
        text: String, path: String, set: [String] = [], environment: [String: String] = [:]
    ) throws(TopologyErrors) {
        let problems = Problems(path: path, text: text, arguments: set)
        let reader = ValueReader(problems: problems, environment: environment)
        guard var root = reader.read(text) else {
            try problems.throwIfAny()
            preconditionFailure("a text without a value was not reported")
        }
        for (index, argument) in set.enumerated() {
            Override(source: index + 1, argument: argument).apply(
                to: &root, problems: problems, environment: environment)
        }
        let file = path.hasPrefix("/") ? path : Machine.currentFolder + "/" + path
        model = ModelReader(problems: problems, fileName: Self.stem(of: path)).read(root)
        let trial = Resolver(
            model: model, problems: problems, planner: .preview(), folder: Self.folder(of: file))
        _ = trial.resolve(file: file)
        try problems.throwIfAny()
        name = model.name
        about = model.about
        self.path = path
        self.file = file
        sources = (text, set)
        lints = Linter(resolver: trial).lints()
    }

    /// Fills in ports, paths and references for a run.
    ///
    /// - Throws: what only the machine can show: a program or folder that does not exist, a port in use, an ipc path
    ///   that the run directory makes too long, and what is not supported yet (`process:`). It looks at the file system
    ///   and at ports, and asks `context.holdPort`; it starts nothing.
    public func resolve(_ context: ResolutionContext) throws(TopologyErrors) -> ResolvedTopology {
        let layout = context.runLayout
        return try resolve(
            Planner(
                port: context.holdPort, ipcPath: { layout.ipc + "/" + $0 }, session: context.session,
                checksMachine: true, environment: context.environment))
    }

    /// The same without a run: `tcp://…:*` and relative ipc names stay as they are, nothing is held, and nothing of
    /// this machine is looked at. For graphs.
    public func preview() -> ResolvedTopology {
        // What this could throw, `init` has thrown.
        let problems = Problems(path: path, text: sources.text, arguments: sources.arguments)
        return Resolver(model: model, problems: problems, planner: .preview(), folder: Self.folder(of: file))
            .resolve(file: file)
    }

    /// Whether this machine has what the topology needs: programs, folders, free ports. Nothing is held or started.
    ///
    /// - Throws: what `resolve` would throw of these.
    public func checkMachine(environment: [String: String]) throws(TopologyErrors) {
        _ = try resolve(.preview(checksMachine: true, environment: environment))
    }

    private func resolve(_ planner: Planner) throws(TopologyErrors) -> ResolvedTopology {
        let problems = Problems(path: path, text: sources.text, arguments: sources.arguments)
        let resolver = Resolver(model: model, problems: problems, planner: planner, folder: Self.folder(of: file))
        var resolved = resolver.resolve(file: file)
        try problems.throwIfAny()
        resolved.lints = lints.map {
            ResolvedLint(rule: $0.rule, subject: $0.subject, line: $0.line, text: $0.sentence)
        }
        resolved.silenced = VerdictRule.names.filter(model.ignoredLints.contains)
        return resolved
    }

    private static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/"), slash != file.startIndex else { return "/" }
        return String(file[..<slash])
    }

    package static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".yaml", ".yml"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
        return name
    }
}

/// What a topology is resolved for.
public struct ResolutionContext {
    /// Of the run: relative ipc names lie in it.
    public var runLayout: RunLayout
    /// The session's id, for `{session}`.
    public var session: String
    /// The variables that nodes will have; PATH is where commands are looked for.
    public var environment: [String: String]
    /// A free tcp port on a host (an address or an interface's name), which the caller holds until a node has bound
    /// it. What it throws becomes an error at the bind.
    public var holdPort: (_ host: String) throws -> Int

    /// Takes all of it.
    public init(
        runLayout: RunLayout, session: String, environment: [String: String],
        holdPort: @escaping (_ host: String) throws -> Int
    ) {
        self.runLayout = runLayout
        self.session = session
        self.environment = environment
        self.holdPort = holdPort
    }
}
