import CZeroMQ

// Every socket option that the header of libzmq 4.3.4 declares without its draft API, except two deprecated aliases
// (IDENTITY, CONNECT_RID), IPV4ONLY (the reverse of `ipv6`), and those of VMCI, which needs a libzmq built for it.

extension SocketOption where Value == Int, Access == ReadWrite {
    /// The most messages that wait to be sent to one peer; 0: no limit. Default 1000.
    public static var sndhwm: Self { .init(ZMQ_SNDHWM, "sndhwm", .int) }
    /// The most messages that wait to be received from one peer; 0: no limit. Default 1000.
    public static var rcvhwm: Self { .init(ZMQ_RCVHWM, "rcvhwm", .int) }
    /// Connections that the kernel holds until they are accepted. Default 100.
    public static var backlog: Self { .init(ZMQ_BACKLOG, "backlog", .int) }
    /// The longest message that is taken, in bytes; a peer that sends a longer one is cut off. -1, the default: no limit.
    public static var maxmsgsize: Self { .init(ZMQ_MAXMSGSIZE, "maxmsgsize", .int64) }
    /// Multicast, in kilobits a second. Default 100.
    public static var rate: Self { .init(ZMQ_RATE, "rate", .int) }
    /// Multicast: network hops. Default 1.
    public static var multicastHops: Self { .init(ZMQ_MULTICAST_HOPS, "multicast_hops", .int) }
    /// Multicast: the largest data unit, in bytes. Default 1500.
    public static var multicastMaxtpdu: Self { .init(ZMQ_MULTICAST_MAXTPDU, "multicast_maxtpdu", .int) }
    /// IP's type of service. Default 0.
    public static var tos: Self { .init(ZMQ_TOS, "tos", .int) }
}

extension SocketOption where Value == Int?, Access == ReadWrite {
    /// The kernel's send buffer, in bytes; nil, the default: the kernel's choice.
    public static var sndbuf: Self { .init(ZMQ_SNDBUF, "sndbuf", .intOrDefault) }
    /// The kernel's receive buffer, in bytes; nil, the default: the kernel's choice.
    public static var rcvbuf: Self { .init(ZMQ_RCVBUF, "rcvbuf", .intOrDefault) }
    /// Keep-alive probes without an answer before TCP gives up; nil, the default: the kernel's choice.
    public static var tcpKeepaliveCnt: Self { .init(ZMQ_TCP_KEEPALIVE_CNT, "tcp_keepalive_cnt", .intOrDefault) }
    /// A descriptor that listens already (or, for connect, exists already), for the next bind or connect; nil, the default: none.
    public static var useFd: Self { .init(ZMQ_USE_FD, "use_fd", .intOrDefault) }
}

extension SocketOption where Value == UInt64, Access == ReadWrite {
    /// A bit for each I/O thread that may serve new connections; 0, the default: all.
    public static var affinity: Self { .init(ZMQ_AFFINITY, "affinity", .bits) }
}

extension SocketOption where Value == Bool, Access == ReadWrite {
    /// Queue messages only to connections that stand. Default false.
    public static var immediate: Self { .init(ZMQ_IMMEDIATE, "immediate", .flag) }
    /// Keep only the last message (one frame). Default false.
    public static var conflate: Self { .init(ZMQ_CONFLATE, "conflate", .flag) }
    /// IPv6 as well as IPv4. Default false.
    public static var ipv6: Self { .init(ZMQ_IPV6, "ipv6", .flag) }
    /// PUB and SUB: pass what does *not* match. Default false.
    public static var invertMatching: Self { .init(ZMQ_INVERT_MATCHING, "invert_matching", .flag) }
    /// PLAIN: this end checks the password. Default false.
    public static var plainServer: Self { .init(ZMQ_PLAIN_SERVER, "plain_server", .flag) }
    /// CURVE: this end is the server. Default false.
    public static var curveServer: Self { .init(ZMQ_CURVE_SERVER, "curve_server", .flag) }
    /// GSSAPI: this end is the server. Default false.
    public static var gssapiServer: Self { .init(ZMQ_GSSAPI_SERVER, "gssapi_server", .flag) }
    /// GSSAPI: without encryption. Default false.
    public static var gssapiPlaintext: Self { .init(ZMQ_GSSAPI_PLAINTEXT, "gssapi_plaintext", .flag) }
}

