import Foundation
import RunDirectory
import Testing
import ZeroMQ

@testable import Nodes

@Suite(.timeLimit(.minutes(10))) struct InjectorTests {
    private let scratch: Scratch
    private let endpoint: String

    init() throws {
        scratch = try Scratch()
        endpoint = scratch.endpoint("target")
    }

    private func injector(_ type: String, _ injection: Injection) throws -> RunningNode {
        try RunningNode(
            "injector", name: "inject-1", in: scratch, injection.behavior,
            ResolvedSocket(name: "out", type: type, connects: [.init(endpoint: endpoint)]))
    }

    /// What it printed, read as the session reads it; times are set to 0.
    private func events(_ output: String) throws -> [InjectionEvent] {
        try output.split(separator: "\n").map { line in
            let event = try JSONDecoder().decode(InjectionEvent.self, from: Data(line.utf8))
            if case .reply(let frames, _) = event { return .reply(frames: frames, seconds: 0) }
            return event
        }
    }

    @Test func aDEALERSendsItsFramesAndCollectsEveryReply() throws {
        let router = try Peer("ROUTER", bind: endpoint)
        let injection = Injection(
            target: "t.in", frames: [[], [0, 255]], identity: [1, 2], count: 2, rate: 50, reply: 5)
        let injector = try injector("DEALER", injection)
        for _ in 0..<2 { #expect(try router.receive() == [[1, 2], [], [0, 255]]) }
        for reply: [UInt8] in [[1], [2], [3]] { #expect(try router.port.send([[1, 2], reply]) == .sent) }
        let end = injector.ended()
        let events = try events(end.output)
        #expect(end.status == 0)
        #expect(events.first == .joined(node: "inject-1", type: "DEALER", endpoint: endpoint))
        #expect(events.contains(.sent(messages: 2)))
        #expect(events.suffix(4).dropLast() == [[1], [2], [3]].map { .reply(frames: [$0], seconds: 0) })
        #expect(events.last == .finished(sent: 2, replies: 3))
    }

    @Test func variablesAreFilledInAndBurstsGoTogether() throws {
        let pull = try Peer("PULL", bind: endpoint)
        let injection = Injection(
            target: "t.in", frames: [Array("{\"n\": {n}}".utf8)], count: 6, rate: 20, burst: 3, isTemplate: true)
        let injector = try injector("PUSH", injection)
        for number in 1...6 { #expect(try pull.receive() == [Array("{\"n\": \(number)}".utf8)]) }
        #expect(try events(injector.ended().output).last == .finished(sent: 6, replies: 0))
    }

    @Test func aREQAsksAgainWhenItIsAnsweredAndEndsWithTheLastReply() throws {
        let reply = try Peer("REP", bind: endpoint)
        let injector = try injector("REQ", Injection(target: "t.in", frames: [[65]], count: 3, reply: 20))
        for number in 1...3 {
            #expect(try reply.receive() == [[65]])
            try reply.send("\(number)")
        }
        #expect(try events(injector.ended().output).last == .finished(sent: 3, replies: 3))
    }

    @Test func aPUSHLeavesEverythingBehindBeforeItEnds() throws {
        let pull = try Peer("PULL", bind: endpoint)
        let injector = try injector("PUSH", Injection(target: "t.in", frames: [Array("x".utf8)], count: 700))
        for _ in 0..<700 { #expect(try pull.receive() == [Array("x".utf8)]) }
        #expect(try events(injector.ended().output).last == .finished(sent: 700, replies: 0))
    }

    @Test func aTypeThatDoesNotFitFailsWithTheRemedy() throws {
        // Reading makes the PULL's end of the handshake go on.
        let pull = try Peer("PULL", bind: endpoint)
        let injector = try injector("SUB", Injection(target: "t.in", frames: [[65]]))
        let end = injector.ended()
        #expect(end.status == 1)
        let reason =
            "t.in (\(endpoint)) refuses a SUB: choose a type that goes with it, and its security options if it has any"
        #expect(try events(end.output) == [.failed(reason: reason)])
        #expect(end.errors == "zmqtop-node: inject-1: \(reason)\n")
        #expect(try pull.receive(within: 0) == nil)
    }

    @Test func nobodyThereFailsWithTheRemedy() throws {
        let end = try injector("DEALER", Injection(target: "t.in", frames: [[65]])).ended()
        #expect(end.status == 1)
        let reason = "nobody listens at t.in (\(endpoint)): start the node that binds it, and try again"
        #expect(try events(end.output) == [.failed(reason: reason)])
    }

    @Test func theBehaviorCarriesEveryField() throws {
        for injection in [
            Injection(target: "a.b", frames: []),
            Injection(
                target: "a.b", type: "REQ", frames: [[], [0], [255, 16]], identity: [], count: 7, rate: 0.5, reply: 0),
        ] {
            #expect(try Injection(behavior: injection.behavior) == injection)
        }
    }

    @Test(arguments: [
        ["frames": BehaviorValue.list([.text("0")])], ["frames": .list([.text("zz")])], ["frames": .text("00")], [:],
        ["frames": .list([]), "count": .number(0)], ["frames": .list([]), "rate": .number(0)],
        ["frames": .list([]), "what": .number(1)],
    ])
    func aBehaviorThatIsNoInjectionIsRefused(behavior: [String: BehaviorValue]) {
        #expect(throws: InjectionBehaviorError.self) { try Injection(behavior: behavior) }
    }

    @Test func aPeerThatDiesInTheHandshakeHasRefusedNothing() throws {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(bound)
        let injector = try RunningNode(
            "injector", name: "inject-1", in: scratch, Injection(target: "t.in", frames: [[65]]).behavior,
            ResolvedSocket(
                name: "out", type: "DEALER",
                connects: [.init(endpoint: "tcp://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")]))
        // It is gone at once, as a killed process is, and its port with it.
        let connection = accept(listener, nil, nil)
        try #require(connection >= 0)
        shutdown(listener, Int32(SHUT_RDWR))
        var reset = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
        close(connection)
        let end = injector.ended()
        #expect(end.status == 1)
        #expect(end.errors.contains("nobody listens"), "\(end.errors)")
    }
}
