import ArgumentParser
import Foundation
import RunDirectory
import Session
import Telemetry

struct InjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject",
        abstract: "Send messages to a socket of a running session, or to any endpoint, as a fresh peer.",
        discussion: """
            Examples:
              zmqtop inject scheduler.frontend '{"prompt": "hello"}' --reply 2s
              zmqtop inject worker-1.in first second third          (one message of three frames)
              zmqtop inject tcp://127.0.0.1:5555 hello              (any program's endpoint; no session needed)
              zmqtop inject engine-1 stop --from scheduler.backend   (as the scheduler itself)
              printf '\\x01\\x02' | zmqtop inject sink.in --file - --count 100 --rate 10
            """)

    @Argument(help: "NODE.SOCKET, a socket that is bound; or an endpoint: tcp://127.0.0.1:5555, ipc:///tmp/feed.")
    var target: String

    @Argument(help: "The frames of the message, as text (with --hex: as hexadecimal digits).")
    var frames: [String] = []

    @Option(name: .customLong("as"), help: "Socket type to send as. (default: what fits the target)")
    var type: String?

    @Option(help: "How often to send it.")
    var count = 1

    @Option(help: "Messages a second. (default: as fast as the target takes them)")
    var rate: Double?

    @Option(help: "So many at a time, at each of the times that --rate gives.")
    var burst = 1

    @Flag(help: "Fill in {n}, {uuid} and {now} in the frames of each message.")
    var template = false

    @Option(help: "One more frame, from a file; - is standard input.")
    var file: String?

    @Flag(help: "Frames are hexadecimal digits: 00ff80.")
    var hex = false

    @Option(help: "Routing id to send with.")
    var identity: String?

    @Option(help: "Wait so long for replies after the last message: 2s.")
    var reply: TimeSpan?

    @Flag(help: "Print what happens as JSON, one object a line.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Send it as this socket of a node, to TARGET, one of its peers: through the tap, at the node's next call.",
            valueName: "node.socket"))
    var from: String?

    @Option(help: "With --from: how long to wait for that call. (default: 5s)")
    var timeout: TimeSpan?

    @Option(help: "The session, when several run: its id, or its run directory.")
    var session: String?

    func validate() throws {
        do {
            try order([]).check()
        } catch {
            throw ValidationError("\(error).")
        }
        if timeout != nil && from == nil { throw ValidationError("--timeout goes with --from.") }
        if frames.isEmpty && file == nil { throw ValidationError("Give at least one frame, or --file.") }
    }

    private func order(_ frames: [[UInt8]]) -> InjectionOrder {
        InjectionOrder(
            Injection(
                target: target, type: type?.uppercased(), frames: frames, identity: identity.map { Array($0.utf8) },
                count: count, rate: rate, burst: burst, isTemplate: template, reply: reply?.seconds),
            from: from, timeout: timeout?.seconds ?? 5)
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        var bytes = try frames.map { try hex ? decodeHex($0) : Array($0.utf8) }
        if let file { bytes.append(try read(file)) }
        let order = order(bytes)
        if let from { return try sendAs(from, bytes, timeout: order.timeout) }
        let injection = order.injection
        let tell = { (event: InjectionEvent) in
            if let line = json ? jsonLine(event) : describe(event) { _ = printLine(line) }
        }
        if DirectInjection.isEndpoint(target) {
            try DirectInjection(injection: injection, installation: Installation()).run(onEvent: tell)
        } else {
            try ask(try findSession(session), .inject(injection), onEvent: tell)
        }
    }

    /// Blocks until the node's own socket has sent it, or the time is over.
    private func sendAs(_ from: String, _ frames: [[UInt8]], timeout: Double) throws {
        let collector = try Collector(layout: try findSession(session).layout)
        _ = try collector.collect()
        let injection: InjectionThroughTap
        do throws(InjectionThroughTap.Refusal) {
            injection = try InjectionThroughTap(collector, from: from, to: target, frames: frames, timeout: timeout)
        } catch {
            throw Failure(error.description, status: error.status)
        }
        if let remark = injection.remark { complain(remark) }
        var told = false
        while true {
            switch injection.progress {
            case .sent(let sentence): return complain(sentence)
            case .failed(let sentence): throw Failure(sentence, status: 1)
            case .waits(let sentence, let waited):
                if !told, waited > .milliseconds(300) {
                    told = true
                    complain("waits: \(sentence)")
                }
            }
            usleep(20_000)
            _ = try? collector.collect()
        }
    }

    private func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure("\(path) cannot be read. --file takes a file, or - for standard input.")
        }
        return Array(data)
    }

    private func jsonLine(_ event: InjectionEvent) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(event)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Progress goes to standard error; what came back is the data.
    private func describe(_ event: InjectionEvent) -> String? {
        switch event {
        case .joined(let node, let type, let endpoint):
            complain("\(node) joined as \(type) on \(endpoint)")
        case .sent:
            break
        case .reply(let frames, let seconds):
            return frames.enumerated().map { index, frame in
                "\(index == 0 ? String(format: "%8.1f ms", seconds * 1000) : "           ")  \(index + 1)  \(printable(frame))"
            }.joined(separator: "\n")
        case .finished(let sent, let replies):
            complain("sent \(sent), received \(replies)")
        case .failed:
            break  // the session's error follows
        }
        return nil
    }
}

/// A frame as a person can read it: text when it is text without control characters, else hexadecimal digits.
func printable(_ frame: [UInt8]) -> String {
    if frame.isEmpty { return "(empty)" }
    if let text = String(validating: frame, as: UTF8.self),
        !text.unicodeScalars.contains(where: {
            $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
        })
    {
        return text
    }
    return "hex:" + frame.map { String(format: "%02x", $0) }.joined()
}

/// - Throws: `Failure` when it is no even number of hexadecimal digits.
func decodeHex(_ text: String) throws -> [UInt8] {
    do {
        return try InjectionOrder.bytes(ofHex: text)
    } catch {
        throw Failure("\(error).")
    }
}
