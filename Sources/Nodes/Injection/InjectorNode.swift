import Glibc
import RunDirectory
import ZeroMQ

/// Kind `injector`: joins as a fresh peer, sends an `Injection`'s messages, collects the replies, and ends by itself.
/// What happens stands on standard output, an `InjectionEvent` as JSON a line.
struct InjectorNode: NodeProgram {
    /// Seconds until the connection must be up.
    static let handshakeTime: Seconds = 5
    /// Seconds that a REQ waits for a reply when the injection does not say: it cannot go on without.
    static let replyTime: Seconds = 5
    /// Milliseconds that accepted messages have to leave.
    static let linger: Int32 = 5000
    /// Seconds from a PUB's connection to its first message: its subscribers' topics come after the handshake, and a
    /// PUB cannot see them come.
    static let subscriptionTime: Seconds = 0.2

    private static let routingIDNumber: Int32 = 5

    private let node: ResolvedNode
    /// Of no use to evenly spaced messages, but asked for.
    private var generator = SeededGenerator(seed: 0, name: "")
    private var sent = 0
    private var replies = 0
    private var sentAt: Seconds = 0
    private var toldAt: Seconds = 0
    private var toldSent = 0
    /// Messages that still go out together with the last one.
    private var owed = 0
    private var template: MessageTemplate?

    /// It has a context of its own, which is gone before it tells that it has finished.
    init(_ node: ResolvedNode, context _: Context) {
        self.node = node
    }

    mutating func run() throws {
        do {
            try work()
            tell(.finished(sent: sent, replies: replies))
        } catch {
            tell(.failed(reason: "\(error)"))
            throw error
        }
    }

    /// When it returns its socket and context are gone: all that was accepted has left, or had its time.
    private mutating func work() throws {
        let injection = try Injection(behavior: node.behavior)
        var declared = try DeclaredSockets(node).only([
            "DEALER", "REQ", "PUSH", "PAIR", "PUB", "XPUB", "SUB", "XSUB", "PULL",
        ])
        guard declared.connects.count == 1, declared.binds.isEmpty, let endpoint = declared.connects.first?.endpoint
        else { throw NodeError("an injector has one socket that connects to one endpoint, and binds none") }
        if let identity = injection.identity {
            declared.options.append(
                .init(name: "routing_id", number: InjectorNode.routingIDNumber, value: .bytes(identity)))
        }
        let port = try Port(declared, context: Context(), linger: InjectorNode.linger)
        guard try join(port, target: injection.target, endpoint: endpoint) else { return }
        if injection.isTemplate {
            let template = MessageTemplate(injection.frames)
            self.template = template.isPlain ? nil : template
        }
        let isREQ = declared.type == "REQ"
        let sends = declared.type != "SUB" && declared.type != "PULL"
        sentAt = Clock.now
        if sends {
            var load = Load(
                arrival: .constant, rate: injection.rate, count: injection.count, duration: nil, now: Clock.now)
            while !Signals.mustStop, try sendNext(injection, load: &load, through: port) {
                guard isREQ, sent < injection.count else { continue }
                let time = injection.reply ?? InjectorNode.replyTime
                guard try collect(from: port, until: sentAt + time, most: sent) || Signals.mustStop else {
                    throw NodeError(
                        "request \(sent) of \(injection.count) had no reply in \(time) s, and a REQ cannot ask again "
                            + "before it is answered; wait longer for replies, or inject as a DEALER")
                }
            }
            tellSent()
        }
        if let time = injection.reply {
            _ = try collect(from: port, until: sentAt + time, most: isREQ ? sent : .max)
        }
        if Signals.mustStop {
            try port.set(linger: Port.linger)
        } else {
            Signals.release()
        }
    }

    /// Opens the port and waits for its handshake. False: told to stop before.
    private mutating func join(_ port: Port, target: String, endpoint: String) throws -> Bool {
        let subject = target.isEmpty ? endpoint : "\(target) (\(endpoint))"
        let type = port.declared.type
        let handshake = try Handshake(of: port)
        try port.open()
        let outcome = try handshake.wait(until: Clock.now + InjectorNode.handshakeTime)
        handshake.stop()
        let reason: String
        switch outcome {
        case .succeeded:
            tell(.joined(node: node.name, type: type, endpoint: endpoint))
            if type == "PUB" { Clock.sleepThrough(until: Clock.now + InjectorNode.subscriptionTime) }
            return true
        case .interrupted: reason = ""
        case .refused:
            reason =
                "\(subject) refuses a \(type): choose a type that goes with it, and its security options if it has any"
        case .missing(0):
            reason =
                "\(subject) accepts a connection, but no ZeroMQ handshake came in \(Int(InjectorNode.handshakeTime)) s: "
                + "it may be stopped, or be no ZeroMQ socket"
        case .missing:
            reason = "nobody listens at \(subject): start the node that binds it, and try again"
        }
        // What was never connected has nothing to wait for.
        try port.set(linger: 0)
        if outcome == .interrupted { return false }
        throw NodeError(reason)
    }

    /// Sends the next message when it is due and there is room; reads what comes meanwhile. False: all are sent.
    private mutating func sendNext(_ injection: Injection, load: inout Load, through port: Port) throws -> Bool {
        guard let due = load.due(now: Clock.now) else { return false }
        if owed == 0 {
            _ = try collect(from: port, until: due, most: .max)
            owed = injection.burst
        }
        let frames = frames(injection)
        while !Signals.mustStop {
            if try port.send(frames) == .sent {
                owed -= 1
                sent += 1
                // Those of a burst share their time.
                if owed > 0 { load.made(1) } else { load.advance(&generator) }
                sentAt = Clock.now
                if sentAt - toldAt > 0.1 { tellSent() }
                return true
            }
            try Port.wait([(port, [.input, .output])], until: nil)
            _ = try collect(from: port, until: 0, most: .max)
        }
        return true
    }

    /// The next message: as it is, or with its variables filled in.
    private func frames(_ injection: Injection) -> [[UInt8]] {
        guard let template else { return injection.frames }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var random = SystemRandomNumberGenerator()
        return template.frames(ordinal: sent + 1, now: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9) {
            (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        }
    }

    /// Reads what has arrived, and waits for more until the deadline, or until there are so many replies in all.
    ///
    /// - Returns: there are so many.
    private mutating func collect(from port: Port, until deadline: Seconds, most: Int) throws -> Bool {
        let receives = port.declared.type != "PUSH" && port.declared.type != "PUB"
        while !Signals.mustStop {
            while receives, replies < most, let frames = try port.receive() {
                replies += 1
                tellSent()
                tell(.reply(frames: frames, seconds: Clock.now - sentAt))
            }
            if replies >= most { return true }
            guard Clock.now < deadline else { return false }
            try Port.wait(receives ? [(port, .input)] : [], until: deadline)
        }
        return false
    }

    private mutating func tellSent() {
        guard sent > toldSent else { return }
        tell(.sent(messages: sent))
        toldSent = sent
        toldAt = Clock.now
    }

    private func tell(_ event: InjectionEvent) {
        let line = event.json.bytes + [UInt8(ascii: "\n")]
        var start = 0
        while start < line.count {
            let count = line[start...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            start += max(0, count)
        }
    }
}
