import FoundationEssentials
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct SocketOptionTests {
    let context: Context

    init() throws { context = try Context() }

    /// Sets an option and reads it back.
    private func check<Value: Equatable>(
        _ option: SocketOption<Value, ReadWrite>, _ initial: Value, _ values: [Value], on type: SocketType = .dealer
    ) throws {
        let socket = try context.socket(type)
        #expect(try socket.get(option) == initial, "\(option.name)'s default")
        for value in values {
            try socket.set(option, value)
            #expect(try socket.get(option) == value, "\(option.name)")
        }
    }

    @Test func numbers() throws {
        try check(.sndhwm, 1000, [0, 7])
        try check(.rcvhwm, 1000, [0, 7])
        try check(.backlog, 100, [5])
        try check(.maxmsgsize, -1, [5_000_000_000])
        try check(.rate, 100, [7])
        try check(.multicastHops, 1, [7])
        try check(.multicastMaxtpdu, 1500, [700])
        try check(.tos, 0, [16])
        try check(.sndbuf, nil, [4096, nil])
        try check(.rcvbuf, nil, [4096, nil])
        try check(.tcpKeepaliveCnt, nil, [3, nil])
        try check(.useFd, nil, [3, nil])
        try check(.affinity, 0, [1, 1 << 63])
    }

    @Test func flags() throws {
        for option in [
            SocketOption.immediate, .conflate, .ipv6, .invertMatching, .plainServer, .curveServer, .gssapiServer,
            .gssapiPlaintext,
        ] {
            try check(option, false, [true, false], on: .pub)
        }
        try check(.tcpKeepalive, nil, [true, false, nil])
    }

    @Test func durations() throws {
        try check(.reconnectIvlMax, .zero, [.seconds(2)])
        try check(.handshakeIvl, .seconds(30), [.milliseconds(1), .zero])
        try check(.heartbeatIvl, .zero, [.milliseconds(250)])
        try check(.heartbeatTtl, .zero, [.milliseconds(300)])
        try check(.connectTimeout, .zero, [.seconds(1)])
        try check(.tcpMaxrt, .zero, [.seconds(1)])
        try check(.recoveryIvl, .seconds(10), [.seconds(1)])
        try check(.linger, nil, [.zero, .milliseconds(5), nil])
        try check(.sndtimeo, nil, [.zero, .milliseconds(5), nil])
        try check(.rcvtimeo, nil, [.zero, .milliseconds(5), nil])
        try check(.reconnectIvl, .milliseconds(100), [.milliseconds(5), nil])
        try check(.heartbeatTimeout, nil, [.milliseconds(5)])
        try check(.tcpKeepaliveIdle, nil, [.seconds(60), nil])
        try check(.tcpKeepaliveIntvl, nil, [.seconds(5), nil])
    }

    @Test func durationsAreRoundedUpAndNeverNegative() throws {
        let socket = try context.socket(.dealer)
        try socket.set(.linger, .microseconds(1))
        #expect(try socket.get(.linger) == .milliseconds(1))
        try socket.set(.tcpKeepaliveIdle, .milliseconds(1001))
        #expect(try socket.get(.tcpKeepaliveIdle) == .seconds(2))
        #expect(throws: ZeroMQError.self) { try socket.set(.linger, .milliseconds(-1)) }
        #expect(throws: ZeroMQError.self) { try socket.set(.heartbeatIvl, .milliseconds(-1)) }
        #expect(throws: ZeroMQError.self) { try socket.set(.tcpKeepaliveIdle, .seconds(-5)) }
        #expect(throws: ZeroMQError.self) { try socket.set(.linger, .seconds(Int64.max)) }
    }

    @Test func textAndBytes() throws {
        try check(.routingID, [], [[1, 0, 255], [UInt8](repeating: 65, count: 255)])
        try check(.socksProxy, "", ["127.0.0.1:1080", ""])
        try check(.zapDomain, "", ["größe", "a"])
        try check(.plainUsername, "", ["admin", "größe"])
        try check(.plainPassword, "", ["secret"])
        try check(.gssapiPrincipal, "", ["zmq@host"])
        try check(.gssapiServicePrincipal, "", ["zmq@host"])
        try check(.bindtodevice, "", ["lo", ""])
        try check(.gssapiPrincipalNametype, .hostBased, [.userName, .kerberosPrincipal])
        try check(.gssapiServicePrincipalNametype, .hostBased, [.userName])
        let none = try #require(CurveKey(bytes: [UInt8](repeating: 0, count: 32)))
        let keys = try CurveKeyPair.generate()
        try check(.curvePublickey, none, [keys.publicKey])
        try check(.curveSecretkey, none, [keys.secretKey])
        try check(.curveServerkey, none, [keys.publicKey])
    }

    @Test func securityFollowsFromTheOptions() throws {
        let socket = try context.socket(.dealer)
        #expect(try socket.get(.mechanism) == .null)
        try socket.set(.plainUsername, "admin")
        #expect(try socket.get(.mechanism) == .plain)
        try socket.set(.plainUsername, "")
        #expect(try socket.get(.mechanism) == .null)
    }

    /// What can only be set is taken by the types that have it, and by no other.
    @Test func writeOnly() throws {
        func taken<Value>(_ option: SocketOption<Value, WriteOnly>, _ value: Value, by types: Set<SocketType>) throws {
            for type in SocketType.allCases {
                let socket = try context.socket(type)
                if types.contains(type) {
                    try socket.set(option, value)
                } else {
                    #expect(throws: ZeroMQError.self, "\(option.name) on \(type)") { try socket.set(option, value) }
                }
            }
        }
        // In libzmq a REP is a ROUTER, a REQ a DEALER and a PUB an XPUB: they take options that are of no use to them.
        try taken(.routerMandatory, true, by: [.router, .rep])
        try taken(.routerHandover, true, by: [.router, .rep])
        try taken(.routerRaw, true, by: [.router, .rep])
        try taken(.probeRouter, true, by: [.req, .rep, .dealer, .router])
        try taken(.reqCorrelate, true, by: [.req])
        try taken(.reqRelaxed, true, by: [.req])
        for option in [SocketOption.xpubVerbose, .xpubVerboser, .xpubManual, .xpubNodrop] {
            try taken(option, true, by: [.pub, .xpub])
        }
        try taken(.streamNotify, false, by: [.stream])
        try taken(.subscribe, [1], by: [.sub])
        try taken(.subscribe, [], by: [.sub])
        try taken(.unsubscribe, [1], by: [.sub])
        try taken(.connectRoutingID, [1], by: [.rep, .router, .stream])
        try taken(.xpubWelcomeMsg, [1], by: [.pub, .xpub])
        try taken(.xpubWelcomeMsg, [], by: [.pub, .xpub])
        let all = Set(SocketType.allCases)
        try taken(.tcpAcceptFilter, "127.0.0.1/8", by: all)
        try taken(.tcpAcceptFilter, "", by: all)
        try taken(.ipcFilterPid, 1, by: all)
        try taken(.ipcFilterUid, 1, by: all)
        try taken(.ipcFilterGid, 1, by: all)
    }

    @Test func readOnly() throws {
        let socket = try context.socket(.push)
        #expect(try socket.get(.lastEndpoint) == "")
        #expect(try socket.get(.fd) > 2)
        #expect(try socket.get(.events) == [])
        #expect(try !socket.get(.rcvmore))
        #expect(try !socket.get(.threadSafe))
        let pull = try context.socket(.pull)
        try pull.bind("inproc://events")
        try socket.connect("inproc://events")
        #expect(try socket.get(.events) == .output)
    }

    @Test func rawNumbers() throws {
        let socket = try context.socket(.dealer)
        try socket.setOption(23, .int(5))
        #expect(try socket.get(.sndhwm) == 5)
        try socket.setOption(22, .int64(9))
        #expect(try socket.get(.maxmsgsize) == 9)
        try socket.setOption(5, .bytes([1, 2]))
        #expect(try socket.get(.routingID) == [1, 2])
        // The wrong width.
        #expect(throws: ZeroMQError.self) { try socket.setOption(22, .int(9)) }
    }

    /// The catalog holds what libzmq's own header holds, under the same names and numbers.
    @Test func catalogMatchesTheHeader() throws {
        func entry<Value, Access>(_ option: SocketOption<Value, Access>) -> (String, Int32) {
            (option.name.uppercased(), option.number)
        }
        let catalog = Dictionary(uniqueKeysWithValues: [
            entry(.affinity), entry(.routingID), entry(.subscribe), entry(.unsubscribe), entry(.rate),
            entry(.recoveryIvl), entry(.sndbuf), entry(.rcvbuf), entry(.rcvmore), entry(.fd), entry(.events),
            entry(.type), entry(.linger), entry(.reconnectIvl), entry(.backlog), entry(.reconnectIvlMax),
            entry(.maxmsgsize), entry(.sndhwm), entry(.rcvhwm), entry(.multicastHops), entry(.rcvtimeo),
            entry(.sndtimeo), entry(.lastEndpoint), entry(.routerMandatory), entry(.tcpKeepalive),
            entry(.tcpKeepaliveCnt), entry(.tcpKeepaliveIdle), entry(.tcpKeepaliveIntvl), entry(.immediate),
            entry(.xpubVerbose), entry(.routerRaw), entry(.ipv6), entry(.mechanism), entry(.plainServer),
            entry(.plainUsername), entry(.plainPassword), entry(.curveServer), entry(.curvePublickey),
            entry(.curveSecretkey), entry(.curveServerkey), entry(.probeRouter), entry(.reqCorrelate),
            entry(.reqRelaxed), entry(.conflate), entry(.zapDomain), entry(.routerHandover), entry(.tos),
            entry(.connectRoutingID), entry(.gssapiServer), entry(.gssapiPrincipal), entry(.gssapiServicePrincipal),
            entry(.gssapiPlaintext), entry(.handshakeIvl), entry(.socksProxy), entry(.xpubNodrop),
            entry(.xpubManual), entry(.xpubWelcomeMsg), entry(.streamNotify), entry(.invertMatching),
            entry(.heartbeatIvl), entry(.heartbeatTtl), entry(.heartbeatTimeout), entry(.xpubVerboser),
            entry(.connectTimeout), entry(.tcpMaxrt), entry(.threadSafe), entry(.multicastMaxtpdu), entry(.useFd),
            entry(.gssapiPrincipalNametype), entry(.gssapiServicePrincipalNametype), entry(.bindtodevice),
            entry(.tcpAcceptFilter), entry(.ipcFilterPid), entry(.ipcFilterUid), entry(.ipcFilterGid),
        ])
        var header: [String: Int32] = [:]
        let text = try String(contentsOfFile: "/usr/include/zmq.h", encoding: .utf8)
        let socketOptions = text.split(separator: "Socket options.")[1].split(separator: "Message options")[0]
        let deprecated = text.split(separator: "Deprecated options and aliases")[1].split(
            separator: "Deprecated Message options")[0]
        for line in (socketOptions + deprecated).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "#define", let number = Int32(words[2]) else { continue }
            header[String(words[1].dropFirst("ZMQ_".count))] = number
        }
        // A context's option, the reverse of IPV6, and a transport that this libzmq lacks.
        for name in ["BLOCKY", "IPV4ONLY"] + header.keys.filter({ $0.hasPrefix("VMCI_") }) { header[name] = nil }
        #expect(catalog == header)
    }
}
