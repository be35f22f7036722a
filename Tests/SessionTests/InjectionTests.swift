import Glibc
import Keeping
import RunDirectory
import Testing

@testable import Session

@Suite(.timeLimit(.minutes(10)))
struct InjectionTests {
    private static let topology = ResolvedTopology(
        name: "inference",
        nodes: [
            node(
                "client-1",
                ResolvedSocket(
                    name: "requests", type: "DEALER",
                    connects: [ResolvedConnect(endpoint: "tcp://127.0.0.1:5000", target: "scheduler.frontend")])),
            node(
                "scheduler", ResolvedSocket(name: "frontend", type: "ROUTER", binds: ["tcp://*:5000"]),
                ResolvedSocket(name: "backend", type: "ROUTER", binds: ["ipc:///run/backend"])),
            node("sink", ResolvedSocket(name: "in", type: "PULL", binds: ["tcp://0.0.0.0:5001"])),
            node("news", ResolvedSocket(name: "out", type: "PUB", binds: ["tcp://127.0.0.1:5002"])),
            node("inner", ResolvedSocket(name: "in", type: "PULL", binds: ["inproc://x"])),
            node("source", ResolvedSocket(name: "out", type: "PUSH", binds: ["tcp://127.0.0.1:5003"])),
            node("one", ResolvedSocket(name: "pair", type: "PAIR", binds: ["tcp://127.0.0.1:5004"])),
            node(
                "two",
                ResolvedSocket(
                    name: "pair", type: "PAIR",
                    connects: [ResolvedConnect(endpoint: "tcp://127.0.0.1:5004", target: "one.pair")])),
        ])

    private static func node(_ name: String, _ sockets: ResolvedSocket...) -> ResolvedNode {
        ResolvedNode(name: name, program: .command(["sleep", "100"]), sockets: sockets)
    }

    @Test(
        arguments: [
            ("scheduler.frontend", nil, "DEALER", "tcp://127.0.0.1:5000"),
            ("scheduler.frontend", "req", "REQ", "tcp://127.0.0.1:5000"),
            ("scheduler.backend", nil, "DEALER", "ipc:///run/backend"),
            ("sink.in", nil, "PUSH", "tcp://127.0.0.1:5001"),
            ("sink", nil, "PUSH", "tcp://127.0.0.1:5001"),
        ] as [(String, String?, String, String)])
    func aFittingPeerIsFound(target: String, asked: String?, type: String, endpoint: String) throws {
        let plan = try InjectionPlan(Injection(target: target, type: asked, frames: [[1]]), in: Self.topology)
        #expect(plan.type == type)
        #expect(plan.endpoint == endpoint)
    }

