import Keeping
import RunDirectory

/// A node and what is going on with it; or several nodes that are threads of one process, and share all that is going on.
/// Used by the session's thread.
final class ManagedNode {
    /// A process that was asked for and has not ended.
    struct Process {
        /// The keeper's name for it.
        var id: UInt32
        var startedAt: UInt64
        /// Sizes of the output files before: what this process writes comes after.
        var outputStart: Int
        var errorStart: Int
        /// When KILL is due.
        var killAt: UInt64?
        /// It was asked to end (TERM), so its end is no failure.
        var isAskedToEnd = false
        /// It was given KILL because TERM did not help.
        var isOverdue = false
        /// Another one is to follow at once.
        var isToBeReplaced = false
        /// Once it has been seen to run.
        var hasRun = false
        var isPaused = false
        /// Of a joined program: when it was found to be there no more.
        var goneAt: UInt64?
        /// A signal that it can take only once it runs.
        var pendingSignal: Int32?
    }

    /// More than one where they share a process.
    let nodes: [ResolvedNode]
    /// Of the first, whose name the process bears; the others' are the same but for who they are.
    var status: NodeStatus
    var process: Process?
    /// Automatic restarts without a long run between them.
    var restarts = 0
    /// Since when it has waited for what it depends on.
    var waitsSince: UInt64?
    /// Of an injector that has ended: when it leaves the list.
    var leavesAt: UInt64?

    /// Somebody else has started it: it gets its signals from us, not from the keeper, and is never ended by the session.
    let isJoined: Bool

    convenience init(_ node: ResolvedNode, isJoined: Bool = false) { self.init(sharing: [node], isJoined: isJoined) }

    /// Of nodes that share a process; there must be one.
    init(sharing nodes: [ResolvedNode], isJoined: Bool = false) {
        self.nodes = nodes
        self.isJoined = isJoined
        let node = nodes[0]
        status = NodeStatus(name: node.name, group: node.group, replica: node.replica, kind: node.kind)
    }

    /// The one whose name the process bears; what a process has once is the same in all.
    var node: ResolvedNode { nodes[0] }
    var names: [String] { nodes.map(\.name) }

    /// Of each node.
    var statuses: [NodeStatus] {
        nodes.map { node in
            var status = status
            status.name = node.name
            status.group = node.group
            status.replica = node.replica
            status.kind = node.kind
            return status
        }
    }

    var isInjector: Bool { node.kind == "injector" }
    var isExternal: Bool { node.program == .external }

    /// Its state, from what is known of its process.
    func refreshState() {
        guard let process else { return }
        status.state =
            process.isAskedToEnd
            ? .stopping : process.isPaused ? .paused : process.hasRun ? .running : .starting
    }
}

/// Who wants to know how a command went.
enum Asker {
    /// A client of the control socket, by its number.
    case client(Int)
    /// The owner of the session.
    case owner(@Sendable (ControlReply) -> Void)
}
