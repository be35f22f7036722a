import Glibc

/// Bounds the time that a write to the terminal may block: a terminal that takes nothing (a connection that hangs, a window
/// that is suspended) would else hold up the program for ever, with its keys, and with the session that it is to end.
///
/// A timer interrupts the write after a while, and throws away what the terminal has not taken; there is room then, and
/// the write goes on. What was on the screen is no longer known: all of it is to be sent anew.
enum Patience {
    private struct State {
        /// Whether a write is under way.
        var isWriting: sig_atomic_t = 0
        /// Whether output was thrown away since it began.
        var isLost: sig_atomic_t = 0
    }

    /// Never freed: the handler may need it at any moment.
    nonisolated(unsafe) private static let state: UnsafeMutablePointer<State> = {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State())
        return state
    }()

    /// Whether the end was asked for: nobody waits long for a terminal then.
    nonisolated(unsafe) private static let isHurried: UnsafeMutablePointer<sig_atomic_t> = {
        let flag = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
        flag.initialize(to: 0)
        return flag
    }()

    /// What a terminal may take for one frame before it counts as stuck, and for the last words.
    private static let forFrame = Duration.seconds(5)
    private static let forEnd = Duration.milliseconds(300)

    /// Writes to the terminal, on the process's main thread.
    ///
    /// - Returns: whether all of it was sent; false: some was thrown away.
    static func write(isLast: Bool = false, _ body: () -> Void) -> Bool {
        state.pointee.isLost = 0
        state.pointee.isWriting = 1
        set(isLast || isHurried.pointee != 0 ? forEnd : forFrame)
        body()
        state.pointee.isWriting = 0
        set(.zero)
        return state.pointee.isLost == 0
    }

    /// A write that is under way is not waited for any longer. From any thread.
    static func hurry() {
        isHurried.pointee = 1
        if state.pointee.isWriting != 0 { set(forEnd) }
    }

    /// Catches the timer's signal from now on.
    ///
    /// - Returns: what caught it before.
    static func install() -> (signal: Int32, action: sigaction) {
        _ = (state, isHurried)
        isHurried.pointee = 0
        var action = sigaction()
        // The write that was interrupted goes on.
        action.sa_flags = SA_RESTART
        action.__sigaction_handler.sa_handler = { _ in
            guard Patience.state.pointee.isWriting != 0 else { return }
            let error = errno
            Patience.state.pointee.isLost = 1
            tcflush(STDOUT_FILENO, TCOFLUSH)
            errno = error
        }
        var earlier = sigaction()
        sigaction(SIGALRM, &action, &earlier)
        return (SIGALRM, earlier)
    }

    /// The timer goes off after this time, and again and again; zero stops it.
    private static func set(_ time: Duration) {
        let microseconds = Int(time / .microseconds(1))
        let first = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
        let again = time == .zero ? timeval() : timeval(tv_sec: 0, tv_usec: 200_000)
        var timer = itimerval(it_interval: again, it_value: first)
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}
