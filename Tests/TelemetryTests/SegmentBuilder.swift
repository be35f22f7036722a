import CTapSegment
import Foundation
import Glibc
import RunDirectory

@testable import Telemetry

/// A made-up process: its segment, which a test changes as a tap would, with small tables.
final class SegmentBuilder {
    let path: String
    let pid: Int32
    private let size: Int
    private let map: UnsafeMutableRawPointer
    var header: UnsafeMutablePointer<tap_header> { map.assumingMemoryBound(to: tap_header.self) }

    init(
        directory: String, node: String, incarnation: Int, pid: Int32, parent: Int32 = 1, started: UInt64 = 1,
        capacity: Int = 64, name: String? = nil
    ) {
        self.pid = pid
        path = directory + "/" + (name ?? "\(node).\(incarnation).\(pid).segment")
        let records = [
            MemoryLayout<tap_socket>.stride, MemoryLayout<tap_endpoint>.stride, MemoryLayout<tap_connection>.stride,
            MemoryLayout<tap_event>.stride, MemoryLayout<tap_gauge>.stride, MemoryLayout<tap_stamps>.stride,
            MemoryLayout<tap_sample>.stride, MemoryLayout<tap_orders>.stride,
        ]
        let capacities = [capacity, capacity, capacity, capacity, capacity, capacity, capacity, 1]
        size = Int(TAP_HEADER_SIZE) + zip(records, capacities).reduce(0) { $0 + $1.0 * $1.1 }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        precondition(descriptor >= 0 && ftruncate(descriptor, size) == 0, "cannot make \(path)")
        map = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        close(descriptor)
        var offset = UInt32(TAP_HEADER_SIZE)
        func table(_ index: Int) -> tap_table {
            defer { offset += UInt32(records[index] * capacities[index]) }
            return tap_table(
                offset: offset, record_size: UInt32(records[index]), capacity: UInt32(capacities[index]), used: 0,
                dropped: 0)
        }
        header.pointee.magic = TAP_MAGIC
        header.pointee.libzmq_copies = 1
        header.pointee.version = TAP_VERSION
        header.pointee.size = UInt64(size)
        header.pointee.pid = pid
        header.pointee.parent_pid = parent
        header.pointee.incarnation = UInt32(incarnation)
        header.pointee.started_ns = started
        write(node, to: &header.pointee.node)
        header.pointee.sockets = table(0)
        header.pointee.endpoints = table(1)
        header.pointee.connections = table(2)
        header.pointee.events = table(3)
        header.pointee.gauges = table(4)
        header.pointee.stamps = table(5)
        header.pointee.samples = table(6)
        header.pointee.orders = table(7)
    }

    deinit { munmap(map, size) }

    func describe(program: String, forked: Bool) {
        write(program, to: &header.pointee.program)
        header.pointee.flags = forked ? UInt32(TAP_PROCESS_FORKED) : 0
    }

