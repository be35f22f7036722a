import CZeroMQ
import Glibc

extension ZeroMQError {
    /// One sentence on what to do about it, or nil where nothing useful is known.
    public var remedy: String? {
        switch errno {
        case EADDRINUSE:
            "Something else is bound there: choose another port (tcp://127.0.0.1:* takes a free one) or path, or end what holds it."
        case EADDRNOTAVAIL:
            "No interface of this machine has that address: bind to 127.0.0.1, to *, or to an address that `ip addr` shows."
        case ENODEV:
            "No interface of this machine has that name: bind to an address, to *, or to a name that `ip link` shows."
        case EACCES:
            "Permission is missing: ports below 1024 need privileges, and an ipc path needs a folder that may be written."
        case EPROTONOSUPPORT:
            "This libzmq does not know the transport: use tcp://, ipc:// or inproc://."
        case ENOCOMPATPROTO:
            "This transport does not work with this type of socket: use tcp://, ipc:// or inproc://."
        case EFSM:
            "The socket's pattern forbids it now: a REQ sends, then receives; a REP receives, then sends; PUSH and PUB only send, PULL and SUB only receive."
        case ENOTSUP where call.hasPrefix("zmq_curve"):
            "This libzmq was built without CURVE: install one that has it."
        case ENOTSUP:
            "A socket of this type cannot do that: PUSH and PUB only send, PULL and SUB only receive."
        case EHOSTUNREACH:
            "No peer with that routing id is connected: wait for it, or check the id in the first frame."
        case ETERM:
            "The context was shut down: close the socket."
        case EINTR:
            "A signal came: handle it, then call again."
        case ENOTSOCK:
            "The socket is closed: use it no more after close()."
        case ENOENT:
            "Nothing is bound or connected there: give the endpoint exactly as `lastEndpoint` has it."
        case ENAMETOOLONG:
            "An ipc path may have 107 bytes: choose a shorter folder or name."
        case EMFILE:
            "The limit of sockets or descriptors is reached: close some, or raise the context's `maxSockets` or `ulimit -n`."
        case EMTHREAD:
            "The context has no I/O thread that may do it: give it one, or an `affinity` that names one it has."
        case ENOMEM:
            "Memory is exhausted."
        case EINVAL:
            invalidArgumentRemedy
        default:
            nil
        }
    }

    private var invalidArgumentRemedy: String {
        switch call {
        case "zmq_bind", "zmq_connect", "zmq_unbind", "zmq_disconnect":
            "An endpoint is transport://address, such as tcp://127.0.0.1:5555, ipc:///tmp/name or inproc://name."
        case "zmq_setsockopt", "zmq_ctx_set":
            "The option does not take this value, or not on this type of socket: see the option's range in zmq_setsockopt(3)."
        case "zmq_getsockopt", "zmq_ctx_get":
            "The option cannot be read on this type of socket: see zmq_getsockopt(3)."
        case "zmq_socket":
            "The context does not know this type of socket."
        default:
            "An argument is out of its range: see \(call)(3)."
        }
    }
}
