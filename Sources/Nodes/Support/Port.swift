import Glibc
import RunDirectory
import ZeroMQ

/// One declared socket of a node, opened: options set, bound, connected. It belongs to the thread that made it.
final class Port {
    /// What became of a message that was to be sent without waiting.
    enum Delivery {
        case sent
        /// The queue takes nothing for now.
        case full
        /// A ROUTER knows no such peer.
        case unreachable
    }

    /// Milliseconds that accepted messages have to leave when a node ends.
    static let linger: Int32 = 200
    private static let lingerNumber: Int32 = 17
    private static let routerMandatoryNumber: Int32 = 33
    private static let subscribeNumber: Int32 = 6

    let declared: ResolvedSocket
    let socket: Socket

    /// - Parameter mandatory: a ROUTER reports what it cannot deliver, unless its options say otherwise.
    ///
    /// Throws a `NodeError` with the option that was refused, and why.
    init(_ declared: ResolvedSocket, context: Context, mandatory: Bool = false, linger: Int32 = Port.linger) throws {
        self.declared = declared
        guard let type = SocketType(name: declared.type) else {
            throw NodeError("socket \(declared.name): there is no type '\(declared.type)'")
        }
        socket = try context.socket(type)
        if !has(Port.lingerNumber) { try set(linger: linger) }
        if mandatory, isRouter, !has(Port.routerMandatoryNumber) {
            try set(.init(name: "router_mandatory", number: Port.routerMandatoryNumber, value: .int(1)))
        }
        for option in declared.options { try set(option) }
        if declared.type == "SUB" {
            for topic in declared.subscriptions {
                try set(.init(name: "subscribe", number: Port.subscribeNumber, value: .bytes(topic)))
            }
        }
    }

    /// Binds and connects: now the socket is ready.
    ///
    /// Throws a `NodeError` with the endpoint that was refused, why, and the remedy.
    func open() throws {
        for endpoint in declared.binds {
            try explained("cannot bind \(endpoint)") { () throws(ZeroMQError) in try socket.bind(endpoint) }
        }
        for connect in declared.connects {
            try explained("cannot connect to \(connect.endpoint)") { () throws(ZeroMQError) in
                try socket.connect(connect.endpoint)
            }
        }
        guard declared.type == "XSUB" else { return }
        for topic in declared.subscriptions {
            try explained("cannot subscribe") { () throws(ZeroMQError) in _ = try socket.send([[1] + topic]) }
        }
    }

    /// Waits for nothing. It is the last call on this port.
    func close() { socket.close() }

    var isRouter: Bool { declared.type == "ROUTER" }

    private func has(_ option: Int32) -> Bool { declared.options.contains { $0.number == option } }

    /// In milliseconds.
    func set(linger: Int32) throws {
        try set(.init(name: "linger", number: Port.lingerNumber, value: .int(linger)))
    }

    private func set(_ option: ResolvedOption) throws {
        let value: OptionValue =
            switch option.value {
            case .int(let value): .int(value)
            case .int64(let value): .int64(value)
            case .bytes(let value): .bytes(value)
            }
        try explained("libzmq refuses its option \(option.name)") { () throws(ZeroMQError) in
            try socket.setOption(option.number, value, name: option.name)
        }
    }

    private func explained(_ what: String, _ body: () throws(ZeroMQError) -> Void) throws {
        do throws(ZeroMQError) {
            try body()
        } catch {
            let remedy = error.remedy.map { ". \($0)" } ?? ""
            throw NodeError("socket \(declared.name): \(what): \(error.reason)\(remedy)")
        }
    }
}

// MARK: - Sending

extension Port {
    /// Sends a whole message or nothing of it, without waiting.
    func send(_ frames: [[UInt8]]) throws -> Delivery {
        do throws(ZeroMQError) {
            return try socket.send(frames, wait: false) ? .sent : .full
        } catch {
            if error.isUnroutable { return .unreachable }
            if error.isInterrupted { return .full }
            throw error
        }
    }

