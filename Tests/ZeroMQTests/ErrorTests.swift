import Glibc
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct ErrorTests {
    let context: Context

    init() throws { context = try Context() }

    @Test(arguments: [
        ("nonsense", EINVAL, "transport://address"),
        ("tcp://127.0.0.1", EINVAL, "transport://address"),
        ("inproc://a\0b", EINVAL, "transport://address"),
        ("carrier-pigeon://home", EPROTONOSUPPORT, "use tcp://, ipc:// or inproc://"),
        ("udp://127.0.0.1:5555", ENOCOMPATPROTO_, "type of socket"),
        ("tcp://192.0.2.1:5555", EADDRNOTAVAIL, "No interface of this machine"),
        ("tcp://nosuch0:5555", ENODEV, "No interface of this machine"),
        ("ipc:///tmp/" + String(repeating: "x", count: 200), ENAMETOOLONG, "107 bytes"),
    ])
    func bindTellsTheRemedy(endpoint: String, number: Int32, remedy: String) throws {
        let socket = try context.testSocket(.pull)
        let error = #expect(throws: ZeroMQError.self) { try socket.bind(endpoint) }
        #expect(error?.errno == number)
        #expect(error?.call == "zmq_bind")
        #expect(error?.subject == endpoint)
        #expect(error?.description.contains(remedy) == true)
    }

    @Test func addressInUse() throws {
        let first = try context.testSocket(.pull)
        try first.bind("tcp://127.0.0.1:*")
        let endpoint = try first.lastEndpoint
        let second = try context.testSocket(.pull)
        let error = #expect(throws: ZeroMQError.self) { try second.bind(endpoint) }
        #expect(error?.errno == EADDRINUSE)
        #expect(
            error?.description == "zmq_bind failed on \(endpoint): Address already in use. "
                + "Something else is bound there: choose another port (tcp://127.0.0.1:* takes a free one) or path, "
                + "or end what holds it.")
    }

    @Test func notBoundNotConnected() throws {
        let socket = try context.testSocket(.pull)
        #expect(throws: ZeroMQError(errno: ENOENT, call: "zmq_unbind", subject: "tcp://127.0.0.1:5")) {
            try socket.unbind("tcp://127.0.0.1:5")
        }
        #expect(throws: ZeroMQError(errno: ENOENT, call: "zmq_disconnect", subject: "tcp://127.0.0.1:5")) {
            try socket.disconnect("tcp://127.0.0.1:5")
        }
    }

    @Test func wrongState() throws {
        let request = try context.testSocket(.req)
        let error = #expect(throws: ZeroMQError.self) { try request.receive() }
        #expect(error?.isWrongState == true)
        #expect(error?.description.contains("a REQ sends, then receives") == true)
    }

    @Test func wrongDirection() throws {
        let push = try context.testSocket(.push)
        let error = #expect(throws: ZeroMQError.self) { try push.receive() }
        #expect(error?.errno == ENOTSUP)
        #expect(error?.description.contains("PUSH and PUB only send") == true)
    }

    @Test func unroutable() throws {
        let router = try context.testSocket(.router)
        try router.set(.routerMandatory, true)
        let error = #expect(throws: ZeroMQError.self) { try router.send([[1, 2], [3]]) }
        #expect(error?.isUnroutable == true)
    }

    @Test func emptyMessageIsRefused() throws {
        let socket = try context.testSocket(.dealer)
        let error = #expect(throws: ZeroMQError.self) { try socket.send([[UInt8]]()) }
        #expect(error?.errno == EINVAL)
    }

    @Test func closedSocket() throws {
        let socket = try context.testSocket(.pull)
        socket.close()
        socket.close()
        let poller = Poller()
        let calls: [() throws -> Void] = [
            { try socket.bind("inproc://x") }, { _ = try socket.receive() }, { _ = try socket.send([[1]]) },
            { _ = try socket.lastEndpoint }, { try socket.set(.rcvhwm, 1) }, { _ = try SocketMonitor(socket) },
            {
                poller.add(socket)
                try poller.wait(timeout: .zero)
            },
        ]
        for call in calls {
            let error = #expect(throws: ZeroMQError.self) { try call() }
            #expect(error?.errno == ENOTSOCK)
        }
    }

    @Test func tooManySockets() throws {
        let context = try Context()
        try context.set(.maxSockets, 2)
        let sockets = [try context.testSocket(.pull), try context.testSocket(.pull)]
        let error = #expect(throws: ZeroMQError.self) { _ = try context.socket(.pull) }
        #expect(error?.errno == EMFILE)
        #expect(error?.description.contains("maxSockets") == true)
        #expect(sockets.count == 2)
    }

    @Test func optionErrorsNameTheOption() throws {
        let socket = try context.testSocket(.pull)
        let negative = #expect(throws: ZeroMQError.self) { try socket.set(.rcvhwm, -1) }
        #expect(negative?.subject == "rcvhwm")
        #expect(negative?.description.contains("zmq_setsockopt(3)") == true)
        let foreign = #expect(throws: ZeroMQError.self) { try socket.set(.routerMandatory, true) }
        #expect(foreign?.subject == "router_mandatory")
        let unknown = #expect(throws: ZeroMQError.self) { try socket.setOption(4711, .int(1)) }
        #expect(unknown?.subject == "option 4711")
        #expect(throws: ZeroMQError.self) { try socket.set(.sndhwm, Int.max) }
        #expect(throws: ZeroMQError.self) { try socket.set(.plainUsername, "a\0b") }
    }
}

/// libzmq's own number: zmq.h's `ZMQ_HAUSNUMERO + 52`.
private let ENOCOMPATPROTO_: Int32 = 156_384_764
