import CTapSegment
import Foundation
import Testing

/// Runs programs with and without the tap and reads what it has counted.
enum Tapped {
    /// The folder of the products that were built with these tests.
    static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    /// `ZMQTOP_TEST_PROGRAMS` names another folder, to try a release build.
    static let library =
        (ProcessInfo.processInfo.environment["ZMQTOP_TEST_PROGRAMS"].map { URL(fileURLWithPath: $0) } ?? products)
        .appendingPathComponent("libzmqtap.so")
    static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let root = sources.deletingLastPathComponent().deletingLastPathComponent()

    /// The C programs of `Programs/`, compiled once; the folder goes when the tests end.
    static let programs: URL = {
        let folder = makeFolder()
        atexit { try? FileManager.default.removeItem(at: Tapped.programs) }
        let header = root.appendingPathComponent("Sources/CTapSegment/include").path
        for name in ["dump", "pushpull", "scenarios", "proxies", "awkward", "publish", "wire", "nothing"] {
            let source = sources.appendingPathComponent("Programs/\(name).c").path
            let compiler = Process()
            compiler.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
            compiler.arguments =
                ["-O2", "-D_GNU_SOURCE", "-I", header, "-o", folder.appendingPathComponent(name).path, source]
                + (name == "nothing" ? [] : ["-lzmq", "-lpthread"])
            try? compiler.run()
            compiler.waitUntilExit()
        }
        return folder
    }()

    /// Compiles one of `Programs/` into the programs' folder; returns false where that fails.
    static func compile(_ source: String, to name: String, _ options: [String]) -> Bool {
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/gcc")
        let path = sources.appendingPathComponent("Programs/\(source)").path
        compiler.arguments = ["-O2", "-D_GNU_SOURCE", "-o", program(name), path] + options
        compiler.standardError = FileHandle.nullDevice
        try? compiler.run()
        compiler.waitUntilExit()
        return compiler.terminationStatus == 0
    }

    static func makeFolder() -> URL {
        var template = Array("/tmp/zmqtap-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("mkdtemp: \(String(cString: strerror(errno)))") }
        return URL(fileURLWithPath: String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// A started program. It is killed after 600 s, for the machine may be busy, or its own limit.
    final class Running {
        let process = Process()
        let output: URL
        let errors: URL

        init(_ command: [String], node: String?, segments: URL, limit: Int = 600) throws {
            let place = segments.appendingPathComponent("." + UUID().uuidString)
            output = place.appendingPathExtension("out")
            errors = place.appendingPathExtension("err")
            for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
            process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
            process.arguments = ["-s", "KILL", "\(limit)"] + command
            var environment = ProcessInfo.processInfo.environment
            environment["LD_PRELOAD"] = nil
            if let node {
                environment["LD_PRELOAD"] = Tapped.library.path
                environment[TAP_ENV_DIRECTORY] = segments.path
                environment[TAP_ENV_NODE] = node
            }
            process.environment = environment
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        }

        /// Waits on a thread of its own: the tests' own threads are few.
        func ended() async -> Outcome {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [process] in
                    process.waitUntilExit()
                    continuation.resume()
                }
            }
            return Outcome(status: process.terminationStatus, output: text(output), errors: text(errors))
        }

        var outputSoFar: String { text(output) }

        private func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
    }

    static func program(_ name: String) -> String { programs.appendingPathComponent(name).path }

    /// Runs a scenario tapped and untapped, expects the same output and status of both, and returns what was counted.
    static func scenario(_ name: String) async throws -> Dump {
        try await compared([program("scenarios"), name], node: name)
    }

    static func compared(_ command: [String], node: String) async throws -> Dump {
        let folder = makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let untapped = try await Running(command, node: nil, segments: folder).ended()
        let tapped = try await Running(command, node: node, segments: folder).ended()
        #expect(untapped.status == 0, "untapped: \(untapped.output)\(untapped.errors)")
        #expect(tapped.status == 0, "tapped: \(tapped.output)\(tapped.errors)")
        #expect(tapped.output == untapped.output)
        return try #require(try await dumps(folder, node: node).first { $0.flags == 0 })
    }

    /// The segments of a node, in the order of their process ids.
    static func dumps(_ folder: URL, node: String) async throws -> [Dump] {
        var result: [Dump] = []
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for name in names where name.hasPrefix(node + ".") && name.hasSuffix(TAP_SEGMENT_SUFFIX) {
            let command = [program("dump"), folder.appendingPathComponent(name).path]
            let outcome = try await Running(command, node: nil, segments: folder).ended()
            try #require(outcome.status == 0)
            result.append(try JSONDecoder().decode(Dump.self, from: Data(outcome.output.utf8)))
        }
        return result.sorted { $0.pid < $1.pid }
    }

    /// Asks again until the condition holds; fails after 300 s: a condition may start programs, and wait for one of the
    /// tests' few threads after each.
    static func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record(what)
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// What `Programs/dump.c` prints of a segment.
struct Dump: Decodable {
    struct Option: Decodable { let name, flags, size: Int, value: String }
    struct Socket: Decodable {
        let index, id, type, hidden, closed_ns, send_hwm, receive_hwm, endpoint_total, connection_total: Int
        let sent_messages, sent_frames, sent_bytes, send_would_block, lost_messages: Int
        let blocked_since_ns, blocked_call, drained_ns, api_unknown: Int
        let received_messages, received_frames, received_bytes, receive_would_block: Int
        let retired_in_messages, retired_delivered, context: Int
        let options: [Option]
    }
    struct Endpoint: Decodable {
        let socket_id, kind, removed_ns, attempts, delayed, connects, handshakes, disconnects: Int
        let asked, resolved: String
    }
    struct Connection: Decodable {
        let socket_id, socket_index, endpoint_index, id, descriptor, role, handshake, zmtp_version, mechanism,
            wire_unknown: Int
        let closed_ns, inode, peer_inode, peer_pid: Int
        let accepted_messages, accepted_bytes, delivered_messages, delivered_bytes: Int
        let out_messages, out_frames, out_bytes, out_commands, out_subscriptions, out_raw_bytes, out_pending: Int
        let in_messages, in_frames, in_bytes, in_commands, in_subscriptions, in_raw_bytes, in_begun: Int
        let matched_messages, matched_unsure, matched_unknown: Int
        let identity, peer_type, own_type, local, peer: String
    }
    struct Event: Decodable { let event, socket_id, value, connection_id, endpoint_index: Int, endpoint: String }
    struct Gauge: Decodable { let name: String, value: Double }

    let mode, allocated, flags, pid, parent_pid, incarnation, libzmq_version, ended_ns: Int
    let libzmq_copies: Int
    let program: String
    let sockets_used, endpoints_used, connections_used, connections_dropped: Int
    let node: String
    let sockets: [Socket]
    let endpoints: [Endpoint]
    let connections: [Connection]
    let events: [Event]
    let gauges: [Gauge]

    /// The connections of the socket with this ordinal in its process.
    func connections(of id: Int) -> [Connection] { connections.filter { $0.socket_id == id } }
    /// The socket's events of one kind.
    func count(_ event: Int, of id: Int) -> Int { events.filter { $0.event == event && $0.socket_id == id }.count }
}