    /// Sends a whole message or nothing of it, without waiting. False: the queue takes nothing for now. Throws what
    /// zmq_send answers, EFSM of a REQ that waits for its reply among it.
    func trySend(_ frames: [[UInt8]]) throws(ZeroMQError) -> Bool {
        do throws(ZeroMQError) {
            return try socket.send(frames, wait: false)
        } catch {
            if error.isInterrupted { return false }
            throw error
        }
    }

    /// Sends a message of two frames, and waits in zmq_send until the queue takes it. False: a signal came before that,
    /// or the socket's sndtimeo passed, and nothing was sent. Nothing is allocated here.
    func sendWaiting(_ first: [UInt8], _ second: UnsafePointer<UInt8>, count: Int) throws -> Bool {
        let isSent = try first.withUnsafeBytes { bytes in
            try uninterrupted { () throws(ZeroMQError) in try socket.send(bytes: bytes, more: true) }
        }
        guard isSent else { return false }
        // A signal between two frames must not leave half a message behind.
        while try !sendWaiting(second, count: count) {}
        return true
    }

    /// Sends a whole message, and waits in zmq_send until the queue takes it. False: a signal came before that, or the
    /// socket's sndtimeo passed, and nothing was sent.
    func sendWaiting(_ frames: [[UInt8]]) throws -> Bool {
        try uninterrupted { () throws(ZeroMQError) in try socket.send(frames) }
    }

    /// Like the other, for a message of one frame, of `count` bytes. Nothing is allocated here.
    @inline(__always)
    func sendWaiting(_ bytes: UnsafePointer<UInt8>, count: Int) throws -> Bool {
        try uninterrupted { () throws(ZeroMQError) in
            try socket.send(bytes: UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }

    /// Sends one frame, which is empty afterwards, and waits in zmq_msg_send until the queue takes it. False: a signal came
    /// before that, or the socket's sndtimeo passed, and the frame is as it was.
    func sendWaiting(_ frame: ZeroMQ.Message, more: Bool) throws -> Bool {
        try uninterrupted { () throws(ZeroMQError) in try socket.send(frame, more: more) }
    }

    @inline(__always)
    private func uninterrupted(_ body: () throws(ZeroMQError) -> Bool) throws -> Bool {
        do throws(ZeroMQError) {
            return try body()
        } catch {
            if error.isInterrupted { return false }
            throw error
        }
    }
}

// MARK: - Receiving

extension Port {
    /// A whole message that has arrived, or nil.
    func receive() throws -> [[UInt8]]? { try receive(wait: false) }

    /// The next message, and waits in zmq_msg_recv for it; nil when a signal came before.
    func receiveWaiting() throws -> [[UInt8]]? { try receive(wait: true) }

    private func receive(wait: Bool) throws -> [[UInt8]]? {
        do throws(ZeroMQError) {
            return try socket.receiveMultipart(wait: wait)
        } catch {
            // The wrong state: a REQ that has asked nothing yet.
            if error.isInterrupted || error.isWrongState { return nil }
            throw error
        }
    }

    /// The next frame that has arrived, into one that is used again and again. False: there is none, or a signal came.
    func receive(into frame: ZeroMQ.Message) throws -> Bool {
        try uninterrupted { () throws(ZeroMQError) in try socket.receive(into: frame, wait: false) }
    }

    /// The next frame into one that is used again and again, so that nothing is allocated here. False: a signal came
    /// before that.
    @inline(__always)
    func receiveWaiting(into frame: ZeroMQ.Message) throws -> Bool {
        try uninterrupted { () throws(ZeroMQError) in try socket.receive(into: frame) }
    }
}

// MARK: - Waiting

extension Port {
    /// Blocks until one of the sockets can do what is asked for, until the deadline, or until a signal comes.
    ///
    /// - Returns: what each can do now, in the order of `ports`.
    @discardableResult
    static func wait(_ ports: [(Port, PollEvents)], until deadline: Seconds?) throws -> [PollEvents] {
        let poller = Poller()
        let members = ports.map { port, events in poller.add(port.socket, events) }
        do throws(ZeroMQError) {
            try poller.wait(timeout: deadline.map { .seconds(max(0, $0 - Clock.now)) })
        } catch {
            if error.isInterrupted { return members.map { _ in [] } }
            throw error
        }
        return members.map { poller[$0] }
    }
}