    @Test(
        arguments: [
            (
                "client-1.requests", nil,
                "client-1.requests only connects; nobody can connect to it. Its peer scheduler.frontend is bound: use that"
            ),
            ("news.out", nil, "no peer can send a message to news.out: a PUB only sends, to those who subscribe"),
            (
                "source.out", nil,
                "no peer can send a message to source.out: a PUSH only sends: connect a PULL to see what it sends"
            ),
            (
                "sink.in", "DEALER",
                "DEALER cannot begin to send to sink.in, which is a PULL: send as PUSH"
            ),
            ("inner.in", nil, "inner.in is bound to inproc://x, which can be reached from inside its process only"),
            ("one.pair", nil, "one.pair is a PAIR, which takes one peer, and two.pair is it"),
            (
                "scheduler.fronted", nil,
                "there is no socket “scheduler.fronted” in inference: did you mean scheduler.frontend?"
            ),
        ] as [(String, String?, String)])
    func whatCannotBeReachedIsExplained(target: String, asked: String?, message: String) {
        #expect {
            try InjectionPlan(Injection(target: target, type: asked, frames: [[1]]), in: Self.topology)
        } throws: {
            "\($0)" == message
        }
    }

    /// A program in the place of zmqtop-node that plays the injector.
    private func script(_ body: String) throws -> String {
        let path = "\(runtimeFolder)/injector-\(UInt32.random(in: 0...UInt32.max))"
        let source = path + ".sh"
        try replaceFile(source, with: Array("#!/bin/sh\n\(body)\n".utf8))
        // By a child: a descriptor of ours that writes a program is inherited by what other tests start meanwhile, and
        // while that lives the program is busy.
        let child = try spawn(
            KeeperRequest.Program(
                executable: "/usr/bin/install", arguments: ["install", "-m", "700", source, path], environment: [],
                workingDirectory: "/", standardOutput: "/dev/null", standardError: "/dev/null", graceMilliseconds: 0)
        ).get()
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        try #require(status == 0 && access(path, X_OK) == 0)
        return path
    }

    private let injection = Injection(target: "sink.in", frames: [[65], []])
    private let sink = [node("sink", ResolvedSocket(name: "in", type: "PULL", binds: ["tcp://127.0.0.1:1"]))]

    @Test func eventsComeWhileItWorks() throws {
        let program = try script(
            """
            echo '{"joined":{"node":"inject-1","type":"PUSH","endpoint":"e"}}'
            while [ ! -e "$(dirname "$1")/go" ]; do sleep 0.01; done
            echo 'not an event'
            echo '{"sent":{"messages":1}}'
            printf '{"finished":{"sent":1,"replies":0}}\\n'
            """)
        try withSession(sink, options: makeOptions(node: program)) { session in
            let replies = Replies()
            session.perform(.inject(injection)) { replies.append($0) }
            let joined = ControlReply.event(.joined(node: "inject-1", type: "PUSH", endpoint: "e"))
            try eventually("it has joined") { replies.all == [joined] }
            #expect(session.status("inject-1").kind == "injector")
            let written = try #require(readJSON(ResolvedNode.self, session.layout.node("inject-1")))
            #expect(written.sockets.first?.connects == [.init(endpoint: "tcp://127.0.0.1:1", target: "sink.in")])
            #expect(written.behavior["frames"] == .list([.text("41"), .text("")]))
            try replaceFile(session.layout.nodes + "/go", with: [])
            try eventually("it is done") { replies.isComplete }
            #expect(
                replies.all == [
                    joined, .event(.sent(messages: 1)), .event(.finished(sent: 1, replies: 0)),
                    .done(nodes: ["inject-1"]),
                ])
            // Its figures can still be read, until the next one comes.
            #expect(session.status("inject-1").state == .exited)
            try session.run(.inject(injection))
            #expect(session.statuses.map(\.name) == ["sink", "inject-2"])
        }
    }

    @Test func failuresReachTheAsker() throws {
        let program = try script(
            """
            case "$1" in *inject-1.json) echo '{"failed":{"reason":"nobody listens"}}';; esac
            echo broken >&2; exit 1
            """)
        try withSession(sink, options: makeOptions(node: program)) { session in
            let told = try session.run(.inject(injection))
            #expect(told == [.event(.failed(reason: "nobody listens")), .error("nobody listens")])
            let guessed = try session.run(.inject(injection))
            #expect(guessed == [.error("exited with status 1; its standard error ends: broken")])
            #expect(session.status("inject-2").state == .failed)
        }
    }

    @Test func anInjectorEndsWithItsAsker() throws {
        let program = try script("echo '{\"sent\":{\"messages\":1}}'; exec sleep 100")
        try withSession(sink, options: makeOptions(node: program)) { session in
            let descriptor = socket(AF_UNIX, streamSocket | closeOnExec, 0)
            let address = try #require(unixAddress(session.layout.control))
            #expect(withAddress(address) { connect(descriptor, $0, $1) } == 0)
            let request = #"{"command":{"inject":{"_0":{"target":"sink.in","frames":[[65]],"count":1}}}}"# + "\n"
            _ = send(descriptor, request, request.utf8.count, noSignal)
            try eventually("it is at work") { session.status("inject-1").pid != nil }
            close(descriptor)
            try session.wait("inject-1", .exited)
        }
    }
}
