import Foundation
import Payload
import Testing

/// Whatever comes: bounded work, clear display, no trap.
@Suite(.timeLimit(.minutes(10))) struct HostileTests {
    private static let payloads: [(String, [UInt8])] = [
        ("colours", Array("\u{1B}[31mred\u{1B}[0m text, and quite a bit of it".utf8)),
        ("title", Array("\u{1B}]0;owned\u{07} some more words so that it is text".utf8)),
        ("C1", Array("words and \u{9B}31m and \u{85} more of them, enough".utf8)),
        ("raw C1", [0x9B, 0x33, 0x31, 0x6D] + Array("words that follow it, many of them".utf8)),
        ("bidi", Array("abc\u{202E}txt.exe\u{2066}x\u{2069} and \u{200F} \u{061C}".utf8)),
        ("zero width", Array("a\u{200B}b\u{FEFF}c\u{2060}d\u{00AD}e\u{E0041}f\u{3164}g\u{FE0F}".utf8)),
        ("lines", Array("a\u{2028}b\u{2029}c\rd\u{0B}e\u{0C}f".utf8)),
        ("zalgo", Array(("z" + String(repeating: "\u{0301}\u{0323}", count: 200)).utf8)),
        ("not UTF-8", [0xFF, 0xFE, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF8, 0x88, 0x80, 0x80, 0x80]),
        ("private", Array("\u{E000}\u{F8FF}\u{10FFFF}\u{FFFE}".utf8)),
        ("backslash", Array(#"\x1b[31m is not an escape"#.utf8)),
    ]

    @Test("nothing that steers a terminal comes through, in any format", arguments: payloads.map(\.0))
    func harmless(_ name: String) throws {
        let payload = try #require(Self.payloads.first { $0.0 == name }?.1)
        var frames = [payload, [0x81, 0xA1, 0x61, 0xC4, UInt8(min(payload.count, 255))] + payload.prefix(255)]
        // As value and key of a map, in a string of a pickle, as a global's name, in a field.
        let short = payload.prefix(200)
        frames.append([0x81, 0xD9, UInt8(short.count)] + short + [0xD9, UInt8(short.count)] + short)
        frames.append([0x80, 4, 0x8C, UInt8(short.count)] + short + [0x94, 0x68, 0, 0x93, 0x2E])
        frames.append([UInt8(ascii: "c")] + short + [0x0A] + short + [0x0A, UInt8(ascii: "q"), 0, 0x2E])
        frames.append([0x0A, UInt8(min(short.count, 127))] + short.prefix(127))
        frames.append(Array(#"{"k":""#.utf8) + payload.filter { $0 >= 0x20 && $0 != 0x5C } + Array(#""}"#.utf8))
        frames.append(Array(#"{"\u001b[31m\u202e\u0000\ud800":"\u009b\u0007"}"#.utf8))
        for bytes in frames {
            for format in [nil] + Format.allCases.map(Optional.some) {
                let reading = Reading(Frame(bytes), as: format)
                checkBounds(reading)
                checkBounds(reading, columns: 7)
            }
            #expect(isHarmless(Identity.text(Frame(bytes))))
        }
    }

    @Test("escapes are exact")
    func escapes() {
        #expect(
            Reading(Frame(Array("a\u{1B}[1m\n\t\\\"\u{7F}\u{202E}ü世".utf8))).summary()
                == #""a\x1b[1m\n\t\\\"\x7f\u{202e}ü世""#)
        #expect(Reading(Frame([0x61, 0xFF]), as: .text).summary() == #""a\xff""#)
        #expect(Visible.text(Array("世界世界".utf8), columns: 6) == "世界…")
        #expect(Visible.text(Array("abcdef".utf8), columns: 6) == "abcdef")
        #expect(Visible.text(Array("abcdefg".utf8), columns: 6) == "abcde…")
        #expect(Visible.text(Array("e\u{301}".utf8)) == "e\u{301}")
        #expect(Visible.text(Array("e\u{301}\u{301}\u{301}\u{301}".utf8)) == "e\u{301}\u{301}\u{301}\\u{301}")
    }

    /// 10,000 levels, closed and not.
    private static func nested(_ kind: String, closed: Bool) -> [UInt8] {
        let depth = 10_000
        switch kind {
        case "msgpack": return [UInt8](repeating: 0x91, count: depth) + (closed ? [0x01] : [])
        case "msgpack maps": return (0..<depth).flatMap { _ in [0x81, 0x01] as [UInt8] } + (closed ? [0x01] : [])
        case "msgpack keys":
            return [UInt8](repeating: 0x81, count: depth)
                + (closed ? [0x01] + [UInt8](repeating: 0x02, count: depth) : [])
        case "json":
            return [UInt8](repeating: UInt8(ascii: "["), count: depth)
                + (closed ? [UInt8](repeating: UInt8(ascii: "]"), count: depth) : [])
        case "json objects":
            return Array(String(repeating: #"{"a":"#, count: depth).utf8)
                + (closed ? Array(("1" + String(repeating: "}", count: depth)).utf8) : [])
        case "pickle":
            return [0x80, 4] + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
                + (closed ? [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1) + [UInt8(ascii: ".")] : [])
        case "pickle marks": return [0x80, 4] + [UInt8](repeating: UInt8(ascii: "("), count: depth)
        case "protobuf groups":
            return [UInt8](repeating: 0x0B, count: depth) + (closed ? [UInt8](repeating: 0x0C, count: depth) : [])
        case "ext":
            return (0..<20).reduce([0x01]) { inner, _ in [0xC9] + length(inner.count, 4) + [4] + inner }
        default:
            // Messages in messages: each adds its tag and length.
            var bytes: [UInt8] = [0x08, 0x01]
            for _ in 0..<(closed ? depth : depth - 1) {
                var length: [UInt8] = []
                var rest = bytes.count
                repeat {
                    length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
                    rest >>= 7
                } while rest > 0
                bytes.insert(contentsOf: [0x0A] + length, at: 0)
            }
            return bytes
        }
    }

    private static func length(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    @Test(
        "10,000 levels deep",
        arguments: [
            "msgpack", "msgpack maps", "msgpack keys", "json", "json objects", "pickle", "pickle marks",
            "protobuf groups",
            "protobuf", "ext",
        ], [true, false])
    func deep(_ kind: String, closed: Bool) {
        let bytes = Self.nested(kind, closed: closed)
        for frame in [Frame(bytes), Frame(bytes, size: bytes.count * 3), Frame(bytes, size: 1 << 30)] {
            for format in [nil] + Format.allCases.map(Optional.some) {
                checkBounds(Reading(frame, as: format, system: .sglang))
            }
        }
        if closed, kind == "msgpack" || kind == "json" || kind == "json objects" {
            let reading = Reading(Frame(bytes))
            #expect(reading.format == (kind == "msgpack" ? .messagePack : .json))
            #expect(reading.omitted >= 9_900)
            #expect(reading.items.last?.remark == "deeper levels are not shown")
        }
    }

    @Test(
        "lengths that lie are found out",
        arguments: [
            ("dd ffffffff 01", Format.messagePack, "a list says 4294967295 entries where 1 bytes follow"),
            ("df ffffffff 01 02", .messagePack, "a map says 4294967295 entries where 2 bytes follow"),
            ("91 db 40000000 61", .messagePack, "says 1073741824 bytes where 1 follow"),
            ("91 c6 ffffffff 61", .messagePack, "says 4294967295 bytes where 1 follow"),
            ("91 c9 ffffffff 01 61", .messagePack, "says 4294967295 bytes where 1 follow"),
            ("80 05 8d ffffffffffffffff 61", .pickle, "says 18446744073709551615 bytes where 1 follow"),
            ("80 05 58 ffffff7f 61", .pickle, "says 2147483647 bytes where 1 follow"),
            ("80 05 8b ffffffff 61", .pickle, "says 4294967295 bytes where 1 follow"),
            ("0a ffffffffffffffffff01 61", .protobuf, "says 18446744073709551615 bytes where 1 follow"),
            ("08 ffffffffffffffffffff01", .protobuf, "a number of more than 64 bits"),
        ])
    func lies(_ hex: String, _ format: Format, _ problem: String) {
        let reading = Reading(Frame(bytes(hex: hex)), as: format)
        #expect(reading.problem?.hasSuffix(problem) == true, "\(reading.problem ?? "none")")
        checkBounds(reading)
        // The same at the start of a frame that really is of this size, or says so.
        for size in [1 << 30, 1 << 40, Int.max] {
            checkBounds(Reading(Frame(bytes(hex: hex), size: size), as: format))
            checkBounds(Reading(Frame(bytes(hex: hex), size: size)))
        }
    }

    @Test("a frame of 1 GiB of which little was kept")
    func gigabyte() {
        let text = Reading(
            Frame([0xDB, 0x3F, 0xFF, 0xFF, 0xFB] + Array("hello".utf8), size: 1 << 30), as: .messagePack)
        #expect(text.summary() == #""hello"…; cut off after 10 of 1073741824 bytes"#)
        #expect(text.problem == nil)
        let list = Reading(Frame([0xDD, 0x20, 0, 0, 0, 1, 2, 3], size: 1 << 30))
        #expect(list.format == .messagePack)
        #expect(list.summary() == "[1, 2, 3…; cut off after 8 of 1073741824 bytes")
    }

    @Test("the limits hold, and say what they left out")
    func limits() {
        let many = Reading(Frame([0xDD, 0, 1, 0, 0] + [UInt8](repeating: 7, count: 65536)))
        #expect(many.items.count == 10_000)
        #expect(many.omitted == 65537 - 10_000)
        #expect(many.lines(limit: 20).count == 20)
        #expect(many.lines(limit: 20).last?.text == "… 65518 more are not shown")
        let few = Reading(Frame([0x93, 1, 2, 3]), limits: Limits(depth: 1, items: 1))
        #expect(few.items.count == 1)
        #expect(few.omitted == 3)
        #expect(
            Reading(Frame(Array("a\nb\nc\n".utf8))).lines(limit: 3).map(\.text) == ["a", "b", "… 1 more are not shown"])
    }

    @Test("below the deepest level that is shown all is still read")
    func hidden() {
        let deep = [UInt8](repeating: 0x92, count: 99) + bytes(hex: "94 a3 616263 c4 02 0102 d4 05 07 81 01 02")
        let reading = Reading(Frame(deep + (0..<99).flatMap { _ in [0xA2, 0x78, 0x79] as [UInt8] }))
        #expect(reading.format == .messagePack)
        #expect(reading.problem == nil)
        #expect(reading.reason.hasPrefix("a list that fills all"))
        #expect(reading.items.count + reading.omitted == 1 + 98 + 99 + 1 + 5 + 1)
        let cut = Reading(Frame(deep, size: 1000), as: .messagePack)
        #expect(cut.problem == nil)
    }

    @Test("every prefix of every fixture, as cut off and as all there is", arguments: Fixture.all)
    func prefixes(_ fixture: Fixture) throws {
        let step = max(1, fixture.bytes.count / 100)
        let format = Format(rawValue: try #require(try fixture.expectation()["format"] as? String))
        for length in stride(from: 0, to: fixture.bytes.count, by: step) {
            let prefix = Array(fixture.bytes[..<length])
            let cut = Reading(Frame(prefix, size: fixture.bytes.count), as: format)
            #expect(cut.problem == nil || length == 0 || format == .word, "\(length): \(cut.problem ?? "")")
            #expect(cut.lines().last?.text.contains("cut off after \(length) of \(fixture.bytes.count) bytes") == true)
            #expect(cut.summary(columns: 200).hasSuffix("cut off after \(length) of \(fixture.bytes.count) bytes"))
            checkBounds(cut)
            for frame in [Frame(prefix, size: fixture.bytes.count), Frame(prefix)] {
                checkBounds(Reading(frame, system: .vllm), columns: 40)
            }
        }
    }

    @Test("mutations", arguments: Fixture.all)
    func mutations(_ fixture: Fixture) {
        var dice = Dice(state: UInt64(fixture.bytes.count) &* 7919)
        for _ in 0..<40 {
            var bytes = fixture.bytes
            for _ in 0..<Int.random(in: 1...4, using: &dice) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
                case 2: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: at)
                }
            }
            let size = Bool.random(using: &dice) ? bytes.count : bytes.count + Int.random(in: 0...100_000, using: &dice)
            let format = Format.allCases.randomElement(using: &dice)
            let system = System.allCases.randomElement(using: &dice) ?? .unknown
            checkBounds(Reading(Frame(bytes, size: size), as: format, system: system))
            for reading in Reading.ranked(Frame(bytes, size: size), system: system) { checkBounds(reading) }
        }
    }

    @Test("large frames take time in proportion")
    func large() {
        let size = 1 << 20
        for (name, bytes) in [
            ("zeros", [UInt8](repeating: 0, count: size)),
            ("brackets", [UInt8](repeating: UInt8(ascii: "["), count: size)),
            ("lists", [UInt8](repeating: 0x91, count: size)), ("tags", [UInt8](repeating: 0x0A, count: size)),
            ("marks", [UInt8](repeating: UInt8(ascii: "("), count: size)),
            ("globals", Array(String(repeating: "cos\nsystem\n", count: size / 11).utf8)),
            ("accents", Array(String(repeating: "\u{301}", count: size / 2).utf8)),
        ] {
            let clock = ContinuousClock()
            let time = clock.measure {
                for reading in Reading.ranked(Frame(bytes)) {
                    _ = reading.summary()
                    _ = reading.lines()
                    _ = reading.json.utf8.count
                }
            }
            // Milliseconds when built for release; what is not linear takes minutes.
            #expect(time < .seconds(60), "\(name): \(time)")
        }
    }
}
