import CTapSegment

/// How the options that a segment shows are written for people.
enum SocketOptionText {
    private enum Kind {
        /// Four or eight bytes.
        case number
        case text
        /// The tap keeps none of it.
        case secret
    }

    /// zmq_setsockopt(3), the numbers from <zmq.h>.
    private static let options: [Int32: (name: String, kind: Kind)] = [
        4: ("affinity", .number), 5: ("routing_id", .text), 6: ("subscribe", .text), 7: ("unsubscribe", .text),
        8: ("rate", .number), 9: ("recovery_ivl", .number), 11: ("sndbuf", .number), 12: ("rcvbuf", .number),
        17: ("linger", .number), 18: ("reconnect_ivl", .number), 19: ("backlog", .number),
        21: ("reconnect_ivl_max", .number), 22: ("maxmsgsize", .number), 23: ("sndhwm", .number),
        24: ("rcvhwm", .number), 25: ("multicast_hops", .number), 27: ("rcvtimeo", .number),
        28: ("sndtimeo", .number), 31: ("ipv4only", .number), 33: ("router_mandatory", .number),
        34: ("tcp_keepalive", .number), 35: ("tcp_keepalive_cnt", .number), 36: ("tcp_keepalive_idle", .number),
        37: ("tcp_keepalive_intvl", .number), 38: ("tcp_accept_filter", .text), 39: ("immediate", .number),
        40: ("xpub_verbose", .number), 41: ("router_raw", .number), 42: ("ipv6", .number),
        44: ("plain_server", .number), 45: ("plain_username", .text), 46: ("plain_password", .secret),
        47: ("curve_server", .number), 48: ("curve_publickey", .text), 49: ("curve_secretkey", .secret),
        50: ("curve_serverkey", .text), 51: ("probe_router", .number), 52: ("req_correlate", .number),
        53: ("req_relaxed", .number), 54: ("conflate", .number), 55: ("zap_domain", .text),
        56: ("router_handover", .number), 57: ("tos", .number), 58: ("ipc_filter_pid", .number),
        59: ("ipc_filter_uid", .number), 60: ("ipc_filter_gid", .number), 61: ("connect_routing_id", .text),
        62: ("gssapi_server", .number), 63: ("gssapi_principal", .text), 64: ("gssapi_service_principal", .text),
        65: ("gssapi_plaintext", .number), 66: ("handshake_ivl", .number), 68: ("socks_proxy", .text),
        69: ("xpub_nodrop", .number), 70: ("blocky", .number), 71: ("xpub_manual", .number),
        72: ("xpub_welcome_msg", .text), 73: ("stream_notify", .number), 74: ("invert_matching", .number),
        75: ("heartbeat_ivl", .number), 76: ("heartbeat_ttl", .number), 77: ("heartbeat_timeout", .number),
        78: ("xpub_verboser", .number), 79: ("connect_timeout", .number), 80: ("tcp_maxrt", .number),
        84: ("multicast_maxtpdu", .number), 85: ("vmci_buffer_size", .number),
        86: ("vmci_buffer_min_size", .number), 87: ("vmci_buffer_max_size", .number),
        88: ("vmci_connect_timeout", .number), 89: ("use_fd", .number), 90: ("gssapi_principal_nametype", .number),
        91: ("gssapi_service_principal_nametype", .number), 92: ("bindtodevice", .text),
    ]

    static func name(_ number: Int32) -> String { options[number]?.name ?? "option \(number)" }

    /// `shownBytes`: the first ones, of `size` that were given.
    static func value(_ number: Int32, _ shownBytes: [UInt8], size: Int) -> String {
        let kind = options[number]?.kind ?? (size == 4 || size == 8 ? .number : .text)
        switch (kind, size) {
        case (.secret, _): return "•••"
        case (.number, 4): return shownBytes.withUnsafeBytes { String($0.loadUnaligned(as: Int32.self)) }
        case (.number, 8): return shownBytes.withUnsafeBytes { String($0.loadUnaligned(as: Int64.self)) }
        default: break
        }
        let rest = size > shownBytes.count ? "…" : ""
        if shownBytes.isEmpty { return "\"\"" }
        // Text options may come with their terminating zero.
        let body = shownBytes.last == 0 ? shownBytes.dropLast() : shownBytes[...]
        if !body.isEmpty, body.allSatisfy({ (0x20..<0x7f).contains($0) }) {
            return String(decoding: body, as: UTF8.self) + rest
        }
        return "hex:" + shownBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + rest
    }

    /// Options that act at once, whenever they are set; all others act on later binds and connects alone.
    static let actsAtOnce: Set<String> = [
        "subscribe", "unsubscribe", "linger", "router_handover", "router_mandatory", "probe_router", "xpub_verbose",
        "xpub_verboser", "xpub_manual", "xpub_nodrop", "xpub_welcome_msg", "invert_matching", "stream_notify",
        "req_correlate", "req_relaxed", "sndhwm", "rcvhwm", "sndtimeo", "rcvtimeo", "connect_routing_id", "blocky",
    ]
}

extension Snapshot.Socket.Option {
    init(_ option: tap_option) {
        let kept = min(Int(option.size), Int(TAP_OPTION_VALUE))
        let bytes = withUnsafeBytes(of: option.value) { Array($0.prefix(kept)) }
        self.init(
            name: SocketOptionText.name(option.name),
            value: SocketOptionText.value(option.name, bytes, size: Int(option.size)),
            late: option.flags & UInt16(TAP_OPTION_AFTER_ENDPOINT) != 0)
    }
}
