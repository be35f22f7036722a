import Foundation
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct RowOrderTests {
    @Test func numbersInNamesCountAsNumbers() {
        let names = ["engine-10", "Engine-2", "engine-1", "engine", "a", "engine-02"]
        let places = RowOrder.places(names.map { .text($0) }, isDescending: false)
        #expect(places.map { names[$0] } == ["a", "engine", "engine-1", "Engine-2", "engine-02", "engine-10"])
    }

    @Test func whatIsUnknownIsLastBothWays() {
        let values: [ColumnValue] = [.unknown, .number(2), .number(7), .unknown, .number(2)]
        #expect(RowOrder.places(values, isDescending: false) == [1, 4, 2, 0, 3])
        #expect(RowOrder.places(values, isDescending: true) == [2, 1, 4, 0, 3])
    }

    /// Whatever the values: each row stays, rows are in order, and equal ones keep theirs.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func sortingIsAStablePermutation(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let values: [ColumnValue] = (0..<Int.random(in: 0...300, using: &random)).map { _ in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .unknown
            case 1: .text("n\(Int.random(in: 0..<5, using: &random))")
            default: .number(Double(Int.random(in: -3..<4, using: &random)))
            }
        }
        for isDescending in [false, true] {
            let places = RowOrder.places(values, isDescending: isDescending)
            #expect(places.sorted() == Array(values.indices))
            for (first, second) in zip(places, places.dropFirst()) {
                switch (values[first], values[second]) {
                case (.number(let a), .number(let b)):
                    #expect(a == b ? first < second : (a < b) != isDescending)
                case (.text(let a), .text(let b)):
                    #expect(a == b ? first < second : (a < b) != isDescending)
                case (.unknown, .unknown): #expect(first < second)
                case (.unknown, _): Issue.record("something known after something unknown")
                default: break
                }
            }
            // What is in order already stays as it is.
            let again = RowOrder.places(places.map { values[$0] }, isDescending: isDescending)
            #expect(again == Array(places.indices))
        }
    }

    @Test func whatLooksTheSameIsTheSame() {
        #expect(FigureKind.rate.asSeen(5.04) == FigureKind.rate.asSeen(4.96))
        #expect(FigureKind.rate.asSeen(5.04) != FigureKind.rate.asSeen(5.06))
        #expect(FigureKind.rate.asSeen(1234) == FigureKind.rate.asSeen(1239))
        #expect(FigureKind.count.asSeen(999) != FigureKind.count.asSeen(998))
        for kind in [FigureKind.count, .rate, .bytes, .seconds, .share] {
            // Nobody counts halves.
            let isWhole = kind == .count || kind == .bytes
            for value in [0, 0.003, 0.2, 4.44, 9.96, 37, 999, 1023, 1024, 123_456, 7e9] where !isWhole || value >= 37 {
                // As it is seen it is written the same, but for what lies between two figures.
                let seen = kind.asSeen(value)
                #expect(abs(seen - value) <= max(0.06, value * 0.06), "\(kind) \(value)")
                #expect(kind.asSeen(seen) == seen, "\(kind) \(value)")
            }
        }
    }
}

@Suite struct SortingTests {
    private func names(_ state: DashboardState, _ pane: Pane = .nodes) -> [String] {
        state.rows(of: pane).map(\.name)
    }

