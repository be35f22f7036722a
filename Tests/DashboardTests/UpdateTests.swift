import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct UpdateTests {
    @Test func digitsAndTabTurnTheScreens() {
        var state = DashboardState.fixture()
        for (key, screen) in [("3", Screen.links), ("5", .messages), ("6", .events), ("1", .topology)] {
            state.type(key)
            #expect(state.screen == screen)
        }
        state.press([Key(.tab)])
        #expect(state.screen == .nodes)
        state.press([Key(.backTab), Key(.backTab)])
        #expect(state.screen == .events)
    }

    @Test func arrowsWalkThroughTheListsOfTheScreen() {
        var state = DashboardState.fixture()
        state.type("3")
        #expect(state.selected == .link("client-1.requests->scheduler.frontend"))
        state.type("jk")
        #expect(state.selected == .link("client-1.requests->scheduler.frontend"))
        state.type("G")
        #expect(state.selected == .link("inject-1.DEALER#1->scheduler.frontend"))
        state.type("gk")
        #expect(state.selected == .link("client-1.requests->scheduler.frontend"))
        state.press([Key(.pageDown)])
        #expect(state.selected == .link("inject-1.DEALER#1->scheduler.frontend"))
    }

    @Test func selectionFollowsTheThingNotTheRow() {
        var state = DashboardState.fixture()
        state.type("2jjjj")
        #expect(state.selected == .node("engine-1"))
        var snapshot = Fixture.snapshot(at: 193)
        snapshot.nodes.removeFirst(2)
        _ = update(&state, .snapshot(snapshot))
        #expect(state.selected == .node("engine-1"))
        snapshot.nodes.removeAll { $0.name == "engine-1" }
        _ = update(&state, .snapshot(snapshot))
        #expect(state.selected == .node("engine-2"))
        snapshot.nodes = []
        _ = update(&state, .snapshot(snapshot))
        #expect(state.selected == nil)
    }

    @Test func theEventsFollowTheNewestUntilOneIsSelected() {
        var state = DashboardState.fixture(size: Size(width: 80, height: 12))
        state.type("6")
        #expect(state.selected == nil)
        state.type("kk")
        let chosen = state.selected
        #expect(chosen != nil)
        for second in 193...400 {
            var snapshot = Fixture.snapshot(at: second)
            snapshot.events = [
                .init(elapsed: 1, node: "a", socket: "b", event: "ACCEPTED", endpoint: "", value: second)
            ]
            _ = update(&state, .snapshot(snapshot))
        }
        #expect(state.selected == chosen)
        state.type("G")
        #expect(state.selected == nil)
        #expect(view(state, size: state.size).buffer.lines.contains { $0.contains("fd 400") })
    }

    @Test func enterOpensAndEscapeGoesBack() {
        var state = DashboardState.fixture()
        state.type("2jjjj\r")
        #expect(state.detail == .node("engine-1"))
        #expect(state.targetNode == "engine-1")
        state.press([Key(.escape)])
        #expect(state.detail == nil)
        #expect(state.selected == .node("engine-1"))
        state.type("6kk\r")
        #expect(state.detail == .node("engine-2"))
        state.press([Key(.escape)])
        // What was folded opens in place first; then one of its parts tells where it was.
        state.type("j\r")
        #expect(state.detail == nil)
        state.type("j\r")
        #expect(state.detail == .socket("engine-2.work"))
        var less = Fixture.snapshot(at: 193)
        less.sockets.removeAll { $0.id == "engine-2.work" }
        _ = update(&state, .snapshot(less))
        #expect(state.detail == nil)
        #expect(state.message?.text == "engine-2.work is gone.")
    }

    @Test func filteringIsIncremental() {
        var state = DashboardState.fixture()
        state.type("2/eng")
        #expect(state.rows(of: .nodes) == [.node("engine-1"), .node("engine-2")])
        #expect(state.selected == .node("engine-1"))
        state.type("ine-2")
        #expect(state.rows(of: .nodes) == [.node("engine-2")])
        state.type("\r")
        #expect(state.overlay == nil)
        #expect(state.filter == Filter("engine-2"))
        state.press([Key(.escape)])
        #expect(state.filter == Filter(""))
        state.type("/")
        state.press([Key(.up)])
        #expect(state.filter == Filter("engine-2"))
        state.press([Key(.escape)])
        #expect(state.filter == Filter(""))
        #expect(state.overlay == nil)
        state.type("/!client\r")
        #expect(state.rows(of: .nodes).count == 4)
        // What would be a command is text while the filter is typed.
        state.type("/q")
        #expect(state.filter == Filter("!clientq"))
    }

    @Test func freezingHoldsTheViewWhileCollectionGoesOn() {
        var state = DashboardState.fixture()
        state.type(" ")
        let frozen = state.shown
        for second in 193...200 { _ = update(&state, .snapshot(Fixture.snapshot(at: second))) }
        #expect(state.shown == frozen)
        #expect(state.live.snapshot?.elapsed == 200)
        #expect(view(state, size: state.size).buffer.lines[1].contains("FROZEN 8.0 s"))
        state.type(" ")
        #expect(state.frozen == nil)
        #expect(state.shown.snapshot?.elapsed == 200)
        #expect(state.shown.messageRates.values.count == 71)
    }

    @Test func refreshMovesInSteps() {
        var state = DashboardState.fixture()
        #expect(state.type("+") == [.refresh(.milliseconds(200))])
        #expect(state.type("++") == [.refresh(.milliseconds(100))])
        #expect(state.type("------") == [200, 500, 1000, 2000, 5000].map { .refresh(.milliseconds($0)) })
        #expect(state.refresh == .seconds(5))
    }

    @Test func quitting() {
        var state = DashboardState.fixture()
        #expect(state.type("q") == [.quit])
        #expect(state.press([Key("c", control: true)]) == [.quit])
        state.type("i")
        #expect(state.type("q") == [])
        #expect(state.press([Key("c", control: true)]) == [.quit])
        #expect(update(&state, .input(.closed)) == [.quit])
    }

    @Test func themes() {
        var state = DashboardState.fixture()
        #expect(state.type("t") == [.theme(.next)])
        _ = update(&state, .themeChanged(.monochrome))
        #expect(state.theme == .monochrome)
    }

    @Test func messagesGoWithTimeOrWithTheNextKey() {
        var state = DashboardState.fixture()
        _ = update(&state, .tick(elapsed: .seconds(10)))
        _ = update(&state, .message("hello"))
        #expect(state.message?.text == "hello")
        _ = update(&state, .tick(elapsed: .seconds(15)))
        #expect(state.message != nil)
        _ = update(&state, .tick(elapsed: .seconds(16)))
        #expect(state.message == nil)
        _ = update(&state, .message("again"))
        state.type("j")
        #expect(state.message == nil)
    }
}

