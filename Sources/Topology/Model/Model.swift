internal import RunDirectory

/// A topology as the file has it: keys checked, names found, values still text, for a `{…}` in them may differ from
/// replica to replica.
struct Model {
    var name: String
    var about: String
    var nodes: [NodeSpec] = []
    var ignoredLints: Set<String> = []
}

struct NodeSpec {
    enum Program {
        case kind(Kind)
        case command([Located])
        case external
        /// What stands there was reported.
        case unknown
    }

    var name: Located
    var program: Program
    var replicas = 1
    var dependsOn: [Located] = []
    var sockets: [SocketSpec] = []
    var behavior: [BehaviorSpec] = []
    var environment: [(name: String, value: Located)] = []
    var workingDirectory: Located?
    var start = StartPolicy.automatic
    var restart = RestartPolicy()
    var stopGrace = 1.0
    var process: Located?
    /// Where `start`, `restart` and `stop_grace_period` are written, if they are.
    var places: [String: Place] = [:]

    var isExternal: Bool {
        if case .external = program { true } else { false }
    }

    var kind: Kind? {
        if case .kind(let kind) = program { kind } else { nil }
    }
}

/// A field of a behaviour, and what the file says of it.
struct BehaviorSpec {
    indirect enum Content {
        case text(Located)
        case named([(name: Located, fields: [BehaviorSpec])])
    }

    var field: Kind.Field
    var content: Content

    /// nil for a map.
    var text: Located? {
        if case .text(let text) = content { text } else { nil }
    }
}

struct SocketSpec {
    var name: Located
    /// nil when it was wrong, and reported.
    var type: SocketType?
    var typePlace: Place
    var binds: [Located] = []
    var connects: [Located] = []
    /// `each: NODE.SOCKET`: this is as many sockets as that node has replicas.
    var each: Located?
    var options: [(option: SocketOption, name: Located, value: Located)] = []
    var subscriptions: [Located] = []

    /// The option's text, where the file sets it.
    func option(_ name: String) -> (name: Located, value: Located)? {
        options.first { $0.option.name == name }.map { ($0.name, $0.value) }
    }
}
