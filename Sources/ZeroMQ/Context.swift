import CZeroMQ
import Glibc

/// A ZeroMQ context: the I/O threads, and the sockets made in it. May be used from any thread.
///
/// Sockets keep their context alive. When the last of them and the context itself are gone it terminates, which waits
/// for messages that linger (see `ZMQ_LINGER`).
public final class Context: Sendable {
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    /// - Parameter ioThreads: threads that do the input and output; one serves about a gigabyte a second.
    /// - Throws: `ZeroMQError` (EMFILE, ENOMEM, EINVAL).
    public init(ioThreads: Int = 1) throws(ZeroMQError) {
        guard let handle = zmq_ctx_new() else { throw .last("zmq_ctx_new") }
        guard zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(clamping: ioThreads)) == 0 else {
            let error = ZeroMQError.last("zmq_ctx_set", "IO_THREADS")
            zmq_ctx_term(handle)
            throw error
        }
        self.handle = handle
    }

    deinit {
        while zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
    }

    /// Makes a socket in this context.
    ///
    /// - Throws: `ZeroMQError`: EMFILE at the limit of sockets (1,023 by default), ETERM after `shutdown`.
    public func socket(_ type: SocketType) throws(ZeroMQError) -> Socket {
        try Socket(context: self, type: type)
    }

    /// Makes every blocking call on the sockets of this context fail with ETERM, now and from now on. Does not block.
    public func shutdown() { zmq_ctx_shutdown(handle) }

    /// The most sockets that may be open in this context at one time.
    public var maximumSockets: Int {
        get { Int(zmq_ctx_get(handle, ZMQ_MAX_SOCKETS)) }
        set { zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, Int32(clamping: newValue)) }
    }
}

/// libzmq's version, as loaded.
public struct Version: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let major: Int
    public let minor: Int
    public let patch: Int

    public static var libzmq: Version {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        zmq_version(&major, &minor, &patch)
        return Version(major: Int(major), minor: Int(minor), patch: Int(patch))
    }

    public static func < (left: Version, right: Version) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    public var description: String { "\(major).\(minor).\(patch)" }
}

/// Whether libzmq was built with a capability.
///
/// - Parameter name: `ipc`, `curve`, `gssapi`, `pgm`, `tipc`, `norm`, `draft`.
public func hasCapability(_ name: String) -> Bool { zmq_has(name) == 1 }
