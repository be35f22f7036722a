import Keeping
import Testing

@testable import Session

@Suite struct KeepingTests {
    private static let program = KeeperRequest.Program(
        executable: "/bin/sh", arguments: ["sh", "", "ü"], environment: ["A=1"], workingDirectory: "/",
        standardOutput: "/o", standardError: "/e", graceMilliseconds: 1000)

    @Test func messagesSurviveTheirBytes() throws {
        let requests: [KeeperRequest] = [
            .spawn(id: 7, Self.program), .signal(id: 7, signal: 15, group: true),
            .signal(id: .max, signal: 9, group: false), .end,
        ]
        var stream = MessageStream()
        // Byte by byte, as a slow socket would bring them.
        var read: [KeeperRequest] = []
        for byte in requests.flatMap(\.bytes) {
            stream.append([byte])
            while let body = try stream.next() { read.append(try KeeperRequest(body)) }
        }
        #expect(read == requests)
        let reports: [KeeperReport] = [
            .spawned(id: 1, pid: 2), .spawnFailed(id: 1, errno: 2), .exited(id: 1, code: -1, signal: 9), .ended,
        ]
        stream = MessageStream()
        stream.append(reports.flatMap(\.bytes))
        for report in reports {
            let body = try stream.next()
            #expect(try body.map { try KeeperReport($0) } == report)
        }
    }

    @Test func brokenMessagesAreRefused() {
        for length in 0..<KeeperRequest.spawn(id: 7, Self.program).bytes.count - 4 {
            let body = KeeperRequest.spawn(id: 7, Self.program).bytes[4...].prefix(length)
            #expect(throws: KeeperProtocolError.self) { try KeeperRequest(body) }
        }
        var stream = MessageStream()
        stream.append([255, 255, 255, 255])
        #expect(throws: KeeperProtocolError.self) { try stream.next() }
    }

    @Test func outputIsShownWithoutWhatATerminalWouldObey() {
        #expect(OutputTail.plain("a\u{1B}[1;31mb\u{7}c\u{1B}]0;x\u{9B}d\u{202E}e\tf  ") == "abc0;xde f")
        #expect(OutputTail.plain("日本語 🎉") == "日本語 🎉")
    }
}
