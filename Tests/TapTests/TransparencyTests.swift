import CTapSegment
import Foundation
import Testing

/// A tapped program does what it does without the tap.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct TransparencyTests {
    @Test func failingCallsSayTheSame() async throws {
        _ = try await Tapped.scenario("errors")
    }

    @Test func aProgramMayMonitorItsOwnSockets() async throws {
        let dump = try await Tapped.scenario("own-monitor")
        // The tap has seen what the program did not ask for, before, during and after its own monitor.
        #expect(dump.count(0x0002, of: 1) >= 1)
        #expect(dump.count(0x0001, of: 1) == 1 && dump.count(0x1000, of: 1) == 1)
        #expect(dump.count(0x0008, of: 2) == 1 && dump.count(0x0020, of: 2) == 1)
        #expect(dump.sockets.map(\.hidden) == [0, 0, 1, 1])
    }

    @Test func noSocketIsUsedUp() async throws {
        let dump = try await Tapped.scenario("many-sockets")
        #expect(dump.sockets.count == 1023)
    }

    @Test func slotsAreUsedAgain() async throws {
        let dump = try await Tapped.scenario("cycles")
        #expect(dump.sockets_used < 100 && dump.endpoints_used < 200)
        #expect(dump.allocated < 1_000_000)
        #expect(dump.sockets.map(\.id).max() == 4000)
    }

    @Test func connectionsOutliveTheirSlots() async throws {
        let dump = try await Tapped.scenario("many-connections")
        let receiver = try #require(dump.sockets.first { $0.id == 1 })
        let delivered = dump.connections(of: 1).map(\.delivered_messages).reduce(0, +)
        #expect(receiver.connection_total == 2500 && receiver.received_messages == 2500)
        #expect(receiver.retired_delivered > 0)
        #expect(receiver.retired_delivered + delivered == 2500)
        #expect(receiver.retired_in_messages + dump.connections(of: 1).map(\.in_messages).reduce(0, +) == 2500)
        #expect(dump.connections_dropped == 0)
    }

    @Test func aDeadEndpointCostsNoSlots() async throws {
        let dump = try await Tapped.scenario("dead-endpoint")
        let endpoint = try #require(dump.endpoints.first)
        #expect(endpoint.attempts > 20)
        #expect(endpoint.attempts == dump.count(0x0004, of: 1))
        #expect(dump.connections_used == 0)
    }

    @Test func forksAreCountedApart() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = [Tapped.program("scenarios"), "forks"]
        let outcome = try await Tapped.Running(command, node: "forks", segments: folder).ended()
        #expect(outcome.status == 0 && outcome.output == "ended\n", "\(outcome.output)")
        let dumps = try await Tapped.dumps(folder, node: "forks").sorted { $0.flags < $1.flags }
        try #require(dumps.count == 2)
        #expect(dumps[0].flags == 0 && dumps[1].flags == Int(TAP_PROCESS_FORKED))
        #expect(dumps[1].parent_pid == dumps[0].pid)
        #expect(dumps[0].sockets.map(\.sent_messages) == [2, 0])
        #expect(dumps[0].connections.map(\.out_messages).reduce(0, +) == 2)
        #expect(dumps[0].connections.map(\.in_messages).reduce(0, +) == 2)
        #expect(dumps[1].sockets.map(\.received_messages) == [0, 5])
    }

    @Test func pythonLoadsItsLibraryLate() async throws {
        let script = Tapped.sources.appendingPathComponent("Programs/tapped.py").path
        let dump = try await Tapped.compared(["/usr/bin/python3", script], node: "python")
        #expect(dump.sockets.map(\.received_messages) == [500, 0, 2, 50, 50])
        #expect(dump.sockets.map(\.hidden) == [0, 0, 1, 0, 0])
        #expect(dump.connections(of: 1).map(\.delivered_messages) == [500])
        #expect(dump.connections(of: 4).map(\.accepted_messages) == [50])
    }

    @Test func aProgramWithoutZeroMQIsUnharmed() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let nothing = try await Tapped.Running([Tapped.program("nothing")], node: "n", segments: folder).ended()
        #expect(nothing.status == 0 && nothing.output == "nothing\n" && nothing.errors.isEmpty)
        let shell = ["/bin/sh", "-c", "ls / | wc -l; exit 7"]
        let outcome = try await Tapped.Running(shell, node: "n", segments: folder).ended()
        #expect(outcome.status == 7 && outcome.errors.isEmpty)
        #expect(try await Tapped.dumps(folder, node: "n").isEmpty)
    }

    @Test func withoutAFolderTheProgramGoesOn() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appendingPathComponent("missing").path
        let command = ["/usr/bin/env", "\(TAP_ENV_DIRECTORY)=\(missing)", Tapped.program("scenarios"), "requests"]
        let outcome = try await Tapped.Running(command, node: "n", segments: folder).ended()
        #expect(outcome.status == 0 && outcome.output == "ended\n")
        #expect(outcome.errors.split(separator: "\n").count == 1 && outcome.errors.hasPrefix("zmqtap: "))
    }

    @Test func theLibraryNeedsTheCLibraryAlone() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = ["/usr/bin/readelf", "-dW", Tapped.library.path]
        let lines = try await Tapped.Running(command, node: nil, segments: folder).ended().output.split(separator: "\n")
        let needed = lines.filter { $0.contains("(NEEDED)") }
        #expect(!needed.isEmpty)
        #expect(needed.allSatisfy { $0.contains("[libc.so.6]") || $0.contains("[ld-linux") }, "\(needed)")
        let paths = lines.filter { $0.contains("RUNPATH") || $0.contains("RPATH") }
        #expect(paths.allSatisfy { $0.contains("[$ORIGIN]") }, "\(paths)")
    }

    @Test func onlyTheInterposedFunctionsAreVisible() async throws {
        let folder = Tapped.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = ["/usr/bin/nm", "-D", "--defined-only", "--extern-only", Tapped.library.path]
        let names = try await Tapped.Running(command, node: nil, segments: folder).ended().output
            .split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
        #expect(names.contains("zmqtap_gauge") && names.contains("zmq_send"))
        let known =
            ["send", "recv", "__recv_chk", "close", "connect", "poll", "__poll_chk", "zmqtap_gauge", "zmqtap_node"]
            + ["__bss_start", "_edata", "_end"]  // the linker's
        #expect(names.filter { !$0.hasPrefix("zmq_") && !known.contains($0) }.isEmpty, "\(names)")
    }
}
