import Foundation
import Testing

/// The dashboard in a real terminal: tmux.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TerminalTests {
    let workplace: Workplace
    let tmux: Tmux

    init() throws {
        workplace = try Workplace()
        tmux = try Tmux(workplace)
    }

    @Test(
        "the dashboard shows the topology, reacts to keys, follows a resize, and leaves the terminal as it was",
        arguments: [
            (80, 24), (160, 50),
        ])
    func dashboard(columns: Int, rows: Int) throws {
        try tmux.start(columns: columns, rows: rows)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) run inference\n")
        try tmux.screen("the header") { $0.contains("inference") && $0.contains("6/6") }
        try tmux.screen("the links") { $0.contains("scheduler") && $0.contains("engine-2") }
        try tmux.type("?", shows: "the help") { $0.contains("all of the nodes") }
        // An Escape and a digit that come together are another key.
        try tmux.key("Escape", shows: "the way back") {
            $0.contains("6/6") && $0.contains("engine-2") && !$0.contains("all of the nodes")
        }
        try tmux.type("2", shows: "the nodes") { $0.contains("client-3") && $0.contains("Σ 6 nodes") }
        try tmux.resize(columns: 30, rows: 8)
        try tmux.screen("the word that it is too small") { $0.contains("needs 40x10") }
        try tmux.resize(columns: columns, rows: rows)
        try tmux.screen("the nodes again") { $0.contains("client-3") && $0.contains("Σ 6 nodes") }
        try tmux.type("q", shows: "the shell again") { $0.contains("$ ") && !$0.contains("6/6") }
        #expect(try tmux.terminalState() == before)
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test(
        "each signal that ends zmqtop leaves the terminal as it was",
        arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT])
    func signals(number: Int32) throws {
        try tmux.start(columns: 80, rows: 24)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) run inference; echo status $?\n")
        try tmux.screen("the header") { $0.contains("6/6") }
        let pid = try #require(workplace.zmqtopPid)
        kill(pid, number)
        try tmux.screen("the shell again") { $0.contains("status \(128 + number)") }
        #expect(try tmux.terminalState() == before)
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test("D gives the terminal back and the session goes on; attach shows it, in two panes; down ends both")
    func detach() throws {
        try tmux.start(columns: 100, rows: 30)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) run inference; echo status $?\n")
        try tmux.screen("the header") { $0.contains("6/6") }
        try tmux.type("D", shows: "the shell again") { $0.contains("status 0") && $0.contains("zmqtop attach") }
        #expect(try tmux.terminalState() == before)
        let session = workplace.session
        try tmux.type("clear; \(Workplace.zmqtop) attach \(session); echo left $?\n")
        try tmux.screen("the session") { $0.contains("6/6") }
        try tmux.type("q", shows: "the shell") { $0.contains("left 0") }
        #expect(workplace.session == session, "it goes on")
        try tmux.type("clear; \(Workplace.zmqtop) attach \(session); echo over $?\n")
        try tmux.screen("the session again") { $0.contains("6/6") }
        #expect(try run(workplace, ["down", "--session", session]).status == 0)
        try tmux.screen("the word that it is over") { $0.contains("has ended") && $0.contains("over 0") }
        #expect(try tmux.terminalState() == before)
        try workplace.expectNoZmqtop()
        #expect(workplace.leftovers == [])
    }

    @Test(
        "Ctrl-Z stops it and the shell goes on; fg brings it back; a kill of the one that the shell knows ends it all")
    func stopped() throws {
        try tmux.start(columns: 80, rows: 24)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) run pipeline\n")
        try tmux.screen("the header") { $0.contains("5/5") }
        try tmux.key("C-z", shows: "the shell") { $0.contains("Stopped") }
        #expect(try tmux.terminalState() == before)
        try tmux.type("fg\n")
        try tmux.screen("the header again") { $0.contains("5/5") && $0.contains("freeze") }
        let pid = try #require(workplace.zmqtopPid)
        kill(pid, SIGKILL)
        try workplace.expectNoZmqtop()
        // The shell goes on at once: its own words may stand on the screen that is being left.
        try tmux.type("echo status $?\n")
        try tmux.screen("the shell again") { $0.contains("status \(128 + SIGKILL)") }
        #expect(workplace.leftovers == [])
    }

    @Test("a terminal that ncurses does not know, and no terminal at all: one sentence, nothing left")
    func noTerminal() throws {
        let none = try run(workplace, ["run", "inference"])
        #expect(none.status == 2)
        #expect(none.err.contains("--headless"))
        try tmux.start(columns: 80, rows: 24)
        try tmux.type("TERM=nonsense \(Workplace.zmqtop) run inference; echo status $?\n")
        try tmux.screen("the refusal") { $0.contains("status 2") && $0.contains("nonsense") && $0.contains("TERM") }
        #expect(workplace.zmqtopSurvivors == [])
        #expect(workplace.leftovers == [])
    }

    @Test("the composer injects a request and shows the reply")
    func composer() throws {
        try tmux.start(columns: 100, rows: 40)
        try tmux.type("\(Workplace.zmqtop) run inference\n")
        try tmux.screen("the start") { $0.contains("6/6") }
        try tmux.type("i", shows: "the composer") { $0.contains("inject a message") }
        try tmux.type(#"{"prompt": "hello", "max_tokens": 4}"#)
        try tmux.screen("what was typed") { $0.contains("max_tokens") }
        try tmux.key("C-s", shows: "the reply, and the end") {
            $0.contains("1 message sent") && $0.contains("finish_reason")
        }
        try tmux.key("Escape", shows: "the composer's end") { !$0.contains("inject a message") }
        try tmux.type("q", shows: "the shell again") { $0.contains("$ ") && !$0.contains("6/6") }
    }
}

