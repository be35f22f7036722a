import Foundation
import Testing

/// The dashboard in a real terminal: tmux.
@Suite(.serialized, .timeLimit(.minutes(4)))
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
        try tmux.type("?")
        try tmux.screen("the help") { $0.contains("freeze") && $0.contains("inject") }
        try tmux.key("Escape")
        // An Escape and a digit that come together are another key.
        try tmux.screen("the way back") {
            $0.contains("6/6") && $0.contains("engine-2") && !$0.contains("all of the nodes")
        }
        try tmux.type("2")
        try tmux.screen("the nodes") { $0.contains("client-3") && !$0.contains("frontend") }
        try tmux.resize(columns: 30, rows: 8)
        try tmux.screen("the word that it is too small") { $0.contains("needs 40x10") }
        try tmux.resize(columns: columns, rows: rows)
        try tmux.screen("the nodes again") { $0.contains("client-3") }
        try tmux.type("q")
        try tmux.screen("the shell again") { $0.contains("$ ") && !$0.contains("6/6") }
        #expect(try tmux.terminalState() == before)
        try wait(10, "the end", show: { " \(workplace.survivors)" }) { workplace.zmqtopSurvivors.isEmpty }
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
        try wait(10, "the end", show: { " \(workplace.survivors)" }) { workplace.zmqtopSurvivors.isEmpty }
        #expect(workplace.leftovers == [])
    }

    @Test("D gives the terminal back and the session goes on; attach shows it, in two panes; down ends both")
    func detach() throws {
        try tmux.start(columns: 100, rows: 30)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) run inference; echo status $?\n")
        try tmux.screen("the header") { $0.contains("6/6") }
        try tmux.type("D")
        try tmux.screen("the shell again") { $0.contains("status 0") && $0.contains("zmqtop attach") }
        #expect(try tmux.terminalState() == before)
        let session = workplace.session
        try tmux.type("clear; \(Workplace.zmqtop) attach \(session); echo left $?\n")
        try tmux.screen("the session") { $0.contains("6/6") }
        try tmux.type("q")
        try tmux.screen("the shell") { $0.contains("left 0") }
        #expect(workplace.session == session, "it goes on")
        try tmux.type("clear; \(Workplace.zmqtop) attach \(session); echo over $?\n")
        try tmux.screen("the session again") { $0.contains("6/6") }
        #expect(try run(workplace, ["down", "--session", session]).status == 0)
        try tmux.screen("the word that it is over") { $0.contains("has ended") && $0.contains("over 0") }
        #expect(try tmux.terminalState() == before)
        try wait(20, "the end", show: { " \(workplace.survivors)" }) { workplace.zmqtopSurvivors.isEmpty }
        #expect(workplace.leftovers == [])
    }

    @Test(
        "Ctrl-Z stops it and the shell goes on; fg brings it back; a kill of the one that the shell knows ends it all")
    func stopped() throws {
        try tmux.start(columns: 80, rows: 24)
        let before = try tmux.terminalState()
        try tmux.type("\(Workplace.zmqtop) run pipeline\n")
        try tmux.screen("the header") { $0.contains("5/5") }
        try tmux.key("C-z")
        try tmux.screen("the shell") { $0.contains("Stopped") }
        #expect(try tmux.terminalState() == before)
        try tmux.type("fg\n")
        try tmux.screen("the header again") { $0.contains("5/5") && $0.contains("freeze") }
        let pid = try #require(workplace.zmqtopPid)
        kill(pid, SIGKILL)
        try wait(20, "the end", show: { " \(workplace.survivors)" }) { workplace.zmqtopSurvivors.isEmpty }
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
        try tmux.type("i")
        try tmux.screen("the composer") { $0.contains("scheduler.frontend") }
        try tmux.type(#"{"prompt": "hello", "max_tokens": 4}"#)
        try tmux.key("C-s")
        try tmux.screen("the reply, and the end") { $0.contains("1 message sent") && $0.contains("finish_reason") }
        try tmux.key("Escape")
        try tmux.screen("the composer's end") { $0.contains("1 Topology") }
        try tmux.type("q")
        try tmux.screen("the shell again") { $0.contains("$ ") && !$0.contains("6/6") }
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

    /// Pastes a file as a terminal does: in brackets, where the program has asked for them.
    func paste(file: String) throws {
        _ = try tmux("load-buffer", file)
        _ = try tmux("paste-buffer", "-p")
    }

    /// A press and a release of the left button, as xterm reports them; columns and rows from 1.
    func click(column: Int, row: Int) throws {
        try type("\u{1b}[<0;\(column);\(row)M\u{1b}[<0;\(column);\(row)m")
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

    func screen(_ what: String, within seconds: Double = 30, _ condition: (String) -> Bool) throws {
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
        try wait(20, "stty on \(tty)") { FileManager.default.fileExists(atPath: path) }
        return flags + (try String(contentsOfFile: path, encoding: .utf8))
    }

    private func tmux(_ arguments: String...) throws -> String {
        let outcome = try Program(workplace, ["-S", socket] + arguments, program: "/usr/bin/tmux").finish(within: 20)
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
