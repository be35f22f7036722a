import CZeroMQ
import Glibc

/// A socket option of libzmq's stable API, with the type of its value and what may be done with it.
///
///     try socket.set(.sndhwm, 10)
///     let limit = try socket.get(.sndhwm)
///
/// The names are those of zmq_setsockopt(3) and zmq_getsockopt(3), and so are the defaults. A `Duration` is rounded up to
/// the option's unit; where nil is a value, it is libzmq's -1. What a type does not say, libzmq checks: EINVAL.
public struct SocketOption<Value, Access>: Sendable {
    /// libzmq's number.
    public let number: Int32
    /// In lower case, as in the manual without the ZMQ_ prefix: `routing_id`.
    public let name: String
    /// How the value looks in memory.
    let format: OptionFormat<Value>

    init(_ number: Int32, _ name: String, _ format: OptionFormat<Value>) {
        self.number = number
        self.name = name
        self.format = format
    }
}

/// The option can be read.
public protocol ReadAccess {}
/// The option can be set.
public protocol WriteAccess {}
/// The option can be read, not set.
public enum ReadOnly: ReadAccess {}
/// The option can be set, not read.
public enum WriteOnly: WriteAccess {}
/// The option can be set and read.
public enum ReadWrite: ReadAccess, WriteAccess {}

extension Socket {
    /// Sets an option. Most act only on binds and connects that come later.
    ///
    /// Throws EINVAL for a value out of its range, or an option that this type of socket does not have.
    public func set<Value, Access: WriteAccess>(
        _ option: SocketOption<Value, Access>, _ value: Value
    ) throws(ZeroMQError) {
        guard let encoded = option.format.encode(value) else {
            throw ZeroMQError(errno: EINVAL, call: "zmq_setsockopt", subject: option.name)
        }
        try setOption(option.number, encoded, name: option.name)
    }

    /// An option's value.
    ///
    /// Throws EINVAL for an option that this type of socket does not have, ETERM after the context's shutdown.
    public func get<Value, Access: ReadAccess>(_ option: SocketOption<Value, Access>) throws(ZeroMQError) -> Value {
        let bytes = try self.option(option.number, capacity: option.format.capacity, name: option.name)
        return option.format.decode(bytes)
    }
}

/// How a value looks in memory: libzmq knows `int`, `int64_t`, text and bytes.
struct OptionFormat<Value>: Sendable {
    /// The bytes that `zmq_getsockopt` is offered: exact for numbers and keys, room enough for text.
    let capacity: Int
    /// Nil for a value that libzmq's type cannot hold.
    let encode: @Sendable (Value) -> OptionValue?
    let decode: @Sendable ([UInt8]) -> Value
}

/// An `int`, read back from its bytes.
private func int32(_ bytes: [UInt8]) -> Int32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
}

extension OptionFormat where Value == Int {
    static let int = OptionFormat(
        capacity: 4, encode: { Int32(exactly: $0).map { .int($0) } }, decode: { Int(int32($0)) })
    static let int64 = OptionFormat(
        capacity: 8, encode: { .int64(Int64($0)) },
        decode: { bytes in Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }) })
}

extension OptionFormat where Value == UInt64 {
    static let bits = OptionFormat(
        capacity: 8, encode: { .int64(Int64(bitPattern: $0)) },
        decode: { bytes in bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } })
}

extension OptionFormat where Value == Int? {
    /// -1 leaves it to the operating system.
    static let intOrDefault = OptionFormat(
        capacity: 4, encode: { Int32(exactly: $0 ?? -1).map { .int($0) } },
        decode: { bytes in int32(bytes) == -1 ? nil : Int(int32(bytes)) })
}

extension OptionFormat where Value == Bool {
    static let flag = OptionFormat(capacity: 4, encode: { .int($0 ? 1 : 0) }, decode: { int32($0) != 0 })
}

extension OptionFormat where Value == Bool? {
    static let flagOrDefault = OptionFormat(
        capacity: 4, encode: { .int($0.map { $0 ? 1 : 0 } ?? -1) },
        decode: { bytes in int32(bytes) == -1 ? nil : int32(bytes) != 0 })
}

extension OptionFormat where Value == Duration {
    static let milliseconds = OptionFormat(
        capacity: 4, encode: { $0 < .zero ? nil : .int($0.wholeMilliseconds) }, decode: { .milliseconds(int32($0)) })
}

extension OptionFormat where Value == Duration? {
    static let millisecondsOrNever = OptionFormat(
        capacity: 4,
        encode: { duration in
            guard let duration else { return .int(-1) }
            return duration < .zero ? nil : .int(duration.wholeMilliseconds)
        },
        decode: { bytes in int32(bytes) == -1 ? nil : .milliseconds(int32(bytes)) })
    static let secondsOrDefault = OptionFormat(
        capacity: 4,
        encode: { duration in
            guard let duration else { return .int(-1) }
            let (seconds, attoseconds) = duration.components
            return duration < .zero ? nil : Int32(exactly: seconds + (attoseconds > 0 ? 1 : 0)).map { .int($0) }
        },
        decode: { bytes in int32(bytes) == -1 ? nil : .seconds(int32(bytes)) })
}

extension OptionFormat where Value == [UInt8] {
    static let bytes = OptionFormat(capacity: 256, encode: { .bytes($0) }, decode: { $0 })
}

extension OptionFormat where Value == String {
    /// libzmq reads text to its end or its first zero, and gives it back with a zero.
    static let text = OptionFormat(
        capacity: 1024, encode: { $0.utf8.contains(0) ? nil : .bytes(Array($0.utf8)) },
        decode: { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) })
}

extension OptionFormat where Value == CurveKey {
    static let key = OptionFormat(
        capacity: CurveKey.count, encode: { .bytes($0.bytes) }, decode: { CurveKey(unchecked: $0) })
}

extension OptionFormat where Value == PollEvents {
    static let events = OptionFormat(
        capacity: 4, encode: { .int(Int32($0.rawValue)) },
        decode: { PollEvents(rawValue: Int16(truncatingIfNeeded: int32($0))) })
}

extension OptionFormat where Value == Mechanism {
    static let mechanism = OptionFormat(
        capacity: 4, encode: { .int($0.rawValue) }, decode: { Mechanism(rawValue: int32($0)) ?? .null })
}

extension OptionFormat where Value == GSSAPINameType {
    static let nameType = OptionFormat(
        capacity: 4, encode: { .int($0.rawValue) }, decode: { GSSAPINameType(rawValue: int32($0)) ?? .hostBased })
}

/// How a socket proves who it is. It follows from the other options.
public enum Mechanism: Int32, Hashable, Sendable {
    /// No security.
    case null = 0
    /// User name and password, in clear.
    case plain
    /// Keys, encrypted.
    case curve
    /// Kerberos.
    case gssapi
}

/// What kind of name a GSSAPI principal is.
public enum GSSAPINameType: Int32, Hashable, Sendable {
    /// `service@host`.
    case hostBased = 0
    /// A local user's name.
    case userName
    /// Kerberos 5, such as `user/host@REALM`.
    case kerberosPrincipal
}
