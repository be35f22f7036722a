import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct FaultMenuTests {
    private let link = "engine-1.work->scheduler.backend"

    /// On the links, with `link` selected, and these faults in force on it.
    private func onLink(faults: [String] = []) throws -> DashboardState {
        var state = DashboardState.fixture()
        var snapshot = try #require(state.live.snapshot)
        let place = try #require(snapshot.links.firstIndex { $0.id == link })
        snapshot.links[place].faults = faults
        _ = update(&state, .snapshot(snapshot))
        state.type("3")
        state.selections[.links]?.subject = .link(link)
        return state
    }

    private func press(_ keys: String, _ state: inout DashboardState) -> [Effect] {
        keys.flatMap { character in
            update(
                &state,
                .input(.key(character == "\r" ? .enter : character == "\u{1b}" ? .escape : .character(character))))
        }
    }

    @Test("c cuts the link, and heals it where it is cut")
    func cut() throws {
        var state = try onLink()
        #expect(press("c", &state) == [.command(.fault(.cut, target: link))])
        _ = update(&state, .reply(to: .fault(.cut, target: link), .done(nodes: [link])))
        #expect(state.message?.text.contains("F or :heal ends it") == true)
        var broken = try onLink(faults: ["cut"])
        #expect(press("c", &broken) == [.command(.heal(target: link))])
    }

    @Test("a node stands for its links, and is healed where one of them has a fault")
    func node() throws {
        var state = try onLink()
        state.type("2")
        state.selections[.nodes]?.subject = .node("engine-1")
        #expect(press("c", &state) == [.command(.fault(.cut, target: "engine-1"))])
        var broken = try onLink(faults: ["cut"])
        broken.type("2")
        broken.selections[.nodes]?.subject = .node("engine-1")
        #expect(press("c", &broken) == [.command(.heal(target: "engine-1"))])
    }

    @Test("the menu: choose, type a value, do it; what is typed stays for the next time")
    func menu() throws {
        var state = try onLink()
        #expect(press("F", &state) == [])
        guard case .faults(let menu) = state.overlay else { Issue.record("no menu"); return }
        #expect(state.faultEntries(menu).map(\.fault) == [.cut, .partition, .loss, .bandwidth])
        #expect(press("jj", &state) == [])
        for _ in 0..<3 { _ = update(&state, .input(.key(Key(.backspace)))) }
        #expect(press("5%\r", &state) == [.command(.fault(.loss(0.05), target: link))])
        #expect(state.overlay == nil)
        #expect(press("Fjj\r", &state) == [.command(.fault(.loss(0.05), target: link))])
    }

    @Test("a wrong value is told in the menu, and nothing is done")
    func wrongValue() throws {
        var state = try onLink()
        #expect(press("Fjjs\r", &state) == [])
        guard case .faults(let menu) = state.overlay else { Issue.record("no menu"); return }
        #expect(menu.problem?.contains("not “30%s”") == true)
        #expect(press("\u{1b}", &state) == [] && state.overlay == nil)
    }

    @Test("what is in force stands first, to be healed, and on the line of tabs")
    func inForce() throws {
        var state = try onLink(faults: ["loss 30%"])
        let text = view(state, size: Size(width: 120, height: 36)).buffer.plainText
        #expect(text.contains("1 FAULT"))
        #expect(press("F\r", &state) == [.command(.heal(target: link))])
    }

    @Test("read-only refuses all of it")
    func readOnly() throws {
        var state = DashboardState.fixture(readOnly: true)
        state.type("3")
        for keys in ["c", "F"] {
            #expect(press(keys, &state) == [])
            #expect(state.overlay == nil && state.message?.text.contains("Read-only") == true)
        }
        state.type(":cut \(link)\r")
        guard case .palette(let palette) = state.overlay else { Issue.record("no palette"); return }
        #expect(palette.problem?.contains("Read-only") == true)
    }

    @Test("the palette takes the words of zmqtop ctl")
    func palette() throws {
        var state = try onLink(faults: ["cut"])
        #expect(press(":loss \(link) 12%\r", &state) == [.command(.fault(.loss(0.12), target: link))])
        #expect(press(":slow engine-1 10ms\r", &state) == [.command(.fault(.slow(0.01), target: "engine-1"))])
        #expect(press(":heal *\r", &state) == [.command(.heal(target: "*"))])
        // A node stands for its links.
        #expect(press(":heal engine-1\r", &state) == [.command(.heal(target: "engine-1"))])
        #expect(press(":quiet client-1\r", &state) == [.command(.node(.quiet, node: "client-1"))])
        #expect(press(":flow client-1\r", &state) == [.command(.node(.flow, node: "client-1"))])
        #expect(press(":partition \(link)\r", &state) == [.command(.fault(.partition, target: link))])
        #expect(press(":drop engine-1.work x\r", &state) == [])
        guard case .palette(let palette) = state.overlay else { Issue.record("no palette"); return }
        #expect(palette.problem?.contains("a whole number") == true)
    }
}
