import Glibc
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct ContextTests {
    @Test func options() throws {
        let context = try Context(ioThreads: 2)
        #expect(try context.get(.ioThreads) == 2)
        #expect(try context.get(.maxSockets) == 1023)
        #expect(try context.get(.msgTSize) == 64)
        #expect(try context.get(.socketLimit) > 1023)
        try context.set(.blocky, 0)
        #expect(try context.socket(.push).get(.linger) == .zero)
        try context.set(.ipv6, 1)
        #expect(try context.socket(.push).get(.ipv6))
        let error = #expect(throws: ZeroMQError.self) { try context.set(.maxSockets, -1) }
        #expect(error?.subject == "max_sockets")
        #expect(throws: ZeroMQError.self) { try context.set(.maxSockets, .max) }
        #expect(throws: ZeroMQError.self) { _ = try Context(ioThreads: -1) }
    }

    @Test func shutdownEndsABlockedCall() throws {
        let context = try Context()
        let started = OSThread.Flag()
        let errno = OSThread.Flag()
        let thread = OSThread {
            do throws(ZeroMQError) {
                let socket = try context.socket(.pull)
                started.set()
                _ = try socket.receive()
            } catch {
                if error.isContextTerminated { errno.set() }
            }
        }
        while !started.isSet { sched_yield() }
        context.shutdown()
        thread.join()
        #expect(errno.isSet)
        let error = #expect(throws: ZeroMQError.self) { _ = try context.socket(.pull) }
        #expect(error?.isContextTerminated == true)
    }

    /// Bounded by the suite's time limit: termination waits for every socket.
    @Test func terminatesWhateverTheOrder() throws {
        for _ in 0..<20 {
            weak var gone: Context?
            try {
                var context: Context? = try Context()
                gone = context
                let pull = try context!.testSocket(.pull)
                try pull.bind("tcp://127.0.0.1:*")
                let push = try context!.testSocket(.push)
                try push.connect(pull.lastEndpoint)
                let monitor = try SocketMonitor(push)
                context = nil
                #expect(try push.send([[1]]))
                #expect(try pull.receiveMultipart() == [[1]])
                #expect(try monitor.next(wait: false)?.endpoint != "")
            }()
            #expect(gone == nil)
        }
    }

    @Test func whatWasSentLingers() throws {
        let reader = try Context()
        let pull = try reader.testSocket(.pull)
        try pull.bind("tcp://127.0.0.1:*")
        let endpoint = try pull.lastEndpoint
        try {
            let writer = try Context()
            let push = try writer.socket(.push)
            try push.connect(endpoint)
            #expect(try push.send([[7]]))
        }()
        #expect(try pull.receiveMultipart() == [[7]])
    }

    @Test func library() {
        #expect(Library.version.hasPrefix("4."))
        #expect(Library.has("ipc"))
        #expect(!Library.has("carrier-pigeon"))
    }
}
