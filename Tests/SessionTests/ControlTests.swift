import Dispatch
import Glibc
import RunDirectory
import Synchronization
import Testing

@testable import Session

@Suite(.timeLimit(.minutes(10)))
struct ControlTests {
    private func rawClient(_ layout: RunLayout) throws -> Int32 {
        let descriptor = socket(AF_UNIX, streamSocket | closeOnExec, 0)
        let address = try #require(unixAddress(layout.control))
        #expect(withAddress(address) { connect(descriptor, $0, $1) } == 0)
        var patience = timeval(tv_sec: 90, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    private func readLine(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != 10 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ text: String, _ descriptor: Int32) {
        _ = send(descriptor, text, text.utf8.count, noSignal)
    }

    @Test func commandsGoThroughTheSocket() throws {
        try withSession([shell("node", "sleep 100")]) { session in
            try session.wait("node", .running)
            let running = try #require(SessionDirectory.session(at: session.layout.directory))
            let client = try ControlClient(layout: running.layout)
            var replies: [ControlReply] = []
            try client.send(.node(.pause, node: "node")) { replies.append($0) }
            try client.send(.node(.stop, node: "nod")) { replies.append($0) }
            #expect(
                replies == [.done(nodes: ["node"]), .error("there is no node “nod”: did you mean node?")])
            #expect(session.status("node").state == .paused)
        }
    }

    @Test func clientsDoNotHarmEachOther() throws {
        try withSession([shell("node", "sleep 100")]) { session in
            try session.wait("node", .running)
            let silent = try rawClient(session.layout)
            let half = try rawClient(session.layout)
            write(#"{"command":{"nod"#, half)
            let babbler = try rawClient(session.layout)
            write("what is this?\n\u{0}\u{1}\n", babbler)
            #expect(readLine(babbler).contains("no request"))
            #expect(readLine(babbler).contains("no request"))
            let leaver = try rawClient(session.layout)
            write(String(repeating: "x\n", count: 1000), leaver)
            close(leaver)
            // One that asks much and reads nothing.
            let greedy = try rawClient(session.layout)
            _ = fcntl(greedy, F_SETFL, O_NONBLOCK)
            for _ in 0..<200 { write(String(repeating: "y\n", count: 1000), greedy) }
            var replies: [ControlReply] = []
            try ControlClient(layout: session.layout).send(.node(.stop, node: "*")) { replies.append($0) }
            #expect(replies == [.done(nodes: ["node"])])
            for descriptor in [silent, half, babbler, greedy] { close(descriptor) }
        }
    }

    @Test func aClientThatHasSaidAllStillGetsItsAnswers() throws {
        try withSession([shell("node", "sleep 100")]) { session in
            try session.wait("node", .running)
            let client = try rawClient(session.layout)
            let request = #"{"command":{"node":{"_0":"stop","node":"node"}}}"#
            write("\(request)\n\(request)", client)
            shutdown(client, Int32(SHUT_WR))
            #expect(readLine(client) == #"{"done":{"nodes":["node"]}}"#)
            #expect(readLine(client).contains("does not run"))
            #expect(readLine(client) == "")
            close(client)
        }
    }

    @Test func downEndsTheSession() throws {
        let down = DispatchSemaphore(value: 0)
        let session = try Session(name: "test", options: makeOptions(onDown: { down.signal() }))
        defer { session.stop() }
        try session.start(ResolvedTopology(name: "test", nodes: [shell("node", "sleep 100")]))
        try session.wait("node", .running)
        var replies: [ControlReply] = []
        try ControlClient(layout: session.layout).send(.down) { replies.append($0) }
        #expect(replies == [.done(nodes: ["node"])])
        #expect(down.wait(timeout: .now() + 90) == .success)
        #expect(session.status("node").state == .exited)
        session.stop()
        #expect(!exists(session.layout.directory))
        #expect(throws: SessionError.self) { try ControlClient(layout: session.layout) }
    }
}
