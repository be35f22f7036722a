import Foundation
import RunDirectory
import Testing

@testable import Topology

@Suite struct Vocabulary {
    @Test(arguments: [
        ("20ms", 0.02), ("3s", 3), ("1.5s", 1.5), ("2 min", 120), ("1h", 3600), ("0", 0), ("250us", 0.00025),
        ("1m30s", 90), ("1h30m", 5400),
    ])
    func durations(_ text: String, _ seconds: Double) throws {
        let found = try #require(Units.composedDuration(text))
        #expect(abs(found - seconds) < 1e-12)
    }

    /// Who makes messages of its own has a number and a time of them, and can be told to be quiet.
    @Test func generatingKinds() {
        let kinds = Kind.all.filter { $0.fields.contains { $0.name == "count" } }.map(\.name)
        #expect(kinds.sorted() == ResolvedNode.generatingKinds.sorted())
    }

    @Test(arguments: ["", "20", "ms", "20 parsecs", "0x10s", "infs", "nans", "1m30", "s30", "1e400s0"])
    func noDurations(_ text: String) {
        #expect(Units.composedDuration(text) == nil)
    }

    @Test(arguments: [("5/s", 5.0), ("0.5/s", 0.5), ("120/min", 2), ("2/ms", 2000)])
    func rates(_ text: String, _ perSecond: Double) throws {
        let found = try #require(Units.rate(text))
        #expect(abs(found - perSecond) < 1e-12)
        #expect(Units.rate("5") == nil)
    }

    @Test(arguments: [("100", 100.0), ("64KiB", 65536), ("1MB", 1_000_000), ("1.5 KiB", 1536), ("7B", 7)])
    func sizes(_ text: String, _ bytes: Double) {
        #expect(Units.size(text) == bytes)
        #expect(Units.size("0.3B") == nil)
        #expect(Units.size("64 kib") == nil)
    }

    @Test func rangesShareTheUnitOfTheirEnd() throws {
        let (low, high) = try #require(Units.ends("1..5ms"))
        #expect((low, high) == ("1ms", "5ms"))
        let (from, to) = try #require(Units.ends("16..64"))
        #expect((from, to) == ("16", "64"))
        #expect(Units.ends("16") == nil)
    }

    @Test func wholeNumbersAreDecimal() {
        #expect(Units.integer("010") == 10)
        #expect(Units.integer("1_000") == 1000)
        #expect(Units.integer("0x10") == nil)
        #expect(Units.integer("1.5") == nil)
        #expect(Units.integer("inf") == nil)
    }

    @Test func nearestNames() {
        #expect(nearest(to: "sndhwn", in: ["sndhwm", "rcvhwm"]) == "sndhwm")
        #expect(nearest(to: "PUL", in: SocketType.names) == "PULL")
        #expect(nearest(to: "shceduler", in: ["client", "scheduler"]) == "scheduler")
        #expect(nearest(to: "zebra", in: ["client", "scheduler"]) == nil)
        #expect(editDistance("ab", "ba") == 1)
        #expect(editDistance("", "abc") == 3)
    }

    @Test func talkingIsMutual() {
        for left in SocketType.allCases {
            for right in SocketType.allCases {
                #expect(left.peers.contains(right) == right.peers.contains(left), "\(left) and \(right)")
            }
        }
    }

    /// Every option of <zmq.h> is either known, with its number, or refused with a reason.
    @Test func optionsAreThoseOfTheHeader() throws {
        guard let header = try? String(contentsOfFile: "/usr/include/zmq.h", encoding: .utf8),
            header.contains("#define ZMQ_VERSION_MINOR 3"), header.contains("#define ZMQ_VERSION_PATCH 4")
        else { return }
        var inHeader: [String: Int32] = [:]
        var isStable = false
        for line in header.split(separator: "\n") {
            if line.contains("DRAFT") { break }
            if line.contains("Socket options.") { isStable = true }
            if line.contains("Message options") { isStable = false }
            if line.contains("Deprecated options and aliases") { isStable = true }
            if line.contains("Deprecated Message options") { isStable = false }
            let words = line.split(separator: " ")
            guard isStable, words.count == 3, words[0] == "#define", let number = Int32(words[2]) else { continue }
            inHeader[words[1].dropFirst(4).lowercased()] = number
        }
        #expect(inHeader.count > 70)
        for (name, number) in inHeader where SocketOption.refused[name] == nil {
            #expect(SocketOption.byName[name]?.number == number, "\(name)")
        }
        for option in SocketOption.all { #expect(inHeader[option.name] == option.number, "\(option.name)") }
        for name in SocketOption.refused.keys { #expect(inHeader[name] != nil, "\(name)") }
        for (_, name) in SocketOption.aliases { #expect(SocketOption.byName[name] != nil, "\(name)") }
    }

    @Test(arguments: [
        ("sndhwm", "1000", ResolvedOption.Value.int(1000)), ("linger", "-1", .int(-1)), ("linger", "1s", .int(1000)),
        ("linger", "250", .int(250)), ("sndbuf", "64KiB", .int(65536)), ("immediate", "true", .int(1)),
        ("tcp_keepalive_idle", "10s", .int(10)), ("maxmsgsize", "1MiB", .int64(1_048_576)),
        ("routing_id", "hex:01 00", .bytes([1, 0])), ("routing_id", "010", .bytes(Array("010".utf8))),
        ("heartbeat_ivl", "1m", .int(60000)),
    ])
    func optionValues(_ name: String, _ text: String, _ value: ResolvedOption.Value) throws {
        let option = try #require(SocketOption.byName[name])
        #expect(try OptionReader.value(of: Array(text.utf8), for: option) == value)
    }

    @Test(arguments: [
        ("sndhwm", "-1"), ("sndhwm", "2147483648"), ("immediate", "yes"), ("tcp_keepalive", "2"),
        ("routing_id", "hex:0"), ("routing_id", "hex:xy"), ("linger", "0.5ms"), ("curve_serverkey", "short"),
        ("tcp_keepalive_idle", "100ms"),
    ])
    func noOptionValues(_ name: String, _ text: String) throws {
        let option = try #require(SocketOption.byName[name])
        #expect(throws: Complaint.self) { try OptionReader.value(of: Array(text.utf8), for: option) }
    }
}
