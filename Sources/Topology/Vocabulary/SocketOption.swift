/// A socket option of libzmq 4.3.4 that a file can set: its number, what it takes, and which types have it. From
/// zmq_setsockopt(3), the numbers from <zmq.h>, the limits from the library's own checks.
struct SocketOption: Sendable {
    enum Kind: Sendable {
        /// Options that libzmq takes as `int` and means as yes or no.
        case flag
        case integer(ClosedRange<Int>)
        /// An `int` of bytes; `64KiB` is understood.
        case size(ClosedRange<Int>)
        /// An `int` of milliseconds; `100ms` is understood, and a bare number is milliseconds, as in the manual.
        case milliseconds(ClosedRange<Int>)
        /// An `int` of seconds; `10s` is understood.
        case seconds(ClosedRange<Int>)
        /// An `int64_t`.
        case integer64(ClosedRange<Int64>)
        /// Text, with the lengths that are accepted.
        case text(ClosedRange<Int>)
        /// Bytes: text, or `hex:0100`.
        case binary(ClosedRange<Int>)
        /// A CURVE key: 40 characters of Z85, or 32 bytes in hex.
        case key
    }

    var name: String
    var number: Int32
    var kind: Kind
    /// Which types have it; nil for all.
    var types: [SocketType]?

    init(_ name: String, _ number: Int32, _ kind: Kind, _ types: [SocketType]? = nil) {
        self.name = name
        self.number = number
        self.kind = kind
        self.types = types
    }

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// Why a name that <zmq.h> has cannot be set here.
    static let refused: [String: String] = [
        "subscribe": "subscriptions are given with `subscribe: [topic]`, beside `options:`",
        "unsubscribe": "a socket begins without subscriptions; leave the topic out of `subscribe:`",
        "rcvmore": "it can only be read", "fd": "it can only be read", "events": "it can only be read",
        "type": "it can only be read", "last_endpoint": "it can only be read", "mechanism": "it can only be read",
        "thread_safe": "it can only be read",
        "blocky": "it belongs to the context, not to a socket",
    ]

    /// Older names that libzmq still has.
    static let aliases: [String: String] = [
        "identity": "routing_id", "connect_rid": "connect_routing_id", "delay_attach_on_connect": "immediate",
        "fail_unroutable": "router_mandatory", "router_behavior": "router_mandatory",
    ]

    private static let positive = 1...Int(Int32.max)
    private static let natural = 0...Int(Int32.max)
    private static let orMinusOne = -1...Int(Int32.max)
    private static let anyText = 0...255

    static let all: [SocketOption] = [
        .init("affinity", 4, .integer64(0...Int64.max)),
        .init("routing_id", 5, .binary(1...255), [.req, .rep, .dealer, .router]),
        .init("rate", 8, .integer(positive)),
        .init("recovery_ivl", 9, .milliseconds(natural)),
        .init("sndbuf", 11, .size(orMinusOne)),
        .init("rcvbuf", 12, .size(orMinusOne)),
        .init("linger", 17, .milliseconds(orMinusOne)),
        .init("reconnect_ivl", 18, .milliseconds(orMinusOne)),
        .init("backlog", 19, .integer(natural)),
        .init("reconnect_ivl_max", 21, .milliseconds(natural)),
        .init("maxmsgsize", 22, .integer64(-1...Int64.max)),
        .init("sndhwm", 23, .integer(natural)),
        .init("rcvhwm", 24, .integer(natural)),
        .init("multicast_hops", 25, .integer(positive)),
        .init("rcvtimeo", 27, .milliseconds(orMinusOne)),
        .init("sndtimeo", 28, .milliseconds(orMinusOne)),
        .init("ipv4only", 31, .flag),
        .init("router_mandatory", 33, .flag, [.router]),
        .init("tcp_keepalive", 34, .integer(-1...1)),
        .init("tcp_keepalive_cnt", 35, .integer(orMinusOne)),
        .init("tcp_keepalive_idle", 36, .seconds(orMinusOne)),
        .init("tcp_keepalive_intvl", 37, .seconds(orMinusOne)),
        .init("tcp_accept_filter", 38, .text(anyText)),
        .init("immediate", 39, .flag),
        .init("xpub_verbose", 40, .flag, [.xpub]),
        .init("router_raw", 41, .flag, [.router]),
        .init("ipv6", 42, .flag),
        .init("plain_server", 44, .flag),
        .init("plain_username", 45, .text(1...255)),
        .init("plain_password", 46, .text(1...255)),
        .init("curve_server", 47, .flag),
        .init("curve_publickey", 48, .key),
        .init("curve_secretkey", 49, .key),
        .init("curve_serverkey", 50, .key),
        .init("probe_router", 51, .flag, [.router, .dealer, .req]),
        .init("req_correlate", 52, .flag, [.req]),
        .init("req_relaxed", 53, .flag, [.req]),
        .init("conflate", 54, .flag, [.pull, .push, .sub, .pub, .dealer]),
        .init("zap_domain", 55, .text(anyText)),
        .init("router_handover", 56, .flag, [.router]),
        .init("tos", 57, .integer(0...255)),
        .init("ipc_filter_pid", 58, .integer(natural)),
        .init("ipc_filter_uid", 59, .integer(natural)),
        .init("ipc_filter_gid", 60, .integer(natural)),
        .init("connect_routing_id", 61, .binary(1...255), [.router, .stream]),
        .init("gssapi_server", 62, .flag),
        .init("gssapi_principal", 63, .text(1...255)),
        .init("gssapi_service_principal", 64, .text(1...255)),
        .init("gssapi_plaintext", 65, .flag),
        .init("handshake_ivl", 66, .milliseconds(natural)),
        .init("socks_proxy", 68, .text(anyText)),
        .init("xpub_nodrop", 69, .flag, [.xpub, .pub]),
        .init("xpub_manual", 71, .flag, [.xpub]),
        .init("xpub_welcome_msg", 72, .binary(anyText), [.xpub]),
        .init("stream_notify", 73, .flag, [.stream]),
        .init("invert_matching", 74, .flag, [.pub, .xpub, .sub]),
        .init("heartbeat_ivl", 75, .milliseconds(natural)),
        .init("heartbeat_ttl", 76, .milliseconds(0...6_553_599)),
        .init("heartbeat_timeout", 77, .milliseconds(natural)),
        .init("xpub_verboser", 78, .flag, [.xpub]),
        .init("connect_timeout", 79, .milliseconds(natural)),
        .init("tcp_maxrt", 80, .milliseconds(natural)),
        .init("multicast_maxtpdu", 84, .integer(positive)),
        .init("vmci_buffer_size", 85, .integer64(0...Int64.max)),
        .init("vmci_buffer_min_size", 86, .integer64(0...Int64.max)),
        .init("vmci_buffer_max_size", 87, .integer64(0...Int64.max)),
        .init("vmci_connect_timeout", 88, .milliseconds(orMinusOne)),
        .init("use_fd", 89, .integer(orMinusOne)),
        .init("gssapi_principal_nametype", 90, .integer(0...2)),
        .init("gssapi_service_principal_nametype", 91, .integer(0...2)),
        .init("bindtodevice", 92, .text(anyText)),
    ]
}
