import Glibc
import Synchronization

/// What a node process is told by signals: TERM and INT to end, USR1 to be quiet, USR2 to go on.
///
/// The handlers only note it, and their arrival interrupts whatever call the main thread blocks in (EINTR). A signal that
/// arrives between the last look and the call would be slept through; so the handler also starts a timer, which interrupts
/// every 20 ms until the note is read.
enum Signals {
    private static var stop: UInt32 { 1 }
    private static var quiet: UInt32 { 2 }
    private static var unread: UInt32 { 4 }
    private static let state = Atomic<UInt32>(0)

    /// Nothing to stop for, not quiet, nothing unread: one load, for loops that have no time for more.
    static var allClear: Bool { state.load(ordering: .relaxed) == 0 }

    static var mustStop: Bool { read() & stop != 0 }

    static var isQuiet: Bool { read() & quiet != 0 }

    private static func read() -> UInt32 {
        let value = state.load(ordering: .relaxed)
        if value & unread != 0 { state.bitwiseAnd(~unread, ordering: .relaxed) }
        return value
    }

    /// Call it once, on the main thread, before any other thread exists.
    static func install() {
        _ = allClear  // A handler is no place for the first touch of a lazy global.
        handle([SIGTERM, SIGINT]) { _ in
            Signals.state.bitwiseOr(Signals.stop | Signals.unread, ordering: .relaxed)
            Signals.setTimer(microseconds: 20_000)
        }
        handle([SIGUSR1]) { _ in
            Signals.state.bitwiseOr(Signals.quiet | Signals.unread, ordering: .relaxed)
            Signals.setTimer(microseconds: 20_000)
        }
        handle([SIGUSR2]) { _ in
            Signals.state.bitwiseAnd(~Signals.quiet, ordering: .relaxed)
            Signals.state.bitwiseOr(Signals.unread, ordering: .relaxed)
            Signals.setTimer(microseconds: 20_000)
        }
        handle([SIGALRM]) { _ in
            if Signals.state.load(ordering: .relaxed) & Signals.unread == 0 { Signals.setTimer(microseconds: 0) }
        }
        // Whoever started us may have had them blocked, as threads of a pool have, and that is inherited.
        var all = sigset_t()
        for signal in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGALRM] { sigaddset(&all, signal) }
        sigprocmask(SIG_UNBLOCK, &all, nil)
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
        for signal in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGALRM] { sigaddset(&action.sa_mask, signal) }
        for signal in signals { sigaction(signal, &action, nil) }
    }

    /// On Linux a plain system call: safe in a handler.
    private static func setTimer(microseconds: Int) {
        let interval = timeval(tv_sec: 0, tv_usec: microseconds)
        var timer = itimerval(it_interval: interval, it_value: interval)
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}