    private func write<Field>(_ text: String, to field: inout Field) {
        withUnsafeMutableBytes(of: &field) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            bytes.copyBytes(from: text.utf8.prefix(bytes.count - 1))
        }
    }

    private func record<Record>(_ table: WritableKeyPath<tap_header, tap_table>, _ index: Int) -> UnsafeMutablePointer<
        Record
    > {
        (map + Int(header.pointee[keyPath: table].offset) + index * Int(header.pointee[keyPath: table].record_size))
            .assumingMemoryBound(to: Record.self)
    }

    private func use(_ table: WritableKeyPath<tap_header, tap_table>, _ slot: Int?) -> Int {
        let index = slot ?? Int(header.pointee[keyPath: table].used)
        header.pointee[keyPath: table].used = max(header.pointee[keyPath: table].used, UInt32(index + 1))
        return index
    }

    func socket(_ index: Int) -> UnsafeMutablePointer<tap_socket> { record(\.sockets, index) }
    func endpoint(_ index: Int) -> UnsafeMutablePointer<tap_endpoint> { record(\.endpoints, index) }
    func connection(_ index: Int) -> UnsafeMutablePointer<tap_connection> { record(\.connections, index) }

    private static let types = [
        "PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM",
    ]

    @discardableResult
    func addSocket(
        _ type: String, created: UInt64 = 1, hidden: Bool = false, options: [Int32: Int32] = [:], player: UInt32 = 0,
        thread: Int32 = 0
    ) -> Int {
        let index = use(\.sockets, nil)
        let socket = socket(index)
        socket.pointee.id = UInt32(index + 1)
        socket.pointee.type = Int32(SegmentBuilder.types.firstIndex(of: type) ?? -1)
        socket.pointee.hidden = hidden ? 1 : 0
        socket.pointee.node = player
        socket.pointee.thread = thread
        socket.pointee.created_ns = created
        socket.pointee.send_hwm = 1000
        socket.pointee.receive_hwm = 1000
        withUnsafeMutableBytes(of: &socket.pointee.options) { bytes in
            let all = bytes.bindMemory(to: tap_option.self)
            for (place, option) in options.enumerated() {
                all[place].name = option.key
                all[place].size = 4
                withUnsafeMutableBytes(of: &all[place].value) {
                    $0.storeBytes(of: option.value, toByteOffset: 0, as: Int32.self)
                }
            }
        }
        socket.pointee.option_count = UInt32(options.count)
        socket.pointee.generation = 2
        return index
    }

    @discardableResult
    func addEndpoint(_ socket: Int, _ endpoint: String, connects: Bool, resolved: String? = nil, created: UInt64 = 1)
        -> Int
    {
        let index = use(\.endpoints, nil)
        let row = self.endpoint(index)
        row.pointee.socket_index = UInt32(socket)
        row.pointee.socket_id = UInt32(socket + 1)
        row.pointee.kind = connects ? UInt32(TAP_ENDPOINT_CONNECT) : UInt32(TAP_ENDPOINT_BIND)
        row.pointee.created_ns = created
        write(endpoint, to: &row.pointee.asked)
        write(resolved ?? endpoint, to: &row.pointee.resolved)
        row.pointee.generation = 2
        self.socket(socket).pointee.endpoint_total += 1
        return index
    }

    private var lastConnection: UInt64 = 0

    /// A connection whose handshake has succeeded, unless told otherwise.
    @discardableResult
    func addConnection(
        _ socket: Int, _ endpoint: Int, accepted: Bool, local: String = "", peer: String = "", inode: UInt64 = 0,
        peerInode: UInt64 = 0, peerPID: Int32 = 0, peerType: String = "", opened: UInt64 = 1,
        handshake: UInt64? = 2, slot: Int? = nil
    ) -> Int {
        let index = use(\.connections, slot)
        let row = connection(index)
        let generation = row.pointee.generation
        row.pointee = tap_connection()
        row.pointee.generation = generation + 1
        lastConnection += 1
        row.pointee.id = lastConnection
        row.pointee.socket_index = UInt32(socket)
        row.pointee.socket_id = UInt32(socket + 1)
        row.pointee.endpoint_index = UInt32(endpoint)
        row.pointee.role = accepted ? UInt32(TAP_ROLE_ACCEPTED) : UInt32(TAP_ROLE_CONNECTED)
        row.pointee.handshake = handshake == nil ? UInt32(TAP_HANDSHAKE_NONE) : UInt32(TAP_HANDSHAKE_SUCCEEDED)
        row.pointee.handshake_ns = handshake ?? 0
        row.pointee.opened_ns = opened
        row.pointee.inode = inode
        row.pointee.peer_inode = peerInode
        row.pointee.peer_pid = peerPID
        write(peerType, to: &row.pointee.peer_type)
        write(local, to: &row.pointee.local)
        write(peer, to: &row.pointee.peer)
        row.pointee.generation = generation + 2
        self.socket(socket).pointee.connection_total += 1
        self.endpoint(endpoint).pointee.connects += 1
        if handshake != nil { self.endpoint(endpoint).pointee.handshakes += 1 }
        return index
    }

    func addEvent(_ event: UInt32, socket: Int, endpoint: String, value: Int64 = 0, time: UInt64) {
        let ordinal = header.pointee.events_written
        let row: UnsafeMutablePointer<tap_event> = record(
            \.events, Int(ordinal % UInt64(header.pointee.events.capacity)))
        row.pointee.ordinal = 0
        row.pointee.time_ns = time
        row.pointee.socket_index = UInt32(socket)
        row.pointee.socket_id = UInt32(socket + 1)
        row.pointee.event = event
        row.pointee.endpoint_index = UInt32(TAP_NO_INDEX)
        row.pointee.value = value
        write(endpoint, to: &row.pointee.endpoint)
        row.pointee.ordinal = ordinal + 1
        header.pointee.events_written = ordinal + 1
        header.pointee.events.used = UInt32(min(ordinal + 1, UInt64(header.pointee.events.capacity)))
    }

    /// A message whose frames have these sizes and are kept whole.
    func addSample(_ direction: UInt32, socket: Int, frames: [Int], time: UInt64 = 2) {
        let ordinal = header.pointee.samples_written
        let row: UnsafeMutablePointer<tap_sample> = record(
            \.samples, Int(ordinal % UInt64(header.pointee.samples.capacity)))
        row.pointee = tap_sample()
        row.pointee.time_ns = time
        row.pointee.socket_index = UInt32(socket)
        row.pointee.socket_id = UInt32(socket + 1)
        row.pointee.message = ordinal + 1
        row.pointee.bytes = UInt64(frames.reduce(0, +))
        row.pointee.direction = direction
        row.pointee.frame_count = UInt32(frames.count)
        withUnsafeMutableBytes(of: &row.pointee.frames) { bytes in
            let all = bytes.bindMemory(to: tap_sample_frame.self)
            for (index, size) in frames.enumerated() {
                all[index] = .init(size: UInt64(size), kept: UInt32(size), pad0: 0)
            }
        }
        row.pointee.ordinal = ordinal + 1
        header.pointee.samples_written = ordinal + 1
        header.pointee.samples.used = UInt32(min(ordinal + 1, UInt64(header.pointee.samples.capacity)))
    }

    /// The first messages of a connection passed each of its stages a microsecond after the one before.
    func addStamps(connection index: Int, count: Int, from time: UInt64) {
        let row: UnsafeMutablePointer<tap_stamps> = record(\.stamps, index)
        row.pointee.connection_id = connection(index).pointee.id
        let rings: [WritableKeyPath<tap_stamps, tap_stamp_ring>] = [\.accepted, \.out, \.in, \.delivered]
        for (stage, ring) in rings.enumerated() {
            withUnsafeMutableBytes(of: &row.pointee[keyPath: ring].stamps) { bytes in
                let all = bytes.bindMemory(to: tap_stamp.self)
                for number in 1...count {
                    all[number % all.count] = .init(
                        ordinal: UInt64(number), time_ns: time + UInt64(number * 10 + stage) * 1000)
                }
            }
            row.pointee[keyPath: ring].written = UInt64(count)
        }
    }

    func addGauge(_ name: String, _ value: Double, player: UInt32 = 0) {
        let row: UnsafeMutablePointer<tap_gauge> = record(\.gauges, use(\.gauges, nil))
        write(name, to: &row.pointee.name)
        row.pointee.value = value
        row.pointee.node = player
        row.pointee.generation = 2
    }
}

