import RunDirectory
import Testing

@testable import Dashboard

@Suite struct DraftTests {
    private func draft(_ change: (inout Draft) -> Void = { _ in }) -> Draft {
        var draft = Draft()
        draft.target = "scheduler.frontend"
        draft.frames = "hello"
        change(&draft)
        return draft
    }

    @Test func framesAreLinesTextOrBytes() throws {
        let injection = try draft {
            $0.frames = "{\"a\": 1}\n\nhex:00 fF:10\nhex:\nwörld"
            $0.identity = "hex:01"
            $0.count = "3"
            $0.rate = "2.5/s"
            $0.reply = "500ms"
            $0.type = "REQ"
        }.injection()
        #expect(
            injection
                == Injection(
                    target: "scheduler.frontend", type: "REQ",
                    frames: [Array("{\"a\": 1}".utf8), [], [0, 255, 16], [], Array("wörld".utf8)], identity: [1],
                    count: 3, rate: 2.5, reply: 0.5))
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let injection = try draft { $0.reply = "" }.injection()
        #expect(
            injection == Injection(target: "scheduler.frontend", frames: [Array("hello".utf8)], count: 1, reply: nil))
    }

    @Test(arguments: [
        ("target", "", "No target"), ("frames", "a\nhex:0g", "Frame 2: 'g' is no hexadecimal digit."),
        ("frames", "hex:012", "Frame 1: hexadecimal digits come in pairs"), ("count", "0", "Count is '0'"),
        ("count", "x", "Count is 'x'"), ("rate", "fast", "Rate is 'fast'"), ("rate", "-1", "Rate is '-1'"),
        ("reply", "soon", "Wait is 'soon'"), ("identity", "hex:00", "begins with a zero byte"),
        ("identity", String(repeating: "x", count: 256), "256 bytes; ZeroMQ allows 255"),
    ])
    func whatCannotBeSentIsSaid(_ field: String, _ text: String, _ sentence: String) {
        let draft = draft {
            switch field {
            case "target": $0.target = text
            case "frames": $0.frames = text
            case "count": $0.count = text
            case "rate": $0.rate = text
            case "reply": $0.reply = text
            default: $0.identity = text
            }
        }
        #expect {
            try draft.injection()
        } throws: {
            ($0 as? Draft.Problem)?.text.contains(sentence) == true
        }
    }

    @Test func bytesAreShownAsTextOrHexadecimal() {
        #expect(FrameText.describe([]) == "(empty)")
        #expect(FrameText.describe(Array("a\nb\t".utf8)) == "a\\nb\\t")
        #expect(FrameText.describe([0x1b, 0x5b, 0x32, 0x4a]) == "hex:1b5b324a")
        #expect(FrameText.describe([0xff, 0x00]) == "hex:ff00")
    }
}

@Suite struct TextEditorTests {
    @Test func typingAndDeleting() {
        var editor = TextEditor("ac")
        editor.moveLeft()
        editor.insert("b")
        #expect(editor.text == "abc")
        #expect(editor.cursor == 2)
        editor.deleteBackward()
        editor.deleteForward()
        #expect(editor.text == "a")
        editor.insert(" word next")
        editor.deleteWord()
        #expect(editor.text == "a word ")
        editor.deleteToLineStart()
        #expect(editor.text == "")
        editor.deleteBackward()
        editor.deleteForward()
        editor.deleteWord()
        #expect(editor.cursor == 0)
    }

    @Test func linesAndTheCursorInThem() {
        var editor = TextEditor("one\ntwo\n", isMultiline: true)
        #expect(editor.lines == ["one", "two", ""])
        #expect(editor.line == 2)
        #expect(editor.moveUp())
        editor.moveToLineEnd()
        #expect((editor.line, editor.column) == (1, 3))
        #expect(editor.moveUp())
        #expect((editor.line, editor.column) == (0, 3))
        #expect(!editor.moveUp())
        #expect(editor.moveDown())
        #expect(editor.moveDown())
        #expect(!editor.moveDown())
    }

    @Test func controlCharactersAreNotTaken() {
        var editor = TextEditor()
        editor.insert("a\u{1b}[2Jb\nc\td\u{9b}")
        #expect(editor.text == "a[2Jb c d")
        var lines = TextEditor(isMultiline: true)
        lines.insert("a\r\nb\rc")
        #expect(lines.lines == ["a", "b", "c"])
    }

    @Test func pastedTextIsBounded() {
        var editor = TextEditor()
        editor.insert(String(repeating: "x", count: TextEditor.limit + 10))
        #expect(editor.text.count == TextEditor.limit)
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
