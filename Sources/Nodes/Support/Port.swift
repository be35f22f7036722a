import CZeroMQ
import Glibc
import RunDirectory

/// The context of all of a node's sockets.
final class Context {
    fileprivate let raw: UnsafeMutableRawPointer

    init() throws {
        guard let raw = zmq_ctx_new() else { throw Port.error("cannot make a context") }
        self.raw = raw
    }

    deinit {
        terminate()
    }

    private var isTerminated = false

    /// Waits until all that was accepted has left, as long as the lingers of its sockets, all closed by now, allow; a
    /// signal ends the waiting where `giveUp` says so.
    func terminate(giveUp: () -> Bool = { false }) {
        while !isTerminated {
            isTerminated = zmq_ctx_term(raw) == 0 || zmq_errno() != EINTR || giveUp()
        }
    }
}

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

    let declared: ResolvedSocket
    /// Keeps the context until the socket is closed.
    private let context: Context
    let raw: UnsafeMutableRawPointer
    private var isClosed = false

    /// - Parameter mandatory: a ROUTER reports what it cannot deliver, unless its options say otherwise.
    ///
    /// Throws a `NodeError` with the option or endpoint that was refused, and why.
    init(_ declared: ResolvedSocket, context: Context, mandatory: Bool = false, linger: Int32 = Port.linger) throws {
        self.declared = declared
        self.context = context
        guard let type = Port.types[declared.type] else {
            throw NodeError("socket \(declared.name): there is no type '\(declared.type)'")
        }
        guard let raw = zmq_socket(context.raw, type) else {
            throw Port.error("socket \(declared.name): cannot make a \(declared.type)")
        }
        self.raw = raw
        if !has(ZMQ_LINGER) { try set(ZMQ_LINGER, "linger", .int(linger)) }
        if mandatory, isRouter, !has(ZMQ_ROUTER_MANDATORY) { try set(ZMQ_ROUTER_MANDATORY, "router_mandatory", .int(1)) }
        for option in declared.options { try set(option.number, option.name, option.value) }
        if declared.type == "SUB" {
            // A SUB without any would get nothing at all.
            for topic in declared.subscriptions.isEmpty ? [[]] : declared.subscriptions {
                try set(ZMQ_SUBSCRIBE, "subscribe", .bytes(topic))
            }
        }
    }

    /// Binds and connects: now the socket is ready.
    func open() throws {
        for endpoint in declared.binds where zmq_bind(raw, endpoint) != 0 {
            let remedy =
                zmq_errno() == EADDRINUSE ? "; end the program that has it, or choose another, like tcp://127.0.0.1:*" : ""
            throw Port.error("socket \(declared.name): cannot bind \(endpoint)", remedy)
        }
        for connect in declared.connects where zmq_connect(raw, connect.endpoint) != 0 {
            throw Port.error("socket \(declared.name): cannot connect to \(connect.endpoint)")
        }
    }

    deinit {
        close()
    }

    /// Waits for nothing. It is the last call on this port.
    func close() {
        if !isClosed { zmq_close(raw) }
        isClosed = true
    }

    /// Of the last bind or connect, with what a wildcard became; nil before.
    var lastEndpoint: String? {
        var text = [UInt8](repeating: 0, count: 256)
        var size = text.count
        guard zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, &text, &size) == 0, size > 1 else { return nil }
        return String(decoding: text[..<(size - 1)], as: UTF8.self)
    }

    var isRouter: Bool { declared.type == "ROUTER" }

    private func has(_ option: Int32) -> Bool { declared.options.contains { $0.number == option } }

    func set(_ number: Int32, _ name: String, _ value: ResolvedOption.Value) throws {
        let result =
            switch value {
            case .int(var value): zmq_setsockopt(raw, number, &value, MemoryLayout<Int32>.size)
            case .int64(var value): zmq_setsockopt(raw, number, &value, MemoryLayout<Int64>.size)
            case .bytes(let bytes): zmq_setsockopt(raw, number, bytes, bytes.count)
            }
        if result != 0 { throw Port.error("socket \(declared.name): libzmq refuses its option \(name)") }
    }

    static func error(_ what: String, _ remedy: String = "") -> NodeError {
        NodeError("\(what): \(String(cString: zmq_strerror(zmq_errno())))\(remedy)")
    }

    private static let types: [String: Int32] = [
        "PAIR": ZMQ_PAIR, "PUB": ZMQ_PUB, "SUB": ZMQ_SUB, "REQ": ZMQ_REQ, "REP": ZMQ_REP, "DEALER": ZMQ_DEALER,
        "ROUTER": ZMQ_ROUTER, "PULL": ZMQ_PULL, "PUSH": ZMQ_PUSH, "XPUB": ZMQ_XPUB, "XSUB": ZMQ_XSUB,
    ]
}