@Suite struct NodeCommandTests {
    @Test func keysActOnTheSelectedNode() {
        var state = DashboardState.fixture()
        #expect(state.type("2x") == [.command(.node(.stop, node: "client-1"))])
        #expect(state.type("jr") == [.command(.node(.restart, node: "client-2"))])
        #expect(state.type("jp") == [.command(.node(.pause, node: "client-3"))])
        #expect(state.type("jjjs") == [.command(.node(.start, node: "engine-2"))])
        var snapshot = Fixture.snapshot(at: 193)
        snapshot.nodes[5].state = .paused
        snapshot.nodes[5].pid = 1
        _ = update(&state, .snapshot(snapshot))
        #expect(state.type("p") == [.command(.node(.resume, node: "engine-2"))])
    }

    @Test func onALinkTheConnectingNodeIsMeantAndNamed() throws {
        var state = DashboardState.fixture()
        state.type("3jjj")
        #expect(state.targetNode == "engine-1")
        #expect(try #require(view(state, size: state.size).buffer.lines.last).hasPrefix(" engine-1  x stop"))
        #expect(state.type("x") == [.command(.node(.stop, node: "engine-1"))])
    }

    @Test func killAsksFirst() {
        var state = DashboardState.fixture()
        #expect(state.type("X") == [])
        #expect(
            state.overlay
                == .question("Kill client-1 (pid 4701)?", .node(.kill, node: "client-1")))
        #expect(state.type("xj") == [])
        #expect(state.type("n") == [])
        #expect(state.overlay == nil)
        #expect(state.type("Xy") == [.command(.node(.kill, node: "client-1"))])
        #expect(state.overlay == nil)
    }

    @Test func whatCannotBeDoneIsRefusedWithASentence() {
        var state = DashboardState.fixture()
        #expect(state.type("2s") == [])
        #expect(state.message?.text == "client-1 runs already (pid 4701): r restarts it.")
        #expect(state.type("GkX") == [])
        #expect(state.message?.text == "engine-2 is backoff: there is no process to kill. s starts it.")
        var snapshot = Fixture.snapshot(at: 193)
        snapshot.nodes[5].kind = "external"
        _ = update(&state, .snapshot(snapshot))
        #expect(state.type("x") == [])
        #expect(state.message?.text == "engine-2 is external: zmqtop did not start it and cannot stop it.")
        snapshot.nodes[5].kind = "python"
        snapshot.nodes[5].parent = "engine-1"
        _ = update(&state, .snapshot(snapshot))
        #expect(state.type("x") == [])
        #expect(state.message?.text == "engine-2 is a process of engine-1: stop engine-1 instead.")
        snapshot.nodes = []
        _ = update(&state, .snapshot(snapshot))
        #expect(state.type("x") == [])
        #expect(state.message?.text == "No node is selected.")
    }

    @Test(arguments: ["s", "x", "X", "r", "p", "i"])
    func readOnlyRefuses(_ key: String) {
        var state = DashboardState.fixture(readOnly: true)
        #expect(state.type(key) == [])
        #expect(state.overlay == nil)
        #expect(state.message?.text.hasPrefix("Read-only: ") == true)
        #expect(state.message?.isProblem == true)
    }

    @Test func whatBecameOfItIsSaid() {
        var state = DashboardState.fixture()
        let stop = SessionCommand.node(.stop, node: "engine-1")
        _ = update(&state, .reply(to: stop, .done(nodes: ["engine-1"])))
        #expect(state.message?.text == "engine-1 is stopped: s starts it again.")
        _ = update(&state, .reply(to: stop, .error("engine-1 does not stop.")))
        #expect(state.message?.text == "engine-1 does not stop.")
        #expect(state.message?.isProblem == true)
    }
}

