import Foundation
import Payload
import Testing

/// What Python wrote is read as Python says.
@Suite struct FixtureTests {
    @Test func thereAreFixtures() { #expect(Fixture.all.count >= 50) }

    @Test("format is guessed", arguments: Fixture.all)
    func format(_ fixture: Fixture) throws {
        let reading = Reading(Frame(fixture.bytes))
        #expect(try fixture.expectation()["format"] as? String == reading.format.rawValue, "\(reading.summary())")
        #expect(reading.problem == nil)
        #expect(!reading.reason.isEmpty)
        checkBounds(reading)
    }

    @Test("value is read", arguments: Fixture.all.filter { !$0.name.hasPrefix("pickle") && !$0.name.hasPrefix("hex") })
    func value(_ fixture: Fixture) throws {
        let expected = try #require(try fixture.expectation()["value"])
        let value = try #require(try parsed(Reading(Frame(fixture.bytes)))["value"])
        #expect(([expected] as NSArray) == ([value] as NSArray), "\(value)")
    }

    @Test(
        "opcodes, globals and strings are those of pickletools",
        arguments: Fixture.all.filter { $0.name.hasPrefix("pickle") })
    func pickle(_ fixture: Fixture) throws {
        let expected = try fixture.expectation()
        let json = try parsed(Reading(Frame(fixture.bytes)))
        let tree = try #require((json["value"] as? NSDictionary)?["value"] as? NSDictionary)
        let opcodes = try #require(tree["opcodes"] as? [NSDictionary])
        #expect(opcodes.map { [$0["at"] as Any, $0["opcode"] as Any] as NSArray } == expected["opcodes"] as? [NSArray])

        let globals = try #require(tree["globals"] as? [Any])
        let names = globals.map { ($0 as? NSDictionary)?["value"] as? String ?? $0 as? String ?? "" }
        #expect(names == expected["globals"] as? [String])
        let dangerous = globals.compactMap { ($0 as? NSDictionary)?["value"] as? String }
        #expect(dangerous == expected["dangerous"] as? [String])
        #expect(json["warnings"] as? [String] ?? [] == dangerous.map { $0 + " can execute code" })
        #expect(tree["strings"] as? [String] == expected["strings"] as? [String])
    }

    @Test("golden bytes of vLLM")
    func golden() {
        let hello = Reading(Frame(bytes(hex: "83a6737461747573a548454c4c4fa56c6f63616cc3a8686561646c657373c2")))
        #expect(hello.format == .messagePack)
        #expect(hello.confidence == .likely)
        #expect(hello.reason == "a map that fills all 31 bytes")
        #expect(hello.summary() == #"{"status": "HELLO", "local": true, "headless": false}"#)
        #expect(
            hello.lines().map { "\($0.depth) \($0.text)" } == [
                "0 map of 3", #"1 "status": "HELLO""#, #"1 "local": true"#, #"1 "headless": false"#,
            ])
        let stats = Reading(Frame(bytes(hex: "9392930001cb3fd0000000000000930203cb3fe000000000000007c3")))
        #expect(stats.summary() == "[[[0, 1, 0.25], [2, 3, 0.5]], 7, true]")
        #expect(Reading(Frame(bytes(hex: "920301"))).summary() == "[3, 1]")
    }

    @Test("a pickle that would run a command says so first")
    func evil() throws {
        let reading = Reading(Frame(try Fixture.named("pickle-evil-5").bytes))
        #expect(
            reading.summary()
                == #"! posix.system can execute code; protocol 5, 15 opcodes, memo 6, calls 1; globals posix.system; strings "#
                + #""posix", "syste…"#)
        #expect(reading.lines().first?.text == "! posix.system can execute code")
        let plain = Reading(Frame(try Fixture.named("pickle-object-5").bytes))
        #expect(plain.warnings.isEmpty)
        #expect(plain.summary(columns: 200).contains("globals sglang.srt.managers.io_struct.BatchTokenIDOut"))
    }
}