    @Test func theKeysGoThroughTheColumnsInSightAndBackToTheFile() {
        var state = DashboardState.fixture()
        state.type("2")
        let file = names(state)
        var seen: [String?] = []
        for _ in 0..<7 {
            state.type(">")
            seen.append(state.lists[.nodes]?.sort?.column)
        }
        #expect(seen == ["node", "state", "sent/s", "recv/s", "depth", "cpu", nil])
        #expect(names(state) == file)
        state.type("<")
        #expect(state.lists[.nodes]?.sort == .init(column: "cpu", isDescending: true))
        #expect(state.message?.text == "Nodes by cpu, the largest first; I inverts, < and > go on.")
        #expect(
            names(state) == [
                "scheduler", "engine-1", "client-1", "client-2", "client-3", "inject-1", "engine-2",
            ])
        state.type("I")
        #expect(
            names(state) == [
                "inject-1", "client-1", "client-2", "client-3", "engine-1", "scheduler", "engine-2",
            ])
        state.type(">")
        #expect(state.lists[.nodes]?.sort == nil)
        state.type("I")
        #expect(state.message?.text == "Rows stand in the file's order: > sorts them.")
    }

    @Test func textsBeginAtAAndTheHeadingShowsTheWay() {
        var state = DashboardState.fixture(theme: .monochrome)
        state.type("2>")
        #expect(names(state).first == "client-1")
        #expect(view(state, size: state.size).buffer.lines[2].hasPrefix(" nodes▴ "))
        state.type("I")
        #expect(names(state).first == "scheduler")
        #expect(view(state, size: state.size).buffer.lines[2].hasPrefix(" nodes▾ "))
        state.glyphs = .ascii
        #expect(view(state, size: state.size).buffer.lines[2].hasPrefix(" nodesv "))
    }

    @Test func theSelectionGoesWithItsRow() {
        var state = DashboardState.fixture()
        state.type("2jjj")
        #expect(state.selected == .node("scheduler"))
        state.type("><<")
        #expect(state.lists[.nodes]?.sort?.column == "cpu")
        #expect(state.selected == .node("scheduler"))
        #expect(state.selections[.nodes]?.row == 0)
    }

    /// What differs by less than one sees changes no place.
    @Test func rowsDoNotJumpForNothing() {
        var state = DashboardState.fixture()
        state.type("3>>>")
        #expect(state.lists[.links]?.sort?.column == "rate")
        var snapshot = Fixture.snapshot(at: 193)
        for index in snapshot.links.indices { snapshot.links[index].out.rate = 100.2 }
        for index in snapshot.links.indices { snapshot.links[index].back.rate = 0 }
        _ = update(&state, .snapshot(snapshot))
        let order = names(state, .links)
        #expect(order == snapshot.links.map(\.id))
        snapshot.links[3].out.rate = 100.4
        _ = update(&state, .snapshot(snapshot))
        #expect(names(state, .links) == order)
        snapshot.links[3].out.rate = 101
        _ = update(&state, .snapshot(snapshot))
        #expect(names(state, .links).first == snapshot.links[3].id)
    }

    @Test func eachListHasItsOwnOrder() {
        var state = DashboardState.fixture()
        state.type("2<3")
        #expect(state.lists[.links] == nil)
        state.type("<2")
        #expect(state.lists[.nodes]?.sort?.column == "cpu")
        #expect(state.lists[.links]?.sort?.column == "lost")
    }

    @Test func sortedEventsFollowNoTail() {
        var state = DashboardState.fixture()
        state.type("6")
        #expect(state.followsTail(.events))
        state.type(">>>")
        #expect(!state.followsTail(.events))
        #expect(state.selections[.events]?.subject != nil)
        let titles = state.rows(of: .events).compactMap { subject -> String? in
            guard case .event(let id) = subject else { return nil }
            return state.shown.log.entry(id).map(EventMeaning.name)
        }
        #expect(titles.first == "ACCEPTED")
        #expect(titles == titles.sorted { $0.lowercased() < $1.lowercased() })
        state.type("G")
        #expect(state.selections[.events]?.subject == state.rows(of: .events).last)
    }

    @Test func inTheGraphTheKeysSayWhereTheyBelong() {
        var state = DashboardState.fixture()
        for key in ["<", ">", "I", "C"] {
            state.type(key)
            #expect(state.message?.text == "Go into a list first: this is one of its keys.")
        }
        #expect(state.overlay == nil)
    }

    @Test func rowsAreMadeOnceALook() {
        var state = DashboardState.fixture()
        state.type("3")
        let made = state.listRows[.links]
        #expect(made?.subjects == state.rows(of: .links))
        _ = update(&state, .tick(elapsed: .seconds(1)))
        #expect(state.listRows[.links] == made)
        _ = update(&state, .snapshot(Fixture.snapshot(at: 193)))
        #expect(state.listRows[.links]?.source != made?.source)
    }
}

@Suite struct ColumnTests {
    private func heads(_ state: DashboardState) -> String { view(state, size: state.size).buffer.lines[2] }

    @Test func columnsComeAndGo() {
        var state = DashboardState.fixture()
        state.type("2C")
        #expect(state.overlay == .columns(.nodes, row: 0))
        #expect(state.type(" ") == [])
        #expect(state.message?.text == "The first column stays: without it nobody knows whose the rest is.")
        state.type("j ")
        #expect(state.lists[.nodes]?.shown == ["state": false])
        #expect(!heads(state).contains("state"))
        // A column that is asked for has room before those that only were there.
        state.type("jj ")
        #expect(state.lists[.nodes]?.shown == ["state": false, "pid": true])
        state.press([Key(.escape)])
        #expect(state.overlay == nil)
        #expect(heads(state).contains(" pid "))
        state.type("C0")
        #expect(state.lists[.nodes] == nil)
        state.type("C")
        #expect(heads(state).contains("state"))
    }

    @Test func aHiddenColumnSortsNoMore() {
        var state = DashboardState.fixture()
        state.type("2>>")
        #expect(state.lists[.nodes]?.sort?.column == "state")
        state.type("Cj ")
        #expect(state.lists[.nodes]?.sort == nil)
    }

    @Test func theChooserIsWalkedByKeysAndMouse() throws {
        var state = DashboardState.fixture()
        state.type("3CG")
        let last = (Lists.all[.links]?.columnNames.count ?? 0) - 1
        #expect(state.overlay == .columns(.links, row: last))
        state.type("jgk")
        #expect(state.overlay == .columns(.links, row: 0))
        state.press([Key(.pageDown)])
        #expect(state.overlay == .columns(.links, row: 10))
        _ = update(&state, .input(.mouse(.init(.scrollDown, at: Point(x: 30, y: 8)))))
        #expect(state.overlay == .columns(.links, row: 11))
        let y = try #require(view(state, size: state.size).buffer.lines.firstIndex { $0.contains("[x] lost") })
        _ = update(&state, .input(.mouse(.init(.press(0), at: Point(x: 30, y: y)))))
        #expect(state.lists[.links]?.shown == ["lost": false])
        _ = update(&state, .input(.mouse(.init(.press(0), at: Point(x: 0, y: 0)))))
        #expect(state.overlay == nil)
    }

