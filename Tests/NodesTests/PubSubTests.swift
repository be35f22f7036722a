import Foundation
import RunDirectory
import Testing
import ZeroMQ

@testable import Nodes

/// Publisher, subscriber and proxy as processes, over real sockets.
@Suite(.timeLimit(.minutes(10))) struct PubSubTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func socket(
        _ type: String, _ name: String = "it", bind: String? = nil, connect: String? = nil, subscribe: [String] = []
    ) -> ResolvedSocket {
        ResolvedSocket(
            name: name, type: type, binds: bind.map { [scratch.endpoint($0)] } ?? [],
            connects: connect.map { [.init(endpoint: scratch.endpoint($0))] } ?? [],
            subscriptions: subscribe.map { Array($0.utf8) })
    }

    /// A test's own SUB.
    private func subscriber(_ name: String, _ topic: String) throws -> Peer {
        let peer = try Peer("SUB", connect: scratch.endpoint(name))
        try peer.port.socket.setOption(6, .bytes(Array(topic.utf8)), name: "subscribe")
        return peer
    }

    @Test(arguments: ["PUB", "XPUB"]) func aPublisherSendsTopicsWithNumbersOfTheirOwn(type: String) throws {
        let all = try subscriber("a", "")
        let some = try subscriber("a", "bb")
        let publisher = try RunningNode(
            "publisher", in: scratch,
            [
                "topics": .map([
                    "a": .map(["rate": .number(200), "size": .number(70)]), "bb": .map(["rate": .number(100)]),
                ])
            ], socket(type, bind: "a"))
        var last: [String: Int] = [:]
        var counts: [String: Int] = [:]
        for _ in 0..<3000 {
            let frames = try #require(try all.receive())
            #expect(frames.count == 2)
            let topic = String(decoding: frames[0], as: UTF8.self)
            #expect(frames[1].count == (topic == "a" ? 70 : 100))
            let number = try #require(try JSON(parsing: frames[1])["seq"]?.int)
            if let last = last[topic] { #expect(number == last + 1) }
            last[topic] = number
            counts[topic, default: 0] += 1
        }
        // Two thirds. What is overdue, of a second at most, goes out topic by topic: where that is cut it makes 67.
        #expect((1920...2080).contains(counts["a"] ?? 0) && counts.count == 2)
        #expect(String(decoding: try #require(try some.receive()?.first), as: UTF8.self) == "bb")
        #expect(publisher.isRunning)
    }

    @Test func itsCountIsThatOfAllTopics() throws {
        let all = try subscriber("a", "")
        let publisher = try RunningNode(
            "publisher", in: scratch,
            [
                "count": .number(600),
                "topics": .map(["x": .map(["rate": .number(40)]), "y": .map(["rate": .number(20)])]),
            ], socket("PUB", bind: "a"))
        // What it sends before the subscription has come is dropped, but has its numbers. It takes ten seconds, for the
        // subscription may be late.
        var made: [String: Int] = [:]
        while made.values.reduce(0, +) < 600, let frames = try all.receive() {
            let number = try #require(try JSON(parsing: frames[1])["seq"]?.int)
            made[String(decoding: frames[0], as: UTF8.self)] = number + 1
        }
        #expect(made.values.reduce(0, +) == 600 && made.count == 2, "\(made)")
        #expect(try all.receive(within: 0.3) == nil)
        #expect(publisher.isRunning)
    }

    @Test func asFastAsTheyAreTakenAndForAWhile() throws {
        let all = try subscriber("a", "")
        let publisher = try RunningNode(
            "publisher", in: scratch,
            ["for": .number(5), "topics": .map(["x": .map(["rate": .text("max"), "size": .number(1000)])])],
            socket("PUB", bind: "a"))
        var last = 0
        while let frames = try all.receive(within: last == 0 ? 20 : 3) {
            last = try #require(try JSON(parsing: frames[1])["seq"]?.int)
        }
        // No rate that is paced comes to that in five seconds.
        #expect(last > 500)
        #expect(publisher.isRunning)
    }

    @Test func quietAndFlow() throws {
        let sub = try subscriber("a", "")
        let publisher = try RunningNode(
            "publisher", in: scratch, ["topics": .map(["x": .map(["rate": .number(300)])])], socket("PUB", bind: "a"))
        #expect(try sub.receive() != nil)
        publisher.signal(SIGUSR1)
        while try sub.receive(within: 2) != nil {}
        #expect(try sub.receive(within: 0.3) == nil)
        publisher.signal(SIGUSR2)
        #expect(try sub.receive() != nil)
    }

    @Test(arguments: ["SUB", "XSUB"]) func aSubscriberAsksForItsTopics(type: String) throws {
        let xpub = try Peer("XPUB", bind: scratch.endpoint("a"))
        let subscriber = try RunningNode(
            "subscriber", in: scratch, [:], socket(type, connect: "a", subscribe: ["one", "two"]))
        let asked = try [#require(try xpub.receive()), #require(try xpub.receive())]
        #expect(Set(asked) == [[[1] + Array("one".utf8)], [[1] + Array("two".utf8)]])
        try xpub.send("one", "x")
        subscriber.signal(SIGTERM)
        #expect(subscriber.ended().status == 0)
        // It has gone, and its subscriptions with it.
        let gone = try [#require(try xpub.receive()), #require(try xpub.receive())]
        #expect(Set(gone) == [[[0] + Array("one".utf8)], [[0] + Array("two".utf8)]])
    }

    @Test func withoutASubscriptionNothingIsAskedFor() throws {
        let xpub = try Peer("XPUB", bind: scratch.endpoint("a"))
        let subscriber = try RunningNode("subscriber", in: scratch, [:], socket("SUB", connect: "a"))
        #expect(try xpub.receive(within: 0.5) == nil)
        #expect(subscriber.isRunning)
    }

    @Test func aProxyOfXSUBAndXPUBHandsSubscriptionsOn() throws {
        let proxy = try RunningNode(
            "proxy", in: scratch, [:], socket("XSUB", "frontend", bind: "f"), socket("XPUB", "backend", bind: "b"))
        let xpub = try Peer("XPUB", connect: scratch.endpoint("f"))
        let sub = try subscriber("b", "t")
        #expect(try xpub.receive() == [[1] + Array("t".utf8)])
        try xpub.send("t1", "hello")
        #expect(try sub.receive() == [Array("t1".utf8), Array("hello".utf8)])
        #expect(proxy.isRunning)
    }

    @Test(arguments: [false, true]) func aProxyOfROUTERAndDEALERBringsAnswersBack(steered: Bool) throws {
        let control = steered ? try Peer("PAIR", connect: scratch.endpoint("c")) : nil
        var sockets = [socket("DEALER", "backend", bind: "b"), socket("ROUTER", "frontend", bind: "f")]
        if steered { sockets.append(socket("PAIR", "control", bind: "c")) }
        let capture = try Peer("PULL", bind: scratch.endpoint("tap"))
        sockets.append(socket("PUSH", "capture", connect: "tap"))
        let proxy = try RunningNode("proxy", in: scratch, sockets: sockets)
        let request = try Peer("REQ", connect: scratch.endpoint("f"))
        let reply = try Peer("REP", connect: scratch.endpoint("b"))
        for round in 0..<50 {
            try request.send("question \(round)", "more")
            #expect(try reply.receive()?.map { String(decoding: $0, as: UTF8.self) } == ["question \(round)", "more"])
            try reply.send("answer \(round)")
            #expect(try request.receive() == [Array("answer \(round)".utf8)])
            // Identity, delimiter, and what was said.
            #expect(try capture.receive()?.count == 4)
            #expect(try capture.receive()?.count == 3)
        }
        if let control {
            try control.send("STATISTICS")
            let numbers = try #require(try control.receive()).map {
                $0.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            }
            // Questions in bytes: 5 for the identity.
            let asked = UInt64((0..<50).reduce(0) { $0 + 5 + "question \($1)more".utf8.count })
            let answered = UInt64((0..<50).reduce(0) { $0 + 5 + "answer \($1)".utf8.count })
            #expect(numbers == [50, asked, 50, answered, 50, answered, 50, asked])
        }
        #expect(proxy.isRunning)
    }

    @Test func aSteeredProxyPausesResumesAndTerminates() throws {
        let proxy = try RunningNode(
            "proxy", in: scratch, [:], socket("PULL", "frontend", bind: "f"), socket("PUSH", "backend", bind: "b"),
            socket("PAIR", "control", bind: "c"))
        let control = try Peer("PAIR", connect: scratch.endpoint("c"))
        let push = try Peer("PUSH", connect: scratch.endpoint("f"))
        let pull = try Peer("PULL", connect: scratch.endpoint("b"))
        try push.send("1")
        #expect(try pull.receive() == [[49]])
        try control.send("PAUSE")
        // Answered after the pause was heard.
        try control.send("STATISTICS")
        #expect(try control.receive()?.count == 8)
        try push.send("2")
        #expect(try pull.receive(within: 0.3) == nil)
        // Nothing that is known, and nothing happens.
        try control.send("EXPLODE")
        try control.send("RESUME")
        #expect(try pull.receive() == [[50]])
        try control.send("TERMINATE")
        // With linger 0 it would take the word with it.
        let end = withExtendedLifetime(control) { proxy.ended() }
        #expect(end.status == 0)
        #expect(end.errors.contains("PAUSE, RESUME, TERMINATE or STATISTICS"))
    }

    /// Under load, where no call ever waits, and where it waits for nobody: with and without control.
    @Test(arguments: [false, true], [false, true]) func aProxyEndsWhenTold(loaded: Bool, steered: Bool) throws {
        var sockets = [socket("PULL", "frontend", bind: "f"), socket("PUSH", "backend", bind: "b")]
        if steered { sockets.append(socket("PAIR", "control", bind: "c")) }
        let proxy = try RunningNode("proxy", in: scratch, sockets: sockets)
        let source = try RunningNode("source", in: scratch, ["rate": .text("max")], socket("PUSH", connect: "f"))
        let sink = loaded ? try RunningNode("sink", in: scratch, [:], socket("PULL", connect: "b")) : nil
        let pull = try Peer("PULL", connect: scratch.endpoint("b"))
        #expect(try pull.receive() != nil)
        // Not to a proxy, but it must not end it: more passes than all queues hold.
        proxy.signal(SIGUSR1)
        proxy.signal(SIGUSR2)
        for _ in 0..<50_000 { try #require(try pull.receive() != nil) }
        proxy.signal(SIGTERM)
        let end = proxy.ended()
        #expect(end.status == 0 && end.errors == "")
        #expect(source.isRunning && sink?.isRunning != false)
    }

    /// A copy for the capture goes first: when the last message has been captured, all before it have been passed on.
    @Test func whatAProxyHasPassedOnLeavesBeforeItEnds() throws {
        var backend = socket("PUSH", "backend", connect: "b")
        backend.options = [.init(name: "linger", number: 17, value: .int(30_000))]
        let capture = try Peer("PULL", bind: scratch.endpoint("c"))
        let proxy = try RunningNode(
            "proxy", in: scratch, [:], socket("PULL", "frontend", bind: "f"), backend,
            socket("PUSH", "capture", connect: "c"))
        let push = try Peer("PUSH", connect: scratch.endpoint("f"))
        for number in 0...500 {
            try push.send("\(number)")
            try #require(try capture.receive() != nil)
        }
        proxy.signal(SIGTERM)
        let pull = try Peer("PULL", bind: scratch.endpoint("b"))
        for number in 0..<500 {
            #expect(try pull.receive()?.first.map { String(decoding: $0, as: UTF8.self) } == "\(number)")
        }
        #expect(proxy.ended().status == 0)
    }
}

@Suite struct ArrivalsTests {
    private func message(_ topic: String, _ number: Int, sender: String = "p.1") -> [[UInt8]] {
        [Array(topic.utf8), Array(#"{"from":"\#(sender)","seq":\#(number)}"#.utf8)]
    }

    @Test func onlyGapsBetweenNumbersAreMissed() {
        var arrivals = Arrivals()
        #expect(arrivals.missed == nil)
        // What was before the first one nobody knows.
        arrivals.add(message("a", 1000))
        #expect(arrivals.missed == 0)
        arrivals.add(message("a", 1001))
        arrivals.add(message("b", 5))
        arrivals.add(message("a", 1005))
        #expect(arrivals.missed == 3)
        // Another process has numbers of its own; an older one closes no gap that is known to be one.
        arrivals.add(message("a", 0, sender: "p.2"))
        arrivals.add(message("b", 4))
        arrivals.add(message("b", 6))
        #expect(arrivals.missed == 3)
        #expect(arrivals.topics == 2)
    }

    @Test func namesThatAreUsedOnceFillNoMemory() {
        var arrivals = Arrivals()
        for number in 0..<Arrivals.limit { arrivals.add(message("t\(number)", 0)) }
        #expect(arrivals.topics == Arrivals.limit && arrivals.missed == 0)
        arrivals.add(message("one more", 0))
        #expect(arrivals.topics == nil && arrivals.missed == nil)
        arrivals.add(message("t1", 0))
        #expect(arrivals.topics == nil && arrivals.missed == nil)
        arrivals = Arrivals()
        for number in 0...Arrivals.limit { arrivals.add(message("t", 0, sender: "p.\(number)")) }
        #expect(arrivals.topics == nil && arrivals.missed == nil)
    }

    @Test func numbersThatSomebodyMadeUpEndNobody() {
        var arrivals = Arrivals()
        for sender in 0..<20 {
            arrivals.add(message("t", 0, sender: "p.\(sender)"))
            arrivals.add(message("t", 999_999_999_999_999_999, sender: "p.\(sender)"))
        }
        #expect(arrivals.missed == nil)
    }

    @Test func withoutASenderNothingIsCertain() {
        var arrivals = Arrivals()
        arrivals.add([[97], Array(#"{"seq":1}"#.utf8)])
        arrivals.add([[97], Array(#"{"seq":9}"#.utf8)])
        arrivals.add([[97]])
        arrivals.add([[97], [1], [2]])
        #expect(arrivals.missed == nil && arrivals.topics == 1)
    }
}

@Suite struct SteeringTests {
    @Test func theWordsOfTheManual() {
        var steering = Steering()
        func obey(_ words: String...) -> Steering.Outcome { steering.obey(words.map { Array($0.utf8) }) }
        #expect(obey("PAUSE") == .done && steering.isPaused)
        #expect(obey("RESUME") == .done && !steering.isPaused)
        #expect(obey("pause") == .unknown && obey("PAUSE", "") == .unknown && obey() == .unknown && !steering.isPaused)
        #expect(obey("TERMINATE") == .done && steering.isTerminated)
    }
}
