import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

/// Pictures of every screen and overlay, in a small and a large window, in colour and without.
@Suite struct ScreenTests {
    /// A situation to look at: a name, and what leads to it from the fixture's last minute.
    struct Scene: CustomTestStringConvertible, Sendable {
        var name: String
        var change: @Sendable (inout DashboardState) -> Void
        var testDescription: String { name }
    }

    static let scenes: [Scene] = [
        Scene(name: "topology") { _ in },
        Scene(name: "topology-link") { $0.type("jjjjjjjjjj") },
        Scene(name: "nodes") { $0.type("2jjjjj") },
        Scene(name: "links") { $0.type("3jjj") },
        Scene(name: "sockets") { $0.type("4jjjjj") },
        Scene(name: "events") { $0.type("6") },
        Scene(name: "messages") { state in
            state.type("5")
            _ = update(&state, .messages(Fixture.messages, overwritten: 12))
        },
        Scene(name: "messages-bytes") { state in
            state.type("5b")
            _ = update(&state, .messages(Fixture.messages, overwritten: 0))
            state.type("kkk")
        },
        Scene(name: "detail-message") { state in
            state.type("5")
            _ = update(&state, .messages(Fixture.messages, overwritten: 0))
            state.type("kkk\r")
        },
        Scene(name: "detail-node") { state in
            state.type("2jjjjj\r")
            _ = update(
                &state,
                .output(
                    NodeOutput(
                        node: "engine-2", lines: ["loading weights", "batch 6 of 8"],
                        errors: ["CUDA out of memory: tried to allocate 2.00 GiB"])))
        },
        Scene(name: "detail-down") { $0.type("3jjjj\r") },
        Scene(name: "detail-socket") { $0.type("4jjjjj\r") },
        Scene(name: "detail-graph") { $0.type("jjj\r") },
        Scene(name: "detail-link") { $0.type("3jjj\r") },
        Scene(name: "help") { $0.type("?") },
        Scene(name: "question") { $0.type("X") },
        Scene(name: "filter") { $0.type("/engine") },
        Scene(name: "faults") { $0.type("3jjjF") },
        Scene(name: "faults-node") { $0.type("2jjjFjjjjj") },
        Scene(name: "frozen") {
            $0.type("/!client\r ")
            for second in 193...204 { _ = update(&$0, .snapshot(Fixture.snapshot(at: second))) }
        },
        Scene(name: "refused") { $0.type("s") },
        Scene(name: "composer") { $0.type("i") },
        Scene(name: "composer-replies") { state in
            state.type("jjji")
            state.type("hex:00 01")
            state.press([Key(.enter)])
            state.type("{\"prompt\": \"hello\", \"max_tokens\": 16}")
            state.press([Key("s", control: true)])
            for event: InjectionEvent in [
                .joined(node: "inject-1", type: "DEALER", endpoint: Fixture.frontend), .sent(messages: 1),
                .reply(frames: [[], Array("{\"token\": 1}".utf8)], seconds: 0.0213),
                .reply(frames: [[0x80, 0x05, 0x95], Array("\u{1b}[2Jhi".utf8)], seconds: 0.0318),
                .finished(sent: 1, replies: 2),
            ] {
                _ = update(&state, .injection(.event(event)))
            }
        },
        Scene(name: "composer-problem") { state in
            state.type("i")
            state.type("hex:0")
            state.press([Key("s", control: true)])
        },
        Scene(name: "composer-json") { state in
            state.type("i{\"prompt\": \"hello\", }")
        },
        Scene(name: "composer-as-node") { state in
            state.type("ihello")
            state.press([Key(.backTab)])
            state.press([Key(.backTab), Key(.right), Key("s", control: true)])
            _ = update(
                &state,
                .order(
                    .waits(
                        "the thread of client-1.requests has been inside zmq_recv for 3.2 s; it can send only when that returns"
                    )))
        },
        Scene(name: "verdict") { $0.judge() },
        Scene(name: "findings") { state in
            state.judge()
            state.type("vv")
        },
        Scene(name: "detail-verdict") { state in
            state.judge()
            state.type("3jjj\r")
        },
        Scene(name: "nothing-yet") { $0 = .fixture(theme: $0.theme, size: $0.size, isNew: true) },
    ]

    static let sizes = [
        Size(width: 80, height: 24), Size(width: 120, height: 36), Size(width: 200, height: 60),
    ]

    @Test(arguments: scenes, sizes)
    func monochrome(_ scene: Scene, _ size: Size) throws {
        var state = DashboardState.fixture(theme: .monochrome, size: size)
        scene.change(&state)
        try Golden.check(view(state, size: size), "\(scene.name)-\(size.width)x\(size.height)", styles: false)
    }

    @Test(arguments: scenes, sizes)
    func colours(_ scene: Scene, _ size: Size) throws {
        var state = DashboardState.fixture(theme: .standard, size: size)
        scene.change(&state)
        let name = "\(scene.name)-\(size.width)x\(size.height)-colours"
        try Golden.check(view(state, size: size), name, styles: true)
    }

