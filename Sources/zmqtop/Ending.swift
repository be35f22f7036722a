import Dispatch
import Foundation
import Synchronization

/// What asks zmqtop to end: a signal, or `zmqtop down`.
///
/// Signals are taken on a thread of their own, so that ending is an orderly thing. Make it before any other thread: the
/// signals are blocked in the threads that come after it.
final class Ending: Sendable {
    enum Reason: Equatable, Sendable {
        case signal(Int32)
        /// Somebody has told the session to end.
        case down

        /// As a shell shows it.
        var status: Int32 {
            switch self {
            case .signal(let number): 128 + number
            case .down: 0
            }
        }
    }

    private struct State {
        var reason: Reason?
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    init() {
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let waited = signals
        Thread.detachNewThread { [self] in
            var waited = waited
            var number: Int32 = 0
            var since = ContinuousClock.now
            while sigwait(&waited, &number) == 0 {
                // A second one means: at once. The keeper sees our end and clears up after us. (A signal to a whole
                // group may come twice, from its sender and from the process that stands for us.)
                if case .signal? = reason, since.duration(to: .now) > .milliseconds(300) { _exit(128 + number) }
                since = .now
                ask(.signal(number))
            }
        }
    }

    /// Why zmqtop is to end, or nil.
    var reason: Reason? { state.withLock { $0.reason } }

    /// Asks for the end; the first reason stays. From any thread.
    func ask(_ reason: Reason) {
        let wake = state.withLock { state in
            state.reason = state.reason ?? reason
            return state.wake
        }
        wake?()
    }

    /// Blocks until the end is asked for, or so many seconds have passed.
    /// - Returns: why, or nil when the time is over.
    func wait(atMost seconds: Double?) -> Reason? {
        let asked = DispatchSemaphore(value: 0)
        onAsked { asked.signal() }
        if let seconds { _ = asked.wait(timeout: .now() + seconds) } else { asked.wait() }
        return reason
    }

    /// Sets what is called, on another thread, when the end is asked for; at once if it has been already.
    func onAsked(_ wake: @escaping @Sendable () -> Void) {
        let asked = state.withLock { state in
            state.wake = wake
            return state.reason != nil
        }
        if asked { wake() }
    }
}