// MARK: - Sending

extension Port {
    /// Sends a whole message or nothing of it, without waiting.
    func send(_ frames: [[UInt8]]) throws -> Delivery {
        switch attempt(frames, flags: ZMQ_DONTWAIT) {
        case 0: return .sent
        case EAGAIN: return .full
        case EHOSTUNREACH: return .unreachable
        default: throw Port.error("socket \(declared.name): cannot send")
        }
    }

    /// Sends a whole message, and waits in zmq_send until the queue takes it. False: a signal came before that, and
    /// nothing was sent.
    func sendWaiting(_ frames: [[UInt8]]) throws -> Bool {
        switch attempt(frames, flags: 0) {
        case 0: return true
        case EINTR, EAGAIN: return false  // EAGAIN: the socket has a sndtimeo of its own.
        default: throw Port.error("socket \(declared.name): cannot send")
        }
    }

    /// Like the other, for a message of one frame, of `count` bytes. Nothing is allocated here.
    @inline(__always)
    func sendWaiting(_ bytes: UnsafePointer<UInt8>, count: Int) throws -> Bool {
        if zmq_send(raw, bytes, count, 0) >= 0 { return true }
        let code = zmq_errno()
        if code == EINTR || code == EAGAIN { return false }
        throw Port.error("socket \(declared.name): cannot send")
    }

    /// Gives 0 or the error. Once the first frame is accepted libzmq takes the others too, whatever its queue.
    private func attempt(_ frames: [[UInt8]], flags: Int32) -> Int32 {
        for (index, frame) in frames.enumerated() {
            let more = index < frames.count - 1 ? ZMQ_SNDMORE : 0
            while zmq_send(raw, frame, frame.count, flags | more) < 0 {
                let code = zmq_errno()
                if index == 0 || code != EINTR { return code }
            }
        }
        return 0
    }
}

// MARK: - Receiving

extension Port {
    /// A whole message that has arrived, or nil.
    func receive() throws -> [[UInt8]]? {
        try receive(flags: ZMQ_DONTWAIT)
    }

    /// The next message, and waits in zmq_msg_recv for it; nil when a signal came before.
    func receiveWaiting() throws -> [[UInt8]]? {
        try receive(flags: 0)
    }

    private func receive(flags: Int32) throws -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        let frame = Frame()
        repeat {
            guard try receive(into: frame, flags: frames.isEmpty ? flags : 0) else {
                if frames.isEmpty { return nil }
                continue
            }
            frames.append(frame.bytes)
        } while frames.isEmpty || frame.hasMore
        return frames
    }

    /// The next frame into one that is used again and again, so that nothing is allocated here. False: a signal came
    /// before that.
    func receiveWaiting(into frame: Frame) throws -> Bool {
        try receive(into: frame, flags: 0)
    }

    private func receive(into frame: Frame, flags: Int32) throws -> Bool {
        if zmq_msg_recv(frame.message, raw, flags) >= 0 { return true }
        switch zmq_errno() {
        case EAGAIN, EINTR, EFSM: return false  // EFSM: a REQ that has asked nothing.
        default: throw Port.error("socket \(declared.name): cannot receive")
        }
    }

    /// Room for a frame, reused by every receive.
    final class Frame {
        fileprivate let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)

        init() {
            zmq_msg_init(message)
        }

        deinit {
            zmq_msg_close(message)
            message.deallocate()
        }

        /// The message goes on after this frame.
        var hasMore: Bool { zmq_msg_more(message) != 0 }

        var bytes: [UInt8] {
            Array(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message)))
        }
    }
}

// MARK: - Waiting

extension Port {
    struct Events: OptionSet {
        let rawValue: Int16

        static let input = Events(rawValue: Int16(ZMQ_POLLIN))
        static let output = Events(rawValue: Int16(ZMQ_POLLOUT))
    }

    /// Blocks until one of the sockets can do what is asked for, until the deadline, or until a signal comes.
    ///
    /// - Returns: what each can do now, in the order of `ports`.
    @discardableResult
    static func wait(_ ports: [(Port, Events)], until deadline: Seconds?) throws -> [Events] {
        var items = ports.map { port, events in zmq_pollitem_t(socket: port.raw, fd: 0, events: events.rawValue, revents: 0) }
        let timeout = Clock.milliseconds(until: deadline, now: Clock.now)
        if zmq_poll(&items, Int32(items.count), timeout) < 0, zmq_errno() != EINTR { throw error("cannot wait") }
        return items.map { Events(rawValue: $0.revents) }
    }
}
