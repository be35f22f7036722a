import Glibc
import RunDirectory
import Synchronization
import ZeroMQ

/// A node that is a thread, of several in one process.
final class NodeThread {
    private let node: ResolvedNode
    /// From 1, by which the tap knows it.
    private let ordinal: UInt32
    private let context: Context
    /// Posted when a thread has ended.
    private let ended: UnsafeMutablePointer<sem_t>
    private var thread = pthread_t()
    private let isOver = Atomic<Bool>(false)
    private let isFailed = Atomic<Bool>(false)
    private let read = Atomic<UInt32>(0)

    private init(_ node: ResolvedNode, _ ordinal: UInt32, _ context: Context, _ ended: UnsafeMutablePointer<sem_t>) {
        self.node = node
        self.ordinal = ordinal
        self.context = context
        self.ended = ended
    }

    /// Runs each node on a thread of its own, with one context, and blocks until all have ended: after a signal, or after
    /// one of them has ended by itself, whether it could not go on or was told so by a message. Main thread only.
    ///
    /// - Returns: whether none of them failed; who did has said so on standard error.
    static func run(_ nodes: [ResolvedNode]) throws -> Bool {
        let ended = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        sem_init(ended, 0, 0)
        let context = try Context()
        let threads = nodes.enumerated().map { NodeThread($1, UInt32($0 + 1), context, ended) }
        try Signals.share {
            for thread in threads { thread.thread = try startThread { thread.work() } }
        }
        var left = threads.count
        while left > 0 {
            // A signal interrupts it.
            if sem_wait(ended) == 0 {
                left -= 1
                // A process is one whole: no node of it is running when another is not.
                Signals.end()
            }
            Signals.passOn(to: threads)
        }
        for thread in threads { pthread_join(thread.thread, nil) }
        sem_destroy(ended)
        ended.deallocate()
        return !threads.contains { $0.isFailed.load(ordering: .relaxed) }
    }

    private func work() {
        pthread_setspecific(NodeThread.key, Unmanaged.passUnretained(self).toOpaque())
        setName()
        typealias Announcement = @convention(c) (UInt32) -> Void
        if let announce = dlsym(nil, "zmqtap_node") { unsafeBitCast(announce, to: Announcement.self)(ordinal) }
        if !NodeProcess.play(node, in: context) { isFailed.store(true, ordering: .relaxed) }
        isOver.store(true, ordering: .relaxed)
        sem_post(ended)
    }

    /// What a debugger and htop call the thread; the kernel keeps 15 bytes.
    private func setName() {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let bytes = Array(node.name.utf8.prefix(15))
        _ = write(file, bytes, bytes.count)
        close(file)
    }

    // MARK: - Signals

    /// Made at its first use, by whatever thread: a process of one node has none that is set.
    private static let key = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// The one that the calling thread is; nil on the main thread.
    static var current: NodeThread? {
        pthread_getspecific(key).map { Unmanaged<NodeThread>.fromOpaque($0).takeUnretainedValue() }
    }

    func hasRead(_ value: UInt32) { read.store(value, ordering: .relaxed) }
    var lastRead: UInt32 { read.load(ordering: .relaxed) }
    var hasEnded: Bool { isOver.load(ordering: .relaxed) }

    /// Main thread only; it may have ended meanwhile, for it is not yet joined.
    func interrupt(_ signal: Int32) { pthread_kill(thread, signal) }
}