@Suite struct StatusLineTests {
    /// What just happened, and what undoes it.
    @Test(arguments: [
        (SessionCommand.Verb.start, ["engine-1"], "engine-1 is started: x stops it."),
        (.kill, ["engine-1"], "engine-1 is killed: s starts it again, if no restart policy does."),
        (.pause, ["engine-1", "engine-2"], "engine-1, engine-2 are paused: p lets them go on."),
        (.resume, ["engine-1"], "engine-1 goes on: p pauses it."), (.restart, ["engine-1"], "engine-1 is restarted."),
    ])
    func whatUndoesIt(_ verb: SessionCommand.Verb, _ nodes: [String], _ sentence: String) {
        var state = DashboardState.fixture()
        _ = update(&state, .reply(to: .node(verb, node: nodes[0]), .done(nodes: nodes)))
        #expect(state.message?.text == sentence)
    }

    @Test func freezingAndRefreshingToo() {
        var state = DashboardState.fixture()
        state.type(" ")
        #expect(state.message?.text == "What you see is frozen: Space goes on. The session has not stopped.")
        state.type(" ")
        #expect(state.message?.text == "Live again.")
        state.type("+")
        #expect(state.message?.text == "Refreshes every 200 ms: - goes back.")
    }
}

/// A frame is drawn when something may have changed, and not otherwise.
@Suite struct FrameTests {
    private func drawn(_ state: DashboardState) -> DashboardState {
        var state = state
        _ = update(&state, .drawn(every: .zero))
        return state
    }

    @Test func timeAloneDrawsNothing() {
        var state = drawn(.fixture())
        state.type("2")
        state = drawn(state)
        for second in 1...20 { _ = update(&state, .tick(elapsed: .seconds(second))) }
        #expect(!state.isFrameDue)
    }

    @Test func whatHappensDraws() {
        let actions: [Action] = [
            .snapshot(Fixture.snapshot(at: 193)), .input(.key(Key("j"))), .message("x"),
            .resize(Size(width: 90, height: 30)),
            .themeChanged(.monochrome),
        ]
        for action in actions {
            var state = drawn(.fixture())
            _ = update(&state, action)
            #expect(state.isFrameDue, "\(action)")
        }
    }

    @Test func aMessageThatIsOverDraws() {
        var state = drawn(.fixture())
        state.type("2")
        _ = update(&state, .message("hello"))
        state = drawn(state)
        _ = update(&state, .tick(elapsed: .seconds(5)))
        #expect(!state.isFrameDue)
        _ = update(&state, .tick(elapsed: .seconds(7)))
        #expect(state.isFrameDue && state.message == nil)
    }

