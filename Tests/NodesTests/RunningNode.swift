import Foundation
import RunDirectory
import Testing
import ZeroMQ

@testable import Nodes

/// A folder of a test's own, with short paths for ipc; it goes with the test.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/zmqtop-nodes-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func endpoint(_ name: String) -> String { "ipc://\(path)/\(name)" }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A built-in node in a process of its own; killed when the test lets go of it.
final class RunningNode {
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    convenience init(
        _ kind: String, name: String? = nil, in scratch: Scratch, _ behavior: [String: BehaviorValue] = [:],
        _ sockets: ResolvedSocket...
    ) throws {
        try self.init(kind, name: name, in: scratch, behavior, sockets: sockets)
    }

    convenience init(
        _ kind: String, name: String? = nil, in scratch: Scratch, _ behavior: [String: BehaviorValue] = [:],
        sockets: [ResolvedSocket]
    ) throws {
        let node = ResolvedNode(
            name: name ?? kind, program: .builtin(kind: kind), sockets: sockets, behavior: behavior)
        try self.init(sharing: [node], in: scratch)
    }

    /// Several are threads of the process.
    init(sharing nodes: [ResolvedNode], in scratch: Scratch) throws {
        process.executableURL = Self.program
        process.arguments = try nodes.map { node in
            let file = "\(scratch.path)/\(UUID().uuidString).json"
            try JSONEncoder().encode(node).write(to: URL(fileURLWithPath: file))
            return file
        }
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    /// Beside the test bundle.
    static var program: URL {
        URL(fileURLWithPath: CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("zmqtop-node")
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Whether it comes to have a handler for a signal.
    func catches(_ signal: Int32) -> Bool { processCatches(signal, process.processIdentifier) }

    var isRunning: Bool { process.isRunning }

    /// Whether there comes to be a thread of this name: at most 20 s, for the machine may be busy.
    func hasThread(_ name: String) -> Bool {
        let folder = "/proc/\(process.processIdentifier)/task"
        let deadline = Clock.now + 20
        while Clock.now < deadline {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let names = threads.map { (try? String(contentsOfFile: "\(folder)/\($0)/comm", encoding: .utf8)) ?? "" }
            if names.contains(name + "\n") { return true }
            usleep(5000)
        }
        return false
    }

    /// Waits for its end: status, what it printed, what it complained of.
    func ended() -> (status: Int32, output: String, errors: String) {
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        func text(_ pipe: Pipe) -> String {
            String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        return (status, text(output), text(errors))
    }

    deinit {
        if process.isRunning {
            signal(SIGKILL)
            process.waitUntilExit()
        }
    }
}

/// The test's own end of a connection.
struct Peer {
    let port: Nodes.Port
    init(_ type: String, bind: String? = nil, connect: String? = nil, mandatory: Bool = false) throws {
        let socket = ResolvedSocket(
            name: "test", type: type, binds: bind.map { [$0] } ?? [],
            connects: connect.map { [.init(endpoint: $0)] } ?? [])
        port = try Nodes.Port(socket, context: Context(), mandatory: mandatory, linger: 0)
        try port.open()
    }

    func send(_ frames: String...) throws {
        #expect(try port.sendWaiting(frames.map { Array($0.utf8) }))
    }

    /// The next message, or nil when none comes in that time.
    func receive(within seconds: Seconds = 20) throws -> [[UInt8]]? {
        let deadline = Clock.now + seconds
        while true {
            if let frames = try port.receive() { return frames }
            guard Clock.now < deadline else { return nil }
            try Nodes.Port.wait([(port, .input)], until: deadline)
        }
    }

    /// The last frame of the next message, read.
    func message() throws -> Nodes.Message? {
        try receive().map { try Nodes.Message(payload: $0.last ?? []) }
    }

    /// Reads the answers to so many requests: the indexes of each one's tokens, and how it ended.
    func conversations(_ count: Int) throws -> [String: (indexes: [Int], end: String)] {
        var all: [String: (indexes: [Int], end: String)] = [:]
        var ended = 0
        while ended < count, let message = try message() {
            switch message {
            case .token(let id, let index, _): all[id, default: ([], "")].indexes.append(index)
            case .done(let done):
                all[done.id, default: ([], "")].end = done.reason.rawValue
                ended += 1
            case .error(let id, let code, _):
                all[id ?? "?", default: ([], "")].end = code.rawValue
                ended += 1
            default: break
            }
        }
        return all
    }
}
