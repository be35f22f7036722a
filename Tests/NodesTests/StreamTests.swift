import Foundation
import RunDirectory
import Testing
import ZeroMQ

@testable import Nodes

/// Source, worker and sink as processes, and what every node does about signals and mistakes.
@Suite(.timeLimit(.minutes(10))) struct StreamTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func socket(_ type: String, bind: String? = nil, connect: String? = nil) -> ResolvedSocket {
        ResolvedSocket(
            name: type.lowercased(), type: type, binds: bind.map { [scratch.endpoint($0)] } ?? [],
            connects: connect.map { [.init(endpoint: scratch.endpoint($0))] } ?? [])
    }

    @Test(arguments: ["max", "400"], [BehaviorValue.number(0), .number(30), .range(24, 60_000), .number(1_000_000)])
    func withoutACopyTheSameBytesArrive(rate: String, size: BehaviorValue) throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let source = try RunningNode(
            "source", in: scratch,
            [
                "rate": Double(rate).map { .number($0) } ?? .text(rate), "count": .number(200), "size": size,
                "zero_copy": .flag(true),
            ], socket("PUSH", connect: "out"))
        for number in 0..<200 {
            let payload = try #require(try pull.receive()?.first)
            if case .number(let exact) = size { #expect(payload.count == Int(exact)) }
            guard !payload.isEmpty else { continue }
            guard try JSON(parsing: payload)["seq"]?.int == number else {
                Issue.record("expected \(number), got \(String(decoding: payload.prefix(40), as: UTF8.self))")
                return
            }
        }
        #expect(source.isRunning)
    }

    @Test func memoryIsUsedAgainWhenLibzmqHasDoneWithIt() throws {
        let payload = Payload(largest: 100_000, smallest: 100_000)
        let buffers = Buffers(of: payload)
        var first: ZeroMQ.Message? = buffers.message(count: 100_000)
        let address = first?.withUnsafeBytes { $0.baseAddress }
        payload.advance()
        // The first one is still in use, and keeps its number.
        let second = buffers.message(count: 100_000)
        #expect(buffers.spare == 0 && second.withUnsafeBytes { $0.baseAddress } != address)
        #expect(first.map { Tag($0.bytes)?.number } == 0 && Tag(second.bytes)?.number == 1)
        first = nil
        #expect(buffers.spare == 1)
        payload.advance()
        let third = buffers.message(count: 50_000)
        #expect(third.withUnsafeBytes { $0.baseAddress } == address && third.count == 50_000)
        #expect(buffers.spare == 0 && Tag(third.bytes)?.number == 2)
    }

    @Test(arguments: ["max", "5000"])
    func aSourceSendsItsCountThroughAWorkerAndStays(rate: String) throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let worker = try RunningNode(
            "worker", in: scratch, ["service_time": .number(0)], socket("PULL", bind: "in"),
            socket("PUSH", connect: "out"))
        let source = try RunningNode(
            "source", in: scratch,
            [
                "rate": Double(rate).map { .number($0) } ?? .text(rate), "count": .number(1234), "size": .range(30, 40),
            ], socket("PUSH", connect: "in"))
        for number in 0..<1234 {
            let payload = try #require(try pull.receive()?.first)
            #expect((30...40).contains(payload.count))
            guard try JSON(parsing: payload)["seq"]?.int == number else {
                Issue.record("expected \(number), got \(String(decoding: payload, as: UTF8.self))")
                return
            }
        }
        #expect(try pull.receive(within: 0.1) == nil)
        #expect(source.isRunning && worker.isRunning)
    }

    @Test(arguments: [0, 1, 3, 23, 24, 25, 1000]) func sizesAreExact(size: Int) throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let source = try RunningNode(
            "source", in: scratch, ["rate": .text("max"), "size": .number(Double(size)), "count": .number(15)],
            socket("PUSH", connect: "out"))
        var last: [UInt8] = []
        for _ in 0..<15 { last = try #require(try pull.receive()?.first) }
        #expect(last.count == size)
        if size > 0 {
            #expect(String(decoding: last, as: UTF8.self).filter(\.isNumber).hasSuffix(size == 1 ? "4" : "14"))
        }
        #expect(source.isRunning)
    }

    @Test func quietAndFlow() throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let source = try RunningNode("source", in: scratch, ["rate": .number(500)], socket("PUSH", connect: "out"))
        #expect(try pull.receive() != nil)
        source.signal(SIGUSR1)
        // What was on its way arrives, and then nothing.
        while try pull.receive(within: 2) != nil {}
        #expect(try pull.receive(within: 0.3) == nil)
        source.signal(SIGUSR2)
        #expect(try pull.receive() != nil)
    }

    @Test(arguments: [
        "source", "sink", "worker", "client", "engine", "scheduler", "paced", "requester", "replier", "publisher",
        "subscriber", "proxy", "pair",
    ])
    func everyKindEndsWhenToldEvenWhileItBlocks(kind: String) throws {
        let node =
            switch kind {
            case "source":
                // Nobody ever connects: it blocks in zmq_send.
                try RunningNode("source", in: scratch, ["rate": .text("max")], socket("PUSH", bind: "a"))
            case "paced": try RunningNode("source", in: scratch, ["rate": .number(0.01)], socket("PUSH", connect: "a"))
            case "sink": try RunningNode("sink", in: scratch, [:], socket("PULL", bind: "a"))
            case "worker":
                try RunningNode("worker", in: scratch, [:], socket("PULL", bind: "a"), socket("PUSH", bind: "b"))
            case "requester": try RunningNode("requester", in: scratch, [:], socket("REQ", connect: "a"))
            case "replier": try RunningNode("replier", in: scratch, [:], socket("ROUTER", bind: "a"))
            case "publisher": try RunningNode("publisher", in: scratch, [:], socket("PUB", bind: "a"))
            case "subscriber": try RunningNode("subscriber", in: scratch, [:], socket("XSUB", connect: "a"))
            case "proxy":
                try RunningNode("proxy", in: scratch, [:], socket("ROUTER", bind: "a"), socket("DEALER", bind: "b"))
            case "pair": try RunningNode("pair", in: scratch, [:], socket("PAIR", bind: "a"))
            case "client": try RunningNode("client", in: scratch, [:], socket("REQ", connect: "a"))
            case "engine": try RunningNode("engine", in: scratch, [:], socket("DEALER", connect: "a"))
            default:
                try RunningNode("scheduler", in: scratch, [:], socket("ROUTER", bind: "a"), socket("DEALER", bind: "b"))
            }
        // A signal that comes too early for its handler kills. A moment later it blocks, and either must do.
        #expect(node.catches(SIGTERM))
        Clock.sleep(until: Clock.now + 0.3)
        let start = Clock.now
        node.signal(SIGTERM)
        let end = node.ended()
        #expect(end.status == 0 && end.errors == "")
        #expect(Clock.now - start < 60)
    }

    @Test func whatWasAcceptedLeavesBeforeTheEnd() throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let source = try RunningNode(
            "source", in: scratch, ["rate": .text("max"), "count": .number(500)], socket("PUSH", connect: "out"))
        #expect(try pull.receive() != nil)
        source.signal(SIGTERM)
        #expect(source.ended().status == 0)
        var last = 0
        while let payload = try pull.receive(within: 2)?.first {
            let number = try JSON(parsing: payload)["seq"]?.int
            #expect(number == last + 1)
            last += 1
        }
    }

    @Test func mistakesAreOneSentence() throws {
        let taken = try Peer("PULL", bind: "tcp://127.0.0.1:*")
        let endpoint = try taken.port.socket.lastEndpoint
        let mistakes: [(RunningNode, String)] = try [
            (
                RunningNode("source", in: scratch, ["rat": .number(1)], socket("PUSH", bind: "a")),
                "zmqtop-node: source: kind source knows no behavior 'rat'; it knows arrival, count, for, rate, seed, size, zero_copy\n"
            ),
            (
                RunningNode("source", in: scratch, ["rate": .number(-1)], socket("PUSH", bind: "a")),
                "zmqtop-node: source: behavior 'rate' of kind source must be above 0, like 100/s, or max\n"
            ),
            (
                RunningNode("sink", in: scratch, [:], socket("PUSH", bind: "a")),
                "zmqtop-node: sink: kind sink needs one socket, PULL or SUB or DEALER or PAIR, "
                    + "and the file declares push (PUSH)\n"
            ),
            (
                RunningNode("sink", in: scratch, [:], ResolvedSocket(name: "in", type: "PULL", binds: [endpoint])),
                "zmqtop-node: sink: socket in: cannot bind \(endpoint): Address already in use. Something else is bound "
                    + "there: choose another port (tcp://127.0.0.1:* takes a free one) or path, or end what holds it.\n"
            ),
            (
                RunningNode("baker", in: scratch),
                "zmqtop-node: baker: there is no kind 'baker'; there are "
                    + "client, engine, injector, pair, proxy, publisher, replier, requester, scheduler, sink, source, "
                    + "subscriber, worker\n"
            ),
        ]
        for (node, sentence) in mistakes {
            let end = node.ended()
            #expect(end.status == 1)
            #expect(end.errors == sentence)
        }
    }
}
