import RunDirectory
import Testing

@testable import Telemetry

@Suite struct VerdictTests {
    private func snapshot(_ elapsed: Double, _ link: Snapshot.Link) -> Snapshot {
        Snapshot(
            session: "s", seq: 1, time: "", elapsed: elapsed, topology: "t",
            nodes: [.init(name: "a", kind: "k", group: "a", state: .running)],
            sockets: [.init(id: "a.out", node: "a", name: "out", type: "PUSH", declared: true, observed: true)],
            links: [link])
    }

    private func link(_ state: Snapshot.Link.State = .up, received: Int = 0, kernel: Int? = 0) -> Snapshot.Link {
        .init(
            id: "a.out->b.in", from: "a.out", to: "b.in", endpoint: "tcp://127.0.0.1:1", transport: "tcp", state: state,
            out: .init(received: received, stages: .init(sendQueue: nil, kernel: kernel, receiveQueue: 1)))
    }

    @Test func `a link stalls when messages wait and none is taken for two seconds`() {
        var judge = VerdictJudge()
        #expect(judge.judge(snapshot(1, link(received: 5, kernel: 7))).isEmpty)
        #expect(judge.judge(snapshot(2.9, link(received: 5, kernel: 7))).isEmpty)
        #expect(
            judge.judge(snapshot(3, link(received: 5, kernel: 7))) == [
                .init(
                    rule: "stalled-link", subject: "a.out->b.in", since: 1,
                    text:
                        "8 messages from a.out wait for b.in, and it has taken none for 2.0 s: an unknown number in the "
                        + "send queue, 7 in the kernel, 1 in the receive queue; the link is up.")
            ])
        #expect(judge.judge(snapshot(4, link(received: 6, kernel: 7))).isEmpty)
    }

    @Test func `a link that was never up is named after five seconds`() {
        var judge = VerdictJudge()
        var waiting = link(.retrying)
        waiting.out = .init()
        waiting.attempts = 40
        #expect(judge.judge(snapshot(1, waiting)).isEmpty)
        #expect(judge.judge(snapshot(6, waiting)).isEmpty)
        #expect(judge.judge(snapshot(6.5, waiting)).map(\.rule) == ["declared-never-connected"])
        var up = waiting
        up.state = .up
        #expect(judge.judge(snapshot(7, up)).isEmpty)
        #expect(judge.judge(snapshot(20, waiting)).isEmpty)
    }

    @Test func `five reconnects in ten seconds are a storm`() {
        var judge = VerdictJudge()
        var flapping = link()
        flapping.out = .init()
        for count in 0...4 {
            flapping.reconnects = count
            #expect(judge.judge(snapshot(Double(count), flapping)).isEmpty)
        }
        flapping.reconnects = 5
        #expect(judge.judge(snapshot(5, flapping)).map(\.rule) == ["reconnect-storm"])
        #expect(judge.judge(snapshot(20, flapping)).isEmpty)
    }

    @Test func `those who wait for each other are named in a circle`() {
        var judge = VerdictJudge()
        func socket(_ node: String, on: String) -> Snapshot.Socket {
            .init(
                id: "\(node).out", node: node, name: "out", type: "PUSH", declared: true, observed: true,
                blocked: .init(call: "zmq_send", for: 3, on: ["\(on).out"]))
        }
        var all = snapshot(9, link())
        all.links = []
        all.sockets = [socket("a", on: "b"), socket("b", on: "c"), socket("c", on: "a"), socket("d", on: "a")]
        let verdicts = judge.judge(all)
        #expect(verdicts.map(\.rule) == Array(repeating: "blocked-on", count: 4))
        #expect(
            verdicts[0].text
                == "a.out has been inside zmq_send for 3.0 s: it waits for b.out; they wait for each other: a → b → c → a."
        )
        #expect(!verdicts[3].text.contains("each other"))
    }
}