    /// Names are what filters and saved settings use: one meaning each, over all lists.
    @Test func namesAreUniqueAndMeanTheSameEverywhere() {
        var kinds: [String: FigureKind] = [:]
        for (pane, list) in Lists.all {
            #expect(Set(list.columnNames.map(\.id)).count == list.columnNames.count, "\(pane)")
            for column in list.columnNames { #expect(!column.help.isEmpty && column.help.count <= 58, "\(column.id)") }
            for field in list.filterFields {
                #expect(kinds[field.id, default: field.kind] == field.kind, "\(field.id) in \(pane)")
                kinds[field.id] = field.kind
            }
        }
    }

    @Test func theWindowOfTheCurvesIsChosenAndToldInTheHeading() {
        var state = DashboardState.fixture(theme: .monochrome, size: Size(width: 160, height: 50))
        state.type("3")
        #expect(view(state, size: state.size).buffer.lines[3].contains(" 1 min "))
        var titles: [String] = []
        for _ in 0..<6 {
            state.type("w")
            titles.append(state.window.title)
        }
        #expect(titles == ["2 min", "5 min", "10 min", "10 s", "30 s", "1 min"])
        #expect(state.message?.text == "Curves show the last 1 min.")
    }
}

@Suite struct ListChoicesTests {
    @Test func whatWasChosenIsKeptAndTakenOver() throws {
        var state = DashboardState.fixture()
        #expect(state.type("2j3j") == [])
        let sorted = ListChoices(lists: ["links": .init(sort: "link", isDescending: false, columns: nil)], window: nil)
        #expect(state.type(">") == [.keepLists(sorted)])
        #expect(state.type("w").count == 1)
        #expect(state.type("Cj ").count == 1)
        state.press([Key(.escape)])
        let kept = state.listChoices
        #expect(
            kept
                == ListChoices(
                    lists: ["links": .init(sort: "link", isDescending: false, columns: ["state": false])], window: 120))
        let data = try JSONEncoder().encode(kept)
        var next = DashboardState.fixture()
        _ = update(&next, .lists(try JSONDecoder().decode(ListChoices.self, from: data)))
        #expect(next.lists == state.lists)
        #expect(next.window == .twoMinutes)
        // At first again: nothing is left to keep.
        state.type("C0")
        state.press([Key(.escape)])
        #expect(state.type("wwwww").last == .keepLists(ListChoices()))
    }

    @Test func whatIsNotKnownAnyMoreIsLeftOut() {
        var state = DashboardState.fixture()
        let strange = ListChoices.List(
            sort: "gone", isDescending: true, columns: ["gone": true, "link": false, "p50": false])
        _ = update(&state, .lists(ListChoices(lists: ["links": strange, "nothing": strange], window: 7)))
        #expect(state.lists[.links] == ListSettings(sort: nil, shown: ["p50": false]))
        #expect(state.window == .minute)
        #expect(view(state, size: state.size).buffer.lines.count == 24)
    }
}

@Suite struct SumTests {
    private func sums(_ state: DashboardState) -> String {
        view(state, size: state.size).buffer.lines.first { $0.contains("Σ") } ?? ""
    }

    @Test func sumsLeaveInjectorsOutAndTellOfTheFilter() {
        var state = DashboardState.fixture()
        state.type("3")
        #expect(sums(state).hasPrefix(" Σ 5 links "))
        #expect(sums(state).split(separator: " ").suffix(5) == ["1.2k", "615", "609", "87", "2"])
        state.type("/client\r")
        #expect(sums(state).hasPrefix(" Σ 3 of 6 links "))
        #expect(sums(state).split(separator: " ").suffix(5) == ["609", "15", "594", "3", "0"])
        state.type("/client-1\r")
        #expect(sums(state) == "")
    }

    @Test func aMissingTermIsSaid() {
        var state = DashboardState.fixture()
        var snapshot = Fixture.snapshot(at: 193)
        snapshot.links[0].out.depth = nil
        snapshot.links[1].out.rate = 12_345
        snapshot.links[2].out.rate = nil
        snapshot.links[2].back.rate = nil
        _ = update(&state, .snapshot(snapshot))
        state.type("3")
        let words = sums(state).split(separator: " ")
        #expect(words.contains("≥87"))
        // There is no room for ≥13.1k, and a figure is not cut.
        #expect(words.contains("≥13k"))
        // engine-2 never told, for it is not up: that is no gap.
        #expect(words.last == "2")
    }

    @Test func otherListsOnTheScreenHaveNone() {
        let state = DashboardState.fixture(size: Size(width: 120, height: 50))
        #expect(sums(state) == "")
    }
}
