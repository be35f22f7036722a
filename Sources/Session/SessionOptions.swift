public import Logging
public import RunDirectory

/// Where the programs of zmqtop lie: absolute paths.
public struct ProgramPaths: Equatable, Sendable {
    /// `zmqtop-node`
    public var node: String
    /// `zmqtop-keeper`
    public var keeper: String
    /// `libzmqtap.so`, or nil for nodes that are not to be tapped.
    public var tap: String?

    /// All of them absolute paths.
    public init(node: String, keeper: String, tap: String?) {
        self.node = node
        self.keeper = keeper
        self.tap = tap
    }
}

/// How a session is run.
public struct SessionOptions: Sendable {
    /// The run directory, or nil for a new one of the session's own. One that is named is kept.
    public var runDirectory: String?
    /// The run directory stays when the session has ended.
    public var keep: Bool
    /// What the session starts.
    public var programs: ProgramPaths
    /// Gets what a node's status does not tell; used on the session's thread.
    public var log: Logger
    /// Called with all statuses after each change, on the session's thread: it must return soon.
    public var onChange: (@Sendable ([NodeStatus]) -> Void)?
    /// Called once, on the session's thread, when a client of the control socket has asked for the end (`down`). The
    /// nodes are being ended then; the owner is to call `stop` from a thread of its own.
    public var onDown: (@Sendable () -> Void)?

    /// The session asks for its own end (`onDown`) when no joined program has run and no client has been connected for
    /// so many seconds; nil: never.
    public var idleTime: Double?

    /// By default in a new run directory that goes when the session ends.
    public init(
        runDirectory: String? = nil, keep: Bool = false, programs: ProgramPaths, log: Logger,
        onChange: (@Sendable ([NodeStatus]) -> Void)? = nil, onDown: (@Sendable () -> Void)? = nil,
        idleTime: Double? = nil
    ) {
        self.runDirectory = runDirectory
        self.keep = keep
        self.programs = programs
        self.log = log
        self.onChange = onChange
        self.onDown = onDown
        self.idleTime = idleTime
    }
}
