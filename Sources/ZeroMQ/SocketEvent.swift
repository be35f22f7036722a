import CZeroMQ

/// Something that happened to a connection of a monitored socket: zmq_socket_monitor(3).
public struct SocketEvent: Hashable, Sendable {
    /// What happened. `rawValue` is libzmq's bit.
    public enum Kind: UInt16, CaseIterable, Hashable, Sendable {
        case connected = 0x0001
        case connectDelayed = 0x0002
        case connectRetried = 0x0004
        case listening = 0x0008
        case bindFailed = 0x0010
        case accepted = 0x0020
        case acceptFailed = 0x0040
        case closed = 0x0080
        case closeFailed = 0x0100
        case disconnected = 0x0200
        case monitorStopped = 0x0400
        case handshakeFailedNoDetail = 0x0800
        case handshakeSucceeded = 0x1000
        case handshakeFailedProtocol = 0x2000
        case handshakeFailedAuth = 0x4000

        /// As in the manual without `ZMQ_EVENT_`: `CONNECT_RETRIED`.
        public var name: String {
            switch self {
            case .connected: "CONNECTED"
            case .connectDelayed: "CONNECT_DELAYED"
            case .connectRetried: "CONNECT_RETRIED"
            case .listening: "LISTENING"
            case .bindFailed: "BIND_FAILED"
            case .accepted: "ACCEPTED"
            case .acceptFailed: "ACCEPT_FAILED"
            case .closed: "CLOSED"
            case .closeFailed: "CLOSE_FAILED"
            case .disconnected: "DISCONNECTED"
            case .monitorStopped: "MONITOR_STOPPED"
            case .handshakeFailedNoDetail: "HANDSHAKE_FAILED_NO_DETAIL"
            case .handshakeSucceeded: "HANDSHAKE_SUCCEEDED"
            case .handshakeFailedProtocol: "HANDSHAKE_FAILED_PROTOCOL"
            case .handshakeFailedAuth: "HANDSHAKE_FAILED_AUTH"
            }
        }
    }

    /// What the number that comes with an event means.
    public enum Value: Hashable, Sendable {
        /// The event says no more.
        case none
        /// The connection's or listener's descriptor. It may be closed already.
        case descriptor(Int32)
        /// Why it failed or waits, from errno.h.
        case errno(Int32)
        /// The pause before the next attempt, with its random part.
        case interval(Duration)
        /// What went wrong in the handshake.
        case protocolError(ProtocolError)
        /// A ZAP handler's refusal: 300 (try later), 400 (wrong credentials), 500 (handler's fault).
        case zapStatus(Int32)
    }

    /// What happened.
    public let kind: Kind
    /// The number that came with it, as it came.
    public let rawValue: Int32
    /// In libzmq's form, a name perhaps resolved: `tcp://127.0.0.1:5555`.
    public let endpoint: String

    /// An event as libzmq tells it.
    public init(kind: Kind, rawValue: Int32, endpoint: String) {
        self.kind = kind
        self.rawValue = rawValue
        self.endpoint = endpoint
    }

    /// The number that came with it, decoded.
    public var value: Value {
        switch kind {
        case .connected, .listening, .accepted, .closed, .disconnected: .descriptor(rawValue)
        case .connectDelayed, .bindFailed, .acceptFailed, .closeFailed, .handshakeFailedNoDetail: .errno(rawValue)
        case .connectRetried: .interval(.milliseconds(rawValue))
        case .handshakeFailedProtocol: .protocolError(ProtocolError(rawValue: rawValue))
        case .handshakeFailedAuth: .zapStatus(rawValue)
        case .monitorStopped, .handshakeSucceeded: .none
        }
    }

    /// What went wrong in a handshake, by libzmq's number.
    public struct ProtocolError: RawRepresentable, Hashable, Sendable {
        /// One of `ZMQ_PROTOCOL_ERROR_…`.
        public let rawValue: Int32

        /// From libzmq's number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// As in the manual without `ZMQ_PROTOCOL_ERROR_`, or the number when libzmq has a newer one.
        public var name: String {
            switch rawValue {
            case ZMQ_PROTOCOL_ERROR_ZMTP_UNSPECIFIED: "ZMTP_UNSPECIFIED"
            case ZMQ_PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND: "ZMTP_UNEXPECTED_COMMAND"
            case ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE: "ZMTP_INVALID_SEQUENCE"
            case ZMQ_PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE: "ZMTP_KEY_EXCHANGE"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED: "ZMTP_MALFORMED_COMMAND_UNSPECIFIED"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE: "ZMTP_MALFORMED_COMMAND_MESSAGE"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO: "ZMTP_MALFORMED_COMMAND_HELLO"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE: "ZMTP_MALFORMED_COMMAND_INITIATE"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR: "ZMTP_MALFORMED_COMMAND_ERROR"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY: "ZMTP_MALFORMED_COMMAND_READY"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME: "ZMTP_MALFORMED_COMMAND_WELCOME"
            case ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_METADATA: "ZMTP_INVALID_METADATA"
            case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC: "ZMTP_CRYPTOGRAPHIC"
            case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH: "ZMTP_MECHANISM_MISMATCH"
            case ZMQ_PROTOCOL_ERROR_ZAP_UNSPECIFIED: "ZAP_UNSPECIFIED"
            case ZMQ_PROTOCOL_ERROR_ZAP_MALFORMED_REPLY: "ZAP_MALFORMED_REPLY"
            case ZMQ_PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID: "ZAP_BAD_REQUEST_ID"
            case ZMQ_PROTOCOL_ERROR_ZAP_BAD_VERSION: "ZAP_BAD_VERSION"
            case ZMQ_PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE: "ZAP_INVALID_STATUS_CODE"
            case ZMQ_PROTOCOL_ERROR_ZAP_INVALID_METADATA: "ZAP_INVALID_METADATA"
            case ZMQ_PROTOCOL_ERROR_WS_UNSPECIFIED: "WS_UNSPECIFIED"
            default: "0x" + String(UInt32(bitPattern: rawValue), radix: 16)
            }
        }
    }
}