extension SocketOption where Value == Bool?, Access == ReadWrite {
    /// TCP keep-alive; nil, the default: the kernel's choice.
    public static var tcpKeepalive: Self { .init(ZMQ_TCP_KEEPALIVE, "tcp_keepalive", .flagOrDefault) }
}

extension SocketOption where Value == Bool, Access == WriteOnly {
    /// ROUTER: a message to an unknown routing id is refused (EHOSTUNREACH), not dropped. Default false.
    public static var routerMandatory: Self { .init(ZMQ_ROUTER_MANDATORY, "router_mandatory", .flag) }
    /// ROUTER: a peer with a routing id that is taken replaces the older one. Default false.
    public static var routerHandover: Self { .init(ZMQ_ROUTER_HANDOVER, "router_handover", .flag) }
    /// ROUTER: plain TCP without ZMTP; deprecated, use STREAM. Default false.
    public static var routerRaw: Self { .init(ZMQ_ROUTER_RAW, "router_raw", .flag) }
    /// REQ, DEALER, ROUTER: send an empty message to each new ROUTER peer. Default false.
    public static var probeRouter: Self { .init(ZMQ_PROBE_ROUTER, "probe_router", .flag) }
    /// REQ: number the requests and drop replies to others. Default false.
    public static var reqCorrelate: Self { .init(ZMQ_REQ_CORRELATE, "req_correlate", .flag) }
    /// REQ: a new request may be sent before the reply came. Default false.
    public static var reqRelaxed: Self { .init(ZMQ_REQ_RELAXED, "req_relaxed", .flag) }
    /// XPUB: pass each subscription on, also those known already. Default false.
    public static var xpubVerbose: Self { .init(ZMQ_XPUB_VERBOSE, "xpub_verbose", .flag) }
    /// XPUB: like `xpubVerbose`, and each unsubscription too. Default false.
    public static var xpubVerboser: Self { .init(ZMQ_XPUB_VERBOSER, "xpub_verboser", .flag) }
    /// XPUB: the program answers subscriptions itself, with `subscribe` and `unsubscribe`. Default false.
    public static var xpubManual: Self { .init(ZMQ_XPUB_MANUAL, "xpub_manual", .flag) }
    /// PUB and XPUB: at the high-water mark would-block, not drop. Default false.
    public static var xpubNodrop: Self { .init(ZMQ_XPUB_NODROP, "xpub_nodrop", .flag) }
    /// STREAM: an empty message tells of each connection made and lost. Default true.
    public static var streamNotify: Self { .init(ZMQ_STREAM_NOTIFY, "stream_notify", .flag) }
}

extension SocketOption where Value == Duration, Access == ReadWrite {
    /// The longest pause between two attempts to reconnect: it doubles up to that; 0, the default: it stays the same.
    public static var reconnectIvlMax: Self { .init(ZMQ_RECONNECT_IVL_MAX, "reconnect_ivl_max", .milliseconds) }
    /// The longest that a handshake may take; 0: no limit. Default 30 s.
    public static var handshakeIvl: Self { .init(ZMQ_HANDSHAKE_IVL, "handshake_ivl", .milliseconds) }
    /// Between two heartbeats; 0, the default: none. Acts only on connects and binds that come later.
    public static var heartbeatIvl: Self { .init(ZMQ_HEARTBEAT_IVL, "heartbeat_ivl", .milliseconds) }
    /// How long the *peer* waits for our heartbeats, kept in tenths of a second; 0, the default: it does not.
    public static var heartbeatTtl: Self { .init(ZMQ_HEARTBEAT_TTL, "heartbeat_ttl", .milliseconds) }
    /// The longest that a TCP connect may take; 0, the default: the kernel's choice.
    public static var connectTimeout: Self { .init(ZMQ_CONNECT_TIMEOUT, "connect_timeout", .milliseconds) }
    /// How long TCP retransmits before it gives up; 0, the default: the kernel's choice.
    public static var tcpMaxrt: Self { .init(ZMQ_TCP_MAXRT, "tcp_maxrt", .milliseconds) }
    /// Multicast: for how long lost data can be had again. Default 10 s.
    public static var recoveryIvl: Self { .init(ZMQ_RECOVERY_IVL, "recovery_ivl", .milliseconds) }
}

