import Foundation
import Testing

/// A lesson as a person takes it: by keys, in a real terminal of 80x24.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LessonTests {
    /// What the pane says.
    struct Words: Sendable {
        var language: String
        var step: String
        var question: String
        var answered: String
        var waits: String
        var over: String
    }

    static let english = Words(
        language: "en", step: "step", question: "What does the source's zmq_send do", answered: "You were right",
        waits: "waiting for", over: "That was the lesson.")
    static let chinese = Words(
        language: "zh-Hans", step: "步骤", question: "source 的 zmq_send", answered: "你猜对了", waits: "等待",
        over: "本课结束")

    let workplace: Workplace
    let tmux: Tmux

    init() throws {
        workplace = try Workplace()
        tmux = try Tmux(workplace)
    }

    /// A small lesson of the test's own: the bundled ones may change.
    private func file() throws -> String {
        try workplace.file(
            "lesson.yaml",
            """
            name: taken
            lesson: { title: { en: "A pause", zh-Hans: "暂停" }, minutes: 1 }
            nodes:
              source:
                kind: source
                sockets: { out: { type: PUSH, bind: "tcp://127.0.0.1:*" } }
                behavior: { rate: 20/s }
              sink:
                kind: sink
                sockets: { in: { type: PULL, connect: source.out } }
            scenario:
              - text: { en: Messages flow., zh-Hans: 消息在流动。 }
                expect: socket(sink.in).received >= 3
              - text: { en: Pause the sink., zh-Hans: 暂停 sink。 }
                predict:
                  question: { en: "What does the source's zmq_send do?", zh-Hans: "source 的 zmq_send 会怎样？" }
                  choices:
                    - { en: It fails., zh-Hans: 返回错误。 }
                    - { en: It goes on., zh-Hans: 照常成功。 }
                  answer: 2
                do: pause sink
                hint: { en: "Select `sink`, press `p`.", zh-Hans: "选中 `sink`，按 `p`。" }
                expect:
                  - node(sink).state == paused
                  - rise(socket(source.out).sent) >= 10
                reveal: { en: It goes on., zh-Hans: 照常成功。 }
            """)
    }

    @Test(
        "a lesson is taken by keys: predicted, done, seen to hold, gone on, and over; it is kept, and nothing is left",
        arguments: [english, chinese])
    func taken(_ words: Words) throws {
        let file = try file()
        try tmux.start(columns: 80, rows: 24)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) lesson \(file) --lang \(words.language); echo status $?\n")
        // What it waits for has come about: the step is done.
        try tmux.screen("the first step, done") {
            $0.contains("\(words.step) 1/2") && $0.contains("socket(sink.in).received >= 3")
                && !$0.contains(words.waits)
        }
        try tmux.type("]", shows: "the question") { $0.contains("\(words.step) 2/2") && $0.contains(words.question) }
        try tmux.type("2", shows: "what it waits for") { $0.contains(words.waits) && $0.contains("node(sink).state") }
        // As a person would: with the arrows there and back, to the node; and pause.
        try tmux.key("Left")
        try tmux.key("Left")
        try tmux.screen("the node at the other end") { $0.contains(" source  x stop") }
        try tmux.key("Right")
        try tmux.key("Right")
        try tmux.screen("the node that is selected") { $0.contains(" sink  x stop") }
        try tmux.type("p", shows: "what came of it") { $0.contains(words.answered) && !$0.contains(words.waits) }
        try tmux.type("]", shows: "the end") { $0.contains(words.over) }
        try tmux.type("q", shows: "the shell again") { $0.contains("status 0") }
        #expect(try tmux.terminalState() == before)
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
        let kept = try String(contentsOfFile: workplace.folder + "/state/zmqtop/lessons.json", encoding: .utf8)
        #expect(kept.contains("\"taken\""))
    }

    @Test("R begins it anew, with a session of its own, and the shell is not seen in between")
    func again() throws {
        let file = try file()
        try tmux.start(columns: 80, rows: 24)
        try tmux.type("\(Workplace.zmqtop) lesson \(file)\n", shows: "the first step, done") {
            $0.contains("step 1/2") && !$0.contains("waiting for")
        }
        let session = workplace.session
        try tmux.type("]2", shows: "the second step") { $0.contains("step 2/2") && $0.contains("waiting for") }
        try tmux.type("R", shows: "the question") { $0.contains("anew?") }
        try tmux.type("y")
        var shells = 0
        try tmux.screen("the first step again, done") {
            shells += $0.contains("A pause") ? 0 : 1
            return $0.contains("step 1/2") && !$0.contains("waiting for")
        }
        #expect(shells == 0)
        try wait(patience, "a session of its own") { ![session, "none"].contains(workplace.session) }
        try tmux.type("q", shows: "the shell again") { !$0.contains("A pause") }
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test(
        "the bundled lesson on the queues begins by its number and by its name",
        arguments: ["6", "sent-is-not-delivered"])
    func bundled(_ name: String) throws {
        try tmux.start(columns: 80, rows: 24)
        try tmux.type("\(Workplace.zmqtop) lesson \(name)\n", shows: "the lesson") {
            $0.contains("lesson 6/") && $0.contains("Sent is not delivered")
        }
        try tmux.type("q")
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test("a lesson of the shelf taken to its end, though nothing was done, leads to the next one in the same terminal")
    func next() throws {
        try tmux.start(columns: 80, rows: 24)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) lesson 6; echo status $?\n")
        var last = ""
        try tmux.screen("the lesson") {
            last = $0
            return last.contains("step 1/")
        }
        for _ in 0..<100 where !last.contains("That was the lesson.") {
            let shown = last
            try tmux.type(shown.contains("look around first") ? "1" : "]")
            // A key that is pressed in vain (the step is not done: once) shows a sentence.
            try tmux.screen("what the key did") {
                last = $0
                return last != shown
            }
        }
        #expect(last.contains("That was the lesson."))
        try tmux.type("]")
        var shells = 0
        try tmux.screen("the next lesson") {
            shells += $0.contains("╭ lesson ") ? 0 : 1
            return $0.contains("lesson 7/") && $0.contains("step 1/")
        }
        #expect(shells == 0)
        let kept = try String(contentsOfFile: workplace.folder + "/state/zmqtop/lessons.json", encoding: .utf8)
        #expect(kept.contains("\"sent-is-not-delivered\""))
        try tmux.type("q", shows: "the shell again") { $0.contains("status 0") }
        #expect(try tmux.terminalState() == before)
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test("without a terminal one sentence tells what works without one")
    func noTerminal() throws {
        let none = try run(workplace, ["lesson", "6"])
        #expect(none.status == 2 && none.out.isEmpty)
        #expect(none.err.split(separator: "\n").count == 1)
        #expect(none.err.contains("zmqtop lesson 6 --print") && none.err.contains("zmqtop test"))
        let slip = try run(workplace, ["lesson", "66"])
        #expect(slip.status == 2 && slip.err.contains("6 sent-is-not-delivered"))
        #expect(workplace.leftovers == [])
    }
}
