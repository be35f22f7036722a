internal import RunDirectory

/// What is legal but bites.
public struct Lint: Codable, Equatable, Sendable {
    /// The name by which `lint: {ignore: [NAME]}` at the top of a file silences it.
    public var rule: String
    /// The path as it was given.
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// `NODE.SOCKET` of the resolved topology that it is about, the first one of several replicas.
    public var subject: String
    /// What will happen, with the numbers, and what to do about it.
    public var sentence: String
    /// The line as it stands in the file.
    public var sourceLine: String
}

extension Lint: CustomStringConvertible {
    /// Rendered like a `Diagnostic`, as a warning, with the rule's name behind it.
    public var description: String {
        Diagnostic(
            file: file, line: line, column: column, message: "\(sentence) [\(rule)]", sourceLine: sourceLine
        ).rendered(severity: "warning")
    }
}

/// The lints that a file can show. `ipc-path-too-long` and `endpoint-conflict` are errors: such a file cannot run.
enum LintRule: String, CaseIterable, Sendable {
    case hwmZero = "hwm-zero"
    case slowJoiner = "slow-joiner"
    case noSubscription = "no-subscription"
    case routerNoMandatory = "router-no-mandatory"
    case duplicateRoutingId = "duplicate-routing-id"
    case noHeartbeat = "no-heartbeat"
    case reqLockstep = "req-lockstep"
    case pushPullCycle = "push-pull-cycle"
    case lingerDefault = "linger-default"

    static let names = allCases.map(\.rawValue)

    /// What `lint: {ignore: […]}` may name: the verdicts on what runs are silenced in the same place.
    static let silenceable = names + VerdictRule.names
}
