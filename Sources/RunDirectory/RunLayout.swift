/// Where things lie in a run directory. The run directory is the whole interface between the parts: whoever can read
/// it can show the session.
///
///     DIR/                 0700
///       session.json       SessionRecord
///       topology.json      ResolvedTopology
///       status.json        [NodeStatus], replaced (renamed over) at each change
///       control.sock       the session's control socket (ControlRequest, one JSON object a line)
///       nodes/NAME.json    ResolvedNode: what zmqtop-node is given
///       output/NAME.out    standard output of the node, all incarnations
///       output/NAME.err    its standard error
///       segments/          the tap's files: NODE.INCARNATION.PID.segment
///       ipc/               relative ipc endpoints
public struct RunLayout: Equatable, Sendable {
    /// Absolute path, without a slash at its end.
    public let directory: String

    public init(directory: String) {
        self.directory = directory
    }

    public var session: String { directory + "/session.json" }
    public var topology: String { directory + "/topology.json" }
    public var status: String { directory + "/status.json" }
    public var control: String { directory + "/control.sock" }
    public var nodes: String { directory + "/nodes" }
    public var output: String { directory + "/output" }
    public var segments: String { directory + "/segments" }
    public var ipc: String { directory + "/ipc" }

    public func node(_ name: String) -> String { nodes + "/" + name + ".json" }
    public func standardOutput(_ name: String) -> String { output + "/" + name + ".out" }
    public func standardError(_ name: String) -> String { output + "/" + name + ".err" }
}

/// `session.json`: who runs here.
public struct SessionRecord: Codable, Equatable, Sendable {
    /// Unique on this machine: `inference-x7`.
    public var id: String
    public var topology: String
    /// The process that owns the session.
    public var pid: Int32
    /// CLOCK_MONOTONIC, in nanoseconds: the zero of every `elapsed`.
    public var startedMonotonic: UInt64
    /// Seconds since 1970.
    public var startedWallClock: Double
    /// Of the run directory's format.
    public var version: Int

    public init(
        id: String, topology: String, pid: Int32, startedMonotonic: UInt64, startedWallClock: Double, version: Int = 1
    ) {
        self.id = id
        self.topology = topology
        self.pid = pid
        self.startedMonotonic = startedMonotonic
        self.startedWallClock = startedWallClock
        self.version = version
    }
}
