import CZeroMQ

/// The libzmq that this process runs with.
public enum Library {
    /// `4.3.4`.
    public static var version: String {
        var major: Int32 = 0
        var minor: Int32 = 0
        var patch: Int32 = 0
        zmq_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// Whether it was built with a capability: `ipc`, `curve`, `gssapi`, `pgm`, `norm`, `tipc`, `vmci`, `draft`.
    public static func has(_ capability: String) -> Bool {
        zmq_has(capability) == 1
    }
}