    @Test func pulsesMoveAtTheirTime() throws {
        var state = DashboardState.fixture()
        _ = update(&state, .tick(elapsed: .seconds(100)))
        state = drawn(state)
        let motion: Duration = try #require(state.motion)
        _ = update(&state, .tick(elapsed: .seconds(100) + motion / 2))
        #expect(!state.isFrameDue)
        _ = update(&state, .tick(elapsed: .seconds(100) + motion))
        #expect(state.isFrameDue)
    }

    /// It says so, and tells nothing else than it is.
    @Test func aSlowTerminalIsTold() {
        var state = DashboardState.fixture()
        func status(_ interval: Duration) -> String {
            _ = update(&state, .drawn(every: interval))
            return view(state, size: Size(width: 160, height: 50)).buffer.lines.last ?? ""
        }
        #expect(!status(.zero).contains("slow"))
        #expect(status(.seconds(1.5)).contains("slow terminal: drawn every 1.5 s"))
    }
}

@Suite struct ComposerTests {
    @Test(arguments: [
        ("2jjj", "scheduler.frontend"), ("2jjjj", "scheduler.frontend"), ("3jjj", "scheduler.backend"),
        ("4jjjj", "scheduler.backend"), ("4jjjjj", "scheduler.backend"),
    ])
    func theTargetIsTheBoundSocketNearestToTheSelection(_ keys: String, _ target: String) {
        var state = DashboardState.fixture()
        state.type(keys + "i")
        #expect(state.overlay == .composer)
        #expect(state.composer.target.text == target)
    }

