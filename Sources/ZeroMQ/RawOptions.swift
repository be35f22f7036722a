import CZeroMQ

extension Socket {
    /// A value as zmq_setsockopt takes it.
    public enum OptionValue: Hashable, Sendable {
        case int(Int32)
        case int64(Int64)
        case bytes([UInt8])
    }

    /// Sets an option by its number (zmq_setsockopt).
    ///
    /// - Throws: `ZeroMQError` (EINVAL: it does not exist for this type, or the value has a wrong size or range).
    public func setOption(_ number: Int32, _ value: OptionValue) throws(ZeroMQError) {
        let status =
            switch value {
            case .int(var int): zmq_setsockopt(handle, number, &int, 4)
            case .int64(var int64): zmq_setsockopt(handle, number, &int64, 8)
            case .bytes(let bytes): zmq_setsockopt(handle, number, bytes, bytes.count)
            }
        guard status == 0 else { throw .last("zmq_setsockopt", "option \(number)") }
    }

    /// Reads an option that libzmq keeps as `int`.
    ///
    /// - Throws: `ZeroMQError` (EINVAL).
    public func intOption(_ number: Int32) throws(ZeroMQError) -> Int32 {
        var value: Int32 = 0
        var size = 4
        guard zmq_getsockopt(handle, number, &value, &size) == 0 else {
            throw .last("zmq_getsockopt", "option \(number)")
        }
        return value
    }

    /// Reads an option that libzmq keeps as `int64_t` or `uint64_t`.
    ///
    /// - Throws: `ZeroMQError` (EINVAL).
    public func int64Option(_ number: Int32) throws(ZeroMQError) -> Int64 {
        var value: Int64 = 0
        var size = 8
        guard zmq_getsockopt(handle, number, &value, &size) == 0 else {
            throw .last("zmq_getsockopt", "option \(number)")
        }
        return value
    }

    /// Reads a binary or text option: at most 1,024 bytes, with a text's terminating zero.
    ///
    /// - Throws: `ZeroMQError` (EINVAL).
    public func bytesOption(_ number: Int32) throws(ZeroMQError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1024)
        var size = bytes.count
        guard zmq_getsockopt(handle, number, &bytes, &size) == 0 else {
            throw .last("zmq_getsockopt", "option \(number)")
        }
        return Array(bytes[..<size])
    }

    /// The endpoint of the last bind or connect, wildcards filled in (ZMQ_LAST_ENDPOINT); empty before that.
    public var lastEndpoint: String {
        get throws(ZeroMQError) {
            let bytes = try bytesOption(ZMQ_LAST_ENDPOINT)
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
