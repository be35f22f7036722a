import RunDirectory
import Testing

@testable import Telemetry

/// Each rule on made-up snapshots: it holds, it does not, it goes away.
@Suite struct VerdictRuleTests {
    private static func node(_ name: String, _ state: NodeStatus.State = .running, group: String? = nil)
        -> Snapshot.Node
    {
        .init(name: name, kind: "k", group: group ?? name, state: state)
    }

    private static func socket(
        _ id: String, _ type: String = "PUSH", sent: Int? = nil, lost: Int? = nil, limit: Int? = nil,
        options: [Snapshot.Socket.Option]? = nil
    ) -> Snapshot.Socket {
        let parts = id.split(separator: ".")
        return .init(
            id: id, node: String(parts[0]), name: String(parts[1]), type: type, declared: true, observed: true,
            sent: sent,
            lost: lost, hwm: .init(send: limit, receive: nil), options: options)
    }

    private static func link(
        _ from: String, _ to: String, _ state: Snapshot.Link.State = .up, received: Int = 0, kernel: Int = 0,
        lost: Int? = 0, rate: Double? = nil
    ) -> Snapshot.Link {
        .init(
            id: "\(from)->\(to)", from: from, to: to, endpoint: "tcp://127.0.0.1:1", transport: "tcp", state: state,
            out: .init(
                received: received, rate: rate, stages: .init(sendQueue: nil, kernel: kernel, receiveQueue: 0),
                lost: lost))
    }

    private static func snapshot(
        _ elapsed: Double, nodes: [Snapshot.Node], sockets: [Snapshot.Socket] = [], links: [Snapshot.Link] = []
    ) -> Snapshot {
        Snapshot(
            session: "s", seq: 1, time: "", elapsed: elapsed, topology: "t", nodes: nodes, sockets: sockets,
            links: links)
    }

    private static func texts(_ verdicts: [Snapshot.Verdict], _ rule: VerdictRule) -> [String] {
        verdicts.filter { $0.rule == rule.rawValue }.map(\.text)
    }

    // MARK: one-sibling-stuck

