import CLinux
import Foundation
import Session
import Synchronization

/// The process that the shell knows stands for this one, and can be let go: the session then lives on without a terminal.
final class Front: Sendable {
    private let life: Int32
    private let release: Int32
    private let isReleased = Mutex(false)

    /// Splits the process; to be called before there is any other thread. nil: it could not be done, and nothing changed.
    init?() {
        var front = linux_front()
        guard linux_become_worker(&front) == 0 else { return nil }
        life = front.life
        release = front.release
    }

    /// Ends the run when the front is killed: nobody could end it by the shell any more.
    func watch(_ ending: Ending) {
        Thread.detachNewThread { [self] in
            var byte: UInt8 = 0
            while read(life, &byte, 1) < 0, errno == EINTR {}
            if !isReleased.withLock({ $0 }) { ending.ask(.signal(SIGHUP)) }
        }
    }

    /// Leaves the terminal, which must have been restored, and lets the shell go on.
    /// - Parameter sentence: what the person reads there.
    /// - Throws: `SessionError` when the terminal cannot be left; nothing has changed then.
    func letGo(_ sentence: String) throws {
        let error = linux_leave_terminal()
        guard error == 0 else { throw SessionError("the terminal cannot be left: \(String(cString: strerror(error)))") }
        isReleased.withLock { $0 = true }
        let bytes = Array((sentence + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(release, $0.baseAddress, $0.count) }
        close(release)
    }
}
