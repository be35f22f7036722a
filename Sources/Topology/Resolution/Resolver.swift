internal import RunDirectory

/// What the resolver takes from outside: ports, folders, the machine.
struct Planner {
    /// A free port that is held for `tcp://host:*`; nil leaves the `*`.
    var port: (_ host: String) throws -> Int?
    /// The path of a relative ipc name.
    var ipcPath: (_ name: String) -> String
    var session: String
    /// Whether programs, ports and interfaces must exist on this machine now.
    var checksMachine: Bool
    var environment: [String: String]

    /// Nothing is held, and nothing of this machine is looked at: `*` stays, and relative names stay relative.
    static func preview(checksMachine: Bool = false, environment: [String: String] = [:]) -> Planner {
        Planner(
            port: { _ in nil }, ipcPath: { $0 }, session: "session", checksMachine: checksMachine,
            environment: environment)
    }
}

/// Makes the resolved topology out of the model: replicas, endpoints, references, options, behaviour. What is wrong is
/// reported at its place, once for all replicas.
final class Resolver {
    struct Socket {
        var spec: SocketSpec
        var name: String
        /// The replica, from 1, that an `each` socket is for.
        var eachOf: Int?
        var binds: [(endpoint: Endpoint, place: Place)] = []
        /// Something about its binds was wrong, and reported.
        var isBroken = false
    }

    struct Node {
        var spec: NodeSpec
        var name: String
        /// From 0.
        var rank: Int
        var sockets: [Socket] = []
        /// The name of the process that it shares.
        var process: String?
    }

    struct SocketIndex: Hashable {
        var node: Int
        var socket: Int
    }

    /// Who connects to whom, for checks and lints. `target` is nil for an endpoint outside.
    struct Connection {
        var from: SocketIndex
        var target: SocketIndex?
        var endpoint: Endpoint
        var place: Place
    }

    /// Every node to every other of 500; more than that is a slip in `replicas:`.
    static let mostConnections = 250_000

    let model: Model
    let problems: Problems
    let planner: Planner
    /// The file's folder, absolute.
    let folder: String

    var nodes: [Node] = []
    var connections: [Connection] = []
    private(set) var nodesByName: [String: Int] = [:]
    private(set) var groups: [String: Range<Int>] = [:]
    /// Who binds what, by the endpoint as another process would connect to it.
    var bound: [Endpoint: SocketIndex] = [:]
    /// Who binds a tcp port, and on which host.
    var boundPorts: [Int: [(host: String, socket: SocketIndex)]] = [:]

    init(model: Model, problems: Problems, planner: Planner, folder: String) {
        self.model = model
        self.problems = problems
        self.planner = planner
        self.folder = folder
    }

    func resolve(file: String) -> ResolvedTopology {
        expandNodes()
        expandProcesses()
        expandSockets()
        resolveBinds()
        checkDependencies()
        var connects: [[[ResolvedConnect]]] = []
        for node in nodes.indices {
            connects.append(nodes[node].sockets.indices.map { self.connects(of: SocketIndex(node: node, socket: $0)) })
        }
        let resolved = sharing(nodes.indices.map { resolve(nodes[$0], $0, connects[$0]) })
        return ResolvedTopology(name: model.name, about: model.about, file: file, nodes: resolved)
    }

    // MARK: Nodes and sockets

    private func expandNodes() {
        for spec in model.nodes {
            let first = nodes.count
            for rank in 0..<spec.replicas {
                let name = spec.replicas == 1 ? spec.name.text : "\(spec.name.text)-\(rank + 1)"
                if let other = nodesByName[name] {
                    let place = nodes[other].spec.name.place
                    problems.reportOnce(
                        spec.name.place, "two nodes would be named \(name): the other is in \(problems.name(place))",
                        help: "rename one of them")
                    continue
                }
                nodesByName[name] = nodes.count
                nodes.append(Node(spec: spec, name: name, rank: rank))
            }
            groups[spec.name.text] = first..<nodes.count
        }
    }

