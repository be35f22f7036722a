import CZeroMQ
import Glibc

/// A ZeroMQ context: its I/O threads and its inproc names. Any thread may use it.
///
/// Sockets keep their context alive. When the last of them and the last reference are gone the context terminates,
/// which **blocks** until every closed socket has sent what it holds, or its `linger` has passed. A socket's `linger` is
/// unlimited unless it is set: set it on sockets whose peer may never come.
public final class Context: Sendable {
    // A context's handle is thread-safe: zmq_ctx_new(3).
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    /// A context of its own. `ioThreads`: 0 (inproc only) and up; one serves about a gigabyte a second.
    ///
    /// Throws EMFILE when descriptors are used up, EINVAL for a negative number of threads.
    public init(ioThreads: Int = 1) throws(ZeroMQError) {
        guard let handle = zmq_ctx_new() else { throw .last("zmq_ctx_new") }
        self.handle = handle
        try set(.ioThreads, ioThreads)
    }

    deinit {
        // Only a signal makes it return early; then it must be called again: zmq_ctx_term(3).
        while zmq_ctx_term(handle) == -1 && zmq_errno() == EINTR {}
    }

    /// A new socket, which belongs to the caller: one thread at a time may use it.
    ///
    /// Throws EMFILE when there are `maxSockets` already, ETERM after `shutdown()`.
    public func socket(_ type: SocketType) throws(ZeroMQError) -> sending Socket {
        try Socket(self, type)
    }

    /// Makes every call on every socket of this context end with ETERM, blocked calls included. Does not block.
    public func shutdown() {
        zmq_ctx_shutdown(handle)
    }

    /// Sets an option. Those about threads and sockets act only before the first socket is made.
    ///
    /// Throws EINVAL for a value out of its range.
    public func set(_ option: ContextOption, _ value: Int) throws(ZeroMQError) {
        guard let value = Int32(exactly: value) else {
            throw ZeroMQError(errno: EINVAL, call: "zmq_ctx_set", subject: option.name)
        }
        guard zmq_ctx_set(handle, option.number, value) == 0 else { throw .last("zmq_ctx_set", option.name) }
    }

    /// An option's value. Throws EINVAL for options that can only be set.
    public func get(_ option: ContextOption) throws(ZeroMQError) -> Int {
        let value = zmq_ctx_get(handle, option.number)
        guard value != -1 else { throw .last("zmq_ctx_get", option.name) }
        return Int(value)
    }
}

/// An option of a context, as in zmq_ctx_set(3) and zmq_ctx_get(3). All are numbers; flags are 0 and 1.
public struct ContextOption: Hashable, Sendable {
    /// libzmq's number.
    public let number: Int32
    /// In lower case, as in the manual without the ZMQ_ prefix.
    public let name: String

    /// Threads that move messages. Default 1.
    public static let ioThreads = ContextOption(number: ZMQ_IO_THREADS, name: "io_threads")
    /// The most sockets at one time. Default 1023.
    public static let maxSockets = ContextOption(number: ZMQ_MAX_SOCKETS, name: "max_sockets")
    /// The largest value that `maxSockets` takes. Can only be read.
    public static let socketLimit = ContextOption(number: ZMQ_SOCKET_LIMIT, name: "socket_limit")
    /// The I/O threads' scheduling priority. Can only be set.
    public static let threadPriority = ContextOption(number: ZMQ_THREAD_PRIORITY, name: "thread_priority")
    /// The I/O threads' scheduling policy.
    public static let threadSchedPolicy = ContextOption(number: ZMQ_THREAD_SCHED_POLICY, name: "thread_sched_policy")
    /// Adds a CPU to those that the I/O threads may run on. Can only be set.
    public static let threadAffinityCpuAdd = ContextOption(
        number: ZMQ_THREAD_AFFINITY_CPU_ADD, name: "thread_affinity_cpu_add")
    /// Takes a CPU from those that the I/O threads may run on. Can only be set.
    public static let threadAffinityCpuRemove = ContextOption(
        number: ZMQ_THREAD_AFFINITY_CPU_REMOVE, name: "thread_affinity_cpu_remove")
    /// A number that begins the I/O threads' names.
    public static let threadNamePrefix = ContextOption(number: ZMQ_THREAD_NAME_PREFIX, name: "thread_name_prefix")
    /// The largest message that may be sent, in bytes. Default 2147483647.
    public static let maxMsgsz = ContextOption(number: ZMQ_MAX_MSGSZ, name: "max_msgsz")
    /// The size of `zmq_msg_t`, in bytes. Can only be read.
    public static let msgTSize = ContextOption(number: ZMQ_MSG_T_SIZE, name: "msg_t_size")
    /// Whether new sockets use IPv6. Default 0.
    public static let ipv6 = ContextOption(number: ZMQ_IPV6, name: "ipv6")
    /// Whether new sockets linger without limit (1, the default) or not at all (0).
    public static let blocky = ContextOption(number: ZMQ_BLOCKY, name: "blocky")
}
