import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct MessagesTests {
    private func state(size: Size = Size(width: 80, height: 24), readOnly: Bool = false) -> DashboardState {
        var state = DashboardState.fixture(size: size, readOnly: readOnly)
        state.type("5")
        _ = update(&state, .messages(Fixture.messages, overwritten: 0))
        return state
    }

    private func select(_ ordinal: Int, in state: inout DashboardState) {
        state.type("g" + String(repeating: "j", count: ordinal - 1))
    }

    @Test func messagesAreAskedForWhileTheScreenIsOpen() {
        var state = DashboardState.fixture()
        #expect(state.sampling == nil)
        state.type("5")
        #expect(state.sampling == 0.1)
        state.type("S")
        #expect(state.sampling == 0)
        state.type("S")
        #expect(state.sampling == nil)
        state.type("S")
        #expect(state.sampling == 0.1)
        state.type("1")
        #expect(state.sampling == nil)
    }

    @Test func theNewestIsFollowedUntilOneIsSelected() {
        var state = state()
        #expect(state.selectedMessage?.message == Fixture.messages.last)
        state.type("k")
        let chosen = state.selectedMessage
        _ = update(&state, .messages(Fixture.messages, overwritten: 0))
        #expect(state.selectedMessage == chosen)
        state.press([Key(.escape)])
        #expect(state.selectedMessage?.id == 9)
    }

    @Test func theOldestAreForgottenAndCounted() {
        var log = MessageLog()
        for _ in 0..<600 { log.append(Fixture.messages, overwritten: 7) }
        #expect(log.entries.count <= MessageLog.capacity * 5 / 4)
        #expect(log.forgotten + log.entries.count == 3000)
        #expect(log.overwritten == 7)
        #expect(log.entries.last?.id == 2999)
        #expect(log.entry(2999)?.message == Fixture.messages.last)
        #expect(log.entry(0) == nil)
        log.append(Array(repeating: Fixture.messages[0], count: 5000), overwritten: 7)
        #expect(log.forgotten + log.entries.count == 8000)
        #expect(log.entry(7999)?.message == Fixture.messages[0])
    }

    @Test func theFilterLooksIntoThePayload() {
        var state = state()
        state.type("/MAX_tokens\r")
        #expect(state.rows(of: .messages) == [.message(0), .message(1)])
        state.press([Key(.escape)])
        state.type("/engine-1.work\r")
        #expect(state.rows(of: .messages) == [.message(2), .message(4)])
    }

    @Test func ofWhatIsSelectedElsewhere() {
        var state = DashboardState.fixture()
        state.type("2Gkk")
        #expect(state.selected == .node("engine-1"))
        _ = update(&state, .messages(Fixture.messages, overwritten: 0))
        state.type("m")
        #expect(state.screen == .messages)
        #expect(state.rows(of: .messages) == [.message(2), .message(4)])
    }

    @Test func thePayloadIsCopied() {
        var state = state()
        select(2, in: &state)
        #expect(state.type("y") == [.copy("{\"type\": \"request\", \"id\": \"c1-7\", \"max_tokens\": 16}")])
        select(3, in: &state)
        #expect(state.type("y") == [.copy("9301c0a3616263")])
    }

    /// A terminal takes no more at once, and what is said is what was done.
    @Test func aLongPayloadIsCopiedAsFarAsATerminalTakesIt() {
        var state = state()
        var long = Fixture.messages[1]
        long.frames = [.init(size: 149_999, bytes: Array(("a" + String(repeating: "é", count: 74_999)).utf8))]
        long.frameCount = 1
        long.type = "PULL"
        _ = update(&state, .messages([long], overwritten: 0))
        #expect(state.type("y") == [.copy("a" + String(repeating: "é", count: 36_999))])
        #expect(state.message?.text == "Copied the first 74.0k of 150k bytes of the payload.")
    }

    /// What somebody sends must not make zmqtop read a file, nor be taken for bytes.
    @Test(arguments: ["@/etc/passwd", "@@x", "hex:00", "@", "plain"])
    func whatIsEditedComesBackTheSame(_ text: String) throws {
        var draft = Draft()
        draft.target = "scheduler.frontend"
        draft.frames = [FrameText.typed(Array(text.utf8))]
        let order = try draft.order()
        #expect(order.files.isEmpty)
        #expect(order.injection.frames == [Array(text.utf8)])
    }

    @Test func aMessageIsSentAgainAsAPeerSendsIt() {
        var state = state()
        select(2, in: &state)
        let text = Array("{\"type\": \"request\", \"id\": \"c1-7\", \"max_tokens\": 16}".utf8)
        // The ROUTER puts the identity in front by itself.
        #expect(state.type("a") == [.inject(Injection(target: "scheduler.frontend", frames: [text], reply: 2))])
        select(1, in: &state)
        #expect(
            state.type("a")
                == [.inject(Injection(target: "scheduler.frontend", type: "DEALER", frames: [text], reply: 2))])
        select(5, in: &state)
        #expect(state.type("a") == [])
        #expect(state.message?.text.contains("only connects") == true)
        #expect(state.message?.text.contains("scheduler.backend") == true)
    }

    @Test func whatWasNotKeptWholeIsNotSentAgain() {
        var state = state()
        var cut = Fixture.messages[0]
        cut.frames[0].size = 9000
        _ = update(&state, .messages([cut], overwritten: 0))
        #expect(state.type("a") == [])
        #expect(state.message?.text.contains("first bytes") == true)
    }

    @Test func readOnlySendsNothing() {
        var state = state(readOnly: true)
        select(2, in: &state)
        #expect(state.type("a") == [])
        #expect(state.message?.text.hasPrefix("Read-only") == true)
        state.type("e")
        #expect(state.overlay == nil)
    }

    @Test func aMessageIsEditedInTheComposer() {
        var state = state()
        select(3, in: &state)
        state.type("e")
        #expect(state.overlay == .composer)
        #expect(state.composer.frames.inputs.map(\.text) == ["hex:9301c0a3616263"])
        state.press([Key(.escape)])
        select(2, in: &state)
        state.type("e")
        #expect(state.composer.target.text == "scheduler.frontend")
        #expect(
            state.composer.frames.inputs.map(\.text) == [
                "{\"type\": \"request\", \"id\": \"c1-7\", \"max_tokens\": 16}"
            ])
    }

    /// Whatever a message holds, no cell steers the terminal.
    @Test(arguments: [Size(width: 80, height: 24), Size(width: 200, height: 60)])
    func noControlCharacterReachesACell(_ size: Size) {
        var state = state(size: size)
        for keys in ["", "b", "\r"] {
            state.type(keys)
            let text = view(state, size: size).buffer.lines.joined()
            let bad = text.unicodeScalars.filter { $0.properties.generalCategory == .control }
            #expect(bad.isEmpty)
            #expect(text.contains("engine-1.work"))
        }
    }

    @Test func bytesAreShownAsHexdumpDoes() {
        let lines = Canvas.hexLines(Array("0123456789abcdef\n".utf8), width: 80, limit: 10)
        #expect(
            lines.map { $0.offset + $0.hex + $0.text } == [
                "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef",
                "000010  0a                                               .",
            ])
        #expect(Canvas.hexLines([UInt8](repeating: 0, count: 10_000), width: 80, limit: 3).count == 3)
    }

    @Test func whereThereAreNoTapsItSaysSo() {
        var state = DashboardState(
            topology: Fixture.topology, theme: .monochrome, glyphs: .unicode, canSample: false)
        _ = update(&state, .snapshot(Fixture.snapshot()))
        state.type("5")
        #expect(view(state, size: state.size).buffer.lines.joined().contains("zmqtop did not start these programs"))
        state.type("S")
        #expect(state.message?.isProblem == true)
    }
}
