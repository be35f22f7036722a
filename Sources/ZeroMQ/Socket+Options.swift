import CZeroMQ

/// A value as libzmq takes it.
public enum OptionValue: Hashable, Sendable {
    /// Options that libzmq takes as `int`.
    case int(Int32)
    /// Options that libzmq takes as `int64_t` (MAXMSGSIZE, and AFFINITY as its bits).
    case int64(Int64)
    /// Text and binary options, without a terminating zero.
    case bytes([UInt8])
}

extension Socket {
    /// Sets an option by libzmq's number, whatever its type. Most act only on binds and connects that come later.
    /// No bytes at all stand for libzmq's NULL, which takes some options back. `name` is for the error only.
    ///
    /// Throws EINVAL for a number, type or value that libzmq does not take.
    public func setOption(_ number: Int32, _ value: OptionValue, name: String? = nil) throws(ZeroMQError) {
        let result =
            switch value {
            case .int(let value): withUnsafeBytes(of: value) { zmq_setsockopt(handle, number, $0.baseAddress, 4) }
            case .int64(let value): withUnsafeBytes(of: value) { zmq_setsockopt(handle, number, $0.baseAddress, 8) }
            case .bytes(let value) where value.isEmpty: zmq_setsockopt(handle, number, nil, 0)
            case .bytes(let value): zmq_setsockopt(handle, number, value, value.count)
            }
        guard result == 0 else { throw .last("zmq_setsockopt", name ?? "option \(number)") }
    }

    /// An option's bytes by libzmq's number. `capacity` is the room that libzmq is offered; some options ask for an exact one.
    func option(_ number: Int32, capacity: Int, name: String) throws(ZeroMQError) -> [UInt8] {
        var result: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = capacity
            result = zmq_getsockopt(handle, number, buffer.baseAddress, &count)
            if result != 0 { count = 0 }
        }
        guard result == 0 else { throw .last("zmq_getsockopt", name) }
        return bytes
    }

    /// The endpoint of the last `bind` or `connect`, in libzmq's form and with the port that it chose; empty before.
    public var lastEndpoint: String {
        get throws(ZeroMQError) { try get(.lastEndpoint) }
    }
}
