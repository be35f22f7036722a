import CLinux
import Dispatch
import Glibc
import Keeping
public import RunDirectory
import Synchronization

/// One running topology: its run directory, its keeper, its nodes, its control socket.
///
/// Make it (the run directory exists from then on), resolve the topology with `layout`, `id` and `holdPort`, start it,
/// and stop it. Any thread may call any method; the work is done on a thread of the session's own.
public final class Session: Sendable {
    /// Unique on this machine: `inference-x7k2`.
    public let id: String
    /// Where its files lie.
    public let layout: RunLayout

    private let name: String
    private let options: SessionOptions
    private let ports = PortHolder()
    private let mailbox: Mailbox
    private let lock: Int32
    private let life = Mutex(Life.made)

    private enum Life { case made, started, stopped }

    /// Makes the run directory: a new one below `$XDG_RUNTIME_DIR/zmqtop` (or `/tmp/zmqtop-UID`), or the one that the
    /// options name. What killed sessions left beside it is removed.
    /// - Parameter name: the topology's.
    /// - Throws: `SessionError` when no directory can be had that is private to this user.
    public init(name: String, options: SessionOptions) throws {
        let made = try SessionDirectory.make(name: name, runDirectory: options.runDirectory)
        self.name = name
        self.options = options
        id = made.id
        layout = made.layout
        lock = made.lock
        do {
            mailbox = try Mailbox()
        } catch {
            DirectoryTree.remove(made.layout.directory)
            close(made.lock)
            throw error
        }
    }

    /// Whether the run directory stays.
    private var keeps: Bool { options.keep || options.runDirectory != nil }

    /// Chooses a free tcp port and holds it until the session is gone: see `PortHolder`.
    public func holdPort(host: String) throws -> Int { try ports.hold(host: host) }

    /// Writes the run directory's files, starts the keeper and, without waiting for them, the nodes.
    /// - Throws: `SessionError` when the session cannot run; nothing is left then. A node that cannot be started is no
    ///   error: its status tells.
    public func start(_ topology: ResolvedTopology) throws {
        try life.withLock {
            guard $0 == .made else { throw SessionError("session \(id) has been started before") }
            $0 = .started
        }
        do {
            let keeper = try KeeperConnection(
                program: options.programs.keeper, layout: layout, lock: lock, keeps: keeps)
            do {
                try start(topology, keeper)
            } catch {
                keeper.disconnect()
                keeper.waitForEnd(seconds: 3)
                throw error
            }
        } catch {
            mailbox.nodesEnded.leave()
            mailbox.closed.leave()
            remove(always: true)
            throw error
        }
    }

    private func start(_ topology: ResolvedTopology, _ keeper: KeeperConnection) throws {
        if keeps { try replaceFile(layout.keep, with: []) }
        let started = monotonicNanoseconds()
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        try replaceFile(
            layout.session,
            withJSON: SessionRecord(
                id: id, topology: name, pid: getpid(), startedMonotonic: started,
                startedWallClock: Double(wall.tv_sec) + Double(wall.tv_nsec) / 1e9))
        try replaceFile(layout.topology, withJSON: topology)
        for node in topology.nodes { try replaceFile(layout.node(node.name), withJSON: node) }
        let loop = SessionLoop(
            topology: topology, layout: layout, options: options, mailbox: mailbox, keeper: keeper,
            server: try ControlServer(path: layout.control),
            launcher: try Launcher(layout: layout, programs: options.programs))
        loop.begin(now: started)
        try runThread(loop)
    }

    /// Asks for something to be done.
    /// - Parameter reply: gets the replies on the session's thread, so it must return soon: any number of `event`s of an
    ///   injection, then `done` or `error`. It comes also when the session is not running.
    public func perform(_ command: SessionCommand, reply: @escaping @Sendable (ControlReply) -> Void = { _ in }) {
        guard life.withLock({ $0 }) == .started, mailbox.post(.perform(command, reply)) else {
            reply(.error("session \(id) does not run"))
            return
        }
    }

    /// The nodes as they are now, in the order of the topology; injectors after them, for as long as they run and ten
    /// seconds more, or until the next injection. An external node is always `waiting`: nobody here starts it.
    public var statuses: [NodeStatus] { mailbox.statuses }

    /// Ends every node (TERM, and KILL after its grace but at most a second) and all that descends from them, removes
    /// the run directory unless it is to be kept, and returns when all of that is done: within two seconds. A second
    /// call does nothing but wait.
    /// - Parameter whenNodesEnded: called when no process is left and the run directory still stands.
    public func stop(whenNodesEnded: () -> Void = {}) {
        let before = life.withLock { life in
            defer { life = .stopped }
            return life
        }
        if before == .started { _ = mailbox.post(.end) }
        if before == .made {
            mailbox.nodesEnded.leave()
            mailbox.closed.leave()
        }
        mailbox.nodesEnded.wait()
        if before != .stopped {
            whenNodesEnded()
            _ = mailbox.post(.close)
        }
        mailbox.closed.wait()
        if before != .stopped { remove(always: before == .made) }
    }

    /// What the keeper has not removed, because there was none or it was killed.
    private func remove(always: Bool) {
        if always || !keeps { DirectoryTree.remove(layout.directory) }
        flock(lock, LOCK_UN)
    }

    deinit {
        if life.withLock({ $0 }) == .made { DirectoryTree.remove(layout.directory) }
        close(lock)
    }
}

/// Runs the loop on a thread of its own: it blocks in poll, which no shared pool of threads should.
private func runThread(_ loop: SessionLoop) throws {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(loop)
    let error = pthread_create(
        &thread, nil,
        { argument in
            // Signals are for the owner's threads.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, nil)
            Unmanaged<SessionLoop>.fromOpaque(argument!).takeRetainedValue().run()
            return nil
        }, argument.toOpaque())
    guard error == 0 else {
        argument.release()
        throw SessionError("cannot start the session's thread", errno: error)
    }
    pthread_detach(thread)
}

/// What the session's thread and the others give each other.
final class Mailbox: Sendable {
    enum Order: Sendable {
        case perform(SessionCommand, @Sendable (ControlReply) -> Void)
        case end
        case close
    }

    private struct Contents {
        var orders: [Order] = []
        var statuses: [NodeStatus] = []
        var isClosed = false
    }

    /// Readable when there are orders.
    let descriptor: Int32
    /// Left when no process runs any more.
    let nodesEnded = DispatchGroup()
    /// Left when the session's thread has done its last.
    let closed = DispatchGroup()
    private let contents = Mutex(Contents())

    init() throws {
        descriptor = linux_event_descriptor()
        guard descriptor >= 0 else { throw SessionError("cannot make an event descriptor", errno: errno) }
        nodesEnded.enter()
        closed.enter()
    }

    deinit { Glibc.close(descriptor) }

    var statuses: [NodeStatus] { contents.withLock { $0.statuses } }

    func publish(_ statuses: [NodeStatus]) { contents.withLock { $0.statuses = statuses } }

    /// - Returns: false when nobody will read it.
    func post(_ order: Order) -> Bool {
        let isTaken = contents.withLock { contents in
            if !contents.isClosed { contents.orders.append(order) }
            return !contents.isClosed
        }
        if isTaken {
            var one: UInt64 = 1
            write(descriptor, &one, 8)
        }
        return isTaken
    }

    /// - Parameter closing: no more orders are taken.
    func take(closing: Bool = false) -> [Order] {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
        return contents.withLock { contents in
            defer { contents.orders = [] }
            if closing { contents.isClosed = true }
            return contents.orders
        }
    }
}
