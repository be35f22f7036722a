import RunDirectory
import Testing

@Suite struct WordsTests {
    private func read(_ line: String) throws(WordsError) -> SessionCommand {
        try SessionCommand(words: line.split(separator: " ").map(String.init))
    }

    @Test("each verb, and the arrow between blanks")
    func verbs() throws {
        #expect(try read("kill engine-1") == .node(.kill, node: "engine-1"))
        #expect(try read("cut a.x->b.y") == .fault(.cut, target: "a.x->b.y"))
        #expect(try read("partition a.x -> b.y") == .fault(.partition, target: "a.x->b.y"))
        #expect(try read("loss a.x-> b.y 30%") == .fault(.loss(0.3), target: "a.x->b.y"))
        #expect(try read("bandwidth a.x ->b.y 64KiB/s") == .fault(.bandwidth(65536), target: "a.x->b.y"))
        #expect(try read("slow sink 10ms") == .fault(.slow(0.01), target: "sink"))
        #expect(try read("drop a.x 3") == .fault(.drop(every: 3), target: "a.x"))
        #expect(try read("duplicate a.x 1") == .fault(.duplicate(every: 1), target: "a.x"))
        #expect(try read("corrupt a.x 2") == .fault(.corrupt(every: 2), target: "a.x"))
        #expect(try read("heal *") == .heal(target: "*"))
    }

    @Test("what they look like is what is read again")
    func text() throws {
        let faults: [Fault] = [
            .cut, .partition, .loss(0.3), .loss(0.005), .bandwidth(65536), .bandwidth(100), .slow(0.01), .slow(2.5),
            .drop(every: 3), .duplicate(every: 1), .corrupt(every: 7),
        ]
        for fault in faults {
            var words = "\(fault)".split(separator: " ").map(String.init)
            words.insert("a.x", at: 1)
            #expect(try SessionCommand(words: words) == .fault(fault, target: "a.x"))
        }
    }

    @Test(
        "mistakes name what was expected",
        arguments: [
            ("", "a verb is missing"), ("kil engine-1", "did you mean kill?"), ("paint it", "there are stop, start"),
            ("kill", "kill wants a target"), ("kill a b", "“b” is one word too many"), ("cut a.x->b.y 3", "no value"),
            ("loss a.x", "loss wants a value"), ("loss a.x 0%", "not “0%”"), ("loss a.x 101%", "not “101%”"),
            ("loss a.x 3", "a percentage"), ("loss a.x nan%", "a percentage"), ("slow a 10", "a time"),
            ("slow a 61s", "a time"), ("bandwidth l 5", "bytes per second"), ("bandwidth l 0B/s", "bytes per second"),
            ("drop a.x 0", "a whole number"), ("drop a.x 1.5", "a whole number"), ("drop a.x 3 4", "one word too many"),
        ])
    func mistakes(line: String, sentence: String) throws {
        let error = #expect(throws: WordsError.self) { try read(line) }
        #expect(error?.description.contains(sentence) ?? false, "\(error?.description ?? "")")
    }
}
