import Payload
import Testing

/// Which format is taken where several could be.
@Suite struct GuessTests {
    @Test(
        "short and ambiguous frames",
        arguments: [
            ([0x05], Format.integer), ([0x7F], .integer), ([0x80], .integer), ([0x90], .integer), ([0xC0], .integer),
            ([0x41], .text), ([0x20], .text), ([0x31, 0x32], .text), ([0x01, 0x00], .integer),
            (Array("deadbeef".utf8), .text), ([0, 0, 0, 0, 0, 0, 0, 9], .integer), ([0, 1, 2], .hex),
            (Array("N.".utf8), .text), (Array("READY".utf8), .text), (Array("true".utf8), .text),
            (Array("123".utf8), .text), (Array("{}".utf8), .json), (Array("{".utf8), .text),
            (Array("[1,2".utf8), .text), (Array("Hello (world).".utf8), .text), (Array("a.".utf8), .text),
            ([0x80, 0x05, 0x41], .hex), ([0x92, 0x01, 0x02], .messagePack), ([0x92, 0x01, 0x02, 0x03], .integer),
            ([0x93, 0x01, 0x02], .hex), ([0x05, 0x06, 0x07], .hex),
        ] as [([UInt8], Format)])
    func guesses(_ bytes: [UInt8], _ format: Format) {
        let reading = Reading(Frame(bytes))
        #expect(reading.format == format, "\(reading.reason)")
    }

    @Test func emptyFrame() {
        let reading = Reading(Frame([]))
        #expect(reading.format == .empty)
        #expect(reading.summary() == "(empty)")
        #expect(reading.lines().map(\.text) == ["(empty)"])
    }

