import CZeroMQ
import Glibc

/// A call of libzmq that failed: what was called, on what, why, and what to do about it.
///
/// A call that would block is no error: it returns `false` or `nil`.
public struct ZeroMQError: Error, Hashable, Sendable {
    /// The number that libzmq set: one of errno.h, or one of its own (`EFSM`, `ETERM`, …).
    public let errno: Int32
    /// libzmq's function: `zmq_bind`.
    public let call: String
    /// The endpoint, option or socket type that the call was about, or nil.
    public let subject: String?

    /// An error with a given number, for `call` on `subject`.
    public init(errno: Int32, call: String, subject: String? = nil) {
        self.errno = errno
        self.call = call
        self.subject = subject
    }

    /// The error that the last libzmq call of this thread left.
    @inline(never)
    static func last(_ call: String, _ subject: String? = nil) -> ZeroMQError {
        ZeroMQError(errno: zmq_errno(), call: call, subject: subject)
    }

    /// The context was shut down or terminated (ETERM): close the socket; nothing else can be done with it.
    public var isContextTerminated: Bool { errno == ETERM }

    /// A signal came while the call blocked (EINTR): look at what the signal asked for, then call again.
    public var isInterrupted: Bool { errno == EINTR }

    /// A ROUTER with `router_mandatory` has no peer of that routing id (EHOSTUNREACH).
    public var isUnroutable: Bool { errno == EHOSTUNREACH }

    /// The socket's pattern forbids the call now (EFSM), such as a second request on a REQ.
    public var isWrongState: Bool { errno == EFSM }
}

extension ZeroMQError: CustomStringConvertible {
    /// libzmq's own words for the number: `Address already in use`.
    public var reason: String { String(cString: zmq_strerror(errno)) }

    /// A full sentence: the call, its subject, libzmq's reason; then the remedy where one is known.
    public var description: String {
        let what = subject.map { "\(call) failed on \($0): \(reason)." } ?? "\(call) failed: \(reason)."
        return remedy.map { "\(what) \($0)" } ?? what
    }
}
