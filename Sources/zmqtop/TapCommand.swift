import ArgumentParser
import Dispatch
import Foundation
import Payload
import RunDirectory
import Session
import Telemetry

struct TapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tap",
        abstract: "Show messages of a running session as they pass its sockets, like tcpdump.",
        discussion: """
            Examples:
              zmqtop tap scheduler.frontend
              zmqtop tap 'client-1.requests->scheduler.frontend' --every all --count 20
              zmqtop tap '*' --in --contains error --json
              zmqtop tap engine-1 --system vllm --tree
            By default at most ten messages a second of each socket and direction are taken. Messages are copied, never
            held up, and nothing in them is executed.
            """)

    @Argument(help: "NODE.SOCKET, a node, a group of nodes, a link's id, or * for all.")
    var target: String

    @Option(help: "The session, when several run: its id, or its run directory.")
    var session: String?

    @Option(help: "End after so many messages.")
    var count: Int?

    @Option(name: .customLong("for"), help: "End after this time: 10s.")
    var duration: TimeSpan?

    @Flag(name: .shortAndLong, help: "Go on until Ctrl-C, which is the default.")
    var follow = false

    @Option(help: "Least time between two messages of a socket and direction: 1s; or all. (default: 100ms)")
    var every: String = "100ms"

    @Flag(name: .customLong("in"), help: "Only what the socket receives.")
    var isIn = false

    @Flag(name: .customLong("out"), help: "Only what the socket sends.")
    var isOut = false

    @Option(help: "Only messages of so many bytes or more.")
    var minSize: Int?

    @Option(help: "Only messages of so many bytes or less.")
    var maxSize: Int?

    @Option(help: "Only messages with this text in a frame; hex:00ff for bytes.")
    var contains: String?

    @Option(help: "Read payloads as \(Format.allCases.map(\.rawValue).joined(separator: ", ")). (default: a guess)")
    var format: String?

    @Option(help: "Use the private meanings of vllm or sglang.")
    var system: String?

    @Flag(help: "The whole tree of each frame.")
    var tree = false

    @Flag(help: "One JSON object a line.")
    var json = false

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count takes 1 or more.") }
        if isIn && isOut { throw ValidationError("--in and --out exclude each other.") }
        if let format, Format(rawValue: format) == nil {
            throw ValidationError(
                "There is no format \"\(format)\": \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if let system, System(rawValue: system) == nil {
            throw ValidationError(
                "There is no system \"\(system)\": \(System.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if let minSize, let maxSize, minSize > maxSize { throw ValidationError("--min-size is above --max-size.") }
    }

    func run() throws {
        let ending = Ending()
        let running = try findSession(session)
        let collector = try Collector(layout: running.layout)
        let first = try collector.collect()
        let sockets = try Selection(target, in: first)
        let reader = SampleReader(collector, every: try interval())
        let filter = try makeFilter()
        var printer = MessagePrinter()
        printer.columns = json ? .max : terminalColumns() ?? 160
        printer.showsTree = tree
        printer.format = format.flatMap(Format.init(rawValue:))
        printer.system = system.flatMap(System.init(rawValue:)) ?? .unknown
        let wake = DispatchSemaphore(value: 0)
        ending.onAsked { wake.signal() }
        let end = duration.map { DispatchTime.now() + $0.seconds }
        var shown = 0
        var seen = 0
        reading: while true {
            let isLast = ending.reason != nil || end.map { DispatchTime.now() >= $0 } ?? false
            let isOver = SessionDirectory.session(at: running.layout.directory) == nil
            // A session that has just ended may have taken its folder with it.
            do { _ = try collector.collect() } catch { guard isOver else { throw error } }
            for message in reader.read() where sockets.holds(message) {
                seen += 1
                if isIn && message.direction == .sent || isOut && message.direction == .received { continue }
                guard filter.matches(message) else { continue }
                let text = json ? printer.json(message) : printer.text(message).joined(separator: "\n")
                guard printLine(text) else { break reading }
                shown += 1
                if shown == count { break reading }
            }
            if isLast || isOver { break }
            _ = wake.wait(timeout: .now() + 0.05)
        }
        complain("\(shown) shown of \(seen) sampled; \(reader.overwritten) overwritten before they could be read")
        if case .signal(let number)? = ending.reason, number != SIGINT { throw ExitCode(128 + number) }
    }

    private func interval() throws -> Double {
        if every == "all" { return 0 }
        guard let span = TimeSpan(argument: every) else {
            throw Failure("--every takes a time such as 100ms, or all; not \"\(every)\".")
        }
        return span.seconds
    }

    private func makeFilter() throws -> MessageFilter {
        var bytes: [UInt8] = []
        if let contains {
            bytes = contains.hasPrefix("hex:") ? try decodeHex(String(contains.dropFirst(4))) : Array(contains.utf8)
        }
        return MessageFilter(size: (minSize ?? 0)...(maxSize ?? .max), contains: bytes)
    }

    private func terminalColumns() -> Int? {
        var window = winsize()
        guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return nil }
        return Int(window.ws_col)
    }
}

/// Which sockets a target means.
private struct Selection {
    private let target: String
    private let sockets: Set<String>
    private let isLink: Bool

    /// - Throws: `Failure` when the session has nothing of that name.
    init(_ target: String, in snapshot: Snapshot) throws {
        self.target = target
        isLink = snapshot.links.contains { $0.id == target }
        let nodes = snapshot.nodes.filter { $0.name == target || $0.group == target || $0.name.hasPrefix(target + "/") }
            .map(\.name)
        sockets = Set(snapshot.sockets.filter { $0.id == target || nodes.contains($0.node) }.map(\.id))
        guard target == "*" || isLink || !sockets.isEmpty || !nodes.isEmpty else {
            let names = snapshot.sockets.map(\.id)
            let near = names.map { ($0, editDistance($0, target)) }.filter { $0.1 <= 3 }.min { $0.1 < $1.1 }?.0
            throw Failure(
                "there is no socket, node or link \"\(target)\" in \(snapshot.session): "
                    + (near.map { "did you mean \($0)?" } ?? "there are \(names.joined(separator: ", "))."))
        }
        nodesOfTarget = Set(nodes)
    }

    private let nodesOfTarget: Set<String>

    /// Sockets that appear later belong to their nodes too.
    func holds(_ message: SampledMessage) -> Bool {
        if target == "*" || sockets.contains(message.socket) { return true }
        if isLink { return message.link == target }
        return nodesOfTarget.contains { message.socket.hasPrefix($0 + ".") }
    }
}
