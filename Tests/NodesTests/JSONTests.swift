import FoundationEssentials
import RunDirectory
import Testing

@testable import Nodes

@Suite struct JSONTests {
    @Test(arguments: [
        ("null", JSON.null), (" [1, -2.5e3 ,true] ", .array([.integer(1), .number(-2500), .bool(true)])),
        (#"{"a":{},"b":[]}"#, .object([("a", .object([])), ("b", .array([]))])),
        (#""\u00e9\ud83d\ude00\n\/""#, .string("é😀\n/")), ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ])
    func itReadsAndWritesBack(text: String, value: JSON) throws {
        let read = try JSON(parsing: Array(text.utf8))
        #expect(read == value)
        #expect(try JSON(parsing: read.bytes) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "01", "+1", "1.", "nul", "\"a", "\"\u{1}\"", "\"\\x\"", "\"\\ud800\"", "1 2",
        "1e999",
        String(repeating: "[", count: 100_000),
    ])
    func itRefusesWhatIsNotJSON(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test func itRefusesBytesThatAreNotText() {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xff, 0xfe, 0x22]) }
    }

    @Test func itReadsANodeAsFoundationWritesIt() throws {
        let node = ResolvedNode(
            name: "client-2", group: "client", replica: 2, program: .builtin(kind: "client"),
            environment: ["A": "b\"c"], workingDirectory: "/tmp",
            sockets: [
                ResolvedSocket(
                    name: "requests", type: "DEALER", binds: ["tcp://127.0.0.1:*"],
                    connects: [.init(endpoint: "ipc:///x", target: "s.f"), .init(endpoint: "tcp://1.2.3.4:5")],
                    options: [
                        .init(name: "routing_id", number: 5, value: .bytes([0, 255])),
                        .init(name: "sndhwm", number: 23, value: .int(-1)),
                        .init(name: "affinity", number: 4, value: .int64(.min)),
                    ], subscriptions: [[], [1]])
            ],
            behavior: [
                "rate": .number(2.5), "tokens": .range(1, 3), "arrival": .text("poisson"), "x": .flag(true),
                "frames": .list([.text("00"), .map(["a": .number(1e300)])]),
            ], dependsOn: ["a"], start: .delayed(seconds: 0.5),
            restart: .init(condition: .onFailure, maximumRestarts: 3))
        let data = try JSONEncoder().encode(node)
        #expect(try JSON(parsing: Array(data)).decode(ResolvedNode.self) == node)
    }

    @Test func aWrongFormSaysWhere() {
        #expect(throws: DecodingError.self) { try JSON.object([("name", .integer(3))]).decode(ResolvedNode.self) }
    }
}