extension SocketOption where Value == Duration?, Access == ReadWrite {
    /// How long what was not sent yet is kept after `close`; nil, the default: for ever.
    public static var linger: Self { .init(ZMQ_LINGER, "linger", .millisecondsOrNever) }
    /// How long a send blocks before it would-block; nil, the default: for ever.
    public static var sndtimeo: Self { .init(ZMQ_SNDTIMEO, "sndtimeo", .millisecondsOrNever) }
    /// How long a receive blocks before it would-block; nil, the default: for ever.
    public static var rcvtimeo: Self { .init(ZMQ_RCVTIMEO, "rcvtimeo", .millisecondsOrNever) }
    /// Between two attempts to reconnect, with a random part added; nil: never reconnect. Default 100 ms.
    public static var reconnectIvl: Self { .init(ZMQ_RECONNECT_IVL, "reconnect_ivl", .millisecondsOrNever) }
    /// How long a heartbeat's answer may take; nil, the default and never to be set: as `heartbeatIvl`.
    public static var heartbeatTimeout: Self { .init(ZMQ_HEARTBEAT_TIMEOUT, "heartbeat_timeout", .millisecondsOrNever) }
    /// Quiet time before TCP's first keep-alive probe, in whole seconds; nil, the default: the kernel's choice.
    public static var tcpKeepaliveIdle: Self { .init(ZMQ_TCP_KEEPALIVE_IDLE, "tcp_keepalive_idle", .secondsOrDefault) }
    /// Between TCP's keep-alive probes, in whole seconds; nil, the default: the kernel's choice.
    public static var tcpKeepaliveIntvl: Self {
        .init(ZMQ_TCP_KEEPALIVE_INTVL, "tcp_keepalive_intvl", .secondsOrDefault)
    }
}

extension SocketOption where Value == [UInt8], Access == ReadWrite {
    /// The name under which a ROUTER peer knows this socket: up to 255 bytes, the first not zero. Empty, the default: the peer makes one up.
    public static var routingID: Self { .init(ZMQ_ROUTING_ID, "routing_id", .bytes) }
}

extension SocketOption where Value == [UInt8], Access == WriteOnly {
    /// SUB (and XPUB with `xpubManual`): receive what begins so; empty: everything. Adds up; counts.
    public static var subscribe: Self { .init(ZMQ_SUBSCRIBE, "subscribe", .bytes) }
    /// Undoes one `subscribe` with the same bytes.
    public static var unsubscribe: Self { .init(ZMQ_UNSUBSCRIBE, "unsubscribe", .bytes) }
    /// ROUTER, REP, STREAM: the routing id that the next `connect`'s peer gets, whatever it says itself.
    public static var connectRoutingID: Self { .init(ZMQ_CONNECT_ROUTING_ID, "connect_routing_id", .bytes) }
    /// XPUB: a message for each new subscriber; empty, the default: none.
    public static var xpubWelcomeMsg: Self { .init(ZMQ_XPUB_WELCOME_MSG, "xpub_welcome_msg", .bytes) }
}

extension SocketOption where Value == String, Access == ReadWrite {
    /// The network interface to use, such as `eth0`; empty, the default: any.
    public static var bindtodevice: Self { .init(ZMQ_BINDTODEVICE, "bindtodevice", .text) }
    /// The SOCKS5 proxy to connect through, as `host:port`; empty, the default: none.
    public static var socksProxy: Self { .init(ZMQ_SOCKS_PROXY, "socks_proxy", .text) }
    /// The domain that ZAP handlers are asked with. Default empty.
    public static var zapDomain: Self { .init(ZMQ_ZAP_DOMAIN, "zap_domain", .text) }
    /// PLAIN: the client's name; setting it chooses PLAIN, empty goes back to none.
    public static var plainUsername: Self { .init(ZMQ_PLAIN_USERNAME, "plain_username", .text) }
    /// PLAIN: the client's password; setting it chooses PLAIN, empty goes back to none.
    public static var plainPassword: Self { .init(ZMQ_PLAIN_PASSWORD, "plain_password", .text) }
    /// GSSAPI: the client's or server's principal.
    public static var gssapiPrincipal: Self { .init(ZMQ_GSSAPI_PRINCIPAL, "gssapi_principal", .text) }
    /// GSSAPI: the server's principal, for a client.
    public static var gssapiServicePrincipal: Self {
        .init(ZMQ_GSSAPI_SERVICE_PRINCIPAL, "gssapi_service_principal", .text)
    }
}

