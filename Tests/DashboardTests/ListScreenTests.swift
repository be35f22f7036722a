import Foundation
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

/// Pictures of the lists, and what the mouse and the keys do to them.
@Suite struct ListScreenTests {
    static let scenes: [ScreenTests.Scene] = [
        .init(name: "links-sorted") { $0.type("3>>>") },
        .init(name: "nodes-curves") { state in
            // The history of the messages and of cpu, which are there but not shown at first.
            state.type("2Cjjjj jjjj ")
            state.press([Key(.escape)])
        },
        .init(name: "columns") { $0.type("3>>>Cjj ") },
        .init(name: "events-unfolded") { $0.type("6k\r") },
        .init(name: "events-only") { $0.type("2Gkn") },
        .init(name: "filter-terms") { $0.type("3/state:up depth>10") },
        .init(name: "filter-problem") { $0.type("3/state:up dept>10") },
        .init(name: "links-many") { state in
            for seq in 1...3 { _ = update(&state, .snapshot(Fixture.crowd(300, seq: 2000 + seq))) }
            state.type("3>>>I")
        },
    ]

    static let sizes = [
        Size(width: 80, height: 24), Size(width: 120, height: 36), Size(width: 200, height: 60),
    ]

    @Test(arguments: scenes, sizes)
    func pictures(_ scene: ScreenTests.Scene, _ size: Size) throws {
        var state = DashboardState.fixture(theme: .monochrome, size: size)
        scene.change(&state)
        try Golden.check(view(state, size: size), "list-\(scene.name)-\(size.width)x\(size.height)", styles: false)
    }

    @Test(arguments: scenes, sizes)
    func colours(_ scene: ScreenTests.Scene, _ size: Size) throws {
        var state = DashboardState.fixture(theme: .standard, size: size)
        scene.change(&state)
        try Golden.check(
            view(state, size: size), "list-\(scene.name)-\(size.width)x\(size.height)-colours", styles: true)
    }

    @Test func withoutUnicode() {
        for scene in Self.scenes {
            for size in Self.sizes {
                var state = DashboardState.fixture(theme: .monochrome, size: size)
                scene.change(&state)
                state.glyphs = .ascii
                let lines = view(state, size: size).buffer.lines
                let strange = lines.joined().filter { !$0.isASCII || $0 == "?" }
                // The help's key is a question mark, and a filter may be asked about; nothing else is one.
                let asked = state.filter.problem == nil ? 1 : 2
                #expect(
                    strange.filter { $0 != "?" }.isEmpty && strange.count <= asked,
                    "\(scene.name): \(lines.filter { $0.contains("?") })")
            }
        }
    }

    /// Of what stands still no latency is known, and the columns stay where they were.
    @Test func noColumnGoes() throws {
        let size = Size(width: 120, height: 36)
        var state = DashboardState.fixture(size: size)
        func heading() throws -> String {
            try #require(view(state, size: size).buffer.lines.first { $0.contains("p99") })
        }
        state.type("3")
        let before = try heading()
        var snapshot = Fixture.snapshot(at: 195)
        for index in snapshot.links.indices {
            snapshot.links[index].out.latency = nil
            snapshot.links[index].back.latency = nil
        }
        _ = update(&state, .snapshot(snapshot))
        #expect(try heading() == before)
    }

    // MARK: Mouse

    private func click(_ state: inout DashboardState, _ x: Int, _ y: Int) {
        _ = update(&state, .input(.mouse(.init(.press(0), at: Point(x: x, y: y)))))
    }

    @Test func aClickOnAHeadingSortsAndAnotherInverts() throws {
        var state = DashboardState.fixture()
        state.type("3")
        let head = view(state, size: state.size).buffer.lines[2]
        let column = try #require(head.range(of: "depth")).lowerBound
        let x = head.distance(from: head.startIndex, to: column)
        click(&state, x, 2)
        #expect(state.lists[.links]?.sort == .init(column: "depth", isDescending: true))
        #expect(state.rows(of: .links).first == .link("engine-1.work->scheduler.backend"))
        click(&state, x, 2)
        #expect(state.lists[.links]?.sort == .init(column: "depth", isDescending: false))
        #expect(state.rows(of: .links)[4] == .link("engine-1.work->scheduler.backend"))
        // A heading that nobody can sort by does nothing.
        let bar = try #require(head.range(of: "kern")).lowerBound
        click(&state, head.distance(from: head.startIndex, to: bar), 2)
        #expect(state.lists[.links]?.sort == .init(column: "depth", isDescending: false))
        #expect(state.detail == nil)
    }

    @Test func aClickOnTheScrollBarGoesThere() {
        let size = Size(width: 80, height: 24)
        var state = DashboardState.fixture(size: size)
        _ = update(&state, .snapshot(Fixture.crowd(300, seq: 2001)))
        state.type("3")
        let rows = state.rows(of: .links)
        click(&state, 78, 12)
        let row = state.selections[.links]?.row ?? 0
        #expect(row > 100 && row < 200)
        click(&state, 78, 21)
        #expect(state.selected == rows.last)
        click(&state, 78, 3)
        #expect(state.selected == rows.first)
        #expect(state.detail == nil)
        _ = update(&state, .input(.mouse(.init(.scrollDown, at: Point(x: 10, y: 10)))))
        #expect(state.selected == rows[3])
    }

    // MARK: Events

    @Test func repeatsUnfoldInPlaceAndFoldAgain() {
        var state = DashboardState.fixture()
        state.type("6k")
        let folded = state.rows(of: .events)
        state.type("\r")
        let unfolded = state.rows(of: .events)
        #expect(unfolded.count == folded.count + 12)
        #expect(Array(unfolded.prefix(folded.count)) == folded)
        #expect(view(state, size: state.size).buffer.lines.contains { $0.contains("└  03:05.4") })
        state.type("\r")
        #expect(state.rows(of: .events) == folded)
        #expect(state.detail == nil)
    }

    @Test func onlyTheEventsOfOne() {
        var state = DashboardState.fixture()
        state.type("2jjjjjn")
        #expect(state.screen == .events)
        #expect(state.eventsOf == .node("engine-2"))
        #expect(state.rows(of: .events).count == 2)
        #expect(state.message?.text == "Only the events of engine-2; n or Esc shows all.")
        #expect(view(state, size: state.size).buffer.lines[1].contains("n engine-2"))
        state.type("n")
        #expect(state.rows(of: .events).count == 9)
        state.type("kn")
        #expect(state.eventsOf == .socket("engine-2.work"))
        state.press([Key(.escape)])
        #expect(state.eventsOf == nil)
        state.type("3n")
        #expect(state.eventsOf == .link("client-1.requests->scheduler.frontend"))
        #expect(state.rows(of: .events).count == 6)
    }

    @Test func onTheTopologyScreenTheEventsStayWhereTheyAre() {
        var state = DashboardState.fixture(size: Size(width: 160, height: 60))
        state.type("n")
        #expect(state.screen == .topology)
        #expect(state.eventsOf == .node("client-1"))
        #expect(view(state, size: state.size).buffer.lines.contains { $0.contains(" events of client-1 ") })
    }
}