    private func expandSockets() {
        for node in nodes.indices {
            for spec in nodes[node].spec.sockets {
                guard let each = spec.each else {
                    nodes[node].sockets.append(Socket(spec: spec, name: spec.name.text))
                    continue
                }
                guard let target = expand(each, in: node),
                    let found = attempt(
                        at: each.place,
                        { () throws(Complaint) in try lookUpNodes(String(target.text.prefix { $0 != "." })) })
                else { continue }
                if found.count > 1, let kind = nodes[node].spec.kind {
                    problems.reportOnce(
                        each.place, "a \(kind.name) uses one socket here, and `each` would make \(found.count)",
                        help: "connect one socket to all of them: connect: \(target.text)")
                }
                for index in found {
                    let suffix = nodes[index].spec.replicas == 1 ? "" : "-\(nodes[index].rank + 1)"
                    nodes[node].sockets.append(
                        Socket(spec: spec, name: spec.name.text + suffix, eachOf: nodes[index].rank + 1))
                }
            }
        }
    }

    /// The nodes that a name stands for: a group's, or one replica.
    func lookUpNodes(_ name: String) throws(Complaint) -> Range<Int> {
        if let group = groups[name] { return group }
        if let index = nodesByName[name] { return index..<index + 1 }
        guard let dash = name.lastIndex(of: "-"), name[dash...].dropFirst().allSatisfy(\.isNumber),
            let group = groups[String(name[..<dash])], let first = group.first
        else {
            throw Complaint(
                message: "there is no node \"\(name)\"",
                help: suggestion(for: name, in: model.nodes.map(\.name.text), label: "the nodes are"))
        }
        // `api-1` is `api` when there is one of it.
        if group.count == 1, name.hasSuffix("-1") { return group }
        let spec = nodes[first].spec
        throw Complaint(
            message:
                "there is no node \"\(name)\": \(spec.name.text) has \(spec.replicas) replica\(spec.replicas == 1 ? "" : "s")"
        )
    }

    // MARK: Text

    /// What the work makes; a complaint is reported, once for all replicas.
    func attempt<Result>(at place: Place, _ work: () throws(Complaint) -> Result) -> Result? {
        do throws(Complaint) {
            return try work()
        } catch {
            problems.reportOnce(place, error.message, help: error.help)
            return nil
        }
    }

    /// The text with its `{…}` filled in for a node.
    func expand(_ located: Located, in node: Int, references: Bool = true) -> Located? {
        guard located.text.utf8.contains(0x7B) else { return located }
        return attempt(at: located.place) { () throws(Complaint) in
            Located(
                text: try Template.text(located.text, scope(of: node, references: references)), place: located.place)
        }
    }

    private func scope(of node: Int, references: Bool) -> Template.Scope {
        Template.Scope(rank: nodes[node].rank, session: planner.session) { [self] (name) throws(Complaint) in
            guard references else {
                throw Complaint(
                    message: "{\(name)} refers to an endpoint, and a bind cannot", help: "write the endpoint itself")
            }
            return try endpointText(name, from: node)
        }
    }

    // MARK: One node

    private func resolve(_ node: Node, _ index: Int, _ connects: [[ResolvedConnect]]) -> ResolvedNode {
        let spec = node.spec
        var environment: [String: String] = [:]
        for (name, value) in spec.environment { environment[name] = expand(value, in: index)?.text }
        let directory = workingDirectory(of: node, index)
        let program: ResolvedNode.Program =
            switch spec.program {
            case .kind(let kind): .builtin(kind: kind.name)
            case .command(let words):
                .command(command(words, in: index, directory: directory, environment: environment))
            case .external, .unknown: .external
            }
        let sockets = node.sockets.enumerated().map { position, socket in
            ResolvedSocket(
                name: socket.name, type: socket.spec.type?.rawValue ?? "", binds: socket.binds.map(\.endpoint.text),
                connects: connects[position],
                options: socket.spec.options.compactMap { option($0.option, $0.value, in: index) },
                subscriptions: socket.spec.subscriptions.compactMap { bytes($0, in: index) })
        }
        return ResolvedNode(
            name: node.name, group: spec.name.text, replica: spec.replicas == 1 ? nil : node.rank + 1,
            program: program, environment: environment, workingDirectory: directory, sockets: sockets,
            behavior: behavior(spec.behavior, in: index),
            dependsOn: spec.dependsOn.flatMap { name in groups[name.text].map { $0.map { nodes[$0].name } } ?? [] },
            start: spec.start, restart: spec.restart, stopGrace: spec.stopGrace, process: node.process)
    }

