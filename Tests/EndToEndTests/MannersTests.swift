import Foundation
import FoundationXML
import Testing

/// How zmqtop behaves as a guest of a terminal: whatever is done to it, keys, sizes, pastes, the mouse, it answers, and
/// leaves the terminal as it was.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MannersTests {
    let workplace: Workplace
    let tmux: Tmux

    init() throws {
        workplace = try Workplace()
        tmux = try Tmux(workplace)
    }

    /// Runs `topology` in a terminal of that size, and gives what the terminal was before.
    private func begin(_ columns: Int, _ rows: Int, _ command: String = "run pipeline", up: String = "5/5") throws
        -> String
    {
        try tmux.start(columns: columns, rows: rows)
        try tmux.type("cd \(workplace.folder)\n")
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) \(command); echo status $?\n", shows: "the header") { $0.contains(up) }
        return before
    }

    private func end(_ before: String, status: Int32 = 0) throws {
        try tmux.screen("the shell again") { $0.contains("status \(status)") }
        let after = try tmux.terminalState()
        #expect(after == before, "before: \(before)after: \(after)")
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test("a walk through every screen and overlay, and back")
    func everyScreen() throws {
        let before = try begin(110, 34)
        let screens: [(key: String, sign: String)] = [
            ("2", "Σ 5 nodes"), ("3", "╭ links"), ("4", "EAGAIN"), ("5", "╭ messages"), ("6", "╭ events"),
            ("1", "╭ ● worker-1"),
        ]
        for (key, sign) in screens {
            try tmux.type(key, shows: "screen \(key)") { $0.contains(sign) }
        }
        try tmux.type("2", shows: "the nodes") { $0.contains("Σ 5 nodes") }
        try tmux.key("Enter", shows: "the details of a node") { $0.contains("Esc") && $0.contains("back") }
        try tmux.key("Escape", shows: "the nodes") { $0.contains("Σ 5 nodes") && !$0.contains("back") }
        try tmux.type("?", shows: "the help") { $0.contains("this help") }
        try tmux.key("Escape", shows: "the help's end") { !$0.contains("this help") }
        try tmux.type("/sink", shows: "the filter") { $0.contains("/sink") && !$0.contains("● source") }
        try tmux.key("Enter", shows: "the filter that is kept") {
            $0.contains("Esc clears") && !$0.contains("Enter keeps")
        }
        try tmux.key("Escape", shows: "all of them") {
            $0.contains("source") && !$0.contains("Esc clears") && !$0.contains("Enter keeps")
        }
        try tmux.type("X", shows: "the question") { $0.contains("Kill ") && $0.contains("no") }
        try tmux.type("n", shows: "nothing done") { $0.contains("Nothing was done") }
        try tmux.type(":scre", shows: "the palette") { $0.contains("open a screen") && $0.contains("leaves") }
        try tmux.key("Tab", shows: "its completion") { $0.contains(":screen") && $0.contains("screen links") }
        try tmux.type("links")
        try tmux.key("Enter", shows: "the links") { !$0.contains("open a screen") && $0.contains("reconnects") }
        try tmux.type(":quitt")
        try tmux.key("Enter", shows: "the error, in the palette") { $0.contains("did you mean quit?") }
        try tmux.key("Escape", shows: "the palette's end") { !$0.contains("did you mean") }
        try tmux.type("t", shows: "the next theme") { $0.contains("theme: ") && $0.contains("keeps it") }
        try tmux.type("T", shows: "and back") { $0.contains("theme: night ") }
        try tmux.type(" ", shows: "frozen") { $0.contains("FROZEN") }
        try tmux.type(" ", shows: "live") { $0.contains("Live again") }
        try tmux.type("P", shows: "the picture") { $0.contains("Saved: zmqtop-pipeline-") }
        let pictures = try FileManager.default.contentsOfDirectory(atPath: workplace.folder)
            .filter { $0.hasPrefix("zmqtop-pipeline-") }
        #expect(pictures.count == 2, "\(pictures)")
        try tmux.type("i", shows: "the composer") { $0.contains("inject a message") }
        try tmux.key("Escape", shows: "its end") { !$0.contains("inject a message") }
        try tmux.type("q")
        try end(before)
    }

    @Test("a storm of sizes, with keys between")
    func resizeStorm() throws {
        let before = try begin(80, 24)
        let sizes = [(20, 5), (200, 60), (39, 9), (40, 10), (81, 23), (10, 40), (160, 12), (120, 36)]
        for round in 0..<6 {
            for (columns, rows) in sizes {
                try tmux.resize(columns: columns, rows: rows)
                if round % 2 == 0 { try tmux.type("2j1") }
            }
        }
        try tmux.resize(columns: 100, rows: 30)
        try tmux.type("2", shows: "the nodes, whole") { screen in
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            return screen.contains("5/5") && screen.contains("Σ 5 nodes") && lines.first?.contains("pipeline") == true
                && lines.prefix(30).last?.contains("quit") == true
        }
        // The terminal's state has its size in it.
        try tmux.resize(columns: 80, rows: 24)
        try tmux.screen("the narrow header") { $0.contains("reconn ") }
        try tmux.type("q")
        try end(before)
    }

    @Test("a megabyte pasted into the filter, the palette and the composer")
    func paste() throws {
        let before = try begin(100, 30)
        let line = String(repeating: "0123456789abcde ", count: 1 << 16)
        let file = try workplace.file("paste", line)
        try tmux.type("2")
        for (key, sign) in [("/", "nothing here"), (":", "nothing fits"), ("i", "inject a message")] {
            try tmux.type(key)
            try tmux.paste(file: file)
            // What comes behind it is heard: the paste has been taken.
            try tmux.screen("what was pasted after \(key)") { $0.contains("abcde") && $0.contains(sign) }
            try tmux.key("Escape", shows: "the way back from \(key)") {
                $0.contains("sink") && !$0.contains("abcde 0123")
            }
        }
        try tmux.type("q")
        try end(before)
    }

    @Test("the mouse: tabs, rows, the wheel; and it is let go of")
    func mouse() throws {
        let before = try begin(100, 30)
        let tabs = try tmux.line(1)
        let column = try #require(tabs.range(of: "3 Links")).lowerBound
        let tab = Tmux.click(tabs.distance(from: tabs.startIndex, to: column) + 2, 2)
        try tmux.type(tab, shows: "the links") { $0.contains("msg/s   ▸/s") }
        // A second click on a row opens it.
        try tmux.click(column: 10, row: 6)
        try tmux.type(Tmux.click(10, 6), shows: "the details of a link") { $0.contains("on the wire") }
        try tmux.type("\u{1b}[<65;10;10M\u{1b}[<64;10;10M")
        try tmux.key("Escape", shows: "the links again") { $0.contains("msg/s   ▸/s") && !$0.contains("on the wire") }
        // Clicks where nothing is.
        for (column, row) in [(1, 1), (100, 30), (223, 200), (50, 28)] { try tmux.click(column: column, row: row) }
        try tmux.type("q")
        try end(before)
    }

    @Test("a locale that is not UTF-8 gets ASCII by itself", arguments: ["C", "POSIX", "C.UTF-8"])
    func locale(_ name: String) throws {
        try tmux.start(columns: 80, rows: 24)
        try tmux.type("LC_ALL=\(name) \(Workplace.zmqtop) run pipeline; echo status $?\n")
        var seen = ""
        try tmux.screen("the header") {
            seen = $0
            return $0.contains("5/5")
        }
        #expect(seen.allSatisfy(\.isASCII) == (name != "C.UTF-8"), "\(seen)")
        try tmux.type("q", shows: "the shell") { $0.contains("status 0") }
    }

    @Test("a terminal that goes away takes its session with it, and nothing stays")
    func lostTerminal() throws {
        _ = try begin(80, 24)
        try tmux.close()
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test("a terminal that takes nothing holds up neither keys nor the end, and is drawn anew when it is back")
    func stuckTerminal() throws {
        let before = try begin(160, 48, "run pipeline --every 50ms")
        let server = try tmux.server()
        defer { kill(server, SIGCONT) }
        kill(server, SIGSTOP)
        // Longer than zmqtop waits for a frame: some of the output is thrown away.
        usleep(9_000_000)
        kill(server, SIGCONT)
        try tmux.type("2", shows: "the nodes, whole") { screen in
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.first?.contains("pipeline") == true && screen.contains("5/5") && screen.contains("Σ 5 nodes")
                && screen.contains("worker-3") && lines.prefix(48).last?.contains("quit") == true
        }
        kill(server, SIGSTOP)
        usleep(3_000_000)
        #expect(try run(workplace, ["down", "--session", workplace.session]).status == 0)
        kill(server, SIGCONT)
        try end(before)
    }

    @Test("Ctrl-Z gives the shell the terminal; the session goes on meanwhile")
    func stopped() throws {
        _ = try begin(80, 24)
        try tmux.key("C-z", shows: "the shell") { $0.contains("Stopped") }
        let session = workplace.session
        let look = try Program(
            workplace, ["attach", session, "--headless", "--json", "--every", "200ms", "--for", "2s"])
        let first = try look.snapshot("a first look") { $0.received("sink.in") > 0 }
        try look.snapshot("messages that pass while it is stopped") {
            $0.received("sink.in") > first.received("sink.in")
        }
        _ = try look.finish()
        try tmux.type("fg\n", shows: "the screen again") { $0.contains("5/5") && $0.contains("freeze") }
        try tmux.type("q", shows: "the shell again") { $0.contains("status") }
    }

    @Test("a picture without a terminal: SVG that is XML, and text; nothing else on standard output")
    func screenshot() throws {
        let svg = workplace.folder + "/a.svg"
        let outcome = try run(
            workplace, ["run", "pipeline", "--screenshot", svg, "--at", "2s", "--size", "90x26", "--theme", "gruvbox"])
        #expect(outcome.status == 0 && outcome.out == "", "\(outcome)")
        let data = try #require(FileManager.default.contents(atPath: svg))
        #expect(XMLParser(data: data).parse())
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("fill=\"#282828\"") && text.contains(">pipeline</text>"))
        let txt = workplace.folder + "/a.txt"
        #expect(try run(workplace, ["run", "pipeline", "--screenshot", txt, "--at", "1s", "--keys", "2"]).status == 0)
        let lines = try String(contentsOfFile: txt, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 37)
        #expect(lines.joined().contains("5/5") && lines.joined().contains("Σ 5 nodes"))
        #expect(workplace.leftovers == [])
        for wrong in [["--at", "1s"], ["--screenshot", svg, "--headless"], ["--screenshot", svg, "--size", "big"]] {
            #expect(try run(workplace, ["run", "pipeline"] + wrong).status == 2)
        }
        let nowhere = try run(workplace, ["run", "pipeline", "--screenshot", "/nowhere/a.svg", "--at", "100ms"])
        #expect(nowhere.status == 2 && nowhere.err.contains("/nowhere/a.svg"))
    }

    @Test("the configuration: theme, keys, and its errors")
    func configuration() throws {
        let folder = workplace.folder + "/config/zmqtop"
        try FileManager.default.createDirectory(atPath: folder + "/themes", withIntermediateDirectories: true)
        try "text: red\n".write(toFile: folder + "/themes/mine.yaml", atomically: true, encoding: .utf8)
        let file = folder + "/config.yaml"
        try "theme: mine\nkeys: { quit: ctrl-q }\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try run(workplace, ["info"]).out.contains(file))
        let before = try begin(100, 30)
        try tmux.screen("the key in the hints") { $0.contains("Ctrl-Q quit") }
        // What is saved is seen, what is wrong is said, and the old theme stays.
        try "text: blue\n".write(toFile: folder + "/themes/mine.yaml", atomically: true, encoding: .utf8)
        try tmux.screen("the edited theme") { $0.contains("Theme mine was read again") }
        try "text: blau\n".write(toFile: folder + "/themes/mine.yaml", atomically: true, encoding: .utf8)
        try tmux.screen("its error") { $0.contains("mine.yaml:1:1: text: 'blau'") }
        try tmux.type("q")
        try tmux.key("C-q")
        try end(before)
        try "thema: mine\n".write(toFile: file, atomically: true, encoding: .utf8)
        try tmux.type("clear; \(Workplace.zmqtop) run pipeline; echo refused $?\n", shows: "the refusal") {
            $0.contains("config.yaml:1:1: error") && $0.contains("did you mean \"theme\"") && $0.contains("refused 2")
        }
        #expect(workplace.zmqtopSurvivors == [])
    }
}