    @Test func `one of three stands still while the others flow`() {
        var judge = VerdictJudge()
        func look(_ elapsed: Double, stuck: Int, flowing: Int) -> [Snapshot.Verdict] {
            judge.judge(
                Self.snapshot(
                    elapsed,
                    nodes: [Self.node("source")] + (1...3).map { Self.node("sink-\($0)", group: "sink") },
                    sockets: [Self.socket("source.out")] + (1...3).map { Self.socket("sink-\($0).in", "PULL") },
                    links: (1...3).map { index in
                        Self.link(
                            "source.out", "sink-\(index).in", received: index == 2 ? stuck : flowing, kernel: 7,
                            rate: index == 2 ? 0 : 60)
                    }))
        }
        #expect(look(1, stuck: 5, flowing: 5).isEmpty)
        #expect(look(2, stuck: 5, flowing: 50).isEmpty)
        let found = look(3.5, stuck: 5, flowing: 90)
        #expect(
            Self.texts(found, .oneSiblingStuck) == [
                "7 messages from source.out for sink-2.in have not moved for 2.5 s, while its 2 siblings take 120 a second."
            ])
        #expect(found.first { $0.rule == "one-sibling-stuck" }?.subject == "source.out->sink-2.in")
        // When none flows any more, nobody is the odd one.
        #expect(Self.texts(look(6, stuck: 5, flowing: 90), .oneSiblingStuck).isEmpty)
        #expect(Self.texts(look(7, stuck: 6, flowing: 99), .oneSiblingStuck).isEmpty)
    }

    // MARK: dropping

    @Test func `a publisher that goes on dropping is named, and one loss is not`() {
        var judge = VerdictJudge()
        func look(_ elapsed: Double, lost: Int) -> [String] {
            Self.texts(
                judge.judge(
                    Self.snapshot(
                        elapsed, nodes: [Self.node("pub"), Self.node("sub")],
                        sockets: [Self.socket("pub.out", "PUB", limit: 1000), Self.socket("sub.in", "SUB")],
                        links: [Self.link("pub.out", "sub.in", lost: lost)])), .dropping)
        }
        #expect(look(1, lost: 100) == [])
        #expect(look(2, lost: 130) == [])
        #expect(look(2.5, lost: 140) == [])
        #expect(
            look(3.5, lost: 200) == [
                "100 messages from pub.out for sub.in were lost in the last 1.5 s, 200 in all: the queue of pub.out for it "
                    + "is full (high-water mark 1000)."
            ])
        #expect(look(6.9, lost: 200).count == 1)
        #expect(look(8, lost: 200) == [])
        #expect(look(20, lost: 500) == [])
        #expect(look(26, lost: 500) == [])
    }

    @Test func `a router that sends to nobody drops`() {
        var judge = VerdictJudge()
        func look(_ elapsed: Double, lost: Int) -> [String] {
            Self.texts(
                judge.judge(
                    Self.snapshot(
                        elapsed, nodes: [Self.node("a")], sockets: [Self.socket("a.out", "ROUTER", lost: lost)])),
                .dropping)
        }
        #expect(look(1, lost: 0) == [])
        #expect(look(2, lost: 1) == [])
        #expect(
            look(3, lost: 3) == [
                "a.out has dropped 3 messages in the last 1.0 s, 3 in all: no peer has the routing id that they were for, or its queue is full."
            ])
        #expect(look(8.1, lost: 3) == [])
    }

    // MARK: bound-nobody-came

    @Test func `a bound socket that nobody came to is named after ten seconds`() {
        let bind = Evidence(binds: [.init(socket: "a.in", endpoint: "ipc://x", since: 1)])
        func all(_ elapsed: Double, type: String = "PULL", sent: Int = 0, links: [Snapshot.Link] = []) -> Snapshot {
            Self.snapshot(
                elapsed, nodes: [Self.node("a"), Self.node("b", .waiting)],
                sockets: [Self.socket("a.in", type, sent: sent), Self.socket("b.out")], links: links)
        }
        var judge = VerdictJudge()
        #expect(judge.judge(all(10), bind).isEmpty)
        #expect(
            Self.texts(judge.judge(all(11), bind), .boundNobodyCame) == [
                "a.in has been bound to ipc://x for 10.0 s, and nobody has connected to it."
            ])
        // Somebody who is declared to come has not been started.
        #expect(judge.judge(all(12, links: [Self.link("b.out", "a.in", .declared)]), bind).isEmpty)
        // A publisher need have nobody, until it has spoken.
        #expect(judge.judge(all(12, type: "PUB"), bind).isEmpty)
        #expect(
            judge.judge(all(12, type: "PUB", sent: 1), bind)[0].text.hasSuffix(
                "; the 1 message that it sent went nowhere."))
        #expect(judge.judge(all(13, links: [Self.link("tcp://peer", "a.in")]), bind).isEmpty)
        #expect(judge.judge(all(40), bind).isEmpty)
    }

    // MARK: handshakes

    @Test func `ends that do not fit are named by their types`() {
        var judge = VerdictJudge()
        let refused = Self.snapshot(3, nodes: [Self.node("a")], links: [Self.link("a.out", "b.in", .refused)])
        let misfit = Evidence(misfits: ["a.out->b.in": .init(from: "PUSH", to: "SUB")])
        #expect(
            judge.judge(refused, misfit).map(\.text) == [
                "a.out is a PUSH and what it reaches at tcp://127.0.0.1:1, b.in, a SUB: the two do not speak to each other, "
                    + "and the handshake fails."
            ])
        #expect(judge.judge(refused, misfit).map(\.rule) == ["wrong-peer-type"])
        #expect(judge.judge(refused).map(\.rule) == ["handshake-failed"])
        // libzmq gives up without a word: the link just stands there.
        var standing = refused
        standing.links[0].state = .connecting
        #expect(judge.judge(standing, misfit).map(\.rule) == ["wrong-peer-type"])
        standing.links[0].state = .up
        #expect(judge.judge(standing, misfit).isEmpty)
        standing.links[0].state = .retrying
        #expect(judge.judge(standing).isEmpty)
    }

    // MARK: identity-clash, option-after-connect

    @Test func `two with one routing id are named`() {
        var judge = VerdictJudge()
        let empty = Self.snapshot(3, nodes: [])
        var clash = Evidence.Clash(
            socket: "r.in", routingID: "x", peers: ["a.out", "b.out"], fate: .firstKeeps, since: 2)
        #expect(
            judge.judge(empty, Evidence(clashes: [clash])).map(\.text) == [
                "a.out and b.out are connected to r.in with the same routing id x: a.out came first, and what passes "
                    + "between r.in and the other vanishes."
            ])
        clash.fate = .lastTakes
        #expect(judge.judge(empty, Evidence(clashes: [clash]))[0].text.contains("b.out took it over"))
        clash.fate = .inTurns
        #expect(judge.judge(empty, Evidence(clashes: [clash]))[0].text.contains("in turns"))
        #expect(judge.judge(empty).isEmpty)
    }

    @Test func `an option that came too late is named, unless it acts at once`() {
        var judge = VerdictJudge()
        func look(_ elapsed: Double, _ options: [Snapshot.Socket.Option]) -> [Snapshot.Verdict] {
            judge.judge(Self.snapshot(elapsed, nodes: [], sockets: [Self.socket("a.out", options: options)]))
        }
        #expect(
            look(1, [.init(name: "linger", value: "0", late: true), .init(name: "ipv6", value: "1", late: false)]) == []
        )
        let late = Snapshot.Socket.Option(name: "heartbeat_ivl", value: "1000", late: true)
        #expect(
            look(2, [late]).map(\.text) == [
                "a.out was given heartbeat_ivl 1000 after its first bind or connect: it acts on later ones only; set it before."
            ])
        #expect(look(3, [late])[0].since == 2)
        #expect(look(4, []) == [])
    }

    // MARK: silence

    @Test func `what the topology silences is not judged`() {
        let refused = Self.snapshot(3, nodes: [Self.node("a")], links: [Self.link("a.out", "b.in", .refused)])
        var judge = VerdictJudge(silenced: ["handshake-failed"])
        #expect(judge.judge(refused).isEmpty)
        var other = VerdictJudge(silenced: ["wrong-peer-type"])
        #expect(other.judge(refused).count == 1)
    }
}
