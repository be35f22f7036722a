import Foundation
import RunDirectory
import Testing

@testable import Nodes

/// Scheduler, engines and clients as processes.
@Suite(.timeLimit(.minutes(10))) struct InferenceTests {
    private let scratch: Scratch
    private let frontend: String
    private let backend: String

    init() throws {
        scratch = try Scratch()
        frontend = scratch.endpoint("frontend")
        backend = scratch.endpoint("backend")
    }

    private func scheduler(_ backendType: String = "ROUTER") throws -> RunningNode {
        try RunningNode(
            "scheduler", in: scratch, ["heartbeat": .number(0.1)],
            ResolvedSocket(name: "frontend", type: "ROUTER", binds: [frontend]),
            ResolvedSocket(name: "backend", type: backendType, binds: [backend]))
    }

    private func engine(_ name: String, type: String = "DEALER", perToken: Double = 0.005) throws -> RunningNode {
        try RunningNode(
            "engine", name: name, in: scratch,
            ["per_token": .number(perToken), "prefill": .number(0), "tokens": .number(100)],
            ResolvedSocket(name: "work", type: type, connects: [.init(endpoint: backend)]))
    }

    @Test func everyTokenComesOnceAndInOrderThoughAnEngineIsKilled() throws {
        let peer = try Peer("DEALER", connect: frontend)
        for id in 1...12 { try peer.send(#"{"id":"\#(id)","max_tokens":40}"#) }
        let engines = try [engine("engine-1"), engine("engine-2")]
        let scheduler = try scheduler()
        var all = try peer.conversations(1)
        engines[0].signal(SIGKILL)
        for (id, rest) in try peer.conversations(11) {
            all[id, default: ([], "")].indexes += rest.indexes
            all[id]?.end = rest.end
        }
        #expect(all.count == 12)
        for (id, conversation) in all {
            #expect(conversation.indexes == Array(0..<40), "request \(id)")
            #expect(conversation.end == "length")
        }
        #expect(scheduler.isRunning)
    }

    @Test func aStoppedEngineLosesItsWorkAndComesBack() throws {
        let scheduler = try scheduler()
        let engines = try [engine("engine-1"), engine("engine-2")]
        let peer = try Peer("DEALER", connect: frontend)
        for id in 1...6 { try peer.send(#"{"id":"\#(id)","max_tokens":60}"#) }
        #expect(try peer.message() != nil)
        engines[0].signal(SIGSTOP)
        let all = try peer.conversations(6)
        #expect(all.values.allSatisfy { $0.indexes.last == 59 && Set($0.indexes).count == $0.indexes.count })
        engines[0].signal(SIGCONT)
        engines[1].signal(SIGKILL)
        try peer.send(#"{"id":"again","max_tokens":3}"#)
        #expect(try peer.conversations(1)["again"]?.indexes == [0, 1, 2])
        #expect(scheduler.isRunning)
    }

    @Test func anEngineComesBackUnderItsRoutingID() throws {
        let scheduler = try scheduler()
        let socket = ResolvedSocket(
            name: "work", type: "DEALER", connects: [.init(endpoint: backend)],
            options: [.init(name: "routing_id", number: 5, value: .bytes(Array("engine-1".utf8)))])
        let peer = try Peer("DEALER", connect: frontend)
        for round in 1...2 {
            let engine = try RunningNode("engine", name: "engine-1", in: scratch, [:], socket)
            try peer.send(#"{"id":"\#(round)","max_tokens":4}"#)
            #expect(try peer.conversations(1)["\(round)"]?.indexes == [0, 1, 2, 3])
            engine.signal(SIGKILL)
            _ = engine.ended()
        }
        #expect(scheduler.isRunning)
    }

    @Test(arguments: ["REP", "ROUTER", "DEALER"])
    func aDEALERBackendLeavesTheChoiceToZeroMQ(type: String) throws {
        let scheduler = try scheduler("DEALER")
        let engine = try engine("engine", type: type)
        let peer = try Peer("REQ", connect: frontend)
        for id in 1...3 {
            try peer.send(#"{"id":"\#(id)","max_tokens":5}"#)
            guard case .done(let done)? = try peer.message() else {
                Issue.record("no answer from a \(type)")
                return
            }
            #expect(done.id == "\(id)" && done.tokens == 5)
            #expect(done.text?.split(separator: " ").count == 5)
        }
        #expect(scheduler.isRunning && engine.isRunning)
    }

    @Test func whateverAPersonSendsIsAnswered() throws {
        let scheduler = try scheduler()
        let engine = try engine("engine")
        let peer = try Peer("REQ", connect: frontend)
        let payloads = [
            (#"{"prompt":"hello"}"#, "stop"), ("just text", "stop"), ("", "stop"), ("[1,2]", "stop"),
            (#"{"type":"nonsense"}"#, "invalid"), (#"{"max_tokens":"many"}"#, "invalid"),
            (#"{"type":"ready"}"#, "misplaced"),
        ]
        for (payload, expected) in payloads {
            try peer.send(payload)
            #expect(try peer.conversations(1).values.first?.end == expected, "\(payload)")
        }
        try Peer("DEALER", connect: backend).send("nonsense", "in", "many", "frames")
        try peer.send("two", "frames")
        #expect(try peer.conversations(1).values.first?.end == "invalid")
        #expect(scheduler.isRunning && engine.isRunning)
    }

    @Test func aClosedLoopKeepsSoManyRequestsInFlight() throws {
        let peer = try Peer("ROUTER", bind: frontend)
        let client = try RunningNode(
            "client", in: scratch, ["arrival": .text("closed"), "in_flight": .number(3), "count": .number(4)],
            ResolvedSocket(name: "requests", type: "DEALER", connects: [.init(endpoint: frontend)]))
        let first = try (0..<3).compactMap { _ in try peer.receive() }
        #expect(first.count == 3)
        #expect(try peer.receive(within: 0.2) == nil)
        for (index, frames) in first.enumerated() {
            guard case .request(let request) = try Message(payload: frames[1]), let id = request.id else { return }
            let done = Message.done(Completion(id: id, reason: .stop, promptTokens: 1, tokens: 0))
            #expect(try peer.port.send([frames[0], done.payload]) == .sent)
            // The fourth is the last, and the client stays.
            #expect(try peer.receive(within: index == 0 ? 20 : 0.2) == nil || index == 0)
        }
        #expect(client.isRunning)
    }

    @Test func aDEALERCancelsWhatItWaitedForTooLong() throws {
        let peer = try Peer("ROUTER", bind: frontend)
        let client = try RunningNode(
            "client", in: scratch, ["count": .number(1), "timeout": .number(0.1)],
            ResolvedSocket(name: "requests", type: "DEALER", connects: [.init(endpoint: frontend)]))
        guard case .request(let request)? = try peer.message(), case .cancel(let id)? = try peer.message() else {
            Issue.record("no cancel")
            return
        }
        #expect(request.id == id)
        #expect(client.isRunning)
    }

    @Test func aREQThatGotNoReplyAsksAgainFromANewSocket() throws {
        let peer = try Peer("ROUTER", bind: frontend)
        let client = try RunningNode(
            "client", in: scratch, ["rate": .number(50), "timeout": .number(0.1)],
            ResolvedSocket(name: "requests", type: "REQ", connects: [.init(endpoint: frontend)]))
        let one = try peer.receive()
        let other = try peer.receive()
        #expect(one?.count == 3 && other?.count == 3)
        #expect(one?.first != other?.first)
        #expect(client.isRunning)
    }
}
