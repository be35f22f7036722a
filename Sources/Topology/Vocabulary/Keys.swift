/// A key of the format. The tables below serve validation (which keys there are) and the schema (what they hold).
struct Key: Sendable {
    indirect enum Shape: Sendable {
        case text
        case integer(ClosedRange<Int>)
        case flag
        case duration
        case choice([String])
        /// A scalar of any form.
        case scalar
        case list(Shape)
        case oneOf([Shape])
        /// A map with any keys.
        case map(Shape)
        case keys([Key])
        /// Filled in by the schema from the kinds' and options' tables.
        case behavior, options
        /// Names match a pattern.
        case named(Shape)
    }

    var name: String
    var shape: Shape
    var about: String

    init(_ name: String, _ shape: Shape, _ about: String) {
        self.name = name
        self.shape = shape
        self.about = about
    }

    static let mostReplicas = 10_000

    static let top: [Key] =
        [
            Key("name", .text, "Name of the topology; the file's name without it."),
            Key("about", .text, "One sentence on what it shows."),
            Key("nodes", .named(.keys(node)), "The nodes, by name."),
            Key("lint", .keys(lint), "Which lints and verdicts to leave out."),
        ] + trial

    static let lint: [Key] = [
        Key(
            "ignore", .oneOf([.list(.choice(LintRule.silenceable)), .choice(LintRule.silenceable)]),
            "Names of lints, which are about the file, and of verdicts, which are about what runs.")
    ]

    static let node: [Key] = [
        Key("kind", .choice(Kind.names), "A built-in kind; a node has this, or `command`, or `external`."),
        Key(
            "command", .oneOf([.text, .list(.scalar)]),
            "Any program and its arguments; `{NODE.SOCKET}` in them becomes an endpoint."),
        Key("external", .flag, "true: not ours, never started."),
        Key("replicas", .integer(1...mostReplicas), "How many of it: NAME-1, NAME-2, …; the bare NAME for one."),
        Key(
            "depends_on", .oneOf([.text, .list(.text)]),
            "Nodes whose binds must listen before this one starts; without it everything starts at once."),
        Key("sockets", .named(.keys(socket)), "Its sockets, by name."),
        Key("behavior", .behavior, "What a built-in kind does."),
        Key("environment", .oneOf([.map(.scalar), .list(.text)]), "Variables for a command."),
        Key("working_dir", .text, "Where a command runs; relative to the file's folder."),
        Key(
            "start", .oneOf([.choice(["automatic", "manual"]), .duration]),
            "automatic, manual (when somebody asks), or how long after the session: 3s."),
        Key(
            "restart", .oneOf([.text, .keys(restart)]),
            "What happens when it ends by itself: no, on-failure, on-failure:5, always, unless-stopped, or a map."),
        Key("stop_grace_period", .duration, "Time between the polite signal and KILL; 1s without it."),
        Key("seed", .integer(0...Int.max), "Makes a built-in kind's random choices repeatable."),
        Key("process", .text, "Built-in nodes with the same name here are threads of one process; inproc joins them."),
    ]

    static let restart: [Key] = [
        Key("policy", .choice(["no", "on-failure", "always", "unless-stopped"]), "When it is started again."),
        Key("delay", .duration, "Before the first restart; doubled each time. 500ms without it."),
        Key("max_delay", .duration, "The longest delay; 30s without it."),
        Key("max", .integer(1...Int.max), "The most restarts in a row; no limit without it."),
    ]

    static let socket: [Key] = [
        Key("type", .choice(SocketType.names), "Its type."),
        Key("bind", .oneOf([.text, .list(.text)]), "Endpoints to bind: tcp://127.0.0.1:*, ipc://name."),
        Key(
            "connect", .oneOf([.text, .list(.text), .keys(each)]),
            "NODE.SOCKET or endpoints to connect to; others.SOCKET; {each: NODE.SOCKET} for a socket a replica."),
        Key("each", .text, "The same as `connect: {each: NODE.SOCKET}`."),
        Key("options", .options, "Socket options, in lower case without ZMQ_."),
        Key(
            "subscribe", .oneOf([.text, .list(.text)]), "SUB and XSUB: prefixes to subscribe to; \"\" for everything."),
    ]

    static let each: [Key] = [
        Key("each", .text, "NODE.SOCKET: one socket for each replica of the node.")
    ]
}
