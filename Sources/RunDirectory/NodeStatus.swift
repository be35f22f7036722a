/// What the session knows of a node. What the tap sees of it stands elsewhere, in its segments.
public struct NodeStatus: Codable, Equatable, Sendable {
    /// - `waiting`: for what it depends on, for its delay, or for somebody to start it
    /// - `starting`: spawned, and its process has not yet been seen to run
    /// - `exited`: status 0, or asked to; `failed`: anything else
    /// - `backoff`: failed, and waiting to be restarted
    /// - `paused`: stopped by SIGSTOP, by us or from outside
    public enum State: String, Codable, Equatable, Sendable, CaseIterable {
        case waiting, starting, running, paused, stopping, exited, failed, backoff
    }

    /// How a process ended: one of the two is nil.
    public struct Exit: Codable, Equatable, Sendable {
        /// What the process exited with, 0...255.
        public var code: Int32?
        /// The signal that ended it: 9 for SIGKILL.
        public var signal: Int32?

        /// Exactly one of the two is to be given.
        public init(code: Int32?, signal: Int32?) {
            self.code = code
            self.signal = signal
        }
    }

    /// Unique in the session: `engine-1`, `inject-3`.
    public var name: String
    /// The name in the file that the node is a replica of.
    public var group: String
    /// From 1, or nil when the file asks for no replicas.
    public var replica: Int?
    /// `client`, `command`, `external`, `injector` …
    public var kind: String
    /// Where it stands in its life.
    public var state: State
    /// Of the running process, else nil.
    public var pid: Int32?
    /// How often it has been started; 0 before the first time. The tap's segments carry the same number.
    public var incarnation: Int
    /// Starts after the first one.
    public var restarts: Int
    /// Of the last process that ended, nil before that.
    public var exit: Exit?
    /// A sentence about a failure (the command was not found, the last lines of its standard error); nil when all is well.
    public var reason: String?
    /// CLOCK_MONOTONIC nanoseconds of the next restart or delayed start, while one is planned.
    public var nextStart: UInt64?

    /// A node that has not been started.
    public init(
        name: String, group: String? = nil, replica: Int? = nil, kind: String, state: State = .waiting,
        pid: Int32? = nil, incarnation: Int = 0, restarts: Int = 0, exit: Exit? = nil, reason: String? = nil,
        nextStart: UInt64? = nil
    ) {
        self.name = name
        self.group = group ?? name
        self.replica = replica
        self.kind = kind
        self.state = state
        self.pid = pid
        self.incarnation = incarnation
        self.restarts = restarts
        self.exit = exit
        self.reason = reason
        self.nextStart = nextStart
    }
}
