import Foundation
import Synchronization

/// Takes the signals that end zmqtop, on a thread of its own, so that ending is an orderly thing.
///
/// Make it before any other thread: the signals are blocked in the threads that come after it.
final class SignalWatcher: Sendable {
    private let received = Mutex<Int32?>(nil)
    private let wake = Mutex<(@Sendable () -> Void)?>(nil)
    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    init() {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for number in Self.watched { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let waiting = set
        Thread.detachNewThread { [self] in
            var set = waiting
            var number: Int32 = 0
            while sigwait(&set, &number) == 0 {
                let first = received.withLock { value in
                    defer { value = value ?? number }
                    return value == nil
                }
                // A second one means: at once. The keeper sees our end and clears up after us.
                if !first { _exit(128 + number) }
                wake.withLock { $0 }?()
            }
        }
    }

    /// The signal that asks for the end, or nil.
    var pending: Int32? { received.withLock { $0 } }

    /// Sets what is called, on the watching thread, when the signal comes; at once if it has come already.
    func onSignal(_ call: @escaping @Sendable () -> Void) {
        wake.withLock { $0 = call }
        if pending != nil { call() }
    }
}
