import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

/// What Enter opens: over the body or beside the lists, what is gathered for it, what is read for it.
@Suite struct DetailTests {
    private static func text(_ state: DashboardState) -> String {
        view(state, size: state.size).buffer.lines.joined(separator: "\n")
    }

    // MARK: Threads of one process

    @Test func aThreadTellsWhoSharesItsProcess() throws {
        var topology = Fixture.topology
        for index in topology.nodes.indices where topology.nodes[index].group == "client" {
            topology.nodes[index].process = "front"
        }
        var snapshot = Fixture.snapshot()
        for index in snapshot.nodes.indices where snapshot.nodes[index].group == "client" {
            snapshot.nodes[index].rss = nil
            snapshot.nodes[index].process = .init(name: "front", cpu: 0.05, rss: 8_388_608)
        }
        var state = DashboardState(
            topology: topology, theme: .standard, glyphs: .unicode, size: Size(width: 100, height: 40))
        _ = update(&state, .snapshot(snapshot))
        state.type("2\r")
        let text = Self.text(state)
        #expect(text.contains("front, with client-2, client-3"), "\(text)")
        #expect(text.contains("1.2%, its own thread") && text.contains("5.0% cpu, 8.0 MiB"), "\(text)")
        // Its output is in the files of the process.
        #expect(state.writer(of: "client-3") == "client-1" && state.writer(of: "engine-1") == "engine-1")
        state.press([Key(.escape)])
        state.type("X")
        #expect(
            Self.text(state).contains("Kill client-1, with client-2 and client-3 in the process front (pid 4701)?"),
            "\(Self.text(state))")
        state.press([Key(.escape)])
        state.take(.done(nodes: ["client-1", "client-2", "client-3"]), to: .node(.stop, node: "client-1"))
        #expect(
            state.message?.text
                == "client-1, with client-2 and client-3 in the process front, are stopped: s starts them again.")
    }

    // MARK: Beside the lists

    @Test func onAWideTerminalTheyStandBesideTheListsAndFollowTheSelection() {
        var state = DashboardState.fixture(size: Size(width: 120, height: 20))
        state.type("2\r")
        #expect(state.isDetailBeside)
        let layout = Layout(state, size: state.size)
        #expect(layout.panes.count == 1)
        #expect(layout.detail?.width == 64)
        #expect(layout.panes[0].frame.right == layout.detail?.x)
        #expect(state.detail == .node("client-1"))
        state.type("jjjj")
        #expect(state.detail == .node("engine-1"))
        state.press([Key(.pageDown)])
        #expect(state.detail == .node("engine-1"))
        #expect(state.detailOffset > 0)
        state.type("j")
        #expect(state.detail == .node("engine-2"))
        #expect(state.detailOffset == 0)
        state.press([Key(.escape)])
        #expect(state.detail == nil)
        #expect(state.selected == .node("engine-2"))
    }

    @Test func onANarrowOneTheyFillTheBodyAndScroll() {
        var state = DashboardState.fixture(size: Size(width: 119, height: 36))
        state.type("2\r")
        #expect(!state.isDetailBeside)
        #expect(Layout(state, size: state.size).panes.isEmpty)
        _ = update(&state, .resize(Size(width: 119, height: 16)))
        state.type("jj")
        #expect(state.detail == .node("client-1"))
        #expect(state.detailOffset == 2)
    }

    @Test func theMouseSelectsInTheListAndScrollsTheDetails() throws {
        var state = DashboardState.fixture(size: Size(width: 120, height: 20))
        state.type("2\r")
        let layout = Layout(state, size: state.size)
        let row = layout.panes[0].rows.row(3)
        _ = update(&state, .input(.mouse(MouseEvent(.press(0), at: Point(x: row.x + 2, y: row.y)))))
        #expect(state.detail == .node("scheduler"))
        let place = try #require(layout.detail)
        _ = update(&state, .input(.mouse(MouseEvent(.scrollDown, at: Point(x: place.x + 5, y: place.y + 2)))))
        #expect(state.detailOffset == 3)
        #expect(state.detail == .node("scheduler"))
        _ = update(&state, .input(.mouse(MouseEvent(.scrollUp, at: Point(x: row.x + 2, y: row.y)))))
        #expect(state.detail == .node("client-1"))
    }

    // MARK: Output

    @Test func aNodesOutputIsReadWhileItIsOpenOnceASecond() {
        var state = DashboardState.fixture()
        #expect(state.type("2jjjj\r") == [.readOutput(node: "engine-1")])
        #expect(update(&state, .snapshot(Fixture.snapshot(at: 193))) == [])
        _ = update(&state, .output(NodeOutput(node: "engine-1", lines: ["warm"], errors: ["\u{1b}[31mhot"])))
        #expect(state.output?.lines == ["warm"])
        state.type("G")
        #expect(Self.text(state).contains("[31mhot"))
        #expect(!Self.text(state).contains("\u{1b}"))
        _ = update(&state, .tick(elapsed: .seconds(1)))
        #expect(update(&state, .snapshot(Fixture.snapshot(at: 194))) == [.readOutput(node: "engine-1")])
        // Another node's lines come too late.
        _ = update(&state, .output(NodeOutput(node: "client-1", lines: ["no"], errors: [])))
        #expect(state.output?.node == "engine-1")
        state.press([Key(.escape)])
        #expect(state.output == nil)
        #expect(state.type("3\r") == [])
    }

    @Test func aChildsOutputIsItsParents() {
        var state = DashboardState.fixture()
        var snapshot = Fixture.snapshot(at: 193)
        snapshot.nodes.insert(
            .init(name: "engine-1/worker", kind: "engine", group: "engine", parent: "engine-1", state: .running), at: 5)
        _ = update(&state, .snapshot(snapshot))
        #expect(state.type("2jjjjj\r") == [.readOutput(node: "engine-1")])
        _ = update(&state, .output(NodeOutput(node: "engine-1", lines: ["of both"], errors: [])))
        state.type("G")
        #expect(Self.text(state).contains("last output of engine-1"))
    }

    // MARK: Options

    @Test func optionsSayWhoHasSetThem() {
        var state = DashboardState.fixture(size: Size(width: 80, height: 60))
        state.type("4jjjjj\r")
        let text = Self.text(state)
        for part in [
            "routing_id      engine-1    the file", "sndhwm          500         its kind     the file says 1000",
            "linger          200         its kind",
            "heartbeat_ivl   1000        its kind     too late: after bind or connect",
        ] {
            #expect(text.contains(part), "\(part) is missing:\n\(text)")
        }
    }

    @Test func aSecretIsNotShown() {
        var topology = Fixture.topology
        topology.nodes[4].sockets[0].options = [
            ResolvedOption(name: "plain_password", number: 46, value: .bytes(Array("swordfish".utf8)))
        ]
        var state = DashboardState(
            topology: topology, theme: .monochrome, glyphs: .unicode, size: Size(width: 80, height: 60))
        var snapshot = Fixture.snapshot()
        _ = update(&state, .snapshot(snapshot))
        state.type("4jjjjj\r")
        #expect(!Self.text(state).contains("swordfish"))
        snapshot.sockets[5].options = [.init(name: "plain_password", value: "•••", late: false)]
        _ = update(&state, .snapshot(snapshot))
        #expect(Self.text(state).contains("plain_password  •••         the file"))
    }

    // MARK: Downtimes

    private static func link(_ state: Snapshot.Link.State, since: Double, reconnects: Int = 0) -> Snapshot.Link {
        .init(
            id: "a->b", from: "a", to: "b", endpoint: "", transport: "tcp", state: state, since: since,
            reconnects: reconnects)
    }

    @Test func aTimeWithoutTheLinkIsKeptWithItsFirstMessageAfter() {
        var times = Downtimes()
        times.note(Self.link(.up, since: 1), received: 10, at: 2)
        times.note(Self.link(.down, since: 4.2), received: 12, at: 5)
        #expect(times.periods == [.init(from: 4.2)])
        times.note(Self.link(.retrying, since: 4.9), received: 12, at: 6)
        times.note(Self.link(.up, since: 6.7, reconnects: 1), received: 12, at: 7)
        #expect(times.periods == [.init(from: 4.2, to: 6.7)])
        times.note(Self.link(.up, since: 6.7, reconnects: 1), received: 12, at: 8)
        #expect(times.periods[0].firstMessage == nil)
        times.note(Self.link(.up, since: 6.7, reconnects: 1), received: 13, at: 9)
        times.note(Self.link(.up, since: 6.7, reconnects: 1), received: 99, at: 10)
        #expect(times.periods == [.init(from: 4.2, to: 6.7, firstMessage: 9)])
        #expect(times.unseen == 0)
        #expect(abs(times.periods[0].length(at: 10) - 2.5) < 1e-9)
    }

    @Test func reconnectsThatNobodySawAreCounted() {
        var times = Downtimes()
        times.note(Self.link(.up, since: 1, reconnects: 3), received: nil, at: 2)
        #expect(times.unseen == 3)
        times.note(Self.link(.up, since: 2.5, reconnects: 5), received: nil, at: 3)
        #expect(times.unseen == 5)
        times.note(Self.link(.down, since: 3.5, reconnects: 5), received: nil, at: 4)
        times.note(Self.link(.up, since: 4.5, reconnects: 7), received: nil, at: 5)
        #expect(times.periods.count == 1)
        #expect(times.unseen == 6)
    }

    @Test func itIsBounded() {
        var times = Downtimes()
        for index in 0..<100 {
            let at = Double(index) * 2
            times.note(Self.link(.up, since: at, reconnects: index), received: nil, at: at)
            times.note(Self.link(.down, since: at + 1, reconnects: index), received: nil, at: at + 1)
        }
        #expect(times.periods.count == Downtimes.capacity)
        #expect(times.unseen == 100 - Downtimes.capacity)
    }

    @Test func theStripShowsWhatWasUpDownAndNotLookedAt() {
        var times = Downtimes()
        #expect(times.stretches(2, seconds: 10, now: 10, gaps: []) == [.unknown, .unknown])
        times.note(Self.link(.up, since: 2), received: nil, at: 2)
        times.note(Self.link(.down, since: 5.5), received: nil, at: 6)
        times.note(Self.link(.up, since: 6.5), received: nil, at: 7)
        #expect(
            times.stretches(10, seconds: 10, now: 10, gaps: [.init(from: 7.5, to: 9.5)]) == [
                .unknown, .unknown, .up, .up, .up, .down, .down, .up, .unknown, .up,
            ])
    }

    @Test func theObservationGathersThem() {
        var observation = Observation()
        for second in 130...192 { observation.take(Fixture.snapshot(at: second)) }
        let link = "engine-2.work->scheduler.backend"
        #expect(observation.downtimes[link]?.periods == [.init(from: 180)])
        observation.take(Fixture.snapshot(at: 220))
        #expect(observation.gaps == [.init(from: 192, to: 220)])
        var less = Fixture.snapshot(at: 221)
        less.links.removeAll { $0.id == link }
        observation.take(less)
        #expect(observation.downtimes[link] == nil)
    }
}