    private func behavior(_ specs: [BehaviorSpec], in node: Int) -> [String: BehaviorValue] {
        var behavior: [String: BehaviorValue] = [:]
        for spec in specs {
            switch spec.content {
            case .text(let text):
                guard let text = expand(text, in: node) else { continue }
                behavior[spec.field.name] = attempt(at: text.place) { () throws(Complaint) in
                    try BehaviorReader.value(of: text.text, for: spec.field)
                }
            case .named(let members):
                var values: [String: BehaviorValue] = [:]
                for (name, fields) in members {
                    guard let name = expand(name, in: node) else { continue }
                    values[name.text] = .map(self.behavior(fields, in: node))
                }
                behavior[spec.field.name] = .map(values)
            }
        }
        return behavior
    }

    func option(_ option: SocketOption, _ value: Located, in node: Int) -> ResolvedOption? {
        attempt(at: value.place) { () throws(Complaint) in
            let bytes = try Template.bytes(value.text, scope(of: node, references: true))
            return ResolvedOption(
                name: option.name, number: option.number, value: try OptionReader.value(of: bytes, for: option))
        }
    }

    /// Binary text, `hex:` understood.
    private func bytes(_ value: Located, in node: Int) -> [UInt8]? {
        attempt(at: value.place) { () throws(Complaint) in
            try OptionReader.binary(try Template.bytes(value.text, scope(of: node, references: true)))
        }
    }

    private func checkDependencies() {
        let names = model.nodes.map(\.name.text)
        var inCycles: Set<String> = []
        for spec in model.nodes {
            for dependency in spec.dependsOn {
                guard let other = model.nodes.first(where: { $0.name.text == dependency.text }) else {
                    problems.report(
                        dependency.place, "there is no node \"\(dependency.text)\" to depend on",
                        help: suggestion(for: dependency.text, in: names, label: "the nodes are"))
                    continue
                }
                if other.isExternal {
                    problems.report(
                        dependency.place,
                        "\(dependency.text) is external: zmqtop does not start it and cannot wait for it",
                        help: "remove it; ZeroMQ connects whenever \(dependency.text) appears")
                }
                if let process = sharedProcess(spec, other) {
                    problems.report(
                        dependency.place,
                        "\(spec.name.text) cannot wait for \(dependency.text): both are in the process \(process), "
                            + "which starts as a whole",
                        help: "remove it; inproc connects before the bind, too")
                    continue
                }
                if !inCycles.contains(spec.name.text), let path = path(from: dependency.text, to: spec.name.text) {
                    inCycles.formUnion(path)
                    problems.report(
                        dependency.place,
                        "these nodes wait for each other and none could start: "
                            + ([spec.name.text] + path).joined(separator: " → "),
                        help: "remove one of the dependencies; ZeroMQ does not need an order")
                }
            }
        }
    }

    /// The chain of dependencies that leads from one node to another, or to one of its process.
    private func path(from start: String, to end: String) -> [String]? {
        var visited: Set<String> = []
        let last = model.nodes.first { $0.name.text == end }
        func search(_ name: String) -> [String]? {
            if name == end { return [name] }
            guard visited.insert(name).inserted, let spec = model.nodes.first(where: { $0.name.text == name }) else {
                return nil
            }
            if let last, let process = sharedProcess(spec, last) {
                return ["\(name) (which is in the process \(process) with \(end))"]
            }
            for next in spec.dependsOn {
                if let rest = search(next.text) { return [name] + rest }
            }
            return nil
        }
        return search(start)
    }
}
