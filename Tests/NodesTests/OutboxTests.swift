import RunDirectory
import Testing
import ZeroMQ

@testable import Nodes

@Suite struct OutboxTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func whatIsKeptAndWhatWasGivenUpIsCounted() throws {
        let router = try Peer("ROUTER", bind: scratch.endpoint("a"), mandatory: true)
        var outbox = Outbox(router.port)
        #expect(try outbox.send([Array("nobody".utf8), [1]], now: 0) == .unreachable)
        #expect(outbox.dropped == 1 && outbox.count == 0)
        // It reads nothing: at some time all queues are full.
        var dealer: Peer? = try Peer("DEALER", connect: scratch.endpoint("a"))
        try dealer?.send("hello")
        let identity = try #require(try router.receive()?.first)
        let block = [UInt8](repeating: 0, count: 10_000)
        while outbox.count < 3 { #expect(try outbox.send([identity, block], now: 0) == .accepted) }
        #expect(outbox.dropped == 1)
        while try outbox.send([identity, block], now: 0) == .accepted {}
        #expect(outbox.dropped == 1 + Outbox.limit + 1 && outbox.count == 0)
        while outbox.count < 3 { #expect(try outbox.send([identity, block], now: 0) == .accepted) }
        dealer?.port.close()
        dealer = nil
        // The ROUTER hears of it some time.
        var now = 0.0
        var gone: [[UInt8]] = []
        while gone.isEmpty, now < 600 {
            now += Outbox.retryInterval
            gone = try outbox.flush(now: now)
            try Nodes.Port.wait([(router.port, .input)], until: Clock.now + Outbox.retryInterval)
        }
        #expect(gone == [identity])
        #expect(outbox.dropped == 1 + Outbox.limit + 1 + 3 && outbox.count == 0)
    }
}
