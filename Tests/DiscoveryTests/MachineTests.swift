import Foundation
import RunDirectory
import Telemetry
import Testing

@testable import Discovery

/// The real machine: programs nobody told to be watched.
@Suite struct MachineTests {
    /// A Python program that ends with its standard input, or after a minute.
    private final class Program {
        let process = Process()
        private let input = Pipe()
        private let output = Pipe()

        init(_ code: String, _ arguments: [String] = []) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            process.arguments =
                ["-c", "import sys, zmq, threading, os\n" + code + "\nsys.stdin.read()"] + arguments
            process.standardInput = input
            process.standardOutput = output
            try process.run()
        }

        deinit {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }

        func line() -> String {
            String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    @Test(
        "two pyzmq programs are found, with their link; and a greeting tells the bound one's type",
        .timeLimit(.minutes(10)))
    func pyzmq() throws {
        let server = try Program(
            """
            s = zmq.Context.instance().socket(zmq.ROUTER)
            print(s.bind_to_random_port('tcp://127.0.0.1'), flush=True)
            """)
        let port = server.line()
        let client = try Program(
            """
            s = zmq.Context.instance().socket(zmq.DEALER)
            s.connect('tcp://127.0.0.1:' + sys.argv[1])
            s.send(b'hello')
            print('sent', flush=True)
            """, [port])
        #expect(client.line() == "sent")
        let surveyor = Surveyor()
        var link: Snapshot.Link?
        let deadline = ContinuousClock.now + .seconds(60)
        while link == nil, ContinuousClock.now < deadline {
            let snapshot = try surveyor.survey()
            link = snapshot.links.first {
                $0.to.contains("[\(server.process.processIdentifier)]")
                    && $0.from.contains("[\(client.process.processIdentifier)]")
            }
            usleep(20_000)
        }
        let found = try #require(link)
        #expect(found.endpoint == "tcp://127.0.0.1:\(port)")
        #expect(found.state == .connected && found.source == .kernel)
        #expect(try PeerProbe.socketType(at: "tcp://127.0.0.1:\(port)", timeout: 30) == "ROUTER")
    }

    @Test("an endpoint where nobody listens, and texts that are none, are clear errors")
    func refusals() {
        #expect(throws: SurveyError.self) { try PeerProbe.socketType(at: "tcp://127.0.0.1:1") }
        for text in ["", "tcp://", "tcp://127.0.0.1", "tcp://somewhere:80", "ipc://", "udp://1.2.3.4:5"] {
            #expect(throws: SurveyError.self) { try PeerProbe.socketType(at: text) }
        }
    }
}
