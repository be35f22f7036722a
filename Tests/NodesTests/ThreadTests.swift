import Foundation
import RunDirectory
import Testing

@testable import Nodes

/// Several nodes as threads of one process, with inproc between them.
@Suite(.timeLimit(.minutes(10))) struct ThreadTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func node(
        _ name: String, _ kind: String, _ behavior: [String: BehaviorValue] = [:], _ sockets: ResolvedSocket...
    ) -> ResolvedNode {
        ResolvedNode(
            name: name, program: .builtin(kind: kind), sockets: sockets, behavior: behavior, process: "all")
    }

    private func socket(_ type: String, bind: String? = nil, connect: String? = nil) -> ResolvedSocket {
        ResolvedSocket(
            name: type.lowercased(), type: type, binds: bind.map { [$0] } ?? [],
            connects: connect.map { [.init(endpoint: $0)] } ?? [])
    }

    private func line(_ behavior: [String: BehaviorValue]) -> [ResolvedNode] {
        [
            node("source", "source", behavior, socket("PUSH", connect: "inproc://work")),
            node(
                "worker", "worker", ["service_time": .number(0)], socket("PULL", bind: "inproc://work"),
                socket("PUSH", connect: scratch.endpoint("out"))),
        ]
    }

    @Test func messagesPassFromThreadToThread() throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let process = try RunningNode(sharing: line(["rate": .text("max"), "count": .number(500)]), in: scratch)
        for number in 0..<500 {
            let payload = try #require(try pull.receive()?.first)
            #expect(try JSON(parsing: payload)["seq"]?.int == number)
        }
        process.signal(SIGTERM)
        let end = process.ended()
        #expect(end.status == 0 && end.errors == "")
    }

    @Test func quietAndFlowReachEveryThread() throws {
        let pull = try Peer("PULL", bind: scratch.endpoint("out"))
        let process = try RunningNode(sharing: line(["rate": .number(500)]), in: scratch)
        for _ in 0..<5 {
            #expect(try pull.receive() != nil)
            process.signal(SIGUSR1)
            // What was on its way arrives, and then nothing.
            while try pull.receive(within: 0.5) != nil {}
            process.signal(SIGUSR2)
        }
        process.signal(SIGINT)
        #expect(process.ended().status == 0)
    }

    @Test func theyEndWhenToldEvenWhileTheyBlock() throws {
        let process = try RunningNode(
            sharing: [
                // Its peer takes nothing: it blocks in zmq_send.
                node("full", "source", ["rate": .text("max")], socket("PUSH", bind: "inproc://nobody")),
                node("idle", "sink", [:], socket("PULL", bind: "inproc://nothing")),
                node("paced", "source", ["rate": .number(0.01)], socket("PUSH", connect: "inproc://nothing")),
                node("client", "client", [:], socket("REQ", connect: scratch.endpoint("absent"))),
                node("engine", "engine", [:], socket("DEALER", connect: "inproc://far")),
                node(
                    "busy", "worker", ["service_time": .number(100)], socket("PULL", bind: "inproc://in"),
                    socket("PUSH", bind: "inproc://out")),
                node("feeder", "source", ["rate": .number(100)], socket("PUSH", connect: "inproc://in")),
            ], in: scratch)
        // All of them are there once the last one has a thread of its name.
        #expect(process.hasThread("feeder"))
        process.signal(SIGTERM)
        let end = process.ended()
        #expect(end.status == 0 && end.errors == "", "\(end.errors)")
    }

    @Test func oneThatIsToldToEndEndsThemAll() throws {
        let control = try Peer("PAIR", connect: scratch.endpoint("control"))
        var ends = [socket("PULL", bind: "inproc://in"), socket("PUSH", bind: "inproc://out")]
        for (index, name) in ["frontend", "backend"].enumerated() { ends[index].name = name }
        var orders = socket("PAIR", bind: scratch.endpoint("control"))
        orders.name = "control"
        let process = try RunningNode(
            sharing: [
                node("source", "source", [:], socket("PUSH", connect: "inproc://in")),
                node("proxy", "proxy", [:], ends[0], ends[1], orders),
                node("sink", "sink", [:], socket("PULL", connect: "inproc://out")),
            ], in: scratch)
        try control.send("TERMINATE")
        let end = withExtendedLifetime(control) { process.ended() }
        #expect(end.status == 0 && end.errors == "", "\(end.errors)")
    }

    @Test func oneThatCannotGoOnEndsThemAll() throws {
        let process = try RunningNode(
            sharing: [
                node("source", "source", ["rate": .text("max")], socket("PUSH", bind: "inproc://work")),
                node("sink", "sink", ["service_time": .text("never")], socket("PULL", connect: "inproc://work")),
            ], in: scratch)
        let end = process.ended()
        #expect(end.status == 1)
        #expect(end.errors.hasPrefix("zmqtop-node: sink: "))
        #expect(end.errors.count { $0 == "\n" } == 1, "\(end.errors)")
    }
}
