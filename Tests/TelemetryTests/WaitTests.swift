import RunDirectory
import Testing

@testable import Telemetry

/// Who waits for whom, and the sentences about it.
@Suite struct WaitTests {
    private struct Net {
        var nodes: [Snapshot.Node] = []
        var sockets: [Snapshot.Socket] = []
        var links: [Snapshot.Link] = []

        /// `NODE.out`, inside zmq_send for so long.
        mutating func node(
            _ name: String, _ state: NodeStatus.State = .running, waitsFor peers: [String] = [],
            for seconds: Double? = nil
        ) {
            nodes.append(.init(name: name, kind: "k", group: name, state: state))
            for (socket, type) in [("in", "PULL"), ("out", "PUSH")] {
                sockets.append(
                    .init(
                        id: "\(name).\(socket)", node: name, name: socket, type: type, declared: true, observed: true,
                        blocked: socket == "out" && (seconds != nil || !peers.isEmpty)
                            ? .init(call: "zmq_send", for: seconds ?? 3, on: peers.map { "\($0).in" }) : nil))
            }
            for peer in peers { link("\(name).out", "\(peer).in") }
        }

        mutating func link(
            _ from: String, _ to: String, _ state: Snapshot.Link.State = .up, rate: Double? = 0, queue: Int? = nil
        ) {
            links.removeAll { $0.from == from && $0.to == to }
            links.append(
                .init(
                    id: "\(from)->\(to)", from: from, to: to, endpoint: "ipc://x", transport: "ipc", state: state,
                    out: .init(rate: rate, stages: .init(sendQueue: queue, kernel: nil, receiveQueue: nil))))
        }

        var snapshot: Snapshot {
            Snapshot(
                session: "s", seq: 1, time: "", elapsed: 10, topology: "t", nodes: nodes, sockets: sockets,
                links: links)
        }

        var sentences: [String] { VerdictJudge.blocked(snapshot).map(\.text) }
    }

    @Test func `a chain leads to the one that is paused`() throws {
        var net = Net()
        net.node("source", waitsFor: ["mid"], for: 4)
        net.node("mid", waitsFor: ["sink"])
        net.node("sink", .paused)
        let waits = net.snapshot.waits()
        #expect(waits.map(\.from) == ["source.out", "mid.out"])
        #expect(waits.map(\.cause) == [.waits, .paused])
        #expect(waits[0].since == 6)
        #expect(waits[0].link == "source.out->mid.in")
        let chain = try #require(BlockedChain(from: "source.out", in: waits))
        #expect(chain.waits == waits)
        #expect(chain.ring.isEmpty)
        #expect(
            net.sentences[0]
                == "source.out has been inside zmq_send for 4.0 s: it waits for mid.in; mid waits in turn for sink.in, and "
                + "sink is paused.")
        #expect(
            net.sentences[1] == "mid.out has been inside zmq_send for 3.0 s: it waits for sink.in, and sink is paused.")
    }

    @Test func `a ring is named, and who waits for it`() throws {
        var net = Net()
        net.node("a", waitsFor: ["b"])
        net.node("b", waitsFor: ["c"])
        net.node("c", waitsFor: ["a"])
        net.node("d", waitsFor: ["a"])
        let waits = net.snapshot.waits()
        let chain = try #require(BlockedChain(from: "b.out", in: waits))
        #expect(chain.ring == ["b", "c", "a"])
        #expect(chain.isRing)
        let outside = try #require(BlockedChain(from: "d.out", in: waits))
        #expect(outside.ring == ["a", "b", "c"])
        #expect(!outside.isRing)
        #expect(net.sentences[0].hasSuffix("it waits for b.in; they wait for each other: a → b → c → a."))
        #expect(net.sentences[3].hasSuffix("that leads to a ring in which each waits for the next: a → b → c → a."))
    }

    @Test(arguments: [
        (NodeStatus.State.running, Snapshot.Link.State.up, 0.0, "it waits for b.in, which takes nothing."),
        (.running, .up, 12.0, "it waits for b.in, which takes no more than 12 messages a second."),
        (.running, .retrying, 0.0, "it waits for b.in, and the link to it is retrying."),
        (.failed, .down, 0.0, "it waits for b.in, and b does not run (failed)."),
    ])
    func `the end of the chain says why`(
        _ state: NodeStatus.State, _ linkState: Snapshot.Link.State, _ rate: Double, _ end: String
    ) {
        var net = Net()
        net.node("a", waitsFor: ["b"])
        net.node("b", state)
        net.link("a.out", "b.in", linkState, rate: rate)
        #expect(net.sentences.count == 1)
        #expect(net.sentences[0].hasSuffix(end))
    }

    @Test func `a rate of the time before the call is none`() {
        var net = Net()
        net.node("a", waitsFor: ["b"], for: 1)
        net.node("b", waitsFor: ["c"], for: 1)
        net.node("c", .paused)
        net.link("a.out", "b.in", rate: 50_000)
        #expect(net.snapshot.waits().map(\.cause) == [.waits, .paused])
        net.sockets[1].hwm.send = 100_000
        #expect(net.snapshot.waits()[0].cause == .takesTooFew(rate: 50_000))
    }

    @Test func `of many peers each kind is counted, and an empty queue is not waited for`() {
        var net = Net()
        net.node("a", waitsFor: ["b", "c", "d", "e", "f"])
        for name in ["b", "c", "d", "f"] { net.node(name) }
        net.node("e", .paused)
        net.link("a.out", "f.in", queue: 0)
        #expect(net.snapshot.waits().map(\.to) == ["b.in", "c.in", "d.in", "e.in"])
        #expect(
            net.sentences == [
                "a.out has been inside zmq_send for 3.0 s: it waits for 4 peers: 3 takes nothing, 1 is paused."
            ])
    }

    @Test func `a short call is no wait, and one without a peer says so`() {
        var net = Net()
        net.node("a", for: 0.9)
        #expect(net.snapshot.waits().isEmpty)
        #expect(net.sentences.isEmpty)
        net.node("b", for: 2)
        #expect(net.sentences == ["b.out has been inside zmq_send for 2.0 s: it has no peer."])
    }
}
