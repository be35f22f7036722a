import RunDirectory
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct DraftTests {
    private func draft(_ change: (inout Draft) -> Void = { _ in }) -> Draft {
        var draft = Draft()
        draft.target = "scheduler.frontend"
        draft.frames = ["hello"]
        change(&draft)
        return draft
    }

    @Test func framesAreLinesTextOrBytes() throws {
        let injection = try draft {
            $0.frames = ["{\"a\": 1}", "", "hex:00 fF:10", "hex:", "wörld"]
            $0.identity = "hex:01"
            $0.count = "3"
            $0.rate = "2.5/s"
            $0.reply = "500ms"
            $0.type = "REQ"
        }.order().injection
        #expect(
            injection
                == Injection(
                    target: "scheduler.frontend", type: "REQ",
                    frames: [Array("{\"a\": 1}".utf8), [], [0, 255, 16], [], Array("wörld".utf8)], identity: [1],
                    count: 3, rate: 2.5, reply: 0.5))
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let injection = try draft { $0.reply = "" }.order().injection
        #expect(
            injection == Injection(target: "scheduler.frontend", frames: [Array("hello".utf8)], count: 1, reply: nil))
    }

    @Test(arguments: [
        ("target", "", "No target"), ("frames", "a\nhex:0g", "Frame 2: 'g' is no hexadecimal digit."),
        ("frames", "hex:012", "Frame 1: hexadecimal digits come in pairs"), ("count", "0", "Count is '0'"),
        ("count", "x", "Count is 'x'"), ("burst", "0", "Burst is '0'"), ("frames", "@", "wants the path"),
        ("rate", "fast", "Rate is 'fast'"), ("rate", "-1", "Rate is '-1'"),
        ("reply", "soon", "Wait is 'soon'"), ("identity", "hex:00", "begins with a zero byte"),
        ("identity", String(repeating: "x", count: 256), "256 bytes; ZeroMQ allows 255"),
    ])
    func whatCannotBeSentIsSaid(_ field: String, _ text: String, _ sentence: String) {
        let draft = draft {
            switch field {
            case "target": $0.target = text
            case "frames": $0.frames = text.split(separator: "\n").map(String.init)
            case "count": $0.count = text
            case "rate": $0.rate = text
            case "burst": $0.burst = text
            case "reply": $0.reply = text
            default: $0.identity = text
            }
        }
        #expect {
            try draft.order()
        } throws: {
            ($0 as? Draft.Problem)?.text.contains(sentence) == true
        }
    }

    @Test func variablesFilesAndSenders() throws {
        let order = try draft {
            $0.frames = ["{\"id\": {n}}", "@/tmp/x", "@@home"]
            $0.count = "100"
            $0.burst = "10"
        }.order()
        #expect(order.injection.isTemplate)
        #expect(order.injection.burst == 10)
        #expect(order.files == [1: "/tmp/x"])
        #expect(order.injection.frames[2] == Array("@home".utf8))
        #expect(try draft { $0.from = "client-1.requests" }.order().from == "client-1.requests")
        #expect {
            try draft {
                $0.from = "client-1.requests"
                $0.count = "2"
            }.order()
        } throws: {
            ($0 as? Draft.Problem)?.text.contains("one message is sent") == true
        }
    }

    /// Whatever a message holds, editing and sending it gives the same bytes.
    @Test(arguments: ["{n}", "@/etc/passwd", "hex:00", "{{n}}", "plain {uuid}", "{\"a\": {now}}"])
    func whatAMessageHoldsIsNoTemplate(_ text: String) throws {
        let order = try draft { $0.frames = [FrameText.typed(Array(text.utf8)), "hex:7b6e7d"] }.order()
        #expect(order.files.isEmpty)
        let frames =
            order.injection.isTemplate
            ? MessageTemplate(order.injection.frames).frames(ordinal: 1, now: 0, random: { [] })
            : order.injection.frames
        #expect(frames == [Array(text.utf8), Array("{n}".utf8)])
    }

    @Test func jsonIsCheckedAsItIsTyped() {
        for good in ["{\"a\": [1, 2]}", "[]", "no json", "{\"id\": {n}, \"at\": {now}}"] {
            #expect(Canvas.jsonProblem(good) == nil, "\(good)")
        }
        for bad in ["{\"a\": }", "[1,", "{x}"] { #expect(Canvas.jsonProblem(bad) != nil, "\(bad)") }
    }

    @Test func bytesAreShownAsTextOrHexadecimal() {
        #expect(FrameText.describe([]) == "(empty)")
        #expect(FrameText.describe(Array("a\nb\t".utf8)) == "a\\nb\\t")
        #expect(FrameText.describe([0x1b, 0x5b, 0x32, 0x4a]) == "hex:1b5b324a")
        #expect(FrameText.describe([0xff, 0x00]) == "hex:ff00")
    }
}

@Suite struct FrameInputsTests {
    private func frames(_ text: String) -> FrameInputs {
        var frames = FrameInputs()
        frames.paste(text)
        return frames
    }

    @Test func linesArePastedAsFrames() {
        #expect(frames("one\r\ntwo\n\nthree").inputs.map(\.text) == ["one", "two", "", "three"])
    }

    @Test func enterSplitsAndBackspaceJoins() {
        var frames = frames("onetwo")
        for _ in 0..<3 { frames.press(Key(.left)) }
        frames.press(Key(.enter))
        #expect(frames.inputs.map(\.text) == ["one", "two"])
        #expect(frames.current == 1)
        #expect(frames.inputs[1].cursor == 0)
        frames.press(Key(.backspace))
        #expect(frames.inputs.map(\.text) == ["onetwo"])
        #expect(frames.inputs[0].cursor == 3)
        frames.press(Key(.backspace))
        #expect(frames.inputs.map(\.text) == ["ontwo"])
    }

    @Test func theCursorStaysInside() {
        var frames = frames("a\nb")
        for code in [Key.Code.up, .up, .backspace, .down, .down, .down, .end, .delete] { frames.press(Key(code)) }
        #expect(frames.inputs.map(\.text) == ["", "b"])
        #expect(frames.current == 1)
        frames.paste(String(repeating: "\n", count: 3000))
        #expect(frames.inputs.count == FrameInputs.limit)
    }
}

@Suite struct FilterTests {
    @Test func containsInAnyCaseAndInverts() {
        #expect(Filter("ENG").shows(["engine-1", "running"]))
        #expect(!Filter("!eng").shows(["engine-1", "running"]))
        #expect(Filter("!eng").shows(["client-1"]))
        #expect(Filter("").shows([]))
        #expect(Filter("!").shows(["anything"]))
        #expect(!Filter("!").isActive)
    }
}
