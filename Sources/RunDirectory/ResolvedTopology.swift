/// A topology as it runs: replicas made, references, ports and paths filled in. `Topology` makes it, the run directory
/// holds it as JSON (`topology.json`), everybody else reads it.
public struct ResolvedTopology: Codable, Equatable, Sendable {
    /// The file's `name`, or the file's own name without its ending.
    public var name: String
    /// One sentence on what it shows; empty when the file has none.
    public var about: String
    /// Absolute path of the file it was read from.
    public var file: String
    /// In the order of the file, replicas in the order of their index.
    public var nodes: [ResolvedNode]
    /// What is legal in the file but bites, in its order; nil in what an older zmqtop wrote.
    public var lints: [ResolvedLint]?
    /// Names of verdicts that the file silences; nil in what an older zmqtop wrote.
    public var silenced: [String]?

    /// All of it; `file` may be empty for a topology that was made up.
    public init(
        name: String, about: String = "", file: String = "", nodes: [ResolvedNode], lints: [ResolvedLint]? = nil,
        silenced: [String]? = nil
    ) {
        self.name = name
        self.about = about
        self.file = file
        self.nodes = nodes
        self.lints = lints
        self.silenced = silenced
    }
}

extension ResolvedTopology {
    /// The nodes that are threads of a node's process, itself among them, in the order of the file. Their places here, from
    /// 1, are what the process and the tap know them by; the process bears the name of the first. A node of a process of
    /// its own is alone.
    public func sharers(of node: ResolvedNode) -> [ResolvedNode] {
        guard let process = node.process else { return [node] }
        return nodes.filter { $0.process == process }
    }
}

extension ResolvedTopology {
    /// What is done to the process of some nodes is done to others too: who shares one with them, a sentence a process,
    /// without a full stop.
    /// - Parameter names: of the nodes that were meant; a group's name means its replicas, `*` all.
    public func sharing(_ names: [String]) -> [String] {
        var sentences: [String] = []
        var told: Set<String> = []
        for node in nodes {
            guard let process = node.process, told.insert(process).inserted else { continue }
            let sharers = sharers(of: node)
            let meant = sharers.filter { names.contains($0.name) || names.contains($0.group) || names.contains("*") }
            let others = sharers.filter { other in !meant.contains { $0.name == other.name } }
            guard !meant.isEmpty, !others.isEmpty else { continue }
            sentences.append(
                meant.map(\.name).joined(separator: ", ") + (meant.count == 1 ? " shares" : " share")
                    + " the process \(process) with " + others.map(\.name).joined(separator: ", "))
        }
        return sentences
    }
}

/// What is legal in a file but bites, as it was found when the file was loaded.
public struct ResolvedLint: Codable, Equatable, Sendable {
    /// `hwm-zero`
    public var rule: String
    /// `NODE.SOCKET` of the resolved topology, or `NODE`; nil where it is about no one of them.
    public var subject: String?
    /// Of the file, from 1.
    public var line: Int
    /// What will happen, with the numbers, and what to do about it.
    public var text: String

    /// A finding.
    public init(rule: String, subject: String?, line: Int, text: String) {
        self.rule = rule
        self.subject = subject
        self.line = line
        self.text = text
    }
}

/// One node: a process, a thread of one, or, for `external`, somebody else's.
public struct ResolvedNode: Codable, Equatable, Sendable {
    /// What runs in a node.
    public enum Program: Codable, Equatable, Sendable {
        /// A kind that `zmqtop-node` knows.
        case builtin(kind: String)
        /// Any program: its path or name, and its arguments, with every `{…}` filled in.
        case command([String])
        /// Not ours: never started, perhaps not tapped.
        case external
    }

    /// Unique: `client-2`, or the bare name when the file asks for no replicas.
    public var name: String
    /// The name in the file: `client`.
    public var group: String
    /// From 1 when the file asks for several replicas, else nil.
    public var replica: Int?
    /// What runs in it.
    public var program: Program
    /// Variables added to those of zmqtop itself.
    public var environment: [String: String]
    /// Absolute.
    public var workingDirectory: String
    /// As declared; what is observed comes from the tap.
    public var sockets: [ResolvedSocket]
    /// What a built-in kind does; keys as in the file, durations in seconds, rates per second, sizes in bytes.
    public var behavior: [String: BehaviorValue]
    /// Names of resolved nodes whose binds must listen before this one starts.
    public var dependsOn: [String]
    /// When it starts.
    public var start: StartPolicy
    /// What happens when it ends by itself.
    public var restart: RestartPolicy
    /// Seconds between the polite signal and KILL.
    public var stopGrace: Double
    /// The process that it is a thread of, with the other nodes that name it; nil: one of its own. What a process has
    /// once (environment, folder, what it depends on, start, restart, grace) is the same in all of them.
    public var process: String?

    /// By default a node that starts at once and is not restarted.
    public init(
        name: String, group: String? = nil, replica: Int? = nil, program: Program, environment: [String: String] = [:],
        workingDirectory: String = "/", sockets: [ResolvedSocket] = [], behavior: [String: BehaviorValue] = [:],
        dependsOn: [String] = [], start: StartPolicy = .automatic, restart: RestartPolicy = .init(),
        stopGrace: Double = 1, process: String? = nil
    ) {
        self.name = name
        self.group = group ?? name
        self.replica = replica
        self.program = program
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.sockets = sockets
        self.behavior = behavior
        self.dependsOn = dependsOn
        self.start = start
        self.restart = restart
        self.stopGrace = stopGrace
        self.process = process
    }

