import CTapSegment
import RunDirectory
import Telemetry

/// A fault of the session's book, and what makes it repeatable.
struct ActiveFault: Equatable {
    var entry: FaultBook.Entry
    /// Another one for each time that a fault begins.
    var serial: UInt32
}

/// What each process, each file and each descriptor is to be given so that these faults are in force: nothing else is.
struct FaultPlan: Equatable {
    /// What a descriptor of a connection is to have.
    struct Wish: Equatable {
        var cut = false
        /// Of 2^32 packets.
        var loss: UInt32 = 0
        /// Bytes a second; 0: as many as can.
        var rate: UInt64 = 0
    }

    /// A connection's end.
    struct Key: Hashable {
        var process: String
        var connection: UInt64
    }

    /// By the process's segment.
    var tables: [String: [FaultLine]] = [:]
    /// By node: what its next process finds before its first connect.
    var files: [String: [FaultLine]] = [:]
    var descriptors: [Key: Wish] = [:]

    /// Processes younger than this may have sockets that have no name yet: they have what the file gave them.
    private static let youth: UInt64 = 2_000_000_000

    init(_ faults: [ActiveFault], _ places: FaultPlaces, now: UInt64) {
        for fault in faults {
            switch fault.entry.subject {
            case .link(let id): places.links.filter { $0.id == id }.forEach { add(fault, to: $0, places) }
            case .node(let name): add(fault, toNode: name, places)
            case .socket(let id): places.sockets.filter { $0.id == id }.forEach { add(fault, to: $0, places) }
            }
        }
        for process in places.processes where process.shownAs == process.node && now < process.started + Self.youth {
            let own = Set((tables[process.file] ?? []).map(\.serial))
            tables[process.file, default: []] += (files[process.node] ?? []).filter { !own.contains($0.serial) }
        }
    }

    private mutating func add(_ fault: ActiveFault, to link: FaultPlaces.Link, _ places: FaultPlaces) {
        let line = FaultLine(fault)
        if let connect = link.connect {
            var own = line
            own.socketID = connect.socket
            own.endpoint = connect.asked
            tables[connect.process, default: []].append(own)
        }
        // By type and endpoint, which must tell it from the others of its node.
        let twins = places.links.count {
            $0.fromNode == link.fromNode && $0.fromType == link.fromType && $0.endpoint == link.endpoint
        }
        if let node = link.fromNode, !node.contains("/"), let type = link.fromType, twins == 1 {
            var first = line
            first.socketType = type
            first.endpoint = link.endpoint
            first.player = places.host(of: node).player
            files[places.host(of: node).node, default: []].append(first)
        }
        for end in link.ends where !(end.accepted && fault.entry.fault == .cut) {
            if end.accepted {
                var own = line
                own.connection = end.connection
                tables[end.process, default: []].append(own)
            }
            let key = Key(process: end.process, connection: end.connection)
            var wish = descriptors[key] ?? Wish()
            switch fault.entry.fault {
            case .cut: wish.cut = true
            case .partition, .loss: wish.loss = max(wish.loss, UInt32(truncatingIfNeeded: line.value))
            case .bandwidth: wish.rate = line.value
            case .slow, .drop, .duplicate, .corrupt: break
            }
            descriptors[key] = wish
        }
    }

    private mutating func add(_ fault: ActiveFault, toNode name: String, _ places: FaultPlaces) {
        var line = FaultLine(fault)
        let host = places.host(of: name)
        line.player = host.player
        for process in places.processes(of: name) { tables[process.file, default: []].append(line) }
        if !name.contains("/") { files[host.node, default: []].append(line) }
    }

    private mutating func add(_ fault: ActiveFault, to socket: FaultPlaces.Socket, _ places: FaultPlaces) {
        let line = FaultLine(fault)
        for instance in socket.instances {
            var own = line
            own.socketID = instance.id
            // Before what is said of all sockets of the process.
            tables[instance.process, default: []].insert(own, at: 0)
        }
        guard !socket.node.contains("/"), let type = socket.typeNumber, let endpoint = socket.endpoints.first else {
            return
        }
        let twins = places.sockets.count {
            $0.node == socket.node && $0.typeNumber == type && $0.endpoints.contains(endpoint)
        }
        guard twins == 1 else { return }
        var first = line
        first.socketType = type
        first.endpoint = endpoint
        first.player = places.host(of: socket.node).player
        files[places.host(of: socket.node).node, default: []].insert(first, at: 0)
    }
}

extension FaultLine {
    /// Without a place.
    init(_ fault: ActiveFault) {
        let (kind, value): (tap_fault_kind, UInt64) =
            switch fault.entry.fault {
            case .cut: (TAP_FAULT_CUT, 0)
            case .partition: (TAP_FAULT_LOSS, UInt64(UInt32.max))
            // All of it is what `partition` says.
            case .loss(let part): (TAP_FAULT_LOSS, UInt64(max(1, min(part, 1) * Double(UInt32.max))))
            case .bandwidth(let rate): (TAP_FAULT_BANDWIDTH, UInt64(max(1, rate)))
            case .slow(let seconds): (TAP_FAULT_SLOW, UInt64(max(0, seconds) * 1e9))
            case .drop(let every): (TAP_FAULT_DROP, UInt64(max(1, every)))
            case .duplicate(let every): (TAP_FAULT_DUPLICATE, UInt64(max(1, every)))
            case .corrupt(let every): (TAP_FAULT_CORRUPT, UInt64(max(1, every)))
            }
        // The same words make the same changes.
        self.init(kind: kind.rawValue, serial: fault.serial, value: value, seed: 0x5eed)
    }
}
