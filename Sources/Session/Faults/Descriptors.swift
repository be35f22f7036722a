import CLinux
import CTapSegment
import Glibc
import Telemetry

/// Faults that the kernel makes, on connections of other processes, idle and stopped ones too.
enum Descriptors {
    enum Outcome: Equatable {
        case done
        /// The process or the connection is not there any more.
        case gone
        /// The kernel does not lend us the descriptor: errno.
        case notLent(Int32)
        /// It does, and refuses what is wanted of it: errno.
        case refused(Int32)
    }

    /// Makes it what is wished.
    /// - Parameter before: what it was given last.
    static func give(_ wish: FaultPlan.Wish, to end: FaultPlaces.End, before: FaultPlan.Wish) -> Outcome {
        let borrowed = linux_borrow_descriptor(end.pid, end.descriptor)
        guard borrowed >= 0 else {
            return -borrowed == ESRCH || -borrowed == EBADF ? .gone : .notLent(-borrowed)
        }
        defer { close(borrowed) }
        var information = stat()
        // The number may be another's by now.
        guard fstat(borrowed, &information) == 0, UInt64(information.st_ino) == end.inode else { return .gone }
        var error: Int32 = 0
        if wish.cut { error = tap_descriptor_cut(borrowed) }
        if error == 0, wish.loss != before.loss { error = tap_descriptor_loss(borrowed, wish.loss) }
        if error == 0, wish.rate != before.rate { error = tap_descriptor_pacing(borrowed, wish.rate) }
        return error == 0 ? .done : .refused(error)
    }

    /// Whether this kernel lets this user drop packets at all: an errno, or 0. Tried on a socket of our own.
    static func filterRefusal() -> Int32 {
        let own = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard own >= 0 else { return errno }
        defer { close(own) }
        return tap_descriptor_loss(own, 1)
    }
}
