import Payload
import Testing

/// Frames are named as the program at the socket sees them.
@Suite struct EnvelopeTests {
    /// A frame from text; `hex:` for bytes.
    private func frames(_ texts: [String]) -> [Frame] {
        texts.map { Frame($0.hasPrefix("hex:") ? bytes(hex: String($0.dropFirst(4))) : Array($0.utf8)) }
    }

    private func roles(_ type: String, _ way: Way, _ texts: [String], _ system: System = .unknown) -> [String] {
        Envelope.parts(frames(texts), socketType: type, way: way, system: system)
            .map { $0.role.rawValue + ($0.meaning.map { "=" + $0 } ?? "") }
    }

    @Test func routers() {
        #expect(roles("ROUTER", .received, ["client-1", "hello"]) == ["identity", "payload"])
        #expect(roles("ROUTER", .received, ["client-1", "", "hello"]) == ["identity", "delimiter", "payload"])
        #expect(roles("ROUTER", .sent, ["client-1", ""]) == ["identity", "payload"])
        #expect(
            roles("ROUTER", .received, ["proxy", "hex:0012345678", "", "hello"])
                == ["identity", "identity", "delimiter", "payload"])
        #expect(
            roles("ROUTER", .received, ["client-1", "part", "", "hello"])
                == ["identity", "payload", "payload", "payload"])
        #expect(roles("ROUTER", .received, ["client-1"]) == ["identity"])
        #expect(roles("DEALER", .sent, ["", "hello"]) == ["delimiter", "payload"])
        #expect(roles("DEALER", .sent, [""]) == ["payload"])
        #expect(
            roles("STREAM", .received, ["hex:0000000001", ""]) == ["identity", "payload=connected or disconnected"])
    }

    @Test func plain() {
        for type in ["REQ", "REP", "PUSH", "PULL", "PAIR"] {
            #expect(roles(type, .sent, ["hello"]) == ["payload"])
        }
        #expect(roles("REP", .received, ["", "x"]) == ["payload", "payload"])
    }

    @Test func publishing() {
        #expect(roles("SUB", .received, ["weather", "rain"]) == ["topic", "payload"])
        #expect(roles("SUB", .received, ["weather rain"]) == ["payload"])
        #expect(roles("XPUB", .received, ["hex:01 6162"]) == ["subscribe"])
        #expect(roles("XPUB", .received, ["hex:00 6162"]) == ["unsubscribe"])
        #expect(roles("XSUB", .sent, ["hex:01"]) == ["subscribe=everything"])
        #expect(roles("XSUB", .received, ["hex:01"]) == ["payload"])
        #expect(roles("XPUB", .received, ["data"]) == ["payload"])
    }

    @Test func vllm() {
        let request = ["hex:0100", "hex:00", "hex:920301", "raw"]
        #expect(roles("ROUTER", .sent, request, .vllm) == ["identity", "type=ADD", "payload", "buffer"])
        #expect(roles("ROUTER", .sent, request) == ["identity", "type=vLLM: ADD", "payload", "buffer"])
        #expect(roles("ROUTER", .sent, request, .sglang) == ["identity", "payload", "payload", "payload"])
        #expect(roles("DEALER", .received, ["hex:01", "hex:91a161"], .vllm) == ["type=ABORT", "payload"])
        #expect(roles("DEALER", .received, ["hex:03", "hex:9400"], .vllm) == ["type=UTILITY", "payload"])
        #expect(roles("DEALER", .received, ["hex:09", "hex:9400"], .vllm) == ["payload", "payload"])
        #expect(roles("XSUB", .received, ["hex:02", "hex:920301"], .vllm) == ["type=START_DP_WAVE", "payload"])
        #expect(
            roles("SUB", .received, ["kv@0", "hex:000000000000002a", "hex:93cb3ff00000000000009000"])
                == ["topic", "sequence", "payload"])
        #expect(
            roles("ROUTER", .sent, ["hex:0012345678", "", "hex:ffffffffffffffff", ""])
                == ["identity", "delimiter", "sequence=the replay ends", "payload"])
        #expect(roles("PULL", .received, ["hex:9400909000", "raw"]) == ["payload", "buffer"])
    }

    @Test func jupyter() {
        let message = ["kernel", "<IDS|MSG>", "0a1b", "{}", "{}", "{}", #"{"code":"1"}"#, "hex:0001"]
        let rest = ["marker", "signature", "header", "parent", "metadata", "content", "buffer"]
        #expect(roles("ROUTER", .received, message) == ["identity"] + rest)
        #expect(roles("PUB", .sent, message) == ["topic"] + rest)
    }

    @Test("frames that were not kept count")
    func partly() {
        let parts = Envelope.parts(frames(["hex:0012345678", ""]), count: 20, socketType: "ROUTER", way: .received)
        #expect(parts.count == 2)
        #expect(Envelope.parts([], count: 3, socketType: "ROUTER", way: .sent).isEmpty)
    }

    @Test func identities() {
        #expect(Identity.text(Frame(Array("engine-1".utf8))) == "engine-1")
        #expect(Identity.text(Frame([1, 0])) == "0x0100")
        #expect(Identity.text(Frame([0, 0])) == "0x0000")
        #expect(Identity.text(Frame([0, 0x12, 0x34, 0x56, 0x78])) == "#12345678")
        #expect(Identity.text(Frame([0x1B, 0x5B])) == "0x1b5b")
        // What looks like one of the other forms is not taken for it.
        #expect(Identity.text(Frame(Array("#12345678".utf8))) == "0x233132333435363738")
        #expect(Identity.text(Frame(Array("0x0100".utf8))) == "0x307830313030")
    }
}
