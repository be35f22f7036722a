import CTapSegment
import Foundation
import Testing

private let pull = 7
private let push = 8

/// Which libzmq a call reaches, where a process holds several, or none that can be loaded.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct CopiesTests {
    /// Two objects, the second with a libzmq of its own: the system's under another name, as a wheel has it.
    private static let plugins: Bool = {
        let system = "/usr/lib/x86_64-linux-gnu/libzmq.so.5"
        guard var library = FileManager.default.contents(atPath: system),
            let name = library.range(of: Data("libzmq.so.5".utf8))
        else { return false }
        library.replaceSubrange(name, with: Data("libzmq.so.7".utf8))
        let own = Tapped.program("libzmq.so.7")
        guard FileManager.default.createFile(atPath: own, contents: library) else { return false }
        return Tapped.compile("plugin.c", to: "one.so", ["-shared", "-fPIC", "-lzmq"])
            && Tapped.compile("plugin.c", to: "two.so", ["-shared", "-fPIC", own, "-Wl,-rpath,$ORIGIN"])
            && Tapped.compile("plugins.c", to: "plugins", [])
            && Tapped.compile("plugins.c", to: "plugins-linked", ["-Wl,--no-as-needed", "-lzmq"])
    }()

    @Test func eachPluginHasItsOwnLibrary() async throws {
        try #require(Self.plugins)
        let command = [Tapped.program("plugins"), Tapped.program("one.so"), Tapped.program("two.so")]
        let dump = try await Tapped.compared(command, node: "plugins")
        #expect(dump.libzmq_copies == 2 && dump.program == "plugins")
        // Unloaded and loaded again: counted all the same.
        #expect(dump.sockets.map(\.sent_messages) == [100, 0, 200, 0, 100, 0, 200, 0])
        #expect(dump.sockets.map(\.received_messages) == [0, 100, 0, 200, 0, 100, 0, 200])
        #expect(dump.sockets.map(\.context) == [1, 1, 2, 2, 3, 3, 4, 4])
        #expect(dump.connections.filter { $0.delivered_messages > 0 }.count == 4)
        #expect(dump.connections.allSatisfy { $0.handshake == 1 && $0.socket_id > 0 })
    }

    /// The linker looks into the program's own libraries first.
    @Test func whatTheProgramIsLinkedWithComesFirst() async throws {
        try #require(Self.plugins)
        let command = [Tapped.program("plugins-linked"), Tapped.program("one.so"), Tapped.program("two.so")]
        let dump = try await Tapped.compared(command, node: "linked")
        #expect(dump.libzmq_copies == 1)
        #expect(dump.sockets.map(\.received_messages) == [0, 100, 0, 200, 0, 100, 0, 200])
    }

    /// pyzmq as pip installs it has a libzmq of its own.
    @Test func aWheelAndCZMQ() async throws {
        let script = Tapped.sources.appendingPathComponent("Programs/two_copies.py").path
        let dump = try await Tapped.compared(
            [try #require(PythonWheel.interpreter, "pip install pyzmq==27.1.0"), script], node: "python")
        #expect(dump.libzmq_copies == 2)
        #expect(dump.sockets.map(\.type) == [pull, push, pull, push])
        #expect(dump.sockets.map(\.received_messages) == [300, 0, 200, 0])
        #expect(dump.sockets.map(\.sent_messages) == [0, 300, 0, 200])
        #expect(dump.sockets[0].context == dump.sockets[3].context)
        #expect(
            dump.sockets[1].context == dump.sockets[2].context && dump.sockets[0].context != dump.sockets[1].context)
        #expect(dump.connections.map(\.socket_id).sorted() == [1, 2, 3, 4])
    }

    /// libzmq is part of the program: no call is seen, the wire is.
    @Test(arguments: ["tcp", "ipc"]) func aLibraryThatIsLinkedInIsCountedOnTheWire(transport: String) async throws {
        let libraries = [
            "-Wl,-Bstatic", "-lzmq", "-Wl,-Bdynamic", "-lsodium", "-lpgm", "-lnorm", "-lgssapi_krb5", "-lbsd",
        ]
        try #require(
            Tapped.compile("pushpull.c", to: "static", libraries + ["-lstdc++", "-lm", "-lpthread"]),
            "libzmq3-dev and what its libzmq.a needs")
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let endpoint =
            transport == "tcp" ? folder.appendingPathComponent(".endpoint").path : "ipc://\(folder.path)/p"
        let rest = [endpoint, "20000", "300", "3", folder.appendingPathComponent(".done").path]
        let receiver = try Tapped.Running([Tapped.program("static"), "pull"] + rest, node: "pull", segments: folder)
        let sender = try Tapped.Running([Tapped.program("static"), "push"] + rest, node: "push", segments: folder)
        let ends = (await sender.ended(), await receiver.ended())
        try #require(ends.0.status == 0 && ends.1.status == 0, "\(ends.0.errors)\(ends.1.errors)")
        for (node, own, peer, role) in [
            ("push", "PUSH", "PULL", TAP_ROLE_CONNECTED), ("pull", "PULL", "PUSH", TAP_ROLE_ACCEPTED),
        ] {
            let dump = try #require(try await Tapped.dumps(folder, node: node).first)
            #expect(dump.libzmq_copies == 0 && dump.libzmq_version == 0 && dump.sockets.isEmpty)
            #expect(dump.connections.count == 1)
            let connection = try #require(dump.connections.first)
            #expect(connection.socket_index == -1 && connection.endpoint_index == -1)
            #expect(connection.own_type == own && connection.peer_type == peer && connection.role == Int(role))
            #expect(connection.handshake == 1 && connection.zmtp_version == 0x301)
            #expect(connection.out_messages + connection.in_messages == 20000)
            #expect(connection.out_frames + connection.in_frames == 60000)
            #expect(connection.out_bytes + connection.in_bytes == 60000 * 300)
            #expect(connection.closed_ns > 0)
        }
    }
}
