import Glibc
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct SocketMonitorTests {
    let context: Context

    init() throws { context = try Context() }

    /// Reads until an event of a kind comes; each event may take 20 s, as the poller says.
    private func next(_ kind: SocketEvent.Kind, _ monitor: SocketMonitor) throws -> SocketEvent {
        let poller = Poller()
        poller.add(monitor)
        while true {
            try #require(try poller.wait(timeout: .seconds(20)) == 1, "no \(kind.name)")
            while let event = try monitor.next(wait: false) {
                if event.kind == kind { return event }
            }
        }
    }

    @Test func aConnectionsLife() throws {
        let pull = try context.testSocket(.pull)
        let monitor = try SocketMonitor(pull)
        try pull.bind("tcp://127.0.0.1:*")
        let endpoint = try pull.lastEndpoint
        let listening = try #require(try monitor.next())
        #expect(listening.kind == .listening)
        #expect(listening.endpoint == endpoint)
        #expect(listening.value == .descriptor(listening.rawValue))
        #expect(listening.rawValue > 2)

        let push = try context.testSocket(.push)
        let other = try SocketMonitor(push)
        try push.connect(endpoint)
        #expect(try next(.connectDelayed, other).value == .errno(EINPROGRESS))
        #expect(try next(.connected, other).endpoint == endpoint)
        #expect(try next(.handshakeSucceeded, other).value == .none)
        #expect(try next(.accepted, monitor).endpoint == endpoint)
        #expect(try next(.handshakeSucceeded, monitor).value == .none)

        push.close()
        guard case .descriptor = try next(.disconnected, monitor).value else {
            Issue.record("a lost connection has a descriptor")
            return
        }
        pull.close()
        #expect(try next(.monitorStopped, monitor).value == .none)
        #expect(try next(.monitorStopped, other).value == .none)
    }

    @Test func retriesTellTheirInterval() throws {
        // A port that was free a moment ago.
        let free = try context.testSocket(.pull)
        try free.bind("tcp://127.0.0.1:*")
        let endpoint = try free.lastEndpoint
        try free.unbind(endpoint)
        let push = try context.testSocket(.push)
        try push.set(.reconnectIvl, .milliseconds(10))
        let monitor = try SocketMonitor(push, kinds: [.connectRetried])
        try push.connect(endpoint)
        let event = try next(.connectRetried, monitor)
        #expect(event.endpoint == endpoint)
        #expect(event.value == .interval(.milliseconds(event.rawValue)))
        #expect((10..<20).contains(event.rawValue))
    }

    /// libzmq's own monitor would block the second thousandth event for ever.
    @Test func anUnreadMonitorStopsNobody() throws {
        let pull = try context.testSocket(.pull)
        let monitor = try SocketMonitor(pull, kinds: [.listening])
        for _ in 0..<3000 {
            try pull.bind("tcp://127.0.0.1:*")
            try pull.unbind(pull.lastEndpoint)
        }
        var count = 0
        while try monitor.next(wait: false) != nil { count += 1 }
        #expect(count == 3000)
    }

    @Test func aSecondMonitorReplacesTheFirst() throws {
        let pull = try context.testSocket(.pull)
        let first = try SocketMonitor(pull)
        let second = try SocketMonitor(pull)
        #expect(try first.next()?.kind == .monitorStopped)
        first.stop()
        try pull.bind("tcp://127.0.0.1:*")
        #expect(try second.next()?.kind == .listening)
        second.stop()
        second.stop()
        #expect(throws: ZeroMQError.self) { try second.next(wait: false) }
    }

    @Test func everyKindIsNamedAndDecoded() {
        let numbers = SocketEvent.Kind.allCases.map(\.rawValue)
        #expect(numbers.reduce(0, |) == 0x7FFF)
        #expect(SocketEvent.Kind.allCases.allSatisfy { $0.name == $0.name.uppercased() })
        let refused = SocketEvent(kind: .handshakeFailedAuth, rawValue: 400, endpoint: "tcp://x:1")
        #expect(refused.value == .zapStatus(400))
        let failed = SocketEvent(kind: .handshakeFailedProtocol, rawValue: 0x1100_0001, endpoint: "tcp://x:1")
        guard case .protocolError(let error) = failed.value else {
            Issue.record("not decoded")
            return
        }
        #expect(error.name == "ZMTP_CRYPTOGRAPHIC")
        #expect(SocketEvent.ProtocolError(rawValue: 0x4000_0001).name == "0x40000001")
    }
}
