import Foundation
import RunDirectory
import Testing

/// What one process writes into a run directory, another reads as it was.
struct FilesTests {
    private func again<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    @Test(arguments: [
        BehaviorValue.number(0.25), .range(16, 64), .text("max"), .flag(false), .list([.number(1), .text("")]),
        .map(["topics": .map(["a": .range(1, 2)])]),
    ])
    func behaviors(value: BehaviorValue) throws {
        #expect(try again(value) == value)
    }

    @Test func nodes() throws {
        let node = ResolvedNode(
            name: "engine-2", group: "engine", replica: 2, program: .command(["a b", ""]), environment: ["X": "1=2"],
            sockets: [
                ResolvedSocket(
                    name: "work", type: "DEALER", connects: [.init(endpoint: "tcp://[::1]:1", target: "x.y")],
                    options: [.init(name: "routing_id", number: 5, value: .bytes([0, 255]))], subscriptions: [[]])
            ],
            behavior: ["rate": .text("max")], dependsOn: ["x"], start: .delayed(seconds: 5),
            restart: .init(condition: .onFailure, maximumRestarts: 3))
        #expect(try again(node) == node)
    }

    @Test func injections() throws {
        let injection = Injection(
            target: "a.b", type: "REQ", frames: [[], [0, 10, 255]], identity: [1], count: 3, rate: 0.5, reply: 2)
        #expect(try again(SessionCommand.inject(injection)) == .inject(injection))
        #expect(try Injection(behavior: injection.behavior) == injection)
    }

    @Test(arguments: [("sndhwm", "sndhwm", 0), ("sndhwn", "sndhwm", 1), ("snhdwm", "sndhwm", 1), ("", "ab", 2)])
    func distances(one: String, other: String, distance: Int) {
        #expect(editDistance(one, other) == distance)
    }
}
