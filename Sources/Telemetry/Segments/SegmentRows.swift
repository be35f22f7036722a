import CTapSegment

// What the reader keeps of each record. Counters become Int here; whatever a broken file claims, sums cannot overflow.

func count(_ value: UInt64) -> Int { Int(min(value, 1 << 50)) }

/// Seconds from one CLOCK_MONOTONIC time to a later one; 0 when they are the other way round.
func seconds(from start: UInt64, to end: UInt64) -> Double { end > start ? Double(end - start) / 1e9 : 0 }

/// A fixed field of characters, up to its terminating zero.
func text<Characters>(_ field: Characters) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// A socket of a process, as its segment shows it.
struct SocketRow {
    var generation: UInt32 = 0
    var id: UInt32 = 0
    var type = SocketType(number: -1)
    /// Which of its process's nodes it is of, from 1; 0 where the process is one node. And the thread that made it.
    var player = 0
    var thread: Int32 = 0
    var hidden = false
    var created: UInt64 = 0
    var closed: UInt64 = 0
    var sendHighWater = 0
    var receiveHighWater = 0
    var endpointTotal = 0
    var connectionTotal = 0
    var sent = 0
    var sentBytes = 0
    var sendWouldBlock = 0
    var lost = 0
    /// Taken from the program by a fault; not in `sent`.
    var dropped = 0
    var droppedBytes = 0
    var blockedSince: UInt64 = 0
    var blockedCall: UInt32 = 0
    var received = 0
    var receivedBytes = 0
    var drained: UInt64 = 0
    /// A thread waits for its next message.
    var isReceiving: Bool {
        blockedSince != 0 && [TAP_CALL_RECV, TAP_CALL_MSG_RECV].contains { $0.rawValue == blockedCall }
    }
    var apiUnknown = false
    var retiredOut = 0
    var retiredIn = 0
    var retiredOutLost = 0
    var optionCount: UInt32 = 0
    var conflate = false
    /// Its connecting pipes die with their connections.
    var immediate = false
    /// Milliseconds; -1 is for ever.
    var linger: Int32 = -1
    var handover = false
    /// In the order of the segment; those that libzmq refused are left out.
    var options: [Snapshot.Socket.Option] = []
    /// Made of what its connections show: its libzmq is out of the tap's reach.
    var isInferred = false

    mutating func update(_ record: UnsafePointer<tap_socket>) {
        if generation != record.pointee.generation { type = SocketType(number: record.pointee.type) }
        if generation != record.pointee.generation || optionCount != record.pointee.option_count {
            readOptions(record)
        }
        generation = record.pointee.generation
        id = record.pointee.id
        player = Int(record.pointee.node)
        thread = record.pointee.thread
        hidden = record.pointee.hidden != 0
        created = record.pointee.created_ns
        closed = record.pointee.closed_ns
        sendHighWater = Int(record.pointee.send_hwm)
        receiveHighWater = Int(record.pointee.receive_hwm)
        endpointTotal = Int(record.pointee.endpoint_total)
        connectionTotal = Int(record.pointee.connection_total)
        sent = count(record.pointee.sent_messages)
        sentBytes = count(record.pointee.sent_bytes)
        sendWouldBlock = count(record.pointee.send_would_block)
        lost = count(record.pointee.lost_messages)
        dropped = count(record.pointee.dropped_messages)
        droppedBytes = count(record.pointee.dropped_bytes)
        blockedSince = record.pointee.blocked_since_ns
        blockedCall = record.pointee.blocked_call
        received = count(record.pointee.received_messages)
        receivedBytes = count(record.pointee.received_bytes)
        drained = record.pointee.drained_ns
        apiUnknown = record.pointee.api_unknown != 0
        retiredOut = count(record.pointee.retired_out_messages)
        retiredIn = count(record.pointee.retired_in_messages)
        retiredOutLost = count(record.pointee.retired_out_lost)
    }

    private mutating func readOptions(_ record: UnsafePointer<tap_socket>) {
        optionCount = record.pointee.option_count
        let used = min(Int(optionCount), Int(TAP_OPTION_CAPACITY))
        options.removeAll(keepingCapacity: true)
        withUnsafeBytes(of: record.pointee.options) { bytes in
            for option in bytes.bindMemory(to: tap_option.self).prefix(used) {
                guard option.flags & UInt16(TAP_OPTION_REFUSED) == 0 else { continue }
                options.append(.init(option))
                guard option.size == 4 else { continue }
                let value = withUnsafeBytes(of: option.value) { $0.loadUnaligned(as: Int32.self) }
                switch option.name {
                case 17: linger = value  // ZMQ_LINGER
                case 39: immediate = value != 0  // ZMQ_IMMEDIATE
                case 54: conflate = value != 0  // ZMQ_CONFLATE
                case 56: handover = value != 0  // ZMQ_ROUTER_HANDOVER
                default: break
                }
            }
        }
    }
}

/// An endpoint that a socket binds or connects to.
struct EndpointRow {
    var generation: UInt32 = 0
    var socketID: UInt32 = 0
    var connects = false
    var created: UInt64 = 0
    var removed: UInt64 = 0
    var attempts = 0
    var handshakes = 0
    var retryMilliseconds: UInt64 = 0
    var lastEventTime: UInt64 = 0
    var lastEvent: UInt32 = 0
    var asked = Endpoint("")
    var resolved = Endpoint("")

