import Foundation
import RunDirectory
import Testing
import ZeroMQ

@testable import Nodes

/// Requester, replier and pair as processes, over real sockets.
@Suite(.timeLimit(.minutes(10))) struct PatternTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func socket(
        _ type: String, bind: String? = nil, connect: String? = nil, _ options: [ResolvedOption] = []
    ) -> ResolvedSocket {
        ResolvedSocket(
            name: "it", type: type, binds: bind.map { [$0] } ?? [],
            connects: connect.map { [.init(endpoint: $0)] } ?? [],
            options: options)
    }

    private static let relaxed = [
        ResolvedOption(name: "req_relaxed", number: 53, value: .int(1)),
        ResolvedOption(name: "req_correlate", number: 52, value: .int(1)),
    ]

    @Test(arguments: ["tcp://127.0.0.1:*", "ipc"], ["REP", "ROUTER"])
    func aREQAsksOneAtATime(transport: String, type: String) throws {
        let replier = try Peer(type, bind: transport == "ipc" ? scratch.endpoint("a") : transport)
        let requester = try RunningNode(
            "requester", in: scratch, ["rate": .number(1000), "count": .number(3), "size": .number(80)],
            socket("REQ", connect: replier.port.socket.lastEndpoint))
        for number in 0..<3 {
            let request = try #require(try replier.receive())
            #expect(request.count == (type == "REP" ? 1 : 3))
            let payload = try #require(request.last)
            #expect(payload.count == 80)
            #expect(try JSON(parsing: payload)["seq"]?.int == number)
            #expect(try JSON(parsing: payload)["from"]?.text?.hasPrefix("requester.") == true)
            // Lockstep: nothing more before the answer.
            #expect(try replier.receive(within: 0.1) == nil)
            #expect(try replier.port.sendWaiting(request))
        }
        #expect(try replier.receive(within: 0.2) == nil)
        #expect(requester.isRunning)
    }

    @Test func aREQWithoutItsReplyIsLockedUntilTheReplyComes() throws {
        let replier = try Peer("ROUTER", bind: scratch.endpoint("a"))
        let requester = try RunningNode(
            "requester", in: scratch, ["rate": .number(50), "timeout": .number(0.1)],
            socket("REQ", connect: scratch.endpoint("a")))
        let first = try #require(try replier.receive())
        // It has given up and tries; zmq_send takes nothing.
        #expect(try replier.receive(within: 1) == nil)
        #expect(try replier.port.sendWaiting(first))
        let second = try #require(try replier.receive()?.last)
        #expect(try JSON(parsing: second)["seq"]?.int == 1)
        #expect(requester.isRunning)
    }

    @Test func aRelaxedREQGoesOn() throws {
        let replier = try Peer("ROUTER", bind: scratch.endpoint("a"))
        let requester = try RunningNode(
            "requester", in: scratch, ["rate": .number(50), "timeout": .number(0.1)],
            socket("REQ", connect: scratch.endpoint("a"), Self.relaxed))
        for number in 0..<3 {
            let request = try #require(try replier.receive())
            // Identity, correlation, delimiter, payload.
            #expect(request.count == 4)
            #expect(try JSON(parsing: request.last ?? [])["seq"]?.int == number)
        }
        #expect(requester.isRunning)
    }

    @Test(arguments: [1, 3]) func aDEALERHasManyInFlightAndTakesAnyOrder(inFlight: Int) throws {
        let replier = try Peer("ROUTER", bind: scratch.endpoint("a"))
        let requester = try RunningNode(
            "requester", in: scratch,
            ["arrival": .text("closed"), "in_flight": .number(Double(inFlight)), "timeout": .number(60)],
            socket("DEALER", connect: scratch.endpoint("a")))
        var open: [[[UInt8]]] = []
        for _ in 0..<inFlight { open.append(try #require(try replier.receive())) }
        #expect(open.allSatisfy { $0.count == 3 && $0[1] == [] })
        #expect(try replier.receive(within: 0.2) == nil)
        // The last one first: each answer makes room for one more.
        for _ in 0..<20 {
            #expect(try replier.port.sendWaiting(open.removeLast()))
            open.append(try #require(try replier.receive()))
            #expect(try replier.receive(within: 0.01) == nil)
        }
        let numbers = try open.map { try #require(try JSON(parsing: $0[2])["seq"]?.int) }
        #expect(numbers == Array(0..<inFlight - 1) + [inFlight - 1 + 20])
        #expect(requester.isRunning)
    }

    @Test(arguments: ["REQ", "DEALER"]) func aREPAnswersWithTheSameBytes(type: String) throws {
        let replier = try RunningNode(
            "replier", in: scratch, ["service_time": .number(0)], socket("REP", bind: scratch.endpoint("a")))
        let peer = try Peer(type, connect: scratch.endpoint("a"))
        for text in ["one", "two", "three"] {
            let frames = type == "REQ" ? [text, "more"] : ["", text]
            #expect(try peer.port.sendWaiting(frames.map { Array($0.utf8) }))
            #expect(try peer.receive() == frames.map { Array($0.utf8) })
        }
        #expect(replier.isRunning)
    }

    @Test func aROUTERAnswersOutOfOrderAndInParallel() throws {
        let replier = try RunningNode(
            "replier", in: scratch, ["service_time": .range(0.001, 0.2), "parallel": .number(8), "seed": .number(7)],
            socket("ROUTER", bind: scratch.endpoint("a")))
        let peer = try Peer("DEALER", connect: scratch.endpoint("a"))
        for number in 0..<40 { try peer.send("\(number)") }
        let answers = try (0..<40).map { _ in String(decoding: try #require(try peer.receive()?.last), as: UTF8.self) }
        // One after the other they would be in order.
        #expect(answers != answers.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) })
        #expect(Set(answers).count == 40)
        #expect(replier.isRunning)
    }

    @Test func onlyARoutersWorkIsParallel() throws {
        let replier = try RunningNode(
            "replier", in: scratch, ["parallel": .number(2)], socket("REP", bind: scratch.endpoint("a")))
        let end = replier.ended()
        #expect(end.status == 1)
        #expect(
            end.errors
                == "zmqtop-node: replier: behavior 'parallel' of a replier with a REP is 1, not 2; a ROUTER can have more\n"
        )
    }

    @Test(arguments: ["tcp://127.0.0.1:*", "ipc"]) func aPairSendsAndReceives(transport: String) throws {
        let peer = try Peer("PAIR", bind: transport == "ipc" ? scratch.endpoint("a") : transport)
        let pair = try RunningNode(
            "pair", in: scratch, ["rate": .text("max"), "size": .number(1000)],
            socket("PAIR", connect: peer.port.socket.lastEndpoint))
        // Both queues are full of its messages, and it takes ours all the same: far more than any queue holds.
        let block = [UInt8](repeating: 120, count: 10_000)
        for _ in 0..<4000 { #expect(try peer.port.sendWaiting([block])) }
        for number in 0..<3000 {
            guard try JSON(parsing: try #require(try peer.receive()?.first))["seq"]?.int == number else {
                Issue.record("not \(number)")
                return
            }
        }
        #expect(pair.isRunning)
    }

    @Test(arguments: ["requester", "pair"]) func quietAndFlow(kind: String) throws {
        let peer = try Peer(kind == "pair" ? "PAIR" : "ROUTER", bind: scratch.endpoint("a"))
        let node = try RunningNode(
            kind, in: scratch,
            ["rate": .number(200), "timeout": .number(0.1)].filter { $0.key == "rate" || kind != "pair" },
            socket(kind == "pair" ? "PAIR" : "DEALER", connect: scratch.endpoint("a")))
        #expect(try peer.receive() != nil)
        node.signal(SIGUSR1)
        while try peer.receive(within: 2) != nil {}
        #expect(try peer.receive(within: 0.3) == nil)
        node.signal(SIGUSR2)
        #expect(try peer.receive() != nil)
    }
}

@Suite struct RequestsTests {
    private func payload(_ number: Int, sender: String? = "a") -> [UInt8] {
        let payload = Payload(largest: 60, smallest: 60, sender: sender)
        for _ in 0..<number { payload.advance() }
        return payload.message(count: 60)
    }

    @Test func repliesAreMatchedByNumber() {
        var requests = Requests(timeout: 5)
        for number in 0..<3 { requests.sent(payload(number), now: Double(number)) }
        requests.received(payload(2), now: 4)
        requests.received(payload(0), now: 5)
        #expect(requests.outOfOrder == 1 && requests.replies == 2 && requests.inFlight == 1)
        #expect(requests.roundTrips.median == 5)
        // Once more, of another process, of nobody.
        requests.received(payload(2), now: 5)
        requests.received(payload(1, sender: "b"), now: 5)
        #expect(requests.late == 2 && requests.inFlight == 1)
        #expect(requests.nextExpiry == 6)
        requests.expire(now: 5.9)
        #expect(requests.timeouts == 0)
        requests.expire(now: 6)
        #expect(requests.timeouts == 1 && requests.inFlight == 0 && requests.nextExpiry == nil)
        requests.received(payload(1), now: 7)
        #expect(requests.late == 3 && requests.replies == 2)
    }

    @Test(arguments: ["ok", "42", #"{"seq":9}"#, ""]) func repliesInOtherWordsAnswerTheOldest(reply: String) {
        var requests = Requests(timeout: 5)
        requests.sent(payload(0), now: 1)
        requests.sent(payload(1), now: 2)
        requests.received(Array(reply.utf8), now: 3)
        #expect(requests.inFlight == 1 && requests.replies == 1 && requests.nextExpiry == 7)
        // Which one it was is a guess, so no time is told.
        #expect(requests.roundTrips.median == nil)
        requests.received(Array(reply.utf8), now: 3)
        #expect(requests.roundTrips.median == 1)
    }
}

@Suite struct TagTests {
    @Test(arguments: [
        (#"{"from":"a.1","seq":              17}   "#, "a.1", 17), (#"{"seq":               0}"#, "", 0),
        ("  42", "", 42),
        ("7", "", 7),
    ])
    func whatAPayloadWroteIsRead(text: String, sender: String, number: Int) throws {
        let tag = try #require(Tag(Array(text.utf8)))
        #expect(String(decoding: tag.sender, as: UTF8.self) == sender)
        #expect(tag.number == number)
    }

    @Test(arguments: [
        "", "x", "{}", #"{"seq":}"#, #"{"seq":1"#, #"{"seq":1}x"#, #"{"from":"a"}"#, #"{"from":"a","x":1}"#,
        #"{"from":"a"#,
        #"{"seq":1,"x":2}"#, "1x", #"{"seq":-1}"#, #"{"seq":9999999999999999999999}"#,
    ])
    func somethingElseIsNot(text: String) {
        #expect(Tag(Array(text.utf8)) == nil)
    }

    @Test(arguments: [1, 16, 23, 24, 30, 31, 1000]) func everySizeIsRead(size: Int) {
        let payload = Payload(largest: size, smallest: size, sender: "n")
        for _ in 0..<7 { payload.advance() }
        let tag = Tag(payload.message(count: size))
        #expect(tag?.number == 7)
        #expect(tag?.sender.isEmpty == (size < #"{"from":"n","seq":1234567890123456}"#.utf8.count))
    }
}
