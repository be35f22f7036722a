import Foundation
import FoundationXML
import Testing

/// `zmqtop test` and `zmqtop lesson` as people and CI run them.
@Suite(.serialized, .timeLimit(.minutes(45)))
struct ScenarioTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// A source that dies of itself, with a word on its standard error.
    private static let dying = """
        name: dying
        nodes:
          sink: { kind: sink, sockets: { in: { type: PULL, bind: "ipc://x" } } }
          victim: { command: [sh, -c, "sleep 0.5; echo 'no <power> & light' >&2; exit 3"] }
        scenario:
          - expect: node(sink).state == running within 20s
          - do: [pause sink, resume sink]
            expect: ["node(victim).state == failed within 20s", "nodes.running == 1 within 20s"]
          - expect:
              - sum(nodes, restarts) + node(victim).restarts >= 1 within 300ms
        """

    @Test("all bundled scenarios and lessons pass, several at a time, and leave nothing")
    func bundled() throws {
        let outcome = try run(workplace, ["test", "--timeout-factor", "5"], within: 1200)
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
        let lines = outcome.out.split(separator: "\n")
        #expect(lines.count >= 6)
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("✔ ") && $0.contains("expectation") })
        #expect(lines.last?.hasSuffix(" passed, 0 failed") == true)
        try workplace.expectNoSurvivors()
        #expect(workplace.leftovers == [])
    }

    @Test("each expectation of the bundled ones checks something")
    func inverted() throws {
        let outcome = try run(workplace, ["test", "--inverted", "--timeout-factor", "5"], within: 1200)
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
    }

    @Test("a failure tells the step, the place, what was seen, what had happened, and what failed nodes wrote")
    func failure() throws {
        let file = try workplace.file("dying.yaml", Self.dying)
        let outcome = try run(workplace, ["test", file, "--timeout-factor", "2"], within: 120)
        #expect(outcome.status == 1)
        let out = outcome.out
        #expect(out.hasPrefix("✖ dying"), "\(out)")
        for part in [
            "failed at step 3", "step 3, \(file):10",
            "expected  sum(nodes, restarts) + node(victim).restarts >= 1 within 300ms",
            "but it    did not come to hold within 0.6 s", "seen      sum(nodes, restarts) = 0",
            "          node(victim).restarts = 0", "last events", "resume sink", "victim failed",
            "victim failed: exited with status 3", "| no <power> & light",
        ] {
            #expect(out.contains(part), "\(part) in:\n\(out)")
        }
        try workplace.expectNoSurvivors()
        #expect(workplace.leftovers == [])
    }

    @Test("JUnit's report is XML that a parser reads, and JSON has a line a scenario")
    func reports() throws {
        let failing = try workplace.file("dying.yaml", Self.dying)
        let passing = try workplace.file(
            "good.yaml",
            """
            name: good
            nodes: { sink: { kind: sink, sockets: { in: { type: PULL, bind: "ipc://x" } } } }
            scenario: [expect: nodes.running == 1 within 20s]
            """)
        let junit = workplace.folder + "/report.xml"
        let outcome = try run(workplace, ["test", passing, failing, "--json", "--junit", junit], within: 120)
        #expect(outcome.status == 1)
        let reports = try outcome.out.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let byName = Dictionary(uniqueKeysWithValues: reports.map { ($0["name"] as? String ?? "", $0) })
        #expect(byName["good"]?["outcome"] as? String == "passed")
        #expect(byName["dying"]?["outcome"] as? String == "failed")
        let failures = try #require(byName["dying"]?["failures"] as? [[String: Any]])
        #expect(failures.first?["line"] as? Int == 10)
        #expect((failures.first?["observed"] as? [[String: Any]])?.count == 2)

        let cases = try JUnitReader.read(junit)
        #expect(cases.map(\.name) == ["good", "dying"])
        #expect(cases[0].failure == nil)
        #expect(cases[1].failure?.contains("no <power> & light") == true)
        #expect(cases[1].message?.hasPrefix("sum(nodes, restarts) + node(victim).restarts >= 1") == true)
    }

    @Test("--inverted names an expectation that checks nothing")
    func idle() throws {
        let file = try workplace.file(
            "idle.yaml",
            """
            nodes: { sink: { kind: sink, sockets: { in: { type: PULL, bind: "ipc://x" } } } }
            scenario:
              - expect: nodes.running == 1 within 20s
              - expect: socket(sink.in).received > 0 within 200ms
              - always: nodes.failed == 0
            """)
        let outcome = try run(workplace, ["test", file, "--inverted"], within: 120)
        #expect(outcome.status == 1)
        #expect(outcome.out.contains("1 of 3 expectations checks nothing"), "\(outcome.out)")
        #expect(outcome.out.contains("\(file):4"))
        #expect(!outcome.out.contains("\(file):3") && !outcome.out.contains("\(file):5"))
    }

    @Test("messages are injected by fresh peers, and by sockets that nodes have")
    func injection() throws {
        let file = try workplace.file(
            "inject.yaml",
            """
            nodes:
              source:
                kind: source
                sockets: { out: { type: PUSH, connect: sink.in } }
                behavior: { rate: 20/s }
              sink: { kind: sink, sockets: { in: { type: PULL, bind: "tcp://127.0.0.1:*" } } }
            scenario:
              - expect: socket(sink.in).received > 0 within 20s
              - do: "inject sink.in 'hello world' second --from source.out"
                expect: rise(socket(source.out).sent) >= 1
              - do: [quiet source, wait 300ms, inject sink.in hello --count 3]
                expect: rise(socket(sink.in).received) >= 3 for 100ms
              - do: stop source
                expect: node(source).state == exited
            """)
        let outcome = try run(workplace, ["test", file, "--timeout-factor", "5"], within: 120)
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
    }

    @Test("scenarios that bind the same port are played one after the other")
    func samePort() throws {
        let (port, holder) = try heldPort()
        defer { close(holder) }
        let files = try ["a", "b", "c"].map { name in
            try workplace.file(
                "\(name).yaml",
                """
                nodes: { sink: { kind: sink, sockets: { in: { type: PULL, bind: "tcp://127.0.0.1:\(port)" } } } }
                scenario: [expect: node(sink).state == running within 20s for 300ms]
                """)
        }
        let outcome = try run(workplace, ["test"] + files + ["--jobs", "3"], within: 120)
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
    }

    /// A port that nobody else is given, but that a listener with SO_REUSEADDR, such as libzmq's, may bind: its holder
    /// does not listen.
    private func heldPort() throws -> (port: UInt16, holder: Int32) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failure = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 ? getsockname(socket, $0, &size) : -1
            }
        }
        guard failure == 0 else { throw Complaint("no port: \(errno)") }
        return (UInt16(bigEndian: address.sin_port), socket)
    }

    @Test("a deed that cannot be done ends the scenario with the session's own sentence")
    func impossible() throws {
        let file = try workplace.file(
            "impossible.yaml",
            """
            nodes:
              sink: { kind: sink, start: manual, sockets: { in: { type: PULL, bind: "ipc://x" } } }
            scenario:
              - do: kill sink
            """)
        let outcome = try run(workplace, ["test", file], within: 120)
        #expect(outcome.status == 1)
        #expect(outcome.out.contains("step 1, \(file):4: “kill sink” could not be done: "), "\(outcome.out)")
    }

    @Test("what is wrong with a file is told before anything starts: all of it, with its place, status 2")
    func wrongFile() throws {
        let file = try workplace.file(
            "wrong.yaml",
            """
            topology: pipeline
            scenario:
              - expect: node(wrker-1).state == running
                do: kil worker-1
            """)
        for command in [["test", file], ["check", file]] {
            let outcome = try run(workplace, command)
            #expect(outcome.status == (command[0] == "test" ? 2 : 1))
            #expect(outcome.err.contains("wrong.yaml:3:18: error: "), "\(outcome.err)")
            #expect(outcome.err.contains("did you mean worker-1?"))
            #expect(outcome.err.contains("wrong.yaml:4:9: error: there is no verb “kil”: did you mean kill?"))
        }
        #expect(try run(workplace, ["test", "nope"]).status == 2)
        #expect(try run(workplace, ["test", "late-server", "--junit", "/nowhere/x.xml"]).status == 2)
        #expect(workplace.leftovers == [])
    }

    @Test("Ctrl-C ends every session, and nothing is left")
    func interrupted() throws {
        let text = """
            nodes: { sink: { kind: sink, sockets: { in: { type: PULL, bind: "ipc://x" } } } }
            scenario: [expect: nodes.running == 1 within 20s, wait: 100s]
            timeout: 200s
            """
        let files = try ["a", "b", "c"].map { try workplace.file("\($0).yaml", text) }
        let program = try Program(workplace, ["test"] + files + ["--jobs", "2"])
        try wait(patience, "two sinks") {
            workplace.survivors.count { pid in
                let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
                return name?.hasPrefix("zmqtop-node") ?? false
            } == 2
        }
        program.signal(SIGINT)
        let outcome = try program.finish()
        #expect(outcome.status == 130)
        #expect(outcome.out.split(separator: "\n").count { $0.hasSuffix("interrupted") && $0.hasPrefix("– ") } == 3)
        try workplace.expectNoSurvivors()
        #expect(workplace.leftovers == [])
    }

    @Test("lessons are listed in the person's language, and those that are done are marked")
    func lessons() throws {
        let english = try run(workplace, ["lesson"])
        #expect(english.status == 0, "\(english.err)")
        #expect(english.out.contains(/6  sent-is-not-delivered +Sent is not delivered/), "\(english.out)")
        #expect(!english.out.contains("✔"))
        let chinese = try run(workplace, ["lesson", "--lang", "zh-Hans"])
        #expect(chinese.out.contains("已发送 ≠ 已送达"))

        try FileManager.default.createDirectory(
            atPath: workplace.folder + "/state/zmqtop", withIntermediateDirectories: true)
        _ = try workplace.file(
            "state/zmqtop/lessons.json", #"{"version":1,"done":{"sent-is-not-delivered":"2026-11-22T09:00:00Z"}}"#)
        let marked = try run(workplace, ["lesson"])
        #expect(marked.out.contains("Sent is not delivered") && marked.out.contains("✔"), "\(marked.out)")
        _ = try workplace.file("state/zmqtop/lessons.json", "[1, 2")
        let broken = try run(workplace, ["lesson"])
        #expect(broken.status == 0 && !broken.out.contains("✔"))
        #expect(broken.err.contains("lessons.json cannot be understood"))

        let text = try run(workplace, ["lesson", "6", "--print", "--lang", "zh-Hans"])
        #expect(text.out.contains("## 2/") && text.out.contains("暂停 sink"))
        let wrong = try run(workplace, ["lesson", "99"])
        #expect(wrong.status == 2 && wrong.err.contains("6 sent-is-not-delivered"))
    }
}

/// The cases of a JUnit file, as an XML parser reads them.
private final class JUnitReader: NSObject, XMLParserDelegate {
    struct Case {
        var name: String
        var message: String?
        var failure: String?
    }

    private var cases: [Case] = []
    private var text: String?

    static func read(_ path: String) throws -> [Case] {
        let data = try #require(FileManager.default.contents(atPath: path))
        let (parser, reader) = (XMLParser(data: data), JUnitReader())
        parser.delegate = reader
        guard parser.parse() else {
            throw Complaint("line \(parser.lineNumber): \(String(describing: parser.parserError))")
        }
        return reader.cases
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if element == "testcase" { cases.append(Case(name: attributes["name"] ?? "")) }
        guard element == "failure", !cases.isEmpty else { return }
        cases[cases.count - 1].message = attributes["message"]
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text? += string }

    func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
        guard element == "failure" else { return }
        cases[cases.count - 1].failure = text
        text = nil
    }
}
