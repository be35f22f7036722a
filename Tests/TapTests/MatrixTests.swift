import CTapSegment
import Foundation
import Testing

/// Each way to use ZeroMQ × each pattern × each transport: a program of `Programs/matrix` prints the same with the tap
/// as without it, every program prints what the one in C does, and the tap has counted exactly that at each stage.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct MatrixTests {
    enum Peer: String, CaseIterable {
        case c, debian, wheel, asyncio, czmq

        /// The program, as far as PATTERN.
        func command() throws -> [String] {
            func script(_ name: String) -> String {
                Tapped.sources.appendingPathComponent("Programs/matrix/\(name)").path
            }
            switch self {
            case .c:
                try #require(Peer.compiled)
                return [Tapped.program("peer")]
            case .czmq:
                try #require(Peer.compiledCZMQ, "libczmq-dev")
                return [Tapped.program("peer_czmq")]
            case .debian: return ["/usr/bin/python3", "-B", script("peer.py")]
            case .wheel:
                return [try #require(PythonWheel.interpreter, "pip install pyzmq==27.1.0"), "-B", script("peer.py")]
            case .asyncio: return ["/usr/bin/python3", "-B", script("peer_asyncio.py")]
            }
        }

        private static let compiled = Tapped.compile("matrix/peer.c", to: "peer", ["-lzmq", "-lpthread"])
        private static let compiledCZMQ = Tapped.compile(
            "matrix/peer_czmq.c", to: "peer_czmq", ["-lczmq", "-lzmq", "-lpthread"])
    }

    enum Pattern: String, CaseIterable {
        case reqrep, dealerrouter, pubsub, pushpull, pair, proxy

        /// ZeroMQ's numbers of the socket that the program makes first, and of the next.
        var types: (bound: Int, connected: Int) {
            switch self {
            case .reqrep: (4, 3)
            case .dealerrouter: (6, 5)
            case .pubsub, .proxy: (1, 2)
            case .pushpull: (7, 8)
            case .pair: (0, 0)
            }
        }
    }

    enum Transport: String, CaseIterable { case tcp, ipc, inproc }

    /// Messages, frames, and bytes of the frames.
    struct Passed: Equatable {
        var messages = 0
        var frames = 0
        var bytes = 0

        init(_ messages: Int, _ frames: Int, _ bytes: Int) {
            (self.messages, self.frames, self.bytes) = (messages, frames, bytes)
        }

        /// And so many probes, of one frame of five bytes.
        func with(probes: Int) -> Passed { Passed(messages + probes, frames + probes, bytes + 5 * probes) }

        /// As one connection carries it: between REQ and REP each message has an empty frame more; a ROUTER's routing
        /// ids, of six bytes here, stay on its side.
        func onWire(of type: Int) -> Passed {
            switch type {
            case 3, 4: Passed(messages, frames + messages, bytes)
            case 6: Passed(messages, frames - messages, bytes - 6 * messages)
            default: self
            }
        }
    }

    /// What a program printed.
    struct Report {
        var sent: [Passed] = []
        var received: [Passed] = []
        var probesSent = 0
        var probesReceived = 0

        init(_ outcome: Tapped.Outcome) throws {
            for line in outcome.output.split(separator: "\n") {
                let words = line.split(separator: " ")
                try #require(words.count == 6, "\(outcome.output)\(outcome.errors)")
                let numbers = words[2...4].compactMap { Int($0) }
                let passed = Passed(numbers[0], numbers[1], numbers[2])
                if words[1] == "sent" { sent.append(passed) } else { received.append(passed) }
            }
            try #require(sent.count == 2 && received.count == 2)
            let probes = outcome.errors.split(whereSeparator: \.isWhitespace)
            try #require(probes.count == 3 && probes[0] == "probes", "\(outcome.errors)")
            probesSent = try #require(Int(probes[1]))
            probesReceived = try #require(Int(probes[2]))
        }
    }

    private static let count = 300

    @Test(arguments: Peer.allCases, Pattern.allCases)
    func theSameWithTheTapAndExactlyCounted(peer: Peer, pattern: Pattern) async throws {
        for transport in Transport.allCases {
            let folder = Tapped.makeFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            func run(_ peer: Peer, tapped: Bool) async throws -> Tapped.Outcome {
                let place = folder.appendingPathComponent("\(peer)-\(tapped)")
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
                let command = try peer.command() + [pattern.rawValue, transport.rawValue, "\(Self.count)", place.path]
                return try await Tapped.Running(command, node: tapped ? "node" : nil, segments: folder).ended()
            }
            let reference = try await run(.c, tapped: false)
            let untapped = peer == .c ? reference : try await run(peer, tapped: false)
            let tapped = try await run(peer, tapped: true)
            #expect(untapped.status == 0 && tapped.status == 0, "\(transport): \(untapped) \(tapped)")
            #expect(untapped.output == reference.output, "\(transport)")
            #expect(tapped.output == reference.output, "\(transport): \(tapped.errors)")
            let dumps = try await Tapped.dumps(folder, node: "node")
            try #require(dumps.count == 1)
            try check(dumps[0], try Report(tapped), pattern, transport)
        }
    }

    private func check(_ dump: Dump, _ report: Report, _ pattern: Pattern, _ transport: Transport) throws {
        // pyzmq and CZMQ have sockets of their own beside those of the program, made later.
        let types = pattern.types
        let bound = try #require(dump.sockets.first { $0.type == types.bound })
        let connected = try #require(dump.sockets.first { $0.type == types.connected && $0.id > bound.id })
        let where_ = Comment(rawValue: "\(pattern) \(transport)")
        #expect(sent(bound) == report.sent[0].with(probes: report.probesSent), where_)
        #expect(received(bound) == report.received[0], where_)
        #expect(sent(connected) == report.sent[1], where_)
        #expect(received(connected) == report.received[1].with(probes: report.probesReceived), where_)
        #expect(report.received[0].messages + report.received[1].messages >= Self.count, where_)
        #expect(dump.sockets.allSatisfy { $0.lost_messages == 0 && $0.api_unknown == 0 }, where_)
        var paths = [(bound, connected), (connected, bound)]
        if pattern == .proxy {
            let front = try #require(dump.sockets.first { $0.type == 10 })
            let back = try #require(dump.sockets.first { $0.type == 9 })
            #expect(received(front) == sent(back), where_)
            paths = [(bound, front), (back, connected)]
        }
        for (from, to) in paths {
            if transport == .inproc {
                #expect(dump.connections(of: from.id).isEmpty && dump.connections(of: to.id).isEmpty, where_)
            } else {
                try checkWire(dump, from, to, where_)
            }
        }
    }

    /// What one socket has delivered came off the wire of its connection, and left the other's before.
    private func checkWire(_ dump: Dump, _ from: Dump.Socket, _ to: Dump.Socket, _ comment: Comment) throws {
        try #require(dump.connections(of: from.id).count == 1 && dump.connections(of: to.id).count == 1, comment)
        let near = dump.connections(of: from.id)[0]
        let far = dump.connections(of: to.id)[0]
        let expected = received(to).onWire(of: to.type)
        #expect(Passed(near.out_messages, near.out_frames, near.out_bytes) == expected, comment)
        #expect(Passed(far.in_messages, far.in_frames, far.in_bytes) == expected, comment)
        #expect(far.delivered_messages == to.received_messages, comment)
        #expect(near.out_pending == 0 && far.in_begun == 0 && near.wire_unknown == 0, comment)
        switch from.type {
        case 4, 6: #expect(near.accepted_messages == from.sent_messages, comment)
        case 1, 9:
            // A subscription may be taken up in the midst of a send, which has matched its message before.
            let sure = near.matched_messages - near.matched_unsure
            #expect(sure <= near.out_messages && near.out_messages <= near.matched_messages + 1, comment)
            #expect(near.matched_unknown == 0, comment)
        default: #expect(from.sent_messages == expected.messages, comment)
        }
    }

    private func sent(_ socket: Dump.Socket) -> Passed {
        Passed(socket.sent_messages, socket.sent_frames, socket.sent_bytes)
    }

    private func received(_ socket: Dump.Socket) -> Passed {
        Passed(socket.received_messages, socket.received_frames, socket.received_bytes)
    }
}

/// A Python whose pyzmq is the wheel of the package index, with a libzmq of its own.
enum PythonWheel {
    /// The one in `PATH` where it has it; else a virtual environment beside the products, made once. Nil where neither
    /// can be had.
    static let interpreter: String? = {
        let search = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        if let found = search.first(where: hasWheel) { return found }
        let place = Tapped.products.appendingPathComponent("pyzmq-wheel")
        let own = place.appendingPathComponent("bin/python3").path
        if hasWheel(own) { return own }
        // The package index does not always answer.
        for attempt in 0..<3 where !hasWheel(own) {
            if attempt > 0 { Thread.sleep(forTimeInterval: 10) }
            _ = run("/usr/bin/python3", ["-m", "venv", place.path])
            _ = run(own, ["-m", "pip", "install", "--quiet", "pyzmq==27.1.0"])
        }
        return hasWheel(own) ? own : nil
    }()

    private static func hasWheel(_ python: String) -> Bool {
        run(python, ["-c", "import zmq, os; assert os.path.exists(zmq.__path__[0] + '/../pyzmq.libs')"])
    }

    private static func run(_ program: String, _ arguments: [String]) -> Bool {
        guard FileManager.default.isExecutableFile(atPath: program) else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
