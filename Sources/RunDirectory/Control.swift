/// What a session can be asked to do, by the dashboard and through the control socket alike.
public enum SessionCommand: Codable, Equatable, Sendable {
    /// What can be done to a node.
    public enum Verb: String, Codable, Equatable, Sendable, CaseIterable {
        /// TERM, then KILL after the node's grace; it is not restarted.
        case stop
        case start
        /// KILL; the restart policy applies, as for a crash.
        case kill
        /// STOP and CONT.
        case pause, resume
        /// stop, then start.
        case restart
        /// Generating nodes (`ResolvedNode.generatingKinds`) make no new messages (SIGUSR1), and go on (SIGUSR2).
        case quiet, flow
    }

    /// `node` is a node's name, a group's name (all its replicas), or `*`.
    case node(Verb, node: String)
    /// `target` is a link (`a.x->b.y`), a socket or a node, where the fault can befall one: a node stands for all its
    /// links, or sockets.
    case fault(Fault, target: String)
    /// Ends all faults of a link, a socket, a node and what it has, or (`*`) of the session.
    case heal(target: String)
    case inject(Injection)
    /// End the session, as Ctrl-C would.
    case down
    /// A program that somebody starts himself is to be a node: `ControlReply.joined` tells which. The session never
    /// starts it and never ends it by itself.
    case join(name: String, command: [String])
    /// The process of a node that has joined.
    case joined(node: String, pid: Int32)
    /// It has ended.
    case left(node: String, exit: NodeStatus.Exit)
}

/// Messages to be sent by a fresh peer, which joins as the node `inject-N` and ends when it is done.
public struct Injection: Codable, Equatable, Sendable {
    /// `NODE.SOCKET` (a socket that binds).
    public var target: String
    /// Socket type to send as (`DEALER`), or nil for the one that fits the target best.
    public var type: String?
    /// The frames of the message, as bytes.
    public var frames: [[UInt8]]
    /// Routing id to send with, or nil.
    public var identity: [UInt8]?
    /// How often to send it, from 1.
    public var count: Int
    /// Messages a second, or nil for as fast as the target takes them.
    public var rate: Double?
    /// So many at a time: at each of the times that `rate` gives.
    public var burst: Int
    /// Whether `{n}`, `{uuid}` and `{now}` in the frames are filled in for each message (see `MessageTemplate`).
    public var isTemplate: Bool
    /// Seconds to wait for replies after the last message, or nil for types that get none or when none are wanted.
    public var reply: Double?

    /// By default one message, sent at once, and no wait for replies.
    public init(
        target: String, type: String? = nil, frames: [[UInt8]], identity: [UInt8]? = nil, count: Int = 1,
        rate: Double? = nil, burst: Int = 1, isTemplate: Bool = false, reply: Double? = nil
    ) {
        self.target = target
        self.type = type
        self.frames = frames
        self.identity = identity
        self.count = count
        self.rate = rate
        self.burst = burst
        self.isTemplate = isTemplate
        self.reply = reply
    }
}

extension Injection {
    /// What a request leaves out has its default.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            target: try values.decode(String.self, forKey: .target),
            type: try values.decodeIfPresent(String.self, forKey: .type),
            frames: try values.decode([[UInt8]].self, forKey: .frames),
            identity: try values.decodeIfPresent([UInt8].self, forKey: .identity),
            count: try values.decodeIfPresent(Int.self, forKey: .count) ?? 1,
            rate: try values.decodeIfPresent(Double.self, forKey: .rate),
            burst: try values.decodeIfPresent(Int.self, forKey: .burst) ?? 1,
            isTemplate: try values.decodeIfPresent(Bool.self, forKey: .isTemplate) ?? false,
            reply: try values.decodeIfPresent(Double.self, forKey: .reply))
    }
}

/// What an injector tells while it works: one JSON object a line on its standard output.
public enum InjectionEvent: Codable, Equatable, Sendable {
    /// The connection is up and this socket type was chosen.
    case joined(node: String, type: String, endpoint: String)
    /// So many messages have been accepted by zmq_send so far.
    case sent(messages: Int)
    /// A reply, as this socket received it, and the seconds since the last message was sent.
    case reply(frames: [[UInt8]], seconds: Double)
    /// The work is over.
    case finished(sent: Int, replies: Int)
    /// It could not be done: one sentence with the remedy.
    case failed(reason: String)
}

/// One line to the control socket.
public struct ControlRequest: Codable, Equatable, Sendable {
    /// What is to be done.
    public var command: SessionCommand

    /// One line to the control socket.
    public init(command: SessionCommand) {
        self.command = command
    }
}

/// Lines from the control socket: any number of `event`s for an injection, then `done`, `joined` or `error`.
public enum ControlReply: Codable, Equatable, Sendable {
    case event(InjectionEvent)
    /// It was done; the nodes that it concerned.
    case done(nodes: [String])
    /// The node's name, unique in the session, and which start of it this is, from 1.
    case joined(node: String, incarnation: Int)
    /// It was not: one sentence that says what, on which subject, why, and what to do about it.
    case error(String)
}
