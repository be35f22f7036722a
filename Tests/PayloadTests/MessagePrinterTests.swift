import Foundation
import Payload
import Telemetry
import Testing

@testable import zmqtop

/// What `zmqtop tap` prints.
@Suite struct MessagePrinterTests {
    private let message = SampledMessage(
        socket: "scheduler.backend", type: "ROUTER", direction: .sent, time: 12_345_678_901, elapsed: 12.3456789,
        ordinal: 17, link: "engine-1.work->scheduler.backend", peer: "engine-1.work", frameCount: 3, size: 38,
        frames: [
            .init(size: 2, bytes: [1, 0]), .init(size: 0, bytes: []),
            .init(size: 31, bytes: bytes(hex: "83a6737461747573a548454c4c4fa56c6f63616cc3a8686561646c657373c2")),
        ])

    @Test func text() {
        #expect(
            MessagePrinter().text(message) == [
                "12.345679  scheduler.backend ROUTER  ▸ engine-1.work  on engine-1.work->scheduler.backend  #17  3 frames  38 bytes",
                "  1 identity       2 bytes           0x0100",
                "  2 delimiter      0 bytes",
                #"  3 payload       31 bytes  msgpack  {"status": "HELLO", "local": true, "headless": false}"#,
            ])
        var other = message
        other.direction = .received
        other.peer = nil
        other.link = nil
        other.injected = true
        other.lost = true
        other.frameCount = 20
        #expect(
            MessagePrinter().text(other).first
                == "12.345679  scheduler.backend ROUTER  ◂ —  #17  20 frames  38 bytes  injected  lost")
        #expect(MessagePrinter().text(other).last == "  … 17 more frames were not kept")
    }

    @Test func tree() {
        let lines = MessagePrinter(showsTree: true).text(message)
        #expect(
            lines.suffix(4) == [
                "      map of 3", #"        "status": "HELLO""#, #"        "local": true"#,
                #"        "headless": false"#,
            ])
    }

    @Test func formatIsToldForPayloadsAlone() {
        let lines = MessagePrinter(format: .hex).text(message)
        #expect(lines[1].hasSuffix("0x0100"))
        #expect(lines[3].contains(" hex "))
        #expect(lines[3].contains("0x83a6737461"))
    }

    @Test func width() {
        for columns in [0, 1, 20, 40, 80] {
            for line in MessagePrinter(columns: columns, showsTree: true).text(message) {
                #expect(line.count <= max(columns, 35), "\(columns): \(line)")
            }
        }
    }

    @Test("names and payloads steer no terminal; colours are ours alone")
    func harmless() {
        var hostile = message
        hostile.peer = "\u{1B}[2Jpeer\u{202E}"
        hostile.frames[0].bytes = [0x1B, 0x5B]
        hostile.frames[2] = .init(size: 40, bytes: Array("\u{1B}]0;owned\u{07} words and words and".utf8))
        #expect(MessagePrinter(showsTree: true).text(hostile).allSatisfy(isHarmless))
        #expect(isHarmless(MessagePrinter().json(hostile)))
        let coloured = MessagePrinter(showsTree: true, colors: true).text(hostile).joined()
        for colour in ["\u{1B}[1m", "\u{1B}[2m", "\u{1B}[31m", "\u{1B}[0m"] {
            #expect(coloured.contains(colour) || colour == "\u{1B}[31m")
        }
        let stripped = ["1", "2", "31", "0"].reduce(coloured) { $0.replacingOccurrences(of: "\u{1B}[\($1)m", with: "") }
        #expect(isHarmless(stripped))
    }

    @Test func json() throws {
        let line = MessagePrinter().json(message)
        #expect(!line.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary)
        #expect(object["socket"] as? String == "scheduler.backend")
        #expect(object["direction"] as? String == "sent")
        #expect(object["time"] as? UInt64 == 12_345_678_901)
        #expect(object["lost"] as? Bool == false)
        let frames = try #require(object["frames"] as? [NSDictionary])
        #expect(frames.map { $0["role"] as? String } == ["identity", "delimiter", "payload"])
        #expect(frames[0]["identity"] as? String == "0x0100")
        #expect(frames[0]["hex"] as? String == "0100")
        let decoded = try #require(frames[2]["decoded"] as? NSDictionary)
        #expect(decoded["format"] as? String == "msgpack")
        #expect(decoded["value"] as? NSDictionary == ["status": "HELLO", "local": true, "headless": false])
        var unknown = message
        unknown.peer = nil
        #expect(MessagePrinter().json(unknown).contains(#""peer":null"#))
    }

    @Test func filter() {
        #expect(MessageFilter().matches(message))
        #expect(MessageFilter(size: 38...38).matches(message))
        #expect(!MessageFilter(size: 39...100).matches(message))
        #expect(MessageFilter(contains: Array("HELLO".utf8)).matches(message))
        #expect(MessageFilter(contains: [0x01, 0x00]).matches(message))
        #expect(!MessageFilter(contains: Array("READY".utf8)).matches(message))
        #expect(!MessageFilter(size: 0...10, contains: Array("HELLO".utf8)).matches(message))
    }
}
