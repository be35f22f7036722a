import RunDirectory
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct FuzzyMatchTests {
    @Test(arguments: [
        ("kil", "kill", [0, 1, 2]), ("KE", "kill engine-1", [0, 5]), ("ns", "next-screen", [0, 5]),
        ("e2", "engine-2", [0, 7]), ("", "anything", []), ("bk", "scheduler.backend", [10, 13]),
        ("ee", "engine", [0, 5]), ("screen", "next-screen", [5, 6, 7, 8, 9, 10]),
    ])
    func lettersAreFound(_ letters: String, _ name: String, _ places: [Int]) {
        #expect(FuzzyMatch(letters, in: name)?.places == places)
    }

    @Test(arguments: [("lik", "kill"), ("killx", "kill"), ("zzz", "fuzz"), ("é", "e")])
    func orderAndNumberCount(_ letters: String, _ name: String) {
        #expect(FuzzyMatch(letters, in: name) == nil)
    }

    @Test func beginningsAndNeighboursCountMore() throws {
        func score(_ letters: String, _ name: String) throws -> Int {
            try #require(FuzzyMatch(letters, in: name)).score
        }
        #expect(try score("st", "start") > score("st", "restart"))
        #expect(try score("sc", "screenshot") > score("sc", "restart-cut"))
        #expect(try score("q", "quit") > score("q", "quitting-time"))
    }

    /// Whatever the letters: the places are those of the letters, in order.
    @Test func placesAreTheLetters() {
        var random = SplitMix(state: 7)
        let alphabet = Array("ab-c.")
        for _ in 0..<2000 {
            let name = String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            let letters = String(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            var rest = name[...]
            let isThere = letters.allSatisfy { letter in
                guard let place = rest.firstIndex(of: letter) else { return false }
                rest = rest[rest.index(after: place)...]
                return true
            }
            let match = FuzzyMatch(letters, in: name)
            #expect((match != nil) == isThere, "\(letters) in \(name)")
            guard let match else { continue }
            #expect(match.places.map { Array(name)[$0] } == Array(letters))
            #expect(zip(match.places, match.places.dropFirst()).allSatisfy { $0 < $1 })
        }
    }
}

@Suite struct PaletteTests {
    private func open(_ line: String = "", in state: DashboardState = .fixture()) -> DashboardState {
        var state = state
        state.type(":" + line)
        return state
    }

    private func palette(_ state: DashboardState) -> Palette? {
        if case .palette(let palette) = state.overlay { palette } else { nil }
    }

    @Test func everyCommandOfTheKeymapIsThere() throws {
        var offered: Set<String> = []
        for screen in Screen.allCases {
            var state = try LessonTests.state()
            state.type("\(screen.digit):")
            let names = state.verbs.map(\.name)
            #expect(Set(names).count == names.count, "two of one name")
            #expect(state.choices.count == names.count, "all are shown while nothing is typed")
            offered.formUnion(names)
        }
        for binding in Keymap.bindings where !binding.context.isInFront && binding.context != .moving {
            switch binding.command {
            case .screen, .palette, .back, .interrupt: continue
            default: #expect(offered.contains(binding.command.name), "\(binding.command.name) is missing")
            }
        }
        for name in ["screen", "go", "resume", "refresh", "quit"] { #expect(offered.contains(name)) }
    }

    /// What only another screen has is not offered here.
    @Test func aScreensOwnCommandsAreOfferedThere() {
        var state = open()
        #expect(state.verbs.contains { $0.name == "zoom-in" })
        state.press([Key(.escape)])
        state.type("2:")
        #expect(!state.verbs.contains { $0.name == "zoom-in" })
    }

    @Test(arguments: [
        ("kill engine-1", [Effect]()), ("start engine-2", [.command(.node(.start, node: "engine-2"))]),
        ("pause engine-1", [.command(.node(.pause, node: "engine-1"))]),
        ("restart scheduler", [.command(.node(.restart, node: "scheduler"))]),
        ("theme", [.theme(.next)]), ("previous-theme", [.theme(.previous)]), ("quit", [.quit]), ("detach", [.detach]),
        ("screenshot", [.screenshot(nil)]), ("screenshot a b.txt", [.screenshot("a b.txt")]),
        ("refresh 200ms", [.refresh(.milliseconds(200))]), ("refresh 1s", [.refresh(.seconds(1))]),
        ("refresh 0.1", [.refresh(.milliseconds(100))]), ("  quit  ", [.quit]),
    ])
    func linesAreDone(_ line: String, _ effects: [Effect]) {
        var state = open(line)
        #expect(state.type("\r") == effects)
        #expect(palette(state) == nil, "\(palette(state)?.problem ?? "still open")")
    }

    @Test func killAsksAlsoHere() {
        var state = open("kill engine-1\r")
        guard case .question(let question, _) = state.overlay else { Issue.record("no question"); return }
        #expect(question.contains("engine-1"))
        #expect(state.type("y") == [.command(.node(.kill, node: "engine-1"))])
    }

    @Test func placesAreGoneTo() {
        var state = open("screen links\r")
        #expect(state.screen == .links)
        state.type(":go scheduler.backend\r")
        #expect(state.screen == .sockets)
        #expect(state.selected == .socket("scheduler.backend"))
        state.type(":filter client\r")
        #expect(state.filter.text == "client")
        state.type(":go engine-1\r")
        #expect(state.selected == .node("engine-1"))
        #expect(!state.filter.isActive, "it would hide what was asked for")
        state.type(":go engine-2.work->scheduler.backend\r")
        #expect(state.selected == .link("engine-2.work->scheduler.backend"))
        state.type(":inject scheduler.backend\r")
        #expect(state.overlay == .composer)
        #expect(state.composer.target.text == "scheduler.backend")
    }

    @Test func themesAreCompleted() {
        var state = DashboardState(
            topology: Fixture.topology, theme: .standard, glyphs: .unicode, themes: ["night", "gruvbox"])
        state.type(":theme gru")
        #expect(state.choices.map(\.line) == ["theme gruvbox"])
        #expect(state.choices[0].places == [6, 7, 8])
        #expect(state.type("\r") == [.theme(.named("gruvbox"))])
    }

    @Test(arguments: [
        ("kil engin-1", "There is no command \"kil\": did you mean kill?"),
        ("kill engine-11", "There is no node \"engine-11\": did you mean engine-1?"),
        ("quit now", "quit stands alone"), ("go", "go wants a subject"), ("screen linkz", "did you mean links?"),
        ("refresh soon", "\"soon\" is no time"), ("refresh 1ms", "from 20ms to 1m"),
        ("zzz", "There is no command \"zzz\""),
        ("resume engine-1", "engine-1 is not paused"), ("start engine-1", "runs already"),
    ])
    func whatCannotBeDoneIsSaid(_ line: String, _ sentence: String) {
        var state = open(line)
        // With nothing that fits Enter takes the line as it stands.
        #expect(state.type("\r") == [])
        if line == "go" { return }
        #expect(palette(state)?.problem?.contains(sentence) == true, "\(palette(state)?.problem ?? "nothing")")
        #expect(palette(state)?.input.text == line, "it can be mended")
        state.type("x")
        #expect(palette(state)?.problem == nil)
    }

    @Test func readOnlyHoldsHereToo() {
        var state = open("stop engine-1\r", in: .fixture(readOnly: true))
        #expect(palette(state)?.problem?.contains("Read-only") == true)
        state.press([Key(.escape)])
        #expect(state.overlay == nil)
    }

    @Test func aChoiceWithMoreToComeIsCompleted() {
        var state = open("scre")
        #expect(state.choices.first?.line == "screen")
        #expect(state.type("\r") == [])
        #expect(palette(state)?.input.text == "screen ")
        #expect(state.choices.map(\.line).contains("screen events"))
        state.press([Key(.down), Key(.tab)])
        #expect(palette(state)?.input.text == "screen \(Screen.allCases[1].word)")
        state.type("\r")
        #expect(state.screen == Screen.allCases[1])
    }

    @Test func upRecallsWhatWasDone() {
        var state = open("screen links\r")
        state.type(":filter a\r:filter a\r:")
        state.press([Key(.up)])
        #expect(palette(state)?.input.text == "filter a")
        state.press([Key(.up)])
        #expect(palette(state)?.input.text == "screen links", "what was done twice stands there once")
        state.press([Key(.up), Key(.down)])
        #expect(palette(state)?.input.text == "filter a")
        state.press([Key(.down)])
        #expect(palette(state)?.input.text == "")
        state.press([Key(.down), Key(.down)])
        #expect(palette(state)?.selected == 2)
        state.press([Key(.up)])
        #expect(palette(state)?.selected == 1)
    }

    @Test func theMouseMarksAChoice() {
        var state = open("screen ")
        func click(_ x: Int, _ y: Int) {
            _ = update(&state, .input(.mouse(MouseEvent(.press(0), at: Point(x: x, y: y)))))
        }
        let lines = view(state, size: state.size).buffer.lines
        let row = lines.firstIndex { $0.contains("screen links") } ?? 0
        click(10, row)
        #expect(state.choices[palette(state)?.selected ?? 0].line == "screen links")
        click(10, 23)
        click(0, 0)
        #expect(state.choices[palette(state)?.selected ?? 0].line == "screen links", "nothing stands there")
        _ = update(&state, .input(.mouse(MouseEvent(.scrollDown, at: Point(x: 10, y: 10)))))
        #expect(state.choices[palette(state)?.selected ?? 0].line == "screen sockets")
        state.type("\r")
        #expect(state.screen == .sockets)
    }

    @Test func itIsLeft() {
        for key in [Key(.escape), Key(.backspace)] {
            var state = open()
            state.press([key])
            #expect(state.overlay == nil)
        }
        var state = open("a")
        state.press([Key(.backspace)])
        #expect(palette(state) != nil)
        #expect(state.press([Key("c", control: true)]) == [.quit])
    }

    @Test func aLongPasteIsCut() {
        var state = open()
        _ = update(&state, .input(.paste(String(repeating: "x", count: 1_000_000))))
        #expect(palette(state)?.input.text.count == 1000)
    }

    /// Any keys: nothing traps, and the cursor stays inside.
    @Test func anyKeys() {
        var random = SplitMix(state: 99)
        let keys: [Key] =
            Array("kilsgo e-1:.").map { Key($0) } + [
                Key(.up), Key(.down), Key(.tab), Key(.backspace), Key(.left), Key(.home), Key("w", control: true),
            ]
        for size in [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 200, height: 60)] {
            var state = open(in: .fixture(size: size))
            for _ in 0..<300 {
                state.press([keys.randomElement(using: &random) ?? Key(.tab)])
                if state.overlay == nil { state.type(":") }
                let frame = view(state, size: size)
                if let cursor = frame.cursor { #expect(frame.buffer.area.contains(cursor)) }
            }
        }
    }

    static let sizes = [Size(width: 80, height: 24), Size(width: 120, height: 36), Size(width: 200, height: 60)]

    static let lines = [
        ("palette", ""), ("palette-letters", "st"), ("palette-nodes", "kill en"), ("palette-problem", "kil x\r"),
    ]

    @Test(arguments: lines, sizes)
    func pictures(_ scene: (name: String, line: String), _ size: Size) throws {
        let state = open(scene.line, in: .fixture(theme: .monochrome, size: size))
        try Golden.check(view(state, size: size), "\(scene.name)-\(size.width)x\(size.height)", styles: false)
    }

    @Test(arguments: lines, sizes)
    func inColour(_ scene: (name: String, line: String), _ size: Size) throws {
        let state = open(scene.line, in: .fixture(size: size))
        try Golden.check(
            view(state, size: size), "\(scene.name)-\(size.width)x\(size.height)-colours", styles: true)
    }
}
