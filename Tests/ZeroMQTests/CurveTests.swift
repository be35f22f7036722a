import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct CurveTests {
    @Test func keys() throws {
        let pair = try CurveKeyPair.generate()
        #expect(pair.publicKey.bytes.count == 32)
        #expect(pair.secretKey.z85.utf8.count == 40)
        #expect(CurveKey(z85: pair.secretKey.z85) == pair.secretKey)
        #expect(try CurveKeyPair(secretKey: pair.secretKey) == pair)
        #expect(try CurveKeyPair.generate() != pair)
        #expect(CurveKey(bytes: [1]) == nil)
        #expect(CurveKey(z85: "short") == nil)
        #expect(CurveKey(z85: String(repeating: "~", count: 40)) == nil)
    }

    @Test func z85() {
        // The example of RFC 32.
        let bytes: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
        #expect(Z85.encode(bytes) == "HelloWorld")
        #expect(Z85.decode("HelloWorld") == bytes)
        #expect(Z85.encode([]) == "")
        #expect(Z85.decode("") == [])
        #expect(Z85.encode([1, 2, 3]) == nil)
        #expect(Z85.decode("abc") == nil)
        #expect(Z85.decode("ab\0de") == nil)
    }

    @Test func anEncryptedConnection() throws {
        let keys = try CurveKeyPair.generate()
        let context = try Context()
        let server = try context.testSocket(.rep)
        try server.set(.curveServer, true)
        try server.set(.curveSecretkey, keys.secretKey)
        try server.bind("tcp://127.0.0.1:*")

        let client = try context.testSocket(.req)
        let ownKeys = try CurveKeyPair.generate()
        try client.set(.curveServerkey, keys.publicKey)
        try client.set(.curvePublickey, ownKeys.publicKey)
        try client.set(.curveSecretkey, ownKeys.secretKey)
        #expect(try client.get(.curveServerkey) == keys.publicKey)
        #expect(try client.get(.mechanism) == .curve)
        try client.connect(server.lastEndpoint)
        #expect(try client.send([[1, 2]]))
        #expect(try server.receiveMultipart() == [[1, 2]])
    }

    @Test func aWrongServerKeyFailsTheHandshake() throws {
        let keys = try CurveKeyPair.generate()
        let context = try Context()
        let server = try context.testSocket(.rep)
        try server.set(.curveServer, true)
        try server.set(.curveSecretkey, keys.secretKey)
        let monitor = try SocketMonitor(server, kinds: [.handshakeSucceeded, .handshakeFailedProtocol])
        try server.bind("tcp://127.0.0.1:*")

        let client = try context.testSocket(.req)
        try client.set(.curveServerkey, keys.secretKey)
        try client.set(.curvePublickey, keys.publicKey)
        try client.set(.curveSecretkey, keys.secretKey)
        try client.connect(server.lastEndpoint)
        let poller = Poller()
        poller.add(monitor)
        #expect(try poller.wait(timeout: .seconds(20)) == 1)
        let event = try #require(try monitor.next(wait: false))
        guard case .protocolError(let error) = event.value else {
            Issue.record("\(event)")
            return
        }
        #expect(error.name == "ZMTP_CRYPTOGRAPHIC")
    }
}
