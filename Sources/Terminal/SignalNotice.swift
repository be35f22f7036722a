import CNcurses
import Glibc

/// Descriptors that become readable when something happens outside: another thread's call, or a signal.
///
/// The handlers only write to an eventfd, which is allowed there.
enum SignalNotice {
    /// What is noticed; the raw value is the place of its descriptor.
    enum Kind: Int, CaseIterable {
        case wake, resized, stop, continued

        var signal: Int32? {
            switch self {
            case .wake: nil
            case .resized: SIGWINCH
            case .stop: SIGTSTP
            case .continued: SIGCONT
            }
        }
    }

    /// Made once, and never closed: a signal may come at any time.
    private static let descriptors: [Int32] = Kind.allCases.map { _ in cn_notice_descriptor() }

    static func descriptor(_ kind: Kind) -> Int32 { descriptors[kind.rawValue] }

    /// From any thread, and from signal handlers.
    static func give(_ kind: Kind) {
        let error = errno
        var one: UInt64 = 1
        _ = write(descriptor(kind), &one, 8)
        errno = error
    }

    /// Whether the notice was given since the last time.
    static func take(_ kind: Kind) -> Bool {
        var count: UInt64 = 0
        return read(descriptor(kind), &count, 8) == 8
    }

    /// Handles the signals from now on; gives what handled them before.
    static func install() -> [(signal: Int32, action: sigaction)] {
        Kind.allCases.compactMap { kind in
            guard let signal = kind.signal else { return nil }
            _ = take(kind)
            var action = sigaction()
            action.sa_flags = SA_RESTART
            action.__sigaction_handler.sa_handler = { signal in
                switch signal {
                case SIGWINCH: SignalNotice.give(.resized)
                case SIGTSTP: SignalNotice.give(.stop)
                default: SignalNotice.give(.continued)
                }
            }
            var earlier = sigaction()
            sigaction(signal, &action, &earlier)
            return (signal, earlier)
        }
    }
}
