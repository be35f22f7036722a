import Foundation
import RunDirectory
import Testing

/// Sessions in the background: told of, found again, and ended, one or all.
///
/// Other runs on this machine have sessions too, and `down --all` would end them: these commands run as a user of their
/// own, who has none but the workplace's.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: canBeAnotherUser, "the kernel gives no user namespace"))
struct SessionsTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func start(_ arguments: String...) throws -> Outcome {
        let outcome = try run(workplace, ["run", "-d"] + arguments)
        #expect(outcome.status == 0, "\(outcome.err)")
        return outcome
    }

    private func alone(_ arguments: String...) throws -> Program {
        try Program(workplace, anotherUser + [Workplace.zmqtop] + arguments, program: "/usr/bin/unshare")
    }

    private func record(_ id: String) throws -> SessionRecord {
        try JSONDecoder().decode(
            SessionRecord.self,
            from: Data(contentsOf: URL(fileURLWithPath: workplace.folder + "/run/zmqtop/\(id)/session.json")))
    }

    private func ids() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: workplace.folder + "/run/zmqtop").filter { $0 != ".lock" }
            .sorted()
    }

    /// What a test that failed has left in the background.
    private func sweep() {
        for pid in workplace.survivors { kill(pid, SIGKILL) }
    }

    /// The columns of a session's line; the time since it began may be two words.
    private func columns(_ id: String, in text: String) -> [String] {
        let line = text.split(separator: "\n").first { $0.hasPrefix("  \(id) ") } ?? ""
        return line.split(separator: " ").map(String.init)
    }

    @Test("list and info tell which sessions run, of what, how many nodes, since when; down --all ends every one")
    func listed() throws {
        defer { sweep() }
        let before = Date()
        _ = try start("inference")
        _ = try start("pipeline", "--set", "nodes.sink.start=manual")
        let ids = try ids()
        try #require(ids.count == 2)
        var list = ""
        try wait(patience, "all nodes that start by themselves", show: { list }) {
            list = (try? alone("list").finish().out) ?? ""
            return columns(ids[0], in: list).dropFirst(3).first == "6/6"
                && columns(ids[1], in: list).dropFirst(3).first == "4/5"
        }
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.dateFormat = "yyyy-MM-dd HH:mm:ss"
        for (id, topology) in zip(ids, ["inference", "pipeline"]) {
            let row = columns(id, in: list)
            #expect(Array(row.prefix(3)) == [id, topology, String(try record(id).pid)])
            let since = try #require(form.date(from: row[4] + " " + row[5]))
            #expect(since > before.addingTimeInterval(-1) && since <= Date())
        }
        let info = try alone("info").finish().out
        for id in ids { #expect(columns(id, in: info).last == workplace.folder + "/run/zmqtop/" + id) }

        let unsure = try alone("down").finish()
        #expect(unsure.status == 2)
        for id in ids { #expect(columns(id, in: unsure.err).count > 5, "\(unsure.err)") }
        #expect(try self.ids() == ids)

        let down = try alone("down", "--all").finish()
        #expect(down.status == 0, "\(down.err)")
        #expect(down.err.split(separator: "\n").sorted().map(String.init) == ids.map { "down: \($0)" })
        #expect(workplace.leftovers == [])
        try workplace.expectNoSurvivors()
        #expect(try alone("list").finish().out.hasSuffix("sessions\n  none\n"))
        let again = try alone("down", "--all").finish()
        #expect(again.status == 0)
        #expect(again.err == "No session runs.\n")
    }

    @Test("down --all: a session that does not answer holds up no other, and ends when it does")
    func deaf() throws {
        defer { sweep() }
        _ = try start("inference")
        _ = try start("pipeline")
        let ids = try ids()
        try #require(ids.count == 2)
        let pid = try record(ids[0]).pid
        kill(pid, SIGSTOP)
        let down = try alone("down", "--all")
        try wait(patience, "the other's end", show: { down.err }) { down.err == "down: \(ids[1])\n" }
        #expect(try self.ids() == [ids[0]])
        kill(pid, SIGCONT)
        let outcome = try down.finish()
        #expect(outcome.status == 0, "\(outcome.err)")
        #expect(workplace.leftovers == [])
        try workplace.expectNoSurvivors()
    }

    @Test("a detached session with a run directory of its own is reached by that, as it says itself")
    func ownDirectory() throws {
        defer { sweep() }
        let directory = workplace.folder + "/own"
        let started = try start("inference", "--run-dir", directory)
        #expect(started.out.contains("zmqtop attach \(directory)\n") || started.err.contains("attach \(directory)\n"))
        let paused = try run(workplace, ["ctl", "pause", "engine-1", "--session", directory])
        #expect(paused.status == 0, "\(paused.err)")
        // Nothing of it is left but what was to be kept, when down returns.
        #expect(try run(workplace, ["down", "--session", directory]).status == 0)
        let statuses = try JSONDecoder().decode(
            [NodeStatus].self, from: Data(contentsOf: URL(fileURLWithPath: directory + "/status.json")))
        #expect(statuses.allSatisfy { $0.state == .exited && $0.pid == nil }, "\(statuses)")
        try workplace.expectNoSurvivors()
        let again = try run(workplace, ["down", "--session", directory])
        #expect(again.status == 2)
        #expect(again.err.contains("No session runs in \(directory)"))
    }
}

private let anotherUser = ["--user", "--map-user=54321"]

private let canBeAnotherUser: Bool = {
    guard let workplace = try? Workplace(),
        let program = try? Program(workplace, anotherUser + ["true"], program: "/usr/bin/unshare")
    else { return false }
    return (try? program.finish().status) == 0
}()