    /// It comes and goes, and what one looks at stays where it was.
    @Test(arguments: [Size(width: 80, height: 24), Size(width: 120, height: 36), Size(width: 160, height: 50)])
    func aVerdictMovesNothing(_ size: Size) {
        var state = DashboardState.fixture(theme: .monochrome, size: size)
        let before = Layout(state, size: size)
        state.judge()
        let after = Layout(state, size: size)
        #expect(before.verdict == nil)
        #expect(after.verdict?.height == 1)
        #expect(after.panes[0] == before.panes[0])
        // The last list in sight gives a line.
        let last = before.panes.lastIndex { !$0.frame.isEmpty } ?? 0
        #expect(Array(after.panes[..<last]) == Array(before.panes[..<last]))
        #expect(after.panes[last].frame.height == before.panes[last].frame.height - 1)
    }

    @Test func ascii() throws {
        let size = Size(width: 80, height: 24)
        var state = DashboardState.fixture(theme: .monochrome, size: size)
        state.glyphs = .ascii
        let frame = view(state, size: size)
        try Golden.check(frame, "topology-ascii", styles: false)
        for scene in Self.scenes {
            var state = DashboardState.fixture(theme: .monochrome, size: size)
            scene.change(&state)
            state.glyphs = .ascii
            let strange = view(state, size: size).buffer.lines.joined().filter { !$0.isASCII }
            #expect(strange.isEmpty, "\(scene.name) draws \(strange) without Unicode")
        }
    }

    @Test func aWindowThatIsTooSmall() throws {
        let size = Size(width: 39, height: 9)
        try Golden.check(
            view(.fixture(theme: .monochrome, size: size), size: size), "too-small-39x9", styles: false)
        let least = Size(width: 40, height: 10)
        try Golden.check(
            view(.fixture(theme: .monochrome, size: least), size: least), "least-40x10", styles: false)
    }

    /// No colour may be the only sign of a state.
    @Test func statesDifferWithoutColours() {
        let look = Look(theme: .monochrome, glyphs: .ascii)
        let links = Snapshot.Link.State.allCases.map { "\(look.mark($0).glyph)\($0.rawValue)" }
        #expect(Set(links).count == links.count)
        let good = look.mark(Snapshot.Link.State.up).glyph
        for state in Snapshot.Link.State.allCases where state != .up { #expect(look.mark(state).glyph != good) }
        for state in NodeStatus.State.allCases where state != .running { #expect(look.mark(state).glyph != good) }
    }

    @Test func whatComesFromOutsideIsNeverObeyed() {
        var snapshot = Fixture.snapshot()
        let evil = "\u{1b}[2J\u{07}\u{9b}31m\r\n\u{202e}evil"
        snapshot.nodes[5].reason = evil
        snapshot.nodes[0].gauges = [evil: 1]
        snapshot.nodes[0].kind = evil
        snapshot.links[0].endpoint = evil
        snapshot.sockets[0].endpoints = [evil]
        snapshot.events = [
            .init(elapsed: 1, node: evil, socket: evil, event: evil, endpoint: evil, value: 1)
        ]
        for scene in Self.scenes {
            var state = DashboardState.fixture()
            _ = update(&state, .snapshot(snapshot))
            scene.change(&state)
            _ = update(&state, .message(evil))
            _ = update(&state, .injection(.event(.reply(frames: [Array(evil.utf8)], seconds: 0))))
            let lines = view(state, size: Size(width: 120, height: 40)).buffer.lines.joined()
            let controls = lines.unicodeScalars.filter {
                $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
            }
            #expect(controls.isEmpty, "\(scene.name)")
        }
    }
}

extension DashboardState {
    /// The fixture's last minute; with `isNew` before the first snapshot.
    static func fixture(
        theme: Theme = .standard, size: Size = Size(width: 80, height: 24), isNew: Bool = false, readOnly: Bool = false
    ) -> DashboardState {
        var state = isNew || readOnly ? made(isNew: isNew, readOnly: readOnly) : seen
        _ = update(&state, .themeChanged(theme))
        _ = update(&state, .resize(size))
        return state
    }

    private static let seen = made(isNew: false, readOnly: false)

    private static func made(isNew: Bool, readOnly: Bool) -> DashboardState {
        var state = DashboardState(
            topology: Fixture.topology, theme: .standard, glyphs: .unicode, readOnly: readOnly)
        for snapshot in isNew ? [] : Fixture.observation() { _ = update(&state, .snapshot(snapshot)) }
        return state
    }

    /// A snapshot more, with two verdicts.
    mutating func judge() {
        var snapshot = Fixture.snapshot(at: 193)
        snapshot.verdicts = [
            .init(
                rule: "reconnect-storm", subject: "engine-2.work->scheduler.backend", since: 180,
                text: "engine-2.work->scheduler.backend has reconnected 6 times within 10 s, 9 times in all."),
            .init(
                rule: "stalled-link", subject: "engine-1.work->scheduler.backend", since: 187,
                text: "83 messages from engine-1.work wait for scheduler.backend, and it has taken none for 6.0 s: "
                    + "37 in the send queue, 6 in the kernel, 40 in the receive queue; the link is up."),
        ]
        _ = update(&self, .snapshot(snapshot))
    }

    /// Presses a key for each character; `\r` is Enter. Gives the effects.
    @discardableResult
    mutating func type(_ text: String) -> [Effect] {
        press(text.map { $0 == "\r" ? Key(.enter) : Key($0) })
    }

    @discardableResult
    mutating func press(_ keys: [Key]) -> [Effect] {
        keys.flatMap { update(&self, .input(.key($0))) }
    }
}
