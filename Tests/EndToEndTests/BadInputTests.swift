import Foundation
import Testing

/// What bad input gets: one clear sentence with the place and the remedy, status 1 or 2, nothing left running.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct BadInputTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test(arguments: [
        ("not YAML", "nodes: [a: {", ["bad.yaml:", "YAML"]),
        (
            "an unknown key",
            "nodes:\n  a: { kind: sink, colour: red, sockets: { in: { type: PULL, bind: \"tcp://127.0.0.1:*\" } } }",
            ["bad.yaml:2:20", "colour"]
        ),
        (
            "an unknown type",
            "nodes:\n  a: { kind: sink, sockets: { in: { type: PUL, bind: \"tcp://127.0.0.1:*\" } } }",
            ["bad.yaml:2", "PULL"]
        ),
        (
            "an unknown option",
            "nodes:\n  a: { kind: sink, sockets: { in: { type: PULL, bind: \"tcp://127.0.0.1:*\", options: { rcvhvm: 5 } } } }",
            ["bad.yaml:2", "rcvhwm"]
        ),
        (
            "an unknown reference", "nodes:\n  a: { kind: sink, sockets: { in: { type: PULL, connect: b.out } } }",
            ["bad.yaml:2", "b.out"]
        ),
        (
            "an impossible pair",
            "nodes:\n  a: { kind: sink, sockets: { in: { type: SUB, connect: b.out } } }\n  b: { kind: source, sockets: { out: { type: PUSH, bind: \"tcp://127.0.0.1:*\" } } }",
            ["SUB", "PUSH"]
        ),
        (
            "a long ipc path",
            "nodes:\n  a: { kind: sink, sockets: { in: { type: PULL, bind: \"ipc:///tmp/\(String(repeating: "x", count: 120))\" } } }",
            ["107"]
        ),
        (
            "a command that does not exist", "nodes:\n  a: { command: [no-such-program-anywhere] }",
            ["bad.yaml:2", "no-such-program-anywhere"]
        ),
        ("no nodes", "name: x", ["nodes"]),
    ])
    func file(what: String, text: String, parts: [String]) throws {
        let path = try workplace.file("bad.yaml", text + "\n")
        let outcome = try run(workplace, ["run", path, "--headless", "--for", "1s"])
        #expect(outcome.status == 1 || outcome.status == 2, "\(what): \(outcome)")
        for part in parts { #expect(outcome.err.contains(part), "\(what): no \(part) in\n\(outcome.err)") }
        #expect(outcome.out == "")
        #expect(workplace.survivors == [])
        #expect(workplace.leftovers == [])
    }

    @Test("a port in use names the port, and the node fails with libzmq's reason")
    func portInUse() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                #expect(bind(listener, address, size) == 0)
                #expect(listen(listener, 1) == 0)
                #expect(getsockname(listener, address, &size) == 0)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let path = try workplace.file(
            "port.yaml",
            "nodes:\n  a: { kind: sink, sockets: { in: { type: PULL, bind: \"tcp://127.0.0.1:\(port)\" } } }\n")
        let outcome = try run(
            workplace, ["run", path, "--headless", "--every", "100ms", "--fail-on", "failed", "--for", "15m"])
        #expect(outcome.status == 1 || outcome.status == 2)
        #expect(outcome.err.contains("\(port)"), "\(outcome.err)")
        #expect(outcome.err.contains("another program listens there"), "\(outcome.err)")
        try workplace.expectNoSurvivors()
        #expect(workplace.leftovers == [])
    }

    @Test(
        "wrong usage: status 2 and what to do",
        arguments: [
            ["run"], ["run", "no-such-topology"], ["run", "inference", "--every", "soon"],
            ["run", "inference", "--json"],
            ["run", "inference", "--headless", "--until", "links.up =="],
            ["run", "inference", "--headless", "--set", "nodes.nobody.replicas=3"],
            ["inject", "scheduler.frontend", "x", "--session", "nobody"], ["nonsense"],
        ])
    func usage(arguments: [String]) throws {
        let outcome = try run(workplace, arguments)
        #expect(outcome.status == 2, "\(outcome)")
        #expect(!outcome.err.isEmpty)
        #expect(outcome.out == "")
        #expect(workplace.survivors == [])
    }

    @Test("check, graph, schema, list and info work from anywhere, also when the build is moved elsewhere")
    func elsewhere() throws {
        let copy = workplace.folder + "/opt"
        for folder in ["/bin", "/share/zmqtop", "/lib/zmqtop"] {
            try FileManager.default.createDirectory(atPath: copy + folder, withIntermediateDirectories: true)
        }
        // By cp: a descriptor of ours that writes a program is inherited by what other tests start meanwhile, and while
        // that lives the program is busy.
        let programs = ["zmqtop", "zmqtop-node", "zmqtop-keeper"].map { Workplace.programs + "/" + $0 }
        let copying = try Process.run(URL(filePath: "/bin/cp"), arguments: programs + [copy + "/bin/"])
        copying.waitUntilExit()
        try #require(copying.terminationStatus == 0)
        try FileManager.default.copyItem(
            atPath: Workplace.programs + "/libzmqtap.so", toPath: copy + "/lib/zmqtop/libzmqtap.so")
        for folder in ["topologies", "themes"] {
            try FileManager.default.copyItem(
                atPath: Workplace.programs + "/zmqtop_zmqtop.resources/" + folder,
                toPath: copy + "/share/zmqtop/" + folder)
        }
        let program = try Program(
            workplace,
            [
                "run", "pipeline", "--headless", "--every", "100ms", "--until", "socket(sink.in).received > 10",
                "--for", "15m",
            ],
            program: copy + "/bin/zmqtop", directory: "/")
        let outcome = try program.finish()
        #expect(outcome.status == 0, "\(outcome.err)")
        for arguments in [["check", "inference"], ["graph", "inference"], ["schema"], ["list"], ["info"]] {
            let outcome = try Program(workplace, arguments, program: copy + "/bin/zmqtop", directory: "/").finish()
            #expect(outcome.status == 0, "\(arguments): \(outcome.err)")
            #expect(!outcome.out.isEmpty)
        }
    }
}