/// A made-up session: a run directory, a clock, and processes that live until they are killed.
final class MadeUpSession {
    let layout: RunLayout
    /// Nanoseconds; the session begins at 1 s.
    var now: UInt64 = 1_000_000_000
    var processes: [Int32: ProcessSample] = [:]
    var names: [Int32: String] = [:]
    var executables: [Int32: String] = [:]
    /// Seconds of processor time, by thread.
    var threads: [Int32: Double] = [:]
    private(set) var segments: [SegmentBuilder] = []
    private var nextPID: Int32 = 100

    init(_ topology: ResolvedTopology) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "telemetry-\(UUID().uuidString)").path()
        layout = RunLayout(directory: directory)
        try FileManager.default.createDirectory(atPath: layout.segments, withIntermediateDirectories: true)
        let record = SessionRecord(
            id: "made-up", topology: topology.name, pid: 1, startedMonotonic: 1_000_000_000, startedWallClock: 0)
        try JSONEncoder().encode(record).write(to: URL(filePath: layout.session))
        try JSONEncoder().encode(topology).write(to: URL(filePath: layout.topology))
    }

    deinit { try? FileManager.default.removeItem(atPath: layout.directory) }

    func collector() throws -> Collector {
        try Collector(
            layout: layout,
            surroundings: Surroundings(
                monotonic: { self.now }, wallClock: { 1_764_000_000 + Double(self.now) / 1e9 },
                process: { self.processes[$0] }, programName: { self.names[$0] },
                executable: { self.executables[$0] }, threadTime: { self.threads[$1] }))
    }

    func write(_ statuses: [NodeStatus]) throws {
        try JSONEncoder().encode(statuses).write(to: URL(filePath: layout.status), options: .atomic)
    }

    func start(
        _ node: String, incarnation: Int = 1, parent: Int32 = 1, program: String = "", forked: Bool = false,
        capacity: Int = 64
    ) -> SegmentBuilder {
        nextPID += 1
        let segment = SegmentBuilder(
            directory: layout.segments, node: node, incarnation: incarnation, pid: nextPID, parent: parent,
            started: now, capacity: capacity)
        segment.describe(program: program, forked: forked)
        processes[nextPID] = ProcessSample(state: "S", cpuSeconds: 0, residentBytes: 4096, started: now)
        segments.append(segment)
        return segment
    }

    func kill(_ segment: SegmentBuilder) { processes[segment.pid] = nil }

    func advance(_ seconds: Double) { now += UInt64(seconds * 1e9) }
}

/// `sender.out` (PUSH by default) connects to `receiver.in`, over tcp.
func twoNodes(
    from: String = "PUSH", to: String = "PULL", endpoint: String = "tcp://127.0.0.1:5000"
) -> ResolvedTopology {
    ResolvedTopology(
        name: "two",
        nodes: [
            ResolvedNode(
                name: "sender", program: .builtin(kind: "source"),
                sockets: [
                    ResolvedSocket(
                        name: "out", type: from, connects: [.init(endpoint: endpoint, target: "receiver.in")])
                ]),
            ResolvedNode(
                name: "receiver", program: .builtin(kind: "sink"),
                sockets: [ResolvedSocket(name: "in", type: to, binds: [endpoint])]),
        ])
}