    mutating func update(_ record: UnsafePointer<tap_endpoint>) {
        if generation != record.pointee.generation {
            asked = Endpoint(text(record.pointee.asked))
            resolved = Endpoint(text(record.pointee.resolved))
        }
        generation = record.pointee.generation
        socketID = record.pointee.socket_id
        connects = record.pointee.kind == UInt32(TAP_ENDPOINT_CONNECT)
        created = record.pointee.created_ns
        removed = record.pointee.removed_ns
        attempts = count(record.pointee.attempts)
        handshakes = count(record.pointee.handshakes)
        retryMilliseconds = record.pointee.retry_milliseconds
        lastEventTime = record.pointee.last_event_ns
        lastEvent = record.pointee.last_event
    }

    /// The one to show: ports and names filled in where libzmq has told.
    var endpoint: Endpoint { resolved.text.isEmpty ? asked : resolved }
}

/// One end of a connection.
struct ConnectionRow {
    enum Role { case unknown, connected, accepted }
    enum Handshake { case none, succeeded, failed }

    var generation: UInt32 = 0
    var id: UInt64 = 0
    var socketID: UInt32?
    var endpointIndex: Int?
    var descriptor: Int32 = -1
    var role = Role.unknown
    var handshake = Handshake.none
    var wireUnknown = false
    var opened: UInt64 = 0
    var handshakeTime: UInt64 = 0
    var closed: UInt64 = 0
    var inode: UInt64 = 0
    var peerInode: UInt64 = 0
    var peerPID: Int32 = 0
    var peerType = ""
    /// What our own side said that it is, in the handshake.
    var ownType = ""
    /// The peer's routing id; empty unknown.
    var identity: [UInt8] = []
    var local = Endpoint("")
    var peer = Endpoint("")
    var accepted = 0
    var delivered = 0
    var deliveredBytes = 0
    var out = 0
    var outBytes = 0
    var outPending = 0
    var off = 0
    var offBytes = 0
    var inLast: UInt64 = 0
    /// PUB, XPUB: messages that the peer's subscriptions match.
    var matched = 0
    /// Of these, accepted when libzmq may not have taken a new subscription up.
    var matchedUnsure = 0
    /// They are not known.
    var matchedUnknown = false

    mutating func update(_ record: UnsafePointer<tap_connection>) {
        if generation != record.pointee.generation {
            peerType = text(record.pointee.peer_type)
            ownType = text(record.pointee.own_type)
            identity = withUnsafeBytes(of: record.pointee.identity) {
                Array($0.prefix(Int(min(record.pointee.identity_size, UInt32(TAP_IDENTITY)))))
            }
            local = Endpoint(text(record.pointee.local))
            peer = Endpoint(text(record.pointee.peer))
        }
        generation = record.pointee.generation
        id = record.pointee.id
        let none = UInt32(TAP_NO_INDEX)
        socketID = record.pointee.socket_index == none ? nil : record.pointee.socket_id
        endpointIndex = record.pointee.endpoint_index == none ? nil : Int(record.pointee.endpoint_index)
        descriptor = record.pointee.descriptor
        role =
            switch record.pointee.role {
            case UInt32(TAP_ROLE_CONNECTED): .connected
            case UInt32(TAP_ROLE_ACCEPTED): .accepted
            default: .unknown
            }
        handshake =
            switch record.pointee.handshake {
            case UInt32(TAP_HANDSHAKE_SUCCEEDED): .succeeded
            case UInt32(TAP_HANDSHAKE_FAILED): .failed
            default: .none
            }
        wireUnknown = record.pointee.wire_unknown != 0
        opened = record.pointee.opened_ns
        handshakeTime = record.pointee.handshake_ns
        closed = record.pointee.closed_ns
        inode = record.pointee.inode
        peerInode = record.pointee.peer_inode
        peerPID = record.pointee.peer_pid
        accepted = count(record.pointee.accepted_messages)
        delivered = count(record.pointee.delivered_messages)
        deliveredBytes = count(record.pointee.delivered_bytes)
        out = count(record.pointee.out_messages)
        outBytes = count(record.pointee.out_bytes)
        outPending = count(record.pointee.out_pending)
        off = count(record.pointee.in_messages)
        offBytes = count(record.pointee.in_bytes)
        inLast = record.pointee.in_last_ns
        matched = count(record.pointee.matched_messages)
        matchedUnsure = count(record.pointee.matched_unsure)
        matchedUnknown = record.pointee.matched_unknown != 0
    }
}

/// A monitor event out of the ring.
struct EventRow {
    var time: UInt64
    var socketID: UInt32?
    var event: UInt32
    var endpointIndex: Int?
    var value: Int
    var endpoint: String

    init(_ record: UnsafePointer<tap_event>) {
        let none = UInt32(TAP_NO_INDEX)
        time = record.pointee.time_ns
        socketID = record.pointee.socket_index == none ? nil : record.pointee.socket_id
        event = record.pointee.event
        endpointIndex = record.pointee.endpoint_index == none ? nil : Int(record.pointee.endpoint_index)
        value = Int(record.pointee.value)
        endpoint = text(record.pointee.endpoint)
    }
}
