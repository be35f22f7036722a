/// Where things lie in a run directory. The run directory is the whole interface between the parts: whoever can read
/// it can show the session.
///
///     DIR/                 0700
///       session.json       SessionRecord
///       topology.json      ResolvedTopology
///       status.json        [NodeStatus], replaced (renamed over) at each change
///       faults.json        FaultBook, likewise; there from the first fault on
///       control.sock       the session's control socket (ControlRequest, one JSON object a line)
///       nodes/NAME.json    ResolvedNode: what zmqtop-node is given
///       output/NAME.out    standard output of the node, all incarnations
///       output/NAME.err    its standard error
///       segments/          the tap's files: NODE.INCARNATION.PID.segment
///       ipc/               relative ipc endpoints
public struct RunLayout: Equatable, Sendable {
    /// Absolute path, without a slash at its end.
    public let directory: String

    /// An absolute path; nothing is made or looked at.
    public init(directory: String) {
        self.directory = directory
    }

    /// `SessionRecord` as JSON.
    public var session: String { directory + "/session.json" }
    /// `ResolvedTopology` as JSON.
    public var topology: String { directory + "/topology.json" }
    /// `[NodeStatus]` as JSON.
    public var status: String { directory + "/status.json" }
    /// `FaultBook` as JSON.
    public var faults: String { directory + "/faults.json" }
    /// The path of the control socket: at most 107 bytes.
    public var control: String { directory + "/control.sock" }
    /// Folder of what built-in nodes are given.
    public var nodes: String { directory + "/nodes" }
    /// Folder of the nodes' output.
    public var output: String { directory + "/output" }
    /// Folder of the tap's files.
    public var segments: String { directory + "/segments" }
    /// The faults that a node's next process finds when it starts (`struct tap_faults`); no segment.
    public func firstFaults(_ node: String) -> String { segments + "/.\(node).faults" }
    /// Folder of relative ipc endpoints.
    public var ipc: String { directory + "/ipc" }

    /// `ResolvedNode` as JSON, for a built-in node.
    public func node(_ name: String) -> String { nodes + "/" + name + ".json" }
    /// Where a node's standard output is kept.
    public func standardOutput(_ name: String) -> String { output + "/" + name + ".out" }
    /// Where a node's standard error is kept.
    public func standardError(_ name: String) -> String { output + "/" + name + ".err" }
}

/// `session.json`: who runs here.
public struct SessionRecord: Codable, Equatable, Sendable {
    /// Unique on this machine: `inference-x7`.
    public var id: String
    /// The topology's name.
    public var topology: String
    /// The process that owns the session.
    public var pid: Int32
    /// CLOCK_MONOTONIC, in nanoseconds: the zero of every `elapsed`.
    public var startedMonotonic: UInt64
    /// Seconds since 1970.
    public var startedWallClock: Double
    /// Of the run directory's format.
    public var version: Int

    /// A session that begins at these two times.
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