    /// Built-in kinds that make messages of their own: they can be quiet.
    public static let generatingKinds = ["client", "source", "requester", "publisher", "pair"]

    /// The word shown for the kind: `client`, `command`, `external`, `injector`.
    public var kind: String {
        switch program {
        case .builtin(let kind): kind
        case .command: "command"
        case .external: "external"
        }
    }
}

/// One socket of a node, as declared.
public struct ResolvedSocket: Codable, Equatable, Sendable {
    /// Unique in its node: `frontend`.
    public var name: String
    /// As ZeroMQ writes it: `DEALER`.
    public var type: String
    /// Endpoints in libzmq's form, ports and paths filled in.
    public var binds: [String]
    /// In the order of the file.
    public var connects: [ResolvedConnect]
    /// To be set before the socket is bound or connected, in this order.
    public var options: [ResolvedOption]
    /// SUB: the prefixes subscribed to, as bytes.
    public var subscriptions: [[UInt8]]

    /// By default a socket that is neither bound nor connected.
    public init(
        name: String, type: String, binds: [String] = [], connects: [ResolvedConnect] = [],
        options: [ResolvedOption] = [], subscriptions: [[UInt8]] = []
    ) {
        self.name = name
        self.type = type
        self.binds = binds
        self.connects = connects
        self.options = options
        self.subscriptions = subscriptions
    }
}

/// Where a socket connects to.
public struct ResolvedConnect: Codable, Equatable, Sendable {
    /// In libzmq's form.
    public var endpoint: String
    /// `NODE.SOCKET` of the resolved topology that binds it, or nil for an endpoint outside.
    public var target: String?

    /// An endpoint, and who is known to be bound there.
    public init(endpoint: String, target: String? = nil) {
        self.endpoint = endpoint
        self.target = target
    }
}

/// A socket option, ready for `zmq_setsockopt`.
public struct ResolvedOption: Codable, Equatable, Sendable {
    /// A value in the form that `zmq_setsockopt` wants.
    public enum Value: Codable, Equatable, Sendable {
        /// Options that libzmq takes as `int`.
        case int(Int32)
        /// Options that libzmq takes as `int64_t` (MAXMSGSIZE, and AFFINITY as its bits).
        case int64(Int64)
        /// Text and binary options, without a terminating zero.
        case bytes([UInt8])
    }

    /// In lower case, as in the manual without the ZMQ_ prefix: `routing_id`.
    public var name: String
    /// libzmq's number: 5 for ZMQ_ROUTING_ID.
    public var number: Int32
    /// What it is set to.
    public var value: Value

    /// The three belong together; `Topology` has the table.
    public init(name: String, number: Int32, value: Value) {
        self.name = name
        self.number = number
        self.value = value
    }
}

/// When a node starts.
public enum StartPolicy: Codable, Equatable, Sendable {
    /// With the session (after what it depends on).
    case automatic
    /// When somebody asks.
    case manual
    /// So many seconds after the session.
    case delayed(seconds: Double)
}

/// What happens when a node ends by itself.
public struct RestartPolicy: Codable, Equatable, Sendable {
    /// Ends after which a node is started again. Compose's words.
    public enum Condition: String, Codable, Equatable, Sendable {
        /// Compose's `no`.
        case never = "no"
        case onFailure = "on-failure"
        case always
        case unlessStopped = "unless-stopped"
    }

    /// By default never.
    public var condition: Condition
    /// Seconds before the first restart; doubled each time, up to `maximumDelay`, and reset after a run of 10 s.
    public var delay: Double
    /// Seconds.
    public var maximumDelay: Double
    /// Restarts without such a run between them, or nil for no limit.
    public var maximumRestarts: Int?

    /// By default no restart.
    public init(
        condition: Condition = .never, delay: Double = 0.5, maximumDelay: Double = 30, maximumRestarts: Int? = nil
    ) {
        self.condition = condition
        self.delay = delay
        self.maximumDelay = maximumDelay
        self.maximumRestarts = maximumRestarts
    }
}

/// A value in `behavior:`. Durations are seconds, rates per second, sizes bytes.
public enum BehaviorValue: Equatable, Sendable {
    case number(Double)
    /// `16..64`: uniform, both ends included.
    case range(Double, Double)
    case text(String)
    case flag(Bool)
    case list([BehaviorValue])
    case map([String: BehaviorValue])
}

extension BehaviorValue: Codable {
    private enum Key: String, CodingKey { case number, from, to, text, flag, list, map }

    /// Reads `{"number":…}`, `{"from":…,"to":…}`, `{"text":…}` and so on. Throws `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let number = try container.decodeIfPresent(Double.self, forKey: .number) {
            self = .number(number)
        } else if let from = try container.decodeIfPresent(Double.self, forKey: .from) {
            self = .range(from, try container.decode(Double.self, forKey: .to))
        } else if let text = try container.decodeIfPresent(String.self, forKey: .text) {
            self = .text(text)
        } else if let flag = try container.decodeIfPresent(Bool.self, forKey: .flag) {
            self = .flag(flag)
        } else if let list = try container.decodeIfPresent([BehaviorValue].self, forKey: .list) {
            self = .list(list)
        } else {
            self = .map(try container.decode([String: BehaviorValue].self, forKey: .map))
        }
    }

    /// Writes what `init(from:)` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .number(let number): try container.encode(number, forKey: .number)
        case .range(let from, let to):
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
        case .text(let text): try container.encode(text, forKey: .text)
        case .flag(let flag): try container.encode(flag, forKey: .flag)
        case .list(let list): try container.encode(list, forKey: .list)
        case .map(let map): try container.encode(map, forKey: .map)
        }
    }
}