/// One tmux server with one window, of its own.
final class Tmux {
    private let workplace: Workplace
    private let socket: String

    init(_ workplace: Workplace) throws {
        self.workplace = workplace
        socket = workplace.folder + "/tmux"
    }

    deinit { _ = try? tmux("kill-server") }

    func start(columns: Int, rows: Int) throws {
        _ = try? tmux("kill-server")
        _ = try tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
            "env PS1='$ ' bash --norc --noprofile")
        try screen("a prompt") { $0.contains("$") }
    }

    func type(_ text: String) throws {
        if text.hasSuffix("\n") {
            _ = try tmux("send-keys", "-l", String(text.dropLast()))
            _ = try tmux("send-keys", "Enter")
        } else {
            _ = try tmux("send-keys", "-l", text)
        }
    }

    func key(_ name: String) throws { _ = try tmux("send-keys", name) }

    /// Types, and waits for what is to come of it. What stands on the screen before would tell nothing, and the next keys
    /// would come too early, so that is an error.
    func type(
        _ text: String, shows what: String, within seconds: Double = patience, _ condition: (String) -> Bool
    ) throws {
        try expectNotYet(what, condition)
        try type(text)
        try screen(what, within: seconds, condition)
    }

    /// Presses a key by tmux's name for it, and waits as ``type(_:shows:within:_:)`` does.
    func key(_ name: String, shows what: String, within seconds: Double = patience, _ condition: (String) -> Bool)
        throws
    {
        try expectNotYet(what, condition)
        try key(name)
        try screen(what, within: seconds, condition)
    }

    private func expectNotYet(_ what: String, _ condition: (String) -> Bool) throws {
        let before = try tmux("capture-pane", "-p")
        if condition(before) { throw Complaint("\(what) is on the screen before the keys:\n\(before)") }
    }

    /// Pastes a file as a terminal does: in brackets, where the program has asked for them.
    func paste(file: String) throws {
        _ = try tmux("load-buffer", file)
        _ = try tmux("paste-buffer", "-p")
    }

    /// A press and a release of the left button, as xterm reports them; columns and rows from 1.
    func click(column: Int, row: Int) throws { try type(Self.click(column, row)) }

    static func click(_ column: Int, _ row: Int) -> String {
        "\u{1b}[<0;\(column);\(row)M\u{1b}[<0;\(column);\(row)m"
    }

    /// A line of the screen, from 0.
    func line(_ row: Int) throws -> String {
        let lines = try tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.contains(row) ? String(lines[row]) : ""
    }

    /// The process that reads what the programs write.
    func server() throws -> Int32 {
        let text = try tmux("display", "-p", "#{pid}").trimmingCharacters(in: .whitespacesAndNewlines)
        guard let pid = Int32(text), pid > 1 else { throw Complaint("tmux gives no pid: \(text)") }
        return pid
    }

    /// The terminal goes away, with whatever runs in it.
    func close() throws { _ = try tmux("kill-server") }

    func resize(columns: Int, rows: Int) throws {
        _ = try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    func screen(_ what: String, within seconds: Double = patience, _ condition: (String) -> Bool) throws {
        var last = ""
        try wait(seconds, what + " on the screen", show: { ":\n" + last }) {
            last = (try? tmux("capture-pane", "-p")) ?? ""
            return condition(last)
        }
    }

    /// What a program may leave behind: modes of the line, the alternate screen, the cursor, the mouse.
    func terminalState() throws -> String {
        let tty = try tmux("display", "-p", "#{pane_tty}").trimmingCharacters(in: .whitespacesAndNewlines)
        let flags = try tmux(
            "display", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag} #{keypad_cursor_flag}")
        // The shell's own line editor sets other modes while it waits: ask what a command would find.
        let path = workplace.folder + "/stty"
        try? FileManager.default.removeItem(atPath: path)
        try type("clear; stty -a > \(path).new && mv \(path).new \(path)\n")
        try wait(patience, "stty on \(tty)") { FileManager.default.fileExists(atPath: path) }
        return flags + (try String(contentsOfFile: path, encoding: .utf8))
    }

    private func tmux(_ arguments: String...) throws -> String {
        let outcome = try Program(workplace, ["-S", socket] + arguments, program: "/usr/bin/tmux").finish()
        guard outcome.status == 0 else { throw Complaint("tmux \(arguments): \(outcome.err)") }
        return outcome.out
    }
}

extension Workplace {
    /// The zmqtop that runs in this workplace's terminal.
    var zmqtopPid: Int32? {
        survivors.first { executable($0) == Workplace.zmqtop }
    }

    /// Survivors that are not the terminal's own shell and tmux.
    var zmqtopSurvivors: [Int32] {
        survivors.filter { executable($0)?.hasPrefix(Workplace.programs) ?? false }
    }

    private func executable(_ pid: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
    }
}