    @Test("a sequence number is shown in both orders, the likely one first")
    func sequence() {
        let big = Reading(Frame([0, 0, 0, 0, 0, 0, 1, 0]))
        #expect(big.summary() == "256 big-endian, or 281474976710656 little-endian")
        #expect(Reading(Frame([1, 0])).summary() == "1 little-endian, or 256 big-endian")
        #expect(
            Reading(Frame([UInt8](repeating: 255, count: 8))).summary()
                == "18446744073709551615 big-endian (all bits set), or 18446744073709551615 little-endian (all bits set)"
        )
        let text = Reading.ranked(Frame(Array("deadbeef".utf8)))
        #expect(text.map(\.format) == [.text, .integer, .hex])
    }

    @Test("words mean something in their system alone")
    func words() {
        #expect(Reading(Frame(Array("ENGINE_CORE_DEAD".utf8))).format == .word)
        #expect(Reading(Frame(Array("READY".utf8)), system: .vllm).format == .word)
        #expect(Reading(Frame(Array("READY".utf8)), system: .sglang).format == .text)
    }

    @Test("the ranking is by sureness, and ends in hex")
    func ranking() throws {
        for fixture in Fixture.all {
            let ranked = Reading.ranked(Frame(fixture.bytes))
            #expect(ranked.first == Reading(Frame(fixture.bytes)))
            #expect(ranked.last?.format == .hex)
        }
    }

    @Test("a format that is told is used, and says where it fails")
    func told() {
        let text = Reading(Frame(Array("{}".utf8)), as: .text)
        #expect(text.format == .text)
        #expect(text.confidence == .told)
        #expect(text.summary() == #""{}""#)
        let json = Reading(Frame(Array(#"{"a": 1, "b": x}"#.utf8)), as: .json)
        #expect(json.problem == #"not json: at byte 14: no value begins with "x""#)
        #expect(json.summary() == #"{"a": 1…; not json: at byte 14: no value begins with "x""#)
        let number = Reading(Frame([5]), as: .messagePack)
        #expect(number.summary() == "5")
        let trailing = Reading(Frame([0x91, 5, 6, 7]), as: .messagePack)
        #expect(trailing.problem == "2 bytes follow behind its end")
        #expect(
            Reading(Frame([1, 2, 3]), as: .integer).problem
                == "not integer: at byte 0: a number has 1, 2, 4 or 8 bytes, not 3")
        let hex = Reading(Frame(Array("hello, world 1234".utf8)), as: .hex)
        #expect(
            hex.lines().map(\.text) == [
                "00000000  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 20 31 32 33  hello, world 123",
                "00000010  34                                                4",
            ])
    }

    @Test("ext types have the names of the system")
    func ext() throws {
        // [ext 1 of 4 bytes: a pickle of None], as vLLM sends it.
        let pickle = Frame(bytes(hex: "91 d6 01 80 04 4e 2e"))
        let vllm = Reading(pickle, system: .vllm)
        #expect(vllm.summary() == "[<ext 1: pickle, 4 bytes>]")
        #expect(vllm.lines().map(\.text).contains("pickle: map of 3  (protocol 4, 3 opcodes, memo 0, calls 0)"))
        // Whoever sent it, a pickle is recognised.
        #expect(Reading(pickle).summary() == "[<ext 1, 4 bytes>]")
        #expect(Reading(pickle).lines().map(\.text).contains { $0.hasPrefix("pickle: ") })
        // SGLang: length of the description, its type code, the raw bytes of an array.
        let array = Reading(Frame(bytes(hex: "91 c7 07 01 00000002 a1 71 09")), system: .sglang)
        #expect(array.summary() == "[<ext 1: array, 7 bytes>]")
        #expect(
            array.lines().map(\.text) == [
                "list of 1", "[0]: 0x00000002a17109  (ext 1: array)", #"msgpack: "q""#, "raw  (1 bytes)",
            ])
        // A warning comes through from inside.
        let evil = try Fixture.named("pickle-evil-4").bytes
        let wrapped = Reading(Frame([0x91, 0xC4, UInt8(evil.count)] + evil))
        #expect(wrapped.format == .messagePack)
        #expect(wrapped.summary().hasPrefix("! posix.system can execute code; "))
    }

    @Test(
        "what can execute code, and what only sounds so",
        arguments: [
            ("os", "system", true), ("posix", "system", true), ("nt", "system", true), ("subprocess", "Popen", true),
            ("builtins", "eval", true), ("builtins", "exec", true), ("builtins", "__import__", true),
            ("__builtin__", "getattr", true), ("importlib", "import_module", true), ("numpy", "os.system", true),
            ("torch.storage", "_load_from_bytes", true), ("cloudpickle.cloudpickle", "_make_function", true),
            ("operator", "attrgetter", true), ("functools", "partial", false), ("builtins", "set", false),
            ("collections", "OrderedDict", false), ("numpy.random._pickle", "__randomstate_ctor", false),
            ("sglang.srt.utils.trace", "Span", false), ("torch._utils", "_rebuild_tensor_v2", false),
            ("copyreg", "_reconstructor", false),
        ])
    func dangerous(_ module: String, _ name: String, _ isDangerous: Bool) {
        let global = [0x63] + Array(module.utf8) + [0x0A] + Array(name.utf8) + [0x0A]
        let reading = Reading(Frame([0x80, 0x02] + global + [0x2E]))
        #expect(reading.warnings == (isDangerous ? ["\(module).\(name) can execute code"] : []))
    }

    @Test("a key that was cut off is no key of another name")
    func cutKey() {
        let cut = Reading(Frame(bytes(hex: "82 a3 6b6579 01 a8 68656164"), size: 40))
        #expect(cut.summary() == #"{"key": 1, "head"…; cut off after 11 of 40 bytes"#)
        #expect(cut.json.contains(#""value":{"key":1,"head":{"remark":"the key is cut off after 4 of 8 bytes"}}"#))
        // Keys that are lists stand as entries of their own.
        #expect(
            Reading(Frame(bytes(hex: "82 a3 6b6579 01 91 02 c0"))).json.contains(
                #"{"key":"key","value":1},{"name":"key""#))
    }

    @Test("keys that are no texts")
    func keys() {
        #expect(Reading(Frame(bytes(hex: "82 01 a1 61 91 02 c0"))).summary() == #"{1: "a", key: [2], value: null}"#)
        #expect(
            Reading(Frame(bytes(hex: "82 a1 61 01 a1 61 02"))).json.contains(
                #""value":[{"key":"a","value":1},{"key":"a","value":2}]"#))
    }
}
