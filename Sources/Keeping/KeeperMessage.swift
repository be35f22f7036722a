/// What the session asks of its keeper.
///
/// The two talk over a pair of connected stream sockets, the keeper's end being descriptor 3. A message is its length
/// (4 bytes, little-endian, of what follows), a byte that says which message it is, and its fields in the order of
/// their declaration: integers as 4 bytes little-endian, a text or a list after its length or count.
/// End of file says that the session is over, however it came about.
public enum KeeperRequest: Equatable, Sendable {
    /// Start a process in a process group of its own. `id` is new each time and names the process from then on.
    case spawn(id: UInt32, Program)
    /// Send a signal to the process, or to its whole group. Of no effect once the process has been told as exited.
    case signal(id: UInt32, signal: Int32, group: Bool)
    /// End every process and descendant, as at the end of file, but keep the run directory until that comes.
    case end

    /// What runs in a process.
    public struct Program: Equatable, Sendable {
        /// Absolute path.
        public var executable: String
        /// The program's own name first.
        public var arguments: [String]
        /// `NAME=value`
        public var environment: [String]
        /// Absolute path.
        public var workingDirectory: String
        /// File that standard output is appended to: absolute path.
        public var standardOutput: String
        /// The same for standard error.
        public var standardError: String
        /// Between TERM and KILL when everything ends.
        public var graceMilliseconds: UInt32

        /// Takes every field as it is.
        public init(
            executable: String, arguments: [String], environment: [String], workingDirectory: String,
            standardOutput: String, standardError: String, graceMilliseconds: UInt32
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.workingDirectory = workingDirectory
            self.standardOutput = standardOutput
            self.standardError = standardError
            self.graceMilliseconds = graceMilliseconds
        }
    }
}

/// What the keeper tells.
public enum KeeperReport: Equatable, Sendable {
    case spawned(id: UInt32, pid: Int32)
    case spawnFailed(id: UInt32, errno: Int32)
    /// One of `code` and `signal` is -1. What was left of the process's group has been killed.
    case exited(id: UInt32, code: Int32, signal: Int32)
    /// After `end`: no process is left.
    case ended
}

/// Bytes that are no message of this protocol.
public struct KeeperProtocolError: Error {}

extension KeeperRequest {
    /// The whole message, its length included.
    public var bytes: [UInt8] {
        var writer = MessageWriter()
        switch self {
        case .spawn(let id, let program):
            writer.begin(1)
            writer.put(id)
            writer.put(program.executable)
            writer.put(program.arguments)
            writer.put(program.environment)
            writer.put(program.workingDirectory)
            writer.put(program.standardOutput)
            writer.put(program.standardError)
            writer.put(program.graceMilliseconds)
        case .signal(let id, let signal, let group):
            writer.begin(2)
            writer.put(id)
            writer.put(UInt32(bitPattern: signal))
            writer.put(group ? 1 : 0)
        case .end:
            writer.begin(3)
        }
        return writer.message
    }

    /// Reads a message without its length.
    public init(_ body: ArraySlice<UInt8>) throws {
        var reader = MessageReader(body)
        switch try reader.kind() {
        case 1:
            let id = try reader.number()
            self = .spawn(
                id: id,
                Program(
                    executable: try reader.text(), arguments: try reader.texts(), environment: try reader.texts(),
                    workingDirectory: try reader.text(), standardOutput: try reader.text(),
                    standardError: try reader.text(), graceMilliseconds: try reader.number()))
        case 2:
            self = .signal(
                id: try reader.number(), signal: Int32(bitPattern: try reader.number()),
                group: try reader.number() != 0)
        case 3: self = .end
        default: throw KeeperProtocolError()
        }
    }
}

extension KeeperReport {
    /// The whole message, its length included.
    public var bytes: [UInt8] {
        var writer = MessageWriter()
        switch self {
        case .spawned(let id, let pid):
            writer.begin(1)
            writer.put(id)
            writer.put(UInt32(bitPattern: pid))
        case .spawnFailed(let id, let errno):
            writer.begin(2)
            writer.put(id)
            writer.put(UInt32(bitPattern: errno))
        case .exited(let id, let code, let signal):
            writer.begin(3)
            writer.put(id)
            writer.put(UInt32(bitPattern: code))
            writer.put(UInt32(bitPattern: signal))
        case .ended:
            writer.begin(4)
        }
        return writer.message
    }

    /// Reads a message without its length.
    public init(_ body: ArraySlice<UInt8>) throws {
        var reader = MessageReader(body)
        switch try reader.kind() {
        case 1: self = .spawned(id: try reader.number(), pid: Int32(bitPattern: try reader.number()))
        case 2: self = .spawnFailed(id: try reader.number(), errno: Int32(bitPattern: try reader.number()))
        case 3:
            self = .exited(
                id: try reader.number(), code: Int32(bitPattern: try reader.number()),
                signal: Int32(bitPattern: try reader.number()))
        case 4: self = .ended
        default: throw KeeperProtocolError()
        }
    }
}

/// Cuts a stream into messages.
public struct MessageStream {
    /// No message is longer: Linux takes no more as a program's arguments and environment.
    static let longest = 16 << 20

    private var bytes: [UInt8] = []
    private var start = 0

    /// An empty stream.
    public init() {}

    /// Takes what has come.
    public mutating func append(_ more: some Sequence<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next whole message without its length, or nil until more has come.
    public mutating func next() throws -> ArraySlice<UInt8>? {
        guard bytes.count - start >= 4 else { return nil }
        var reader = MessageReader(bytes[start...])
        let length = Int(try reader.number())
        guard length > 0, length <= Self.longest else { throw KeeperProtocolError() }
        guard bytes.count - start - 4 >= length else { return nil }
        defer { start += 4 + length }
        return bytes[(start + 4)..<(start + 4 + length)]
    }
}

private struct MessageWriter {
    private var bytes: [UInt8] = [0, 0, 0, 0]

    mutating func begin(_ kind: UInt8) { bytes.append(kind) }

    mutating func put(_ number: UInt32) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ texts: [String]) {
        put(UInt32(texts.count))
        for text in texts { put(text) }
    }

    var message: [UInt8] {
        var message = bytes
        withUnsafeBytes(of: UInt32(bytes.count - 4).littleEndian) { message.replaceSubrange(0..<4, with: $0) }
        return message
    }
}

private struct MessageReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func kind() throws -> UInt8 {
        guard let kind = rest.popFirst() else { throw KeeperProtocolError() }
        return kind
    }

    mutating func number() throws -> UInt32 {
        let bytes = try take(4)
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func text() throws -> String {
        String(decoding: try take(Int(try number())), as: UTF8.self)
    }

    mutating func texts() throws -> [String] {
        let count = try number()
        var texts: [String] = []
        for _ in 0..<count { texts.append(try text()) }
        return texts
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw KeeperProtocolError() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
