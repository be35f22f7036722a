import RunDirectory
import Scenarios
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct LessonTests {
    /// Four steps: told; asked and done; done alone; told.
    static func plan(_ language: Language = .english) throws -> LessonPlan {
        func text(_ english: String, _ chinese: String) -> LocalizedText {
            LocalizedText(english, [.simplifiedChinese: chinese])
        }
        func expectation(_ condition: String) throws -> Scenarios.Expectation {
            Scenarios.Expectation(text: condition, condition: try Condition(parsing: condition))
        }
        let steps = [
            Step(
                text: text(
                    """
                    A `DEALER` may send as often as it likes: it waits for no reply. Three clients send five requests a
                    second each, and the scheduler spreads them over **two engines**.

                    - the boxes are processes
                    - the lines are links, and the arrows on them are messages
                    """,
                    """
                    `DEALER` 可以随时发送：它不等待回复。三个客户端每秒各发送五个请求，
                    调度器把它们分配给**两个引擎**。

                    - 方框是进程
                    - 线是连接，线上的箭头是消息
                    """)),
            Step(
                text: text("Kill `engine-1`.", "杀掉 `engine-1`。"),
                predict: Prediction(
                    question: text("What becomes of the requests it has?", "它手里的请求会怎样？"),
                    choices: [
                        text("They are lost.", "丢失了。"), text("They move to engine-2.", "转移到 engine-2。"),
                        text("The clients see errors.", "客户端会看到错误。"),
                    ], answer: 1),
                deeds: [StepDeed(text: "kill engine-1", deed: .control(.node(.kill, node: "engine-1")))],
                hint: text("Select engine-1 with the arrows, press `X`, then `y`.", "用方向键选中 engine-1，按 `X`，再按 `y`。"),
                expectations: [try expectation("node(engine-1).restarts >= 1")],
                reveal: text(
                    "The scheduler keeps each request until its last token has come, and sends it again to an engine that lives.",
                    "调度器保留每个请求，直到最后一个 token 到达；引擎死了，就把请求再发给活着的引擎。")),
            Step(
                text: text("Look at what is quiet.", "看看安静的部分。"),
                prepare: [StepDeed(text: "quiet client", deed: .control(.node(.quiet, node: "client")))],
                expectations: [try expectation("nodes.running > 99")]),
            Step(text: text("That is all.", "就这些。")),
        ]
        return LessonPlan(
            lesson: Lesson(slug: "engines", title: text("An engine dies", "一个引擎死了"), minutes: 3),
            scenario: Scenario(name: "engines", steps: steps), language: language, place: (17, 18),
            next: text("A deadlock", "一个死锁"))
    }

    static func state(
        _ language: Language = .english, size: Size = Size(width: 80, height: 24), restarts: Int = 0,
        theme: Theme = .monochrome
    ) throws -> DashboardState {
        var state = DashboardState(
            topology: Fixture.topology, theme: theme, glyphs: .unicode, size: size, lesson: try plan(language))
        _ = update(&state, .snapshot(snapshot(190, restarts: restarts)))
        return state
    }

    static func snapshot(_ second: Int, restarts: Int) -> Snapshot {
        var snapshot = Fixture.snapshot(at: second)
        for index in snapshot.nodes.indices where snapshot.nodes[index].name == "engine-1" {
            snapshot.nodes[index].restarts = restarts
        }
        return snapshot
    }

    private func text(_ state: DashboardState, _ size: Size = Size(width: 80, height: 24)) -> String {
        view(state, size: size).buffer.plainText
    }

    @Test("lines of a paragraph are joined by a blank, but not where Chinese needs none")
    func joined() throws {
        let canvas = Canvas(state: try Self.state(), size: Size(width: 80, height: 24))
        func joined(_ text: String) -> [String] { canvas.marked(text).flatMap { $0.map { $0.map(\.text).joined() } } }
        #expect(joined("one\ntwo") == ["one two"])
        #expect(joined("它等待，\n`zmq_send` 返回\n**超时**") == ["它等待，zmq_send 返回超时"])
        #expect(joined("两个\nworker。\n- a\n- b") == ["两个 worker。", "• a", "• b"])
    }

    @Test("a step that only tells: ] goes on, [ goes back")
    func telling() throws {
        var state = try Self.state()
        #expect(text(state).contains("step 1/4") && text(state).contains("engines"))
        state.type("]")
        #expect(text(state).contains("step 2/4"))
        // The question is asked at once, and nothing is told before the answer.
        #expect(state.overlay == .prediction(0))
        #expect(!text(state).contains("waiting for"))
        #expect(update(&state, .input(.key(.character("x")))) == [] && state.overlay == .prediction(0))
        #expect(update(&state, .input(.key(.character("q")))) == [.quit])
        _ = update(&state, .input(.key(.escape)))
        state.type("[")
        #expect(text(state).contains("step 1/4"))
    }

    @Test("a prediction, the deed, and what came of it")
    func doing() throws {
        var state = try Self.state()
        state.type("]1")
        #expect(state.overlay == nil && text(state).contains("waiting for node(engine-1).restarts >= 1"))
        #expect(text(state).contains("node(engine-1).restarts >= 1  now 0"))
        state.type("H")
        #expect(text(state).contains("press X, then y"))
        // Not yet: told once, then it may be left out.
        state.type("]")
        #expect(text(state).contains("step 2/4") && state.message?.text.contains("goes on without it") == true)
        _ = update(&state, .snapshot(Self.snapshot(191, restarts: 1)))
        #expect(text(state).contains("It came differently. You said: They are lost."))
        #expect(text(state).contains("keeps each request"))
        state.type("[")
        #expect(text(state).contains("Kill engine-1"))
        state.type("]")
        #expect(text(state).contains("keeps each request"))
    }

    @Test("the first answer stays, and the right one is told to be right")
    func rightly() throws {
        var state = try Self.state(restarts: 1)
        state.type("]")
        _ = update(&state, .snapshot(Self.snapshot(191, restarts: 1)))
        // It is done already, and still nothing is told before the answer.
        #expect(!text(state).contains("keeps each request"))
        state.type("j\r")
        #expect(text(state).contains("You were right: They move to engine-2."))
    }

    @Test("what a lesson prepares comes as an effect, once; a problem with it is told")
    func preparing() throws {
        var state = try Self.state(restarts: 1)
        state.type("]2")
        _ = update(&state, .snapshot(Self.snapshot(190, restarts: 1)))
        state.type("]")
        let effects =
            update(&state, .snapshot(Self.snapshot(191, restarts: 1)))
            + update(&state, .snapshot(Self.snapshot(192, restarts: 1)))
        guard case .deed(let order)? = effects.first, effects.count == 1 else {
            Issue.record("\(effects)")
            return
        }
        #expect(order.deed.deed == .control(.node(.quiet, node: "client")))
        _ = update(&state, .deedDone(order.id, problem: "client does not run"))
        #expect(text(state).contains("client does not run"))
    }

    @Test("to the end: it is kept, and the next lesson is a key away; R begins anew after a question")
    func end() throws {
        var state = try Self.state(restarts: 1)
        state.type("]2")
        _ = update(&state, .snapshot(Self.snapshot(190, restarts: 1)))
        state.type("]")
        for second in 191...194 { _ = update(&state, .snapshot(Self.snapshot(second, restarts: 1))) }
        state.type("]]")
        #expect(text(state).contains("step 4/4"))
        _ = update(&state, .snapshot(Self.snapshot(195, restarts: 1)))
        func press(_ character: Character) -> [Effect] { update(&state, .input(.key(.character(character)))) }
        #expect(press("]") == [.lessonDone])
        #expect(text(state).contains("That was the lesson.") && text(state).contains("A deadlock"))
        #expect(press("]") == [.lesson(.next)])
        #expect(press("R") == [] && text(state).contains("Begin the lesson anew?"))
        #expect(press("y") == [.lesson(.again)])
    }

    @Test("no line of the text is lost at any size: what does not fit comes with ]", arguments: Language.allCases)
    func nothingIsCut(_ language: Language) throws {
        let plan = try Self.plan(language)
        let whole = (plan.scenario.steps[0].text?[language] ?? "").filter { !$0.isWhitespace && !"`*-".contains($0) }
        for size in [(40, 10), (60, 14), (80, 24), (120, 36), (200, 60)].map({ Size(width: $0.0, height: $0.1) }) {
            var state = try Self.state(language, size: size)
            var seen = ""
            var last: [String] = []
            for _ in 0..<40 where state.lesson?.player.current == 0 {
                let area = try #require(Layout(state, size: size).lesson)
                let canvas = Canvas(state: state, size: size)
                let room = canvas.lessonText(area)
                let lines = canvas.lessonLines(width: room.width)
                #expect(lines.allSatisfy { TextWidth.of($0.map(\.text).joined()) <= room.width })
                last = lines.map { $0.map(\.text).joined() }
                let offset = state.lesson?.offset ?? 0
                seen += last.dropFirst(offset).prefix(room.height).joined()
                state.type("]")
            }
            let all = last.joined().filter { !$0.isWhitespace && !"•".contains($0) }
            #expect(all == whole, "\(size)")
            // Page by page every line has been there.
            #expect(last.allSatisfy { seen.contains($0) }, "\(size)")
        }
    }

    struct Picture: CustomTestStringConvertible, Sendable {
        var name: String
        var keys: String
        var isDone = false
        var testDescription: String { name }
    }

    static let pictures = [
        Picture(name: "told", keys: ""), Picture(name: "asked", keys: "]"), Picture(name: "waiting", keys: "]3H"),
        Picture(name: "done", keys: "]2", isDone: true), Picture(name: "reset", keys: "R"),
    ]

    private func frame(_ picture: Picture, _ language: Language, _ size: Size, _ theme: Theme) throws -> Frame {
        var state = try Self.state(language, size: size, theme: theme)
        state.type(picture.keys)
        if picture.isDone { _ = update(&state, .snapshot(Self.snapshot(191, restarts: 1))) }
        return view(state, size: size)
    }

    @Test(arguments: pictures, ScreenTests.sizes)
    func golden(_ picture: Picture, _ size: Size) throws {
        for language in Language.allCases {
            let name = "lesson-\(picture.name)-\(language.rawValue)-\(size.width)x\(size.height)"
            try Golden.check(try frame(picture, language, size, .monochrome), name, styles: false)
        }
        let name = "lesson-\(picture.name)-\(size.width)x\(size.height)-colours"
        try Golden.check(try frame(picture, .english, size, .standard), name, styles: true)
    }
}
