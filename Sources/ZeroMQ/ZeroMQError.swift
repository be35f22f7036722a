import CZeroMQ
import Glibc

/// A call of libzmq that failed: what was called, on which endpoint or option, and why.
///
/// Would-block is no error here: the calls that may find it return `nil` or `false`.
public struct ZeroMQError: Error, Hashable, Sendable {
    /// libzmq's error number (`zmq_errno`): a number of the C library, or one of libzmq's own (EFSM, ETERM).
    public let number: Int32
    /// The function of libzmq: `zmq_bind`.
    public let call: String
    /// The endpoint, option or socket type that it was about; empty when there is none.
    public let subject: String

    /// - Parameters:
    ///   - number: as `zmq_errno` gives it.
    public init(number: Int32, call: String, subject: String = "") {
        self.number = number
        self.call = call
        self.subject = subject
    }

    /// The error of the call that has just failed on this thread.
    static func last(_ call: String, _ subject: String = "") -> ZeroMQError {
        ZeroMQError(number: zmq_errno(), call: call, subject: subject)
    }

    /// A signal came while the call waited (EINTR): look at what the signal wants, then call again.
    public var isInterrupted: Bool { number == EINTR }
    /// The context was shut down or terminates (ETERM): close the socket.
    public var isTerminated: Bool { number == ETERM }
    /// A ROUTER with ROUTER_MANDATORY knows no peer of that routing id (EHOSTUNREACH).
    public var isUnreachable: Bool { number == EHOSTUNREACH }
    /// The socket's pattern does not allow this call now (EFSM): a REQ sends and receives in turn.
    public var isWrongState: Bool { number == EFSM }
    /// Somebody else is bound there (EADDRINUSE).
    public var isAddressInUse: Bool { number == EADDRINUSE }
}

extension ZeroMQError: CustomStringConvertible {
    /// One sentence: what failed, on what, why, and what to do about it.
    public var description: String {
        let reason = String(cString: zmq_strerror(number))
        let what = subject.isEmpty ? call : "\(call) of \(subject)"
        guard let remedy else { return "\(what) failed: \(reason)." }
        return "\(what) failed: \(reason). \(remedy)"
    }

    private var remedy: String? {
        switch number {
        case EADDRINUSE: "Another program is bound there: end it, or choose another port or path."
        case EADDRNOTAVAIL: "No interface of this machine has that address: bind to one that it has, or to *."
        case EFSM: "A REQ must receive the reply before it sends again, a REP must reply before it receives again."
        case EHOSTUNREACH: "No connected peer has this routing id."
        case ETERM: "The context is terminating: close the socket."
        case EPROTONOSUPPORT: "The endpoint's transport is unknown: use tcp://, ipc:// or inproc://."
        case ENOCOMPATPROTO: "This socket type does not work over that transport."
        case EINVAL where call == "zmq_bind" || call == "zmq_connect":
            "The endpoint is malformed: it looks like tcp://127.0.0.1:5555 or ipc:///path."
        case EINVAL where call == "zmq_setsockopt" || call == "zmq_getsockopt":
            "The option does not exist for this socket type, or the value has a wrong size or range."
        case ENODEV: "The network interface does not exist."
        case ENAMETOOLONG: "An ipc path has at most 107 bytes: choose a shorter one."
        case EMFILE: "The context has reached its number of sockets (ZMQ_MAX_SOCKETS) or the process its descriptors."
        case ENOTSUP: "This socket type cannot do that."
        case ENOENT: "Nothing is bound or connected there."
        default: nil
        }
    }
}
