import CZeroMQ
import Glibc

/// A CURVE key, public or secret: 32 bytes, or 40 characters of Z85.
public struct CurveKey: Hashable, Sendable {
    /// The length of every key, in bytes.
    public static let count = 32

    /// The key itself.
    public let bytes: [UInt8]

    /// Nil unless these are 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    /// Nil unless this is Z85 of 32 bytes.
    public init?(z85 text: String) {
        guard let bytes = Z85.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// Of 32 bytes that libzmq gave.
    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Room for a key as libzmq writes it: 40 characters and a zero.
    fileprivate static var textBuffer: [CChar] { Array(repeating: 0, count: 41) }

    /// Of 40 characters and a zero that libzmq wrote.
    fileprivate init(text: [CChar]) {
        var bytes = [UInt8](repeating: 0, count: Self.count)
        zmq_z85_decode(&bytes, text)
        self.bytes = bytes
    }

    /// The key as people write it: 40 characters.
    public var z85: String { Z85.encode(bytes) ?? "" }
}

/// A CURVE key pair: the secret key stays at home, the public key goes to peers.
public struct CurveKeyPair: Hashable, Sendable {
    /// What peers may know.
    public let publicKey: CurveKey
    /// What nobody else may know.
    public let secretKey: CurveKey

    /// A new random pair. Throws ENOTSUP when libzmq was built without CURVE.
    public static func generate() throws(ZeroMQError) -> CurveKeyPair {
        var publicText = CurveKey.textBuffer
        var secretText = CurveKey.textBuffer
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else { throw .last("zmq_curve_keypair") }
        return CurveKeyPair(publicKey: CurveKey(text: publicText), secretKey: CurveKey(text: secretText))
    }

    /// The pair that a secret key belongs to. Throws ENOTSUP when libzmq was built without CURVE.
    public init(secretKey: CurveKey) throws(ZeroMQError) {
        var publicText = CurveKey.textBuffer
        guard zmq_curve_public(&publicText, secretKey.z85) == 0 else { throw .last("zmq_curve_public") }
        self.init(publicKey: CurveKey(text: publicText), secretKey: secretKey)
    }

    private init(publicKey: CurveKey, secretKey: CurveKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }
}

/// Bytes as printable characters, five for each four: ZeroMQ RFC 32.
public enum Z85 {
    /// Nil unless the number of bytes is a multiple of 4.
    public static func encode(_ bytes: [UInt8]) -> String? {
        guard bytes.count % 4 == 0 else { return nil }
        var text = [CChar](repeating: 0, count: bytes.count / 4 * 5 + 1)
        guard zmq_z85_encode(&text, bytes, bytes.count) != nil else { return nil }
        return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Nil unless the number of characters is a multiple of 5 and all are of Z85's alphabet.
    public static func decode(_ text: String) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        guard text.utf8.count % 5 == 0, !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: text.utf8.count / 5 * 4)
        return zmq_z85_decode(&bytes, text) == nil ? nil : bytes
    }
}
