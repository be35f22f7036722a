import RunDirectory
import Testing

@Suite struct MessageTemplateTests {
    private func filled(_ texts: [String], ordinal: Int = 7) -> [String] {
        MessageTemplate(texts.map { Array($0.utf8) })
            .frames(ordinal: ordinal, now: 1_795_448_055.25, random: { Array(0..<16) })
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func variablesAreFilledIn() {
        #expect(
            filled(["{\"id\": {n}, \"u\": \"{uuid}\"}", "{now}{n}", ""])
                == [
                    "{\"id\": 7, \"u\": \"00010203-0405-4607-8809-0a0b0c0d0e0f\"}", "1795448055.2500007", "",
                ])
    }

    @Test func whatIsNoVariableStays() {
        let texts = ["{x}", "{n", "n}", "{{n}}", "{{n}", "{ n }", "plain", "a{{uuid}}b{n}"]
        #expect(filled(texts) == ["{x}", "{n", "n}", "{n}", "{7", "{ n }", "plain", "a{uuid}b7"])
        #expect(MessageTemplate([Array("{x}".utf8)]).isPlain)
        #expect(!MessageTemplate([Array("{n}".utf8)]).isPlain)
        #expect(!MessageTemplate([Array("{{n}}".utf8)]).isPlain)
    }

    @Test(arguments: ["", "{n}", "x{now}{uuid}y", "{{n}}", "{{{n}}}", "{n", "{}"])
    func whatIsMadeLiteralComesBack(_ text: String) {
        #expect(filled([String(decoding: MessageTemplate.literal(Array(text.utf8)), as: UTF8.self)]) == [text])
    }
}
