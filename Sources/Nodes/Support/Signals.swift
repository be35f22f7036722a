import Glibc
import Synchronization

/// What a node process is told by signals: TERM and INT to end, USR1 to be quiet, USR2 to go on.
///
/// The handlers only note it, and their arrival interrupts whatever call the main thread blocks in (EINTR). A signal that
/// arrives between the last look and the call would be slept through; so the handler also starts a timer, which interrupts
/// every 20 ms until the note is read. Where the nodes are threads, the main thread passes each interruption on to those
/// that have not read it (`NodeThread`).
enum Signals {
    private static var stop: UInt32 { 1 }
    private static var quiet: UInt32 { 2 }
    private static var unread: UInt32 { 4 }
    /// Above the flags: how many there have been, so that no two states with something new in them are the same.
    private static var one: UInt32 { 8 }
    private static let state = Atomic<UInt32>(0)
    /// The nodes are threads, each of which reads for itself.
    private static let isShared = Atomic<Bool>(false)

    /// Interrupts a thread of a group, and does nothing else.
    private static var wake: Int32 { SIGURG }
    private static var taken: [Int32] { [SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGALRM] }

    /// Nothing to stop for, not quiet: one load, for loops that have no time for more.
    static var allClear: Bool { state.load(ordering: .relaxed) & (stop | quiet) == 0 }

    static var mustStop: Bool { read() & stop != 0 }

    static var isQuiet: Bool { read() & quiet != 0 }

    private static func read() -> UInt32 {
        let value = state.load(ordering: .relaxed)
        if value & unread != 0 { noteRead(value) }
        return value
    }

    @inline(never) private static func noteRead(_ value: UInt32) {
        if isShared.load(ordering: .relaxed) {
            NodeThread.current?.hasRead(value)
        } else {
            markRead(value)
        }
    }

    /// Unless something new has come since.
    private static func markRead(_ value: UInt32) {
        _ = state.compareExchange(expected: value, desired: value & ~unread, ordering: .relaxed)
    }

    private static func note(_ flags: UInt32, not others: UInt32 = 0) {
        var value = state.load(ordering: .relaxed)
        while true {
            let next = (value & ~others | flags | unread) &+ one
            let (isDone, found) = state.compareExchange(expected: value, desired: next, ordering: .relaxed)
            if isDone { break }
            value = found
        }
        setTimer(microseconds: 20_000)
    }

    /// Call it once, on the main thread, before any other thread exists.
    static func install() {
        _ = allClear  // A handler is no place for the first touch of a lazy global.
        handle([SIGTERM, SIGINT]) { _ in Signals.note(Signals.stop) }
        handle([SIGUSR1]) { _ in Signals.note(Signals.quiet) }
        handle([SIGUSR2]) { _ in Signals.note(0, not: Signals.quiet) }
        handle([SIGALRM]) { _ in
            if Signals.state.load(ordering: .relaxed) & Signals.unread == 0 { Signals.setTimer(microseconds: 0) }
        }
        // Whoever started us may have had them blocked, as threads of a pool have, and that is inherited.
        mask(SIG_UNBLOCK, taken)
        // A reader of our output that has gone is an error of write, not a reason to die.
        signal(SIGPIPE, SIG_IGN)
    }

    /// From now on TERM and INT end the process at once: nothing is left but to wait.
    static func release() {
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
    }

    private static func handle(_ signals: [Int32], _ handler: @escaping @convention(c) (Int32) -> Void) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        for signal in taken { sigaddset(&action.sa_mask, signal) }
        for signal in signals { sigaction(signal, &action, nil) }
    }

    private static func mask(_ how: Int32, _ signals: [Int32]) {
        var all = sigset_t()
        for signal in signals { sigaddset(&all, signal) }
        pthread_sigmask(how, &all, nil)
    }

    /// On Linux a plain system call: safe in a handler.
    private static func setTimer(microseconds: Int) {
        let interval = timeval(tv_sec: 0, tv_usec: microseconds)
        var timer = itimerval(it_interval: interval, it_value: interval)
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}

// MARK: - For nodes that are threads

extension Signals {
    /// Threads that `start` makes leave all signals to the main thread, which calls `passOn` whenever it is interrupted.
    static func share(_ start: () throws -> Void) rethrows {
        handle([wake]) { _ in }
        isShared.store(true, ordering: .relaxed)
        mask(SIG_UNBLOCK, [wake])
        mask(SIG_BLOCK, taken)
        defer { mask(SIG_UNBLOCK, taken) }
        try start()
    }

    /// Interrupts the threads that have not read what is new. Main thread only.
    static func passOn(to threads: [NodeThread]) {
        let value = state.load(ordering: .relaxed)
        guard value & unread != 0 else { return }
        // Who is to end is interrupted until it has ended.
        let waiting = threads.filter { !$0.hasEnded && ($0.lastRead != value || value & stop != 0) }
        if waiting.isEmpty { return markRead(value) }
        for thread in waiting { thread.interrupt(wake) }
    }

    /// As if TERM had come: every thread is to end.
    static func end() { note(stop) }
}