    @Test func sendingGivesTheInjection() {
        var state = DashboardState.fixture()
        state.type("i")
        state.type("one\rhex:ff")
        #expect(
            state.press([Key("s", control: true)])
                == [.inject(Injection(target: "scheduler.frontend", frames: [Array("one".utf8), [255]], reply: 2))])
        #expect(state.composer.isSending)
        #expect(state.press([Key("s", control: true)]) == [])
        #expect(state.composer.problem == "The injection before this one is still under way.")
        _ = update(&state, .injection(.event(.sent(messages: 1))))
        _ = update(&state, .injection(.event(.sent(messages: 2))))
        _ = update(&state, .injection(.event(.finished(sent: 2, replies: 0))))
        #expect(state.composer.results == [.sent(messages: 2), .finished(sent: 2, replies: 0)])
        #expect(!state.composer.isSending)
    }

    @Test func aReplyKeepsItsNumberWhenOlderOnesAreForgotten() {
        var state = DashboardState.fixture()
        state.type("ia")
        state.press([Key("s", control: true)])
        let joined = InjectionEvent.joined(node: "inject-1", type: "DEALER", endpoint: Fixture.frontend)
        _ = update(&state, .injection(.event(joined)))
        for number in 1...Composer.capacity + 50 {
            _ = update(&state, .injection(.event(.sent(messages: number))))
            _ = update(&state, .injection(.event(.reply(frames: [Array("text \(number)".utf8)], seconds: 0.021))))
        }
        #expect(state.composer.results.count == Composer.capacity)
        #expect(state.composer.results.first == joined)
        let lines = view(state, size: Size(width: 80, height: 24)).buffer.lines
        #expect(lines.contains { $0.contains("reply 250   21 ms  text 250  8 B") })
        #expect(lines.contains { $0.contains("reply 249   21 ms  text 249  8 B") })
    }

    @Test func aLongFrameGoesOnBelowItself() {
        var state = DashboardState.fixture()
        state.type("i")
        let text = String(repeating: "0123456789", count: 13)
        _ = update(&state, .injection(.event(.reply(frames: [Array(text.utf8)], seconds: 1.25))))
        let lines = view(state, size: Size(width: 80, height: 24)).buffer.lines
        let first = lines.firstIndex { $0.contains("reply 1") } ?? 0
        let columns = lines[first...].prefix(3).map { line in
            Array(line).dropFirst(line.contains("reply 1") ? 18 : 1).firstIndex { $0.isNumber }
        }
        #expect(columns == [19, 19, 19])
        #expect(lines[first + 2].contains("  130 B"))
    }

    @Test func theFieldsAreWalkedAndEnterSendsOnTheButton() {
        var state = DashboardState.fixture()
        state.type("i")
        state.press([Key(.tab), Key(.tab), Key(.tab)])
        #expect(state.composer.field == .rate)
        state.type("5/s")
        state.press([Key(.backTab)])
        state.press([Key("u", control: true)])
        state.type("10")
        state.press([Key(.tab), Key(.tab), Key(.tab), Key(.tab)])
        #expect(state.composer.field == .send)
        #expect(
            state.press([Key(.enter)])
                == [.inject(Injection(target: "scheduler.frontend", frames: [[]], count: 10, rate: 5, reply: 2))])
    }

    @Test func targetsAndTypesCycleAndComplete() {
        var state = DashboardState.fixture()
        state.type("i")
        state.press([Key(.backTab)])
        #expect(state.composer.field == .type)
        state.press([Key(.right), Key(.right)])
        #expect(state.composer.type == "REQ")
        state.press([Key(.up), Key(.up), Key(.right)])
        #expect(state.composer.target.text == "scheduler.backend")
        #expect(state.composer.type == "REQ")
        state.press([Key("u", control: true)])
        state.type("scheduler.f")
        state.press([Key(.tab)])
        #expect(state.composer.target.text == "scheduler.frontend")
    }

    @Test func aSocketThatOnlyConnectsIsRefusedWithItsPeer() {
        var state = DashboardState.fixture()
        state.type("i")
        state.press([Key(.up), Key(.up), Key(.up), Key("u", control: true)])
        state.type("engine-1.work")
        #expect(state.press([Key("s", control: true)]) == [])
        #expect(
            state.composer.problem
                == "engine-1.work only connects, so no fresh peer can reach it: inject into scheduler.backend, or choose ← → a socket to send it as."
        )
    }

    @Test func theDraftStays() {
        var state = DashboardState.fixture()
        state.type("i")
        _ = update(&state, .input(.paste("a\nb")))
        state.press([Key(.escape)])
        #expect(state.overlay == nil)
        state.type("i")
        #expect(state.composer.frames.inputs.map(\.text) == ["a", "b"])
        #expect(state.composer.frames.current == 1)
    }

    @Test func failureIsASentence() {
        var state = DashboardState.fixture()
        state.type("i")
        state.press([Key("s", control: true)])
        _ = update(&state, .injection(.error("scheduler is not running: s starts it.")))
        #expect(state.composer.problem == "scheduler is not running: s starts it.")
        #expect(!state.composer.isSending)
    }

    @Test func envelopesAreNamedAsTheSocketReceivedThem() {
        let names = { (type: String, frames: [[UInt8]]) in
            Canvas.envelope(frames, receivedBy: type).map { $0.0 }
        }
        #expect(names("DEALER", [[], [1]]) == ["delimiter", "frame 2"])
        #expect(names("DEALER", [[1], []]) == ["frame 1", "frame 2"])
        #expect(names("REQ", [[], [1]]) == ["frame 1", "frame 2"])
        #expect(names("ROUTER", [[1], [], [2]]) == ["identity", "delimiter", "frame 3"])
        #expect(names("SUB", [[1], [2]]) == ["topic", "frame 2"])
    }
}

@Suite struct MouseTests {
    @Test func clicksSelectOpenAndTurn() {
        var state = DashboardState.fixture()
        let click = { (state: inout DashboardState, x: Int, y: Int) in
            _ = update(&state, .input(.mouse(.init(.press(0), at: Point(x: x, y: y)))))
        }
        click(&state, 5, 6)
        #expect(state.selected == .node("client-2"))
        click(&state, 10, 17)
        #expect(state.selected == .link("client-3.requests->scheduler.frontend"))
        click(&state, 10, 17)
        #expect(state.detail == .link("client-3.requests->scheduler.frontend"))
        click(&state, 16, 1)
        #expect(state.screen == .nodes)
        #expect(state.detail == nil)
    }

    @Test func theWheelScrollsWhatIsUnderIt() {
        var state = DashboardState.fixture()
        _ = update(&state, .input(.mouse(.init(.scrollDown, at: Point(x: 5, y: 19)))))
        #expect(state.selected == .link("engine-1.work->scheduler.backend"))
        state.type("?")
        _ = update(&state, .input(.mouse(.init(.scrollDown, at: Point(x: 5, y: 12)))))
        #expect(state.overlay == .help(offset: 3))
    }
}
