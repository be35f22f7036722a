import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

/// The line of verdicts, and the way through them.
@Suite struct FindingsTests {
    private static func state(lints: [ResolvedLint]? = nil, size: Size = Size(width: 80, height: 24)) -> DashboardState
    {
        var topology = Fixture.topology
        topology.lints = lints
        var state = DashboardState(topology: topology, theme: .monochrome, glyphs: .unicode, size: size)
        _ = update(&state, .snapshot(Fixture.snapshot(at: 192)))
        return state
    }

    private static let lint = ResolvedLint(
        rule: "hwm-zero", subject: "engine-1.work", line: 21, text: "sndhwm 0 of engine.work is no limit")

    private static func line(_ state: DashboardState) -> String? {
        let layout = Layout(state, size: state.size)
        return layout.verdict.map { view(state, size: state.size).buffer.lines[$0.y] }
    }

    @Test func withNothingWrongTheKeySaysSo() {
        var state = Self.state()
        state.type("v")
        #expect(state.overlay == nil)
        #expect(state.message?.text == "Nothing is wrong, as far as can be seen.")
    }

    @Test func theKeyGoesThroughAllOfThemAndEnterGoesThere() {
        var state = Self.state(lints: [Self.lint])
        state.judge()
        state.type("v")
        #expect(state.overlay == .findings)
        #expect(state.findings.entries.map(\.rule) == ["reconnect-storm", "stalled-link", "hwm-zero"])
        #expect(state.findings.selected == 0)
        state.type("v")
        #expect(state.findings.current?.rule == "stalled-link")
        state.type("j")
        #expect(state.findings.current?.isLint == true)
        state.type("v")
        #expect(state.findings.selected == 0)
        state.type("G")
        #expect(state.findings.selected == 2)
        state.type("k\r")
        #expect(state.overlay == nil)
        #expect(state.detail == .link("engine-1.work->scheduler.backend"))
        #expect(state.selected == .link("engine-1.work->scheduler.backend"))
        state.press([Key(.escape)])
        #expect(state.detail == nil)
        state.type("v")
        state.press([Key(.escape)])
        #expect(state.overlay == nil)
        #expect(state.detail == nil)
    }

    @Test func aLintLeadsToItsSocketOnTheScreenThatHasSockets() {
        var state = Self.state(lints: [Self.lint])
        state.type("v\r")
        #expect(state.screen == .sockets)
        #expect(state.detail == .socket("engine-1.work"))
        #expect(state.selections[.sockets]?.subject == .socket("engine-1.work"))
    }

    @Test func whatIsAboutNothingThatIsThereSaysSo() {
        var other = Self.lint
        other.subject = nil
        var state = Self.state(lints: [other])
        state.type("v\r")
        #expect(state.overlay == .findings)
        #expect(state.message?.text == "hwm-zero is about line 21 of the file.")
    }

    @Test func theWholeSentenceOfTheSelectedOneIsInSight() {
        var state = Self.state()
        state.judge()
        state.type("vv")
        let text = view(state, size: state.size).buffer.lines.joined()
        for part in ["37 in the send queue", "6 in the", "40 in the", "the link is up."] {
            #expect(text.contains(part))
        }
    }

    @Test func whatEndsWhileItIsReadStaysAndSaysSo() {
        var state = Self.state()
        state.judge()
        state.type("vv")
        var later = Fixture.snapshot(at: 195)
        later.verdicts = [
            .init(rule: "reconnect-storm", subject: "engine-2.work->scheduler.backend", since: 180, text: "Again."),
            .init(rule: "blocked-on", subject: "engine-1.work", since: 194, text: "New."),
        ]
        _ = update(&state, .snapshot(later))
        #expect(state.findings.entries.map(\.rule) == ["reconnect-storm", "stalled-link", "blocked-on"])
        #expect(state.findings.entries.map(\.lasted) == [nil, 8, nil])
        #expect(state.findings.current?.rule == "stalled-link")
        #expect(view(state, size: state.size).buffer.lines.joined().contains("stalled-link is over after 8.0 s"))
        // What comes back holds again; what is over goes when the list is opened anew.
        later.verdicts = []
        _ = update(&state, .snapshot(later))
        state.judge()
        #expect(state.findings.entries.map(\.lasted) == [nil, nil, 1])
        state.press([Key(.escape)])
        state.type("v")
        #expect(state.findings.entries.map(\.rule) == ["reconnect-storm", "stalled-link"])
    }

    @Test func theLineTellsForAWhileThatItsVerdictIsOver() {
        var state = Self.state()
        _ = update(&state, .tick(elapsed: .seconds(100)))
        state.judge()
        #expect(Self.line(state)?.contains("reconnect-storm  engine-2.work") == true)
        _ = update(&state, .snapshot(Fixture.snapshot(at: 194)))
        #expect(Self.line(state)?.contains("reconnect-storm is over after 14 s") == true)
        _ = update(&state, .tick(elapsed: .seconds(105)))
        #expect(Self.line(state) != nil)
        _ = update(&state, .tick(elapsed: .seconds(109)))
        #expect(Self.line(state) == nil)
    }

    @Test func lintsAreToldWhenTheFileIsLoaded() {
        var state = Self.state(lints: [Self.lint, Self.lint])
        #expect(Self.line(state)?.contains("lint hwm-zero  sndhwm 0") == true)
        #expect(Self.line(state)?.contains("+1 v") == true)
        _ = update(&state, .tick(elapsed: .seconds(9)))
        #expect(Self.line(state) == nil)
        state.type("v")
        #expect(state.findings.entries.count == 2)
    }

    @Test func theMouseOpensSelectsAndGoesThere() throws {
        var state = Self.state()
        state.judge()
        func click(_ point: Point) { _ = update(&state, .input(.mouse(MouseEvent(.press(0), at: point)))) }
        let line = try #require(Layout(state, size: state.size).verdict)
        click(Point(x: 10, y: line.y))
        #expect(state.overlay == .findings)
        let area = Canvas(state: state, size: state.size).findingsArea
        let second = try #require(
            (area.y..<area.bottom).first { Canvas(state: state, size: state.size).finding(at: Point(x: 5, y: $0)) == 1 }
        )
        click(Point(x: 5, y: second))
        #expect(state.findings.selected == 1)
        let own = try #require(
            (area.y..<area.bottom).first { Canvas(state: state, size: state.size).finding(at: Point(x: 5, y: $0)) == 1 }
        )
        click(Point(x: 5, y: own))
        #expect(state.detail == .link("engine-1.work->scheduler.backend"))
        state.press([Key(.escape)])
        state.type("v")
        click(Point(x: 5, y: 2))
        #expect(state.overlay == nil)
    }

    /// Many of them, in a low window: the selected one is always in sight.
    @Test(arguments: [10, 14, 24]) func theListScrolls(_ height: Int) {
        var state = Self.state(size: Size(width: 60, height: height))
        var many = Fixture.snapshot(at: 193)
        many.verdicts = (0..<40).map {
            .init(
                rule: "stalled-link", subject: "x\($0)", since: Double($0),
                text: "Sentence \($0) is long enough to wrap.")
        }
        _ = update(&state, .snapshot(many))
        state.type("v")
        for index in 0..<40 {
            #expect(view(state, size: state.size).buffer.lines.joined().contains("Sentence \(index) "))
            state.type("j")
        }
    }
}
