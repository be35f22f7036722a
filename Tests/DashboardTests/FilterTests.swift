import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct FilterTermTests {
    private func rows(_ filter: String, _ pane: Pane) -> [String] {
        var state = DashboardState.fixture()
        state.filter = Filter(filter)
        #expect(state.filter.problem == nil, "\(filter)")
        return state.rows(of: pane).map { subject in
            if case .event(let id) = subject { return state.shown.log.entry(id).map(EventMeaning.name) ?? "" }
            return subject.name
        }
    }

    @Test(
        arguments: [
            ("engine", ["engine-1", "engine-2"]), ("!client !inject", ["scheduler", "engine-1", "engine-2"]),
            ("ENGINE 2", ["engine-2"]), ("state:backoff", ["engine-2"]), ("node:engine*", ["engine-1", "engine-2"]),
            ("node:?ngine-1", ["engine-1"]), ("name=engine-1", ["engine-1"]), ("name=engine", []),
            ("kind!=client", ["scheduler", "engine-1", "engine-2", "inject-1"]),
            ("depth>40", ["scheduler"]), ("depth>=38", ["scheduler", "engine-1"]), ("depth=43", ["scheduler"]),
            ("cpu>5%", ["scheduler"]), ("cpu>5", ["scheduler"]), ("!cpu<5%", ["scheduler", "engine-2"]),
            ("memory>8.5MiB", ["scheduler"]), ("recv/s>0.6k", ["scheduler"]), ("rate<20", ["inject-1"]),
            ("cpu:unknown", ["engine-2"]), ("cpu!=unknown kind:engine", ["engine-1"]),
            ("\"engine-1\"", ["engine-1"]), ("restarts>0 engine", ["engine-2"]),
        ] as [(String, [String])])
    func nodes(_ filter: String, _ expected: [String]) { #expect(rows(filter, .nodes) == expected) }

    @Test(
        arguments: [
            ("state:up depth>10", ["engine-1.work->scheduler.backend"]),
            ("lost>0", ["engine-1.work->scheduler.backend"]),
            ("p99>20ms", ["engine-1.work->scheduler.backend"]), ("p99>0.02s", ["engine-1.work->scheduler.backend"]),
            ("p99<2000us node:client-1", ["client-1.requests->scheduler.frontend"]),
            ("node:engine* !state:up", ["engine-2.work->scheduler.backend"]),
            ("transport:ipc attempts>400", ["engine-2.work->scheduler.backend"]),
            ("from:inject*", ["inject-1.DEALER#1->scheduler.frontend"]),
            // Plain text, though it has the signs of a term.
            ("tcp://127.0.0.1:41873 client-2", ["client-2.requests->scheduler.frontend"]),
            ("127.0.0.1:41873 client-2", ["client-2.requests->scheduler.frontend"]),
        ] as [(String, [String])])
    func links(_ filter: String, _ expected: [String]) { #expect(rows(filter, .links) == expected) }

    @Test(
        arguments: [
            ("type:router", ["scheduler.frontend", "scheduler.backend"]), ("type:router lost>0", ["scheduler.backend"]),
            ("blocked>1s", ["engine-1.work"]), ("recvq>=40", ["scheduler.backend"]), ("in>9MiB", ["scheduler.backend"]),
            ("endpoint:ipc* node:scheduler", ["scheduler.backend"]), ("sent:unknown", ["engine-2.work"]),
        ] as [(String, [String])])
    func sockets(_ filter: String, _ expected: [String]) { #expect(rows(filter, .sockets) == expected) }

    @Test(
        arguments: [
            ("severity:bad", ["DISCONNECTED"]), ("severity:warning", ["backoff", "CONNECT_RETRIED"]),
            ("node:engine-2", ["backoff", "CONNECT_RETRIED"]), ("count>5", ["CONNECT_RETRIED"]),
            ("link:client-1* severity:good", ["HANDSHAKE_SUCCEEDED", "HANDSHAKE_SUCCEEDED"]),
            ("elapsed>170s node:scheduler", ["DISCONNECTED"]),
        ] as [(String, [String])])
    func events(_ filter: String, _ expected: [String]) { #expect(rows(filter, .events) == expected) }

    /// A term that means nothing in a list says nothing about its rows.
    @Test func aTermSpeaksOnlyWhereItsColumnIs() {
        #expect(rows("severity:bad", .nodes).count == 7)
        #expect(rows("p99>20ms", .sockets).count == 8)
    }

    @Test(
        arguments: [
            ("stat:up", "No list has a column 'stat'; did you mean state?"),
            ("localhost:5555", "No list has a column 'localhost'; plain text goes in quotes: \"localhost:5555\""),
            ("depth>ten", "depth: 'ten' is no number, such as 10 or 1.2k"),
            ("depth>", "depth> lacks a value: depth>10"),
            ("state:", "state: lacks a value: state:up"),
            ("depth>20ms", "depth: 'ms' is no unit of it, as in 10 or 1.2k"),
            ("p99>20", "p99: 20 lacks its unit, as in 20ms or 1.5s"),
            ("memory>2XB", "memory: 'XB' is no unit of it, as in 64KiB or 1MiB"),
            ("state>up", "state is a text, neither more nor less: state:up"),
            ("depth>unknown", "What is unknown is neither more nor less: depth:unknown"),
        ])
    func whatIsWrongIsSaidAndFiltersNothing(_ text: String, _ sentence: String) {
        var state = DashboardState.fixture()
        state.type("2/engine \(text)")
        #expect(state.filter.problem == sentence)
        #expect(state.rows(of: .nodes).count == 7)
        let wide = Size(width: 160, height: 40)
        _ = update(&state, .resize(wide))
        #expect(view(state, size: wide).buffer.lines[39].contains("▲ \(sentence)"))
        // It can be put right, and is not kept wrong.
        state.type("\r")
        #expect(state.overlay == .filter)
        state.press([Key(.escape)])
        #expect(state.overlay == nil)
        #expect(state.filter == Filter())
    }

    @Test func nothingTypedYetIsNoFilter() {
        for text in ["", " ", "!", "! ", "\""] {
            #expect(!Filter(text).isActive)
            #expect(Filter(text).problem == nil)
        }
    }

    @Test func figuresAreReadAsTheyAreWritten() throws {
        for value in [0, 0.3, 5, 40, 999, 1200, 12_300, 1.2e6] {
            let text = Format.rate(value)
            #expect(try abs(Magnitude.read(text, as: .rate) - value) <= value * 0.05, "\(text)")
        }
        for value in [1.83e-4, 8.1e-3, 0.041, 1.2, 42] {
            let text = Format.seconds(value).filter { $0 != " " }
            #expect(try abs(Magnitude.read(text, as: .seconds) - value) <= value * 0.05, "\(text)")
        }
        for value in [312.0, 2048, 319_488, 9e9] {
            let text = Format.bytes(value).filter { $0 != " " }
            #expect(try abs(Magnitude.read(text, as: .bytes) - value) <= value * 0.05, "\(text)")
        }
    }

    /// Anything may be typed: it filters or it is explained, and nothing traps.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func anything(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let pieces = [
            "depth", "state", "p99", ">", "<", ">=", ":", "=", "!", "\"", " ", "1", "k", "-", ".", "é", "*", "?", "//",
            "ms", "—",
        ]
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 0..<8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            let filter = Filter(text.joined())
            #expect(filter.problem == nil || filter.terms.isEmpty)
            var state = DashboardState.fixture()
            state.filter = filter
            for pane in [Pane.nodes, .links, .sockets, .events] {
                let all = state.shown.count(of: pane)
                #expect(state.rows(of: pane).count <= all)
                if !filter.isActive { #expect(state.rows(of: pane).count == all) }
            }
        }
    }

    @Test func theHelpsExamplesAreRight() {
        for (text, _) in Filter.examples {
            #expect(Filter(text).problem == nil, "\(text)")
            #expect(Filter(text).isActive)
        }
    }

    @Test func theGraphDimsByTermsToo() {
        var state = DashboardState.fixture()
        state.type("/depth>40\r")
        #expect(state.graph.model.boxes.filter(state.isMatched).map(\.title) == ["scheduler"])
    }
}