extension SocketOption where Value == String, Access == WriteOnly {
    /// Adds an address, as `192.168.0.0/16`, whose connections are accepted; empty: forget all. Deprecated in favour of ZAP.
    public static var tcpAcceptFilter: Self { .init(ZMQ_TCP_ACCEPT_FILTER, "tcp_accept_filter", .text) }
}

extension SocketOption where Value == Int, Access == WriteOnly {
    /// Adds a process whose ipc connections are accepted. Deprecated in favour of ZAP.
    public static var ipcFilterPid: Self { .init(ZMQ_IPC_FILTER_PID, "ipc_filter_pid", .int) }
    /// Adds a user whose ipc connections are accepted. Deprecated in favour of ZAP.
    public static var ipcFilterUid: Self { .init(ZMQ_IPC_FILTER_UID, "ipc_filter_uid", .int) }
    /// Adds a group whose ipc connections are accepted. Deprecated in favour of ZAP.
    public static var ipcFilterGid: Self { .init(ZMQ_IPC_FILTER_GID, "ipc_filter_gid", .int) }
}

extension SocketOption where Value == CurveKey, Access == ReadWrite {
    /// CURVE: a client's own public key. All zeros before it is set.
    public static var curvePublickey: Self { .init(ZMQ_CURVE_PUBLICKEY, "curve_publickey", .key) }
    /// CURVE: this end's secret key. All zeros before it is set.
    public static var curveSecretkey: Self { .init(ZMQ_CURVE_SECRETKEY, "curve_secretkey", .key) }
    /// CURVE: the public key of the server that a client means. All zeros before it is set.
    public static var curveServerkey: Self { .init(ZMQ_CURVE_SERVERKEY, "curve_serverkey", .key) }
}

extension SocketOption where Value == GSSAPINameType, Access == ReadWrite {
    /// GSSAPI: what `gssapiPrincipal` is.
    public static var gssapiPrincipalNametype: Self {
        .init(ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, "gssapi_principal_nametype", .nameType)
    }
    /// GSSAPI: what `gssapiServicePrincipal` is.
    public static var gssapiServicePrincipalNametype: Self {
        .init(ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, "gssapi_service_principal_nametype", .nameType)
    }
}

extension SocketOption where Value == Int, Access == ReadOnly {
    /// A descriptor that becomes readable when `events` may have changed: edge-triggered, so read `events` until it is empty.
    public static var fd: Self { .init(ZMQ_FD, "fd", .int) }
    /// The socket's type, as `SocketType`'s raw value.
    public static var type: Self { .init(ZMQ_TYPE, "type", .int) }
}

extension SocketOption where Value == Bool, Access == ReadOnly {
    /// Whether another frame of the message that was received last follows.
    public static var rcvmore: Self { .init(ZMQ_RCVMORE, "rcvmore", .flag) }
    /// Whether several threads may use the socket: no type of the stable API allows it.
    public static var threadSafe: Self { .init(ZMQ_THREAD_SAFE, "thread_safe", .flag) }
}

extension SocketOption where Value == PollEvents, Access == ReadOnly {
    /// What the socket can do without blocking. Reading it runs the socket's pending commands.
    public static var events: Self { .init(ZMQ_EVENTS, "events", .events) }
}

extension SocketOption where Value == Mechanism, Access == ReadOnly {
    /// The security mechanism that the other options chose.
    public static var mechanism: Self { .init(ZMQ_MECHANISM, "mechanism", .mechanism) }
}

extension SocketOption where Value == String, Access == ReadOnly {
    /// See `Socket.lastEndpoint`.
    public static var lastEndpoint: Self { .init(ZMQ_LAST_ENDPOINT, "last_endpoint", .text) }
}
