import Glibc
import RunDirectory
import ZeroMQ

/// Kind `proxy`: passes messages on between its frontend and its backend.
///
/// Without a control socket it calls zmq_proxy, as every proxy does: what is seen of it is what is seen of anybody's. (As a
/// thread beside others it does not: what ends zmq_proxy is the end of the context, which they share.)
/// zmq_proxy_steerable on the other hand differs between releases of libzmq (4.3.4 aborts on a command that it does not
/// know, 4.3.5 swaps PAUSE and RESUME), and moves messages where nobody can count them; with a control socket it is
/// `Steering` and a loop over the public calls, which does what the manual says of it.
struct ProxyNode: NodeProgram {
    private let name: String
    private let frontend: Port
    private let backend: Port
    private let capture: Port?
    private let control: Port?
    private var steering = Steering()
    private var gauges = Gauges()

    /// Messages from one side before the other has its turn.
    private static let burst = 256

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let declared = DeclaredSockets(node)
        let (front, back) = try declared.proxied()
        // Every kind takes a seed; here nothing is left to chance.
        _ = try behavior.generator()
        try behavior.finish()
        name = node.name
        // An answer to a peer that has gone is dropped, as zmq_proxy does: it is a program's own choice to hear of it.
        func port(_ declared: ResolvedSocket) throws -> Port {
            let port = try Port(declared, context: context)
            try port.open()
            return port
        }
        control = try declared.named("control").map(port)
        capture = try declared.named("capture").map(port)
        backend = try port(back)
        frontend = try port(front)
    }

    mutating func run() throws {
        if control != nil || NodeThread.current != nil { try forward() } else { try pass() }
    }

    /// zmq_proxy never looks up while messages flow. So TERM and INT are taken by a thread of their own, which shuts the
    /// context down: that ends it at once.
    private func pass() throws {
        var ending = Watch.signals
        pthread_sigmask(SIG_BLOCK, &ending, nil)
        // One that came before that was noted by the handler.
        if Signals.mustStop { return }
        let watch = try Watch(shuttingDown: frontend.socket.context)
        while true {
            do throws(ZeroMQError) {
                try frontend.socket.proxy(to: backend.socket, capture: capture?.socket)
            } catch {
                if error.isContextTerminated { return watch.join() }
                guard error.isInterrupted else { throw error }
                _ = Signals.mustStop  // USR1 and USR2: noted, and nothing to a proxy.
            }
        }
    }

    // MARK: Over public calls

    private mutating func forward() throws {
        let message = ZeroMQ.Message()
        while !Signals.mustStop {
            while !steering.isTerminated, let control, let frames = try control.receive() { try obey(frames, control) }
            if steering.isTerminated { return }
            let now = Clock.now
            let orders: [(Port, PollEvents)] = control.map { [($0, .input)] } ?? []
            if control != nil {
                gauges.touch(now: now)
                gauges.publish(now: now) { ([("paused", steering.isPaused ? 1 : 0)], false) }
            }
            if steering.isPaused {
                try Port.wait(orders, until: gauges.due)
                continue
            }
            // Only where the other side takes it is it of interest that something has come in: else this were a busy loop.
            let takes = try Port.wait([(frontend, .output), (backend, .output)], until: now)
            let (front, back) = (takes[0].contains(.output), takes[1].contains(.output))
            var wanted: [PollEvents] = [back ? .input : [], front ? .input : []]
            if !front { wanted[0].insert(.output) }
            if !back { wanted[1].insert(.output) }
            let ready = try Port.wait(
                [(frontend, wanted[0]), (backend, wanted[1])] + orders, until: gauges.due)
            if back, ready[0].contains(.input) {
                steering.passedToBackend(try forward(from: frontend, to: backend, message))
            }
            if front, ready[1].contains(.input) {
                steering.passedToFrontend(try forward(from: backend, to: frontend, message))
            }
        }
    }

    private mutating func obey(_ frames: [[UInt8]], _ control: Port) throws {
        switch steering.obey(frames) {
        case .done: break
        case .answer(let statistics):
            if control.declared.type == "PAIR", try control.send(statistics) == .sent { return }
            NodeProcess.complain(
                "\(name): STATISTICS is answered through a PAIR that takes it, and \(control.declared.name) is a "
                    + "\(control.declared.type)\n")
        case .unknown:
            NodeProcess.complain(
                "\(name): \(control.declared.name) is sent PAUSE, RESUME, TERMINATE or STATISTICS, and this was "
                    + "something else\n")
        }
    }

    /// Passes on what has come in, up to a burst of whole messages, as long as the other side takes it.
    private func forward(from: Port, to: Port, _ frame: ZeroMQ.Message) throws -> Steering.Traffic {
        var traffic = Steering.Traffic()
        repeat {
            guard try from.receive(into: frame) else { break }
            var hasMore = true
            while hasMore {
                hasMore = frame.hasMore
                traffic.bytes += UInt64(frame.count)
                if let capture { try pass(frame.copy(), more: hasMore, to: capture) }
                try pass(frame, more: hasMore, to: to)
                // The rest of a message is there, or on its way: only a signal can come between.
                if hasMore { while try !from.receiveWaiting(into: frame) {} }
            }
            traffic.messages += 1
        } while try traffic.messages < ProxyNode.burst && takesMore(to)
        return traffic
    }

    private func takesMore(_ port: Port) throws -> Bool {
        try Port.wait([(port, .output)], until: 0)[0].contains(.output)
    }

    /// A full capture holds the proxy up, as it does zmq_proxy.
    private func pass(_ frame: ZeroMQ.Message, more: Bool, to port: Port) throws {
        while try !port.sendWaiting(frame, more: more) {
            if Signals.mustStop { return }
        }
    }
}

/// The thread that ends a zmq_proxy.
private struct Watch {
    private let thread: pthread_t

    /// Starts it: TERM or INT, which the calling thread blocks, shuts the context down.
    init(shuttingDown context: Context) throws {
        thread = try startThread {
            var ending = Watch.signals
            var number: Int32 = 0
            sigwait(&ending, &number)
            context.shutdown()
        }
    }

    /// Those that say to end.
    static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }

    /// Waits for its end: the context is then no longer held here.
    func join() { pthread_join(thread, nil) }
}
