import Foundation
import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct GraphTests {
    /// A server and so many clients, the first of which sends.
    static func crowd(_ count: Int, states: [Int: Snapshot.Link.State] = [:]) -> DashboardState {
        var snapshot = Snapshot(session: "crowd", seq: 1, time: "", elapsed: 1, topology: "crowd")
        snapshot.nodes = [.init(name: "server", kind: "scheduler", group: "server", source: .tap, state: .running)]
        snapshot.sockets = [
            .init(
                id: "server.in", node: "server", name: "in", type: "ROUTER", declared: true, observed: true,
                sendQueue: 0, receiveQueue: 0)
        ]
        for index in 1...count {
            let name = "client-\(index)"
            snapshot.nodes.append(
                .init(
                    name: name, kind: "client", group: "client", replica: index, source: .tap, state: .running))
            snapshot.sockets.append(
                .init(
                    id: "\(name).out", node: name, name: "out", type: "DEALER", declared: true, observed: true,
                    sendQueue: 2, receiveQueue: 0))
            snapshot.links.append(
                .init(
                    id: "\(name).out->server.in", from: "\(name).out", to: "server.in", endpoint: "tcp://x:1",
                    transport: "tcp", state: states[index] ?? .up, retryIn: 0.183,
                    out: .init(rate: index == 1 ? 100 : 0, depth: 2), back: .init(rate: 0, depth: 0)))
        }
        var state = DashboardState.fixture(isNew: true)
        _ = update(&state, .snapshot(snapshot))
        return state
    }

    private func picture(_ state: DashboardState) -> String {
        view(state, size: state.size).buffer.lines.joined(separator: "\n")
    }

    @Test func replicasFoldWhereThereIsNoRoomForThem() {
        var state = Self.crowd(300)
        #expect(state.graph.folded == ["client"])
        #expect(state.graph.model.boxes.map(\.id) == ["server", "client ×"])
        #expect(state.graph.model.edges.count == 1)
        #expect(picture(state).contains("client ×300"))
        #expect(picture(state).contains("×300 0▸ ◂100/s"), "\(picture(state))")
        state.press([Key(.right), Key(.right)])
        #expect(state.graphSelection == .group("client"))
        state.type("o")
        #expect(state.graph.folded == [])
        #expect(state.graph.model.boxes.count == 301)
        #expect(state.graphSelection == .node("client-1"))
        state.type("o")
        #expect(state.graph.folded == ["client"])
        #expect(state.graphSelection == .group("client"))
    }

    @Test func fewReplicasStandBySide() {
        let state = Self.crowd(3)
        #expect(state.graph.folded == [])
        #expect(state.graph.model.boxes.count == 4)
        #expect(Set(state.graph.layout.boxes.dropFirst().map(\.x)).count == 1)
    }

    @Test func arrowsWalkAlongTheEdges() {
        var state = DashboardState.fixture()
        #expect(state.graphSelection == .node("client-1"))
        state.press([Key(.right)])
        #expect(state.graphSelection == .link("client-1.requests->scheduler.frontend"))
        state.press([Key(.right)])
        #expect(state.graphSelection == .node("scheduler"))
        state.press([Key(.right)])
        #expect(state.graphSelection == .link("engine-1.work->scheduler.backend"))
        state.press([Key(.down)])
        #expect(state.graphSelection == .link("engine-2.work->scheduler.backend"))
        state.press([Key(.right)])
        #expect(state.graphSelection == .node("engine-2"))
        state.press([Key(.up)])
        #expect(state.graphSelection == .node("engine-1"))
        state.press([Key(.left), Key(.left), Key(.left), Key(.left)])
        #expect(state.graphSelection == .node("client-1"))
        // Below the last box the list goes on.
        state.type("jjjj")
        #expect(state.focus == .links)
        state.type("k")
        #expect(state.focus == .graph)
    }

    @Test func whatIsSelectedIsSelectedEverywhere() {
        var state = DashboardState.fixture()
        state.type("3jjj1")
        #expect(state.graphSelection == .link("engine-1.work->scheduler.backend"))
        state.type("2G1")
        #expect(state.graphSelection == .node("inject-1"))
        state.press([Key(.right)])
        state.type("3")
        #expect(state.selected == .link("inject-1.DEALER#1->scheduler.frontend"))
    }

    @Test func enterOpensWhatIsSelected() {
        var state = DashboardState.fixture()
        state.type("\r")
        #expect(state.detail == .node("client-1"))
        state.press([Key(.escape), Key(.right)])
        state.type("\r")
        #expect(state.detail == .link("client-1.requests->scheduler.frontend"))
        var crowd = Self.crowd(300)
        while crowd.edge(of: crowd.graphSelection) == nil { crowd.press([Key(.right)]) }
        crowd.type("\r")
        #expect(crowd.screen == .links)
    }

    @Test func theHottestLinkIsFollowedAndNotLeftForALittle() {
        var state = Self.crowd(3)
        state.type("f")
        #expect(state.graphSelection == .link("client-1.out->server.in"))
        func busy(_ index: Int, _ rate: Double) -> Snapshot {
            var snapshot = state.live.snapshot ?? Fixture.snapshot()
            snapshot.links[index].out.rate = rate
            return snapshot
        }
        _ = update(&state, .snapshot(busy(1, 110)))
        #expect(state.graphSelection == .link("client-1.out->server.in"))
        _ = update(&state, .snapshot(busy(1, 130)))
        #expect(state.graphSelection == .link("client-2.out->server.in"))
        state.press([Key(.left)])
        #expect(!state.graph.followsHottest)
    }

    @Test func zoomTellsMoreOrLess() {
        var state = DashboardState.fixture(size: Size(width: 160, height: 50))
        #expect(state.graph.shownZoom == .full)
        state.type("Z")
        #expect(state.graph.shownZoom == .sockets)
        state.type("Z")
        #expect(state.graph.shownZoom == .names)
        #expect(picture(state).contains("[● client-1"))
        state.type("Z")
        #expect(state.graph.zoom == nil)
        #expect(state.graph.shownZoom == .full)
    }

    @Test func aLargeGraphIsPannedAndTheSelectionComesIntoSight() {
        var state = Self.crowd(40)
        state.graph.folds["client"] = false
        state.type("g")
        #expect(picture(state).contains("server"))
        #expect(state.graph.layout.size.height > 21)
        let before = state.graph.origin
        state.press([Key(.down, shift: true)])
        #expect(state.graph.origin.y > before.y)
        state.press([Key(.up, shift: true), Key(.up, shift: true)])
        state.press([Key(.end)])
        #expect(picture(state).contains("client-40"))
    }

    @Test func theMousePullsTheGraph() throws {
        var state = Self.crowd(40)
        state.graph.folds["client"] = false
        state.type("g")
        state.press([Key(.down, shift: true)])
        let pane = try #require(Layout(state, size: state.size).panes.first { $0.pane == .graph }).frame
        let (before, middle) = (state.graph.origin, Point(x: pane.x + pane.width / 2, y: pane.y + pane.height / 2))
        func mouse(_ kind: MouseEvent.Kind, _ x: Int, _ y: Int) {
            _ = update(&state, .input(.mouse(MouseEvent(kind, at: Point(x: middle.x + x, y: middle.y + y)))))
        }
        mouse(.drag, 0, -2)
        #expect(state.graph.origin == before, "nothing is held")
        mouse(.press(0), 0, 0)
        mouse(.drag, 0, -2)
        mouse(.drag, 0, -3)
        #expect(state.graph.origin == Point(x: before.x, y: before.y + 3))
        mouse(.release(0), 0, -3)
        mouse(.drag, 0, 2)
        #expect(state.graph.origin == Point(x: before.x, y: before.y + 3))
    }

    @Test func eachStateHasALineOfItsOwn() {
        let glyphs: [Snapshot.Link.State: String] = [.up: "━", .retrying: "╌", .declared: "┄", .down: "╌"]
        for (link, glyph) in glyphs {
            let state = Self.crowd(1, states: [1: link])
            #expect(picture(state).contains(glyph), "\(link)")
        }
        #expect(picture(Self.crowd(1, states: [1: .retrying])).contains("retry 183 ms"))
    }

    @Test func whoWaitsIsSeenOnTheEdge() {
        // engine-1 of the fixture is blocked in zmq_send on the scheduler.
        let state = DashboardState.fixture(size: Size(width: 160, height: 50))
        #expect(picture(state).contains("waits 1.2 s"))
    }

    @Test func arrowsTravelTheFasterTheMore() {
        let speeds = [0.01, 1, 10, 100, 1000, 1e9].map(GraphPulse.cellsPerSecond)
        #expect(speeds == speeds.sorted())
        #expect(Set(speeds).count == speeds.count)
        var state = DashboardState.fixture(size: Size(width: 160, height: 50))
        let first = view(state, size: state.size)
        _ = update(&state, .tick(elapsed: .seconds(1)))
        #expect(view(state, size: state.size).buffer != first.buffer)
        #expect(state.motion != nil)
        state.type(" ")
        let frozen = view(state, size: state.size).buffer.lines.dropFirst(2)
        _ = update(&state, .tick(elapsed: .seconds(2)))
        #expect(view(state, size: state.size).buffer.lines.dropFirst(2) == frozen)
        #expect(state.motion == nil)
    }

    /// A socket is seen before one knows what it is: then its name stays, and which way messages flow may turn round.
    @Test func aTypeThatIsLearntLateIsShown() {
        var state = Self.crowd(1)
        #expect(state.graph.model.edges.map(\.isForward) == [false])
        var snapshot = state.live.snapshot ?? Fixture.snapshot()
        snapshot.sockets[1].type = "PUSH"
        snapshot.sockets[0].type = "PULL"
        _ = update(&state, .snapshot(snapshot))
        #expect(state.graph.model.boxes.flatMap(\.rows).map(\.type) == ["PULL", "PUSH"])
        #expect(state.graph.model.edges.map(\.isForward) == [true])
    }

    /// What a folded group's box sums is each of its links, once.
    @Test func aFoldedBoxSumsItsLinks() {
        var state = Self.crowd(3)
        var snapshot = state.live.snapshot ?? Fixture.snapshot()
        for index in snapshot.links.indices { snapshot.links[index].out.rate = 50 }
        _ = update(&state, .snapshot(snapshot))
        state.press([Key(.right), Key(.right)])
        state.type("o")
        #expect(state.graph.folded == ["client"])
        let lines = view(state, size: state.size).buffer.lines
        #expect(lines.joined().components(separatedBy: " 150/s ").count >= 3, "\(picture(state))")
    }

    @Test func anEndThatIsNobodysNodeIsABoxToo() {
        var state = Self.crowd(1)
        var snapshot = state.live.snapshot ?? Fixture.snapshot()
        for port in 1...3 {
            snapshot.links.append(
                .init(
                    id: "tcp://127.0.0.1:\(port)->server.in", from: "tcp://127.0.0.1:\(port)", to: "server.in",
                    endpoint: "tcp://x:1", transport: "tcp", state: .up))
        }
        _ = update(&state, .snapshot(snapshot))
        #expect(picture(state).contains("3 peers"))
    }

    @Test func theFilterDimsWhatItDoesNotMean() {
        var state = DashboardState.fixture()
        state.type("/engine\r")
        #expect(state.graph.model.boxes.filter(state.isMatched).map(\.title) == ["engine-1", "engine-2"])
    }
}
