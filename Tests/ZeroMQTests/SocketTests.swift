import Glibc
import Synchronization
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct SocketTests {
    let context: Context

    init() throws { context = try Context() }

    @Test(arguments: SocketType.allCases)
    func everyTypeIsMadeAndNamed(type: SocketType) throws {
        let socket = try context.testSocket(type)
        #expect(try socket.get(.type) == Int(type.rawValue))
        #expect(SocketType(name: type.name) == type)
        #expect(SocketType(name: type.name.lowercased()) == nil)
    }

    @Test(arguments: ["tcp://127.0.0.1:*", "ipc://@zmqtop-test-*", "inproc://a", "inproc://größe-✓"])
    func multipartArrivesWhole(endpoint: String) throws {
        let pull = try context.testSocket(.pull)
        // An abstract ipc name leaves no file behind.
        try pull.bind(endpoint.replacing("test-*", with: "test-\(getpid())"))
        let push = try context.testSocket(.push)
        try push.connect(pull.lastEndpoint)
        for message in [[[UInt8]("hello"), [], [0, 255]], [[]], [[], []], [[UInt8](repeating: 7, count: 100_000)]] {
            #expect(try push.send(message))
            #expect(try pull.receiveMultipart() == message)
        }
        #expect(try pull.receiveMultipart(wait: false) == nil)
    }

    @Test func ipcPathOfSeveralByteCharacters() throws {
        var folder = Array("/tmp/zmqtop-ünïcode-XXXXXX".utf8CString)
        try #require(mkdtemp(&folder) != nil)
        defer { rmdir(&folder) }
        let path = String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/日本語"
        let pull = try context.testSocket(.pull)
        try pull.bind("ipc://\(path)")
        #expect(try pull.lastEndpoint == "ipc://\(path)")
        let push = try context.testSocket(.push)
        try push.connect("ipc://\(path)")
        #expect(try push.send([[1]]))
        #expect(try pull.receiveMultipart() == [[1]])
        try pull.unbind("ipc://\(path)")
        unlink(path)
    }

    @Test func framesAndBytesAndMessages() throws {
        let (pull, push) = try context.testPair(.pull, .push)
        #expect(try [UInt8]("one").withUnsafeBytes { try push.send(bytes: $0, more: true) })
        #expect(try push.send(bytes: UnsafeRawBufferPointer(start: nil, count: 0), more: true))
        #expect(try push.send(Message("three")))
        let first = try #require(try pull.receive())
        #expect(first.text == "one")
        #expect(first.hasMore)
        let frame = Message("overwritten")
        #expect(try pull.receive(into: frame))
        #expect(frame.isEmpty)
        #expect(frame.hasMore)
        #expect(try pull.get(.rcvmore))
        #expect(try pull.receive(into: frame))
        #expect(frame.text == "three")
        #expect(!frame.hasMore)
        #expect(frame.property("Socket-Type") == "PUSH")
        #expect(frame.property("Peer-Address") == "127.0.0.1")
        #expect(frame.property("Nothing") == nil)
    }

    @Test func wouldBlockIsAValue() throws {
        let push = try context.testSocket(.push)
        try push.bind("tcp://127.0.0.1:*")
        let frame = Message("kept")
        #expect(try !push.send(frame, wait: false))
        #expect(frame.text == "kept")
        #expect(try !push.send([[1], [2]], wait: false))
        try push.set(.sndtimeo, .milliseconds(1))
        #expect(try !push.send([[1], [2]]))
        let pull = try context.testSocket(.pull)
        #expect(try pull.receive(wait: false) == nil)
        try pull.set(.rcvtimeo, .milliseconds(1))
        #expect(try pull.receive() == nil)
        #expect(try !pull.receive(into: frame))
        #expect(try pull.receiveMultipart() == nil)
    }

    @Test func aRefusedMessageLeavesNoHalfBehind() throws {
        let (pull, push) = try context.testPair(.pull, .push)
        try push.disconnect(pull.lastEndpoint)
        try push.set(.sndhwm, 1)
        try push.set(.rcvhwm, 1)
        let inner = try context.testSocket(.pull)
        try inner.set(.rcvhwm, 1)
        try inner.bind("inproc://narrow")
        try push.connect("inproc://narrow")
        var accepted = 0
        while try push.send([[1], [2], [UInt8(accepted)]], wait: false) { accepted += 1 }
        #expect(accepted == 2)
        for index in 0..<accepted { #expect(try inner.receiveMultipart() == [[1], [2], [UInt8(index)]]) }
        #expect(try push.send([[9]]))
        #expect(try inner.receiveMultipart() == [[9]])
    }

    @Test func requestAndReplyThroughRouterAndDealer() throws {
        let (router, request) = try context.testPair(.router, .req)
        #expect(try request.send([[UInt8]("ping")]))
        let received = try #require(try router.receiveMultipart())
        #expect(received.count == 3)
        #expect(received[1].isEmpty)
        #expect(received[2] == [UInt8]("ping"))
        #expect(try router.send([received[0], [], [UInt8]("pong")]))
        #expect(try request.receiveMultipart() == [[UInt8]("pong")])
    }

    @Test func publishAndSubscribe() throws {
        let (publisher, subscriber) = try context.testPair(.xpub, .sub)
        try subscriber.set(.subscribe, [UInt8]("weather"))
        #expect(try publisher.receiveMultipart() == [[1] + [UInt8]("weather")])
        #expect(try publisher.send([[UInt8]("sports"), []]))
        #expect(try publisher.send([[UInt8]("weather"), [UInt8]("rain")]))
        #expect(try subscriber.receiveMultipart() == [[UInt8]("weather"), [UInt8]("rain")])
    }

    @Test func movesToAnotherThread() throws {
        let (_, push) = (0, try context.testSocket(.push))
        try push.bind("inproc://moved")
        let pull = try context.testSocket(.pull)
        try pull.connect("inproc://moved")
        let received = Mutex<[[UInt8]]?>(nil)
        // Compiles because a socket fresh from its context belongs to nobody else.
        let thread = thread(owning: pull) { pull in
            let message = try? pull.receiveMultipart()
            received.withLock { $0 = message }
        }
        #expect(try push.send([[42]]))
        thread.join()
        #expect(received.withLock { $0 } == [[42]])
    }

    private func thread(owning socket: sending Socket, _ body: @escaping @Sendable (Socket) -> Void) -> OSThread {
        nonisolated(unsafe) let socket = socket
        return OSThread { body(socket) }
    }

    @Test(arguments: ["zmq_msg_recv", "zmq_send", "zmq_poll"])
    func aSignalInterrupts(call: String) throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
        let caught = Mutex<ZeroMQError?>(nil)
        let context = context
        let thread = OSThread {
            // A thread inherits its maker's mask, and Dispatch's threads, which run tests, block signals.
            var mask = sigset_t()
            sigemptyset(&mask)
            sigaddset(&mask, SIGUSR1)
            pthread_sigmask(SIG_UNBLOCK, &mask, nil)
            do throws(ZeroMQError) {
                // Without a peer and without a time limit: only the signal can end the call.
                let socket = try context.socket(.dealer)
                switch call {
                case "zmq_msg_recv": _ = try socket.receive()
                case "zmq_send": _ = try socket.send([[1]])
                default:
                    let poller = Poller()
                    poller.add(socket)
                    try poller.wait()
                }
            } catch {
                caught.withLock { $0 = error }
            }
        }
        thread.signalUntilDone(SIGUSR1)
        let error = caught.withLock { $0 }
        #expect(error?.call == call)
        #expect(error?.isInterrupted == true)
    }
}
