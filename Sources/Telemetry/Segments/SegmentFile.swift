import CTapSegment
import Glibc

/// Why a file is not read: one sentence, with the file's name in it.
struct SegmentProblem: Error, Equatable {
    let text: String
}

/// A segment on disk, read with pread: unlike a mapping it cannot fault when somebody shortens the file, it allocates no
/// page in the holes of a tmpfs, and at 1,000 connections it costs well under a millisecond a reading.
///
/// Each table is read twice. The first copy is used, and a record of it only when the second shows the same even
/// generation: the kernel copies forwards, so a slot that changes under the first copy has another generation in the second.
final class SegmentFile {
    let name: String
    private let path: String
    let node: String
    let incarnation: Int
    let pid: Int32
    let parent: Int32
    let started: UInt64
    /// A fork of a tapped process, without exec.
    let forked: Bool
    /// The short name of its program when the segment was made; empty unknown.
    let program: String

    private let descriptor: CInt
    private let header: UnsafeMutablePointer<tap_header>
    /// Ordinal of the next event to read.
    private var nextEvent: UInt64 = 0

    private enum Table: String, CaseIterable {
        case sockets, endpoints, connections, events, gauges, samples, stamps, orders

        func find(in header: UnsafeMutablePointer<tap_header>) -> tap_table {
            switch self {
            case .sockets: header.pointee.sockets
            case .endpoints: header.pointee.endpoints
            case .connections: header.pointee.connections
            case .events: header.pointee.events
            case .gauges: header.pointee.gauges
            case .samples: header.pointee.samples
            case .stamps: header.pointee.stamps
            case .orders: header.pointee.orders
            }
        }

        var leastRecordSize: Int {
            switch self {
            case .sockets: MemoryLayout<tap_socket>.size
            case .endpoints: MemoryLayout<tap_endpoint>.size
            case .connections: MemoryLayout<tap_connection>.size
            case .events: MemoryLayout<tap_event>.size
            case .gauges: MemoryLayout<tap_gauge>.size
            case .samples: MemoryLayout<tap_sample>.size
            case .stamps: MemoryLayout<tap_stamps>.size
            case .orders: MemoryLayout<tap_orders>.size
            }
        }
    }

    /// Opens and checks it; the file must be ours, whole, and of this version.
    init(path: String, name: String) throws(SegmentProblem) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw SegmentProblem(text: "\(name): cannot be opened: \(String(cString: strerror(errno)))")
        }
        let header = UnsafeMutableRawPointer.allocate(byteCount: Int(TAP_HEADER_SIZE), alignment: 64)
            .bindMemory(to: tap_header.self, capacity: 1)
        do {
            try SegmentFile.check(descriptor, header, name: name)
        } catch {
            close(descriptor)
            header.deallocate()
            throw error
        }
        self.name = name
        self.path = path
        self.descriptor = descriptor
        self.header = header
        node = text(header.pointee.node)
        incarnation = Int(header.pointee.incarnation)
        pid = header.pointee.pid
        parent = header.pointee.parent_pid
        started = header.pointee.started_ns
        forked = header.pointee.flags & UInt32(TAP_PROCESS_FORKED) != 0
        program = text(header.pointee.program)
    }

    deinit {
        close(descriptor)
        header.deallocate()
    }

    private static func check(
        _ descriptor: CInt, _ header: UnsafeMutablePointer<tap_header>, name: String
    ) throws(SegmentProblem) {
        func problem(_ text: String) -> SegmentProblem { SegmentProblem(text: "\(name): \(text)") }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw problem("is no regular file")
        }
        guard information.st_uid == geteuid() || information.st_uid == 0 || geteuid() == 0 else {
            throw problem("belongs to user \(information.st_uid), not to us")
        }
        guard pread(descriptor, header, Int(TAP_HEADER_SIZE), 0) == Int(TAP_HEADER_SIZE) else {
            throw problem("is truncated: \(information.st_size) bytes do not hold a header of \(TAP_HEADER_SIZE)")
        }
        guard header.pointee.magic == TAP_MAGIC else { throw problem("is not a segment of the tap") }
        guard header.pointee.version == TAP_VERSION else {
            throw problem("has version \(header.pointee.version); this program reads version \(TAP_VERSION)")
        }
        let size = UInt64(information.st_size)
        guard header.pointee.size <= size else {
            throw problem("is truncated: \(size) bytes of \(header.pointee.size)")
        }
        guard !text(header.pointee.node).isEmpty, header.pointee.pid > 0 else {
            throw problem("does not say whose it is")
        }
        for table in Table.allCases {
            let place = table.find(in: header)
            let end = UInt64(place.offset) + UInt64(place.record_size) * UInt64(place.capacity)
            guard place.offset >= TAP_HEADER_SIZE, place.offset % 8 == 0, place.record_size % 8 == 0,
                Int(place.record_size) >= table.leastRecordSize, end <= size, place.used <= place.capacity
            else { throw problem("is torn: its table of \(table.rawValue) does not lie within the file") }
        }
    }

    /// Where the tables lie, which was checked when the file was opened.
    private var places: [UInt64] {
        [header.pointee.size]
            + Table.allCases.flatMap { table in
                let place = table.find(in: header)
                return [UInt64(place.offset), UInt64(place.record_size), UInt64(place.capacity)]
            }
    }

    /// Reads the header anew; the tables are then read by the calls below.
    func refresh() throws(SegmentProblem) {
        let checked = places
        guard pread(descriptor, header, Int(TAP_HEADER_SIZE), 0) == Int(TAP_HEADER_SIZE),
            header.pointee.magic == TAP_MAGIC, places == checked
        else { throw SegmentProblem(text: "\(name): was truncated or overwritten while it was read") }
    }

    func sockets(_ scratch: Scratch, _ body: (Int, UnsafePointer<tap_socket>) -> Void) throws(SegmentProblem) {
        try records(.sockets, scratch, as: tap_socket.self, generation: { $0.pointee.generation }, body)
    }

    func endpoints(_ scratch: Scratch, _ body: (Int, UnsafePointer<tap_endpoint>) -> Void) throws(SegmentProblem) {
        try records(.endpoints, scratch, as: tap_endpoint.self, generation: { $0.pointee.generation }, body)
    }

    func connections(_ scratch: Scratch, _ body: (Int, UnsafePointer<tap_connection>) -> Void) throws(SegmentProblem) {
        try records(.connections, scratch, as: tap_connection.self, generation: { $0.pointee.generation }, body)
    }

    func gauges(_ scratch: Scratch, _ body: (Int, UnsafePointer<tap_gauge>) -> Void) throws(SegmentProblem) {
        try records(.gauges, scratch, as: tap_gauge.self, generation: { $0.pointee.generation }, body)
    }

    private func records<Record>(
        _ table: Table, _ scratch: Scratch, as type: Record.Type, generation: (UnsafePointer<Record>) -> UInt32,
        _ body: (Int, UnsafePointer<Record>) -> Void
    ) throws(SegmentProblem) {
        let place = table.find(in: header)
        let used = Int(min(place.used, place.capacity))
        let stride = Int(place.record_size)
        guard used > 0 else { return }
        guard stride >= table.leastRecordSize else { throw torn(table) }
        scratch.reserve(used * stride)
        for copy in [scratch.first, scratch.second] {
            guard pread(descriptor, copy, used * stride, Int(place.offset)) == used * stride else { throw torn(table) }
        }
        for index in 0..<used {
            let record = UnsafePointer(
                (scratch.first + index * stride).assumingMemoryBound(to: Record.self))
            let again = UnsafePointer(
                (scratch.second + index * stride).assumingMemoryBound(to: Record.self))
            let first = generation(record)
            // 0: never used; odd: changing now; different: changed meanwhile. Its last good copy stays in force.
            guard first != 0, first % 2 == 0, first == generation(again) else { continue }
            body(index, record)
        }
    }

    private func torn(_ table: Table) -> SegmentProblem {
        SegmentProblem(text: "\(name): is truncated: its table of \(table.rawValue) is gone")
    }

    /// Where the table of the orders lies, for who maps it: offset and size in bytes. nil: there is none, or it is torn.
    var ordersPlace: (path: String, offset: Int, size: Int)? {
        let place = header.pointee.orders
        guard place.capacity == 1, Int(place.record_size) >= MemoryLayout<tap_orders>.size, place.offset % 64 == 0,
            UInt64(place.offset) + UInt64(place.record_size) <= header.pointee.size
        else { return nil }
        return (path, Int(place.offset), MemoryLayout<tap_orders>.size)
    }

    /// Copies of libzmq that the tap stands in front of.
    var libzmqCopies: Int { Int(header.pointee.libzmq_copies) }

    /// Samples written by now.
    var samplesWritten: UInt64 { header.pointee.samples_written }

    /// The samples from `next` on, in the order of the ring, and how many of them were overwritten before they could be read.
    /// `next` becomes the ordinal of the first one that is not there yet.
    /// - Parameter last: the process is dead: what is still being written never will be whole.
    func samples(
        from next: inout UInt64, _ scratch: Scratch, last: Bool, _ body: (UnsafePointer<tap_sample>) -> Void
    ) throws(SegmentProblem) -> Int {
        let place = header.pointee.samples
        let capacity = UInt64(place.capacity)
        let stride = Int(place.record_size)
        let written = header.pointee.samples_written
        guard written > next, capacity > 0, stride >= MemoryLayout<tap_sample>.size,
            UInt64(place.offset) + UInt64(place.record_size) * capacity <= header.pointee.size
        else { return 0 }
        var dropped: UInt64 = 0
        if written - next > capacity {
            dropped = written - next - capacity
            next = written - capacity
        }
        while next < written {
            let from = Int(place.offset) + Int(next % capacity) * stride
            scratch.reserve(stride)
            guard pread(descriptor, scratch.first, stride, from) == stride,
                pread(descriptor, scratch.second, MemoryLayout<UInt64>.size, from) == MemoryLayout<UInt64>.size
            else { throw torn(.events) }
            let record = UnsafePointer(scratch.first.assumingMemoryBound(to: tap_sample.self))
            let before = record.pointee.ordinal
            let after = scratch.second.load(as: UInt64.self)
            if before == next + 1, after == before {
                body(record)
            } else if after > next + 1 || last {
                dropped += 1
            } else {
                break
            }
            next += 1
        }
        return count(dropped)
    }

    /// What the rings of one connection hold, each in the order of the messages.
    /// - Parameters:
    ///   - index: its slot.
    ///   - connection: its id: the slot may be another's by now.
    ///   - newest: of each stage the message up to which they are known: those are left out.
    func stamps(
        _ index: Int, connection: UInt64, beyond newest: (Stage) -> UInt64, _ scratch: Scratch,
        _ body: (Stage, [(ordinal: UInt64, time: UInt64)]) -> Void
    ) throws(SegmentProblem) {
        let place = header.pointee.stamps
        let size = MemoryLayout<tap_stamps>.size
        guard index < place.capacity, Int(place.record_size) >= size,
            UInt64(place.offset) + UInt64(place.record_size) * UInt64(place.capacity) <= header.pointee.size
        else { return }
        let from = Int(place.offset) + index * Int(place.record_size)
        for copy in [scratch.first, scratch.second] {
            guard pread(descriptor, copy, size, from) == size else { throw torn(.connections) }
        }
        guard scratch.first.load(as: UInt64.self) == connection, scratch.second.load(as: UInt64.self) == connection
        else { return }
        let ringSize = MemoryLayout<tap_stamp_ring>.size
        let firstRing = MemoryLayout<tap_stamps>.offset(of: \.accepted)!
        for stage in Stage.allCases {
            let ring = firstRing + stage.rawValue * ringSize
            let known = newest(stage)
            var stamps: [(ordinal: UInt64, time: UInt64)] = []
            for slot in 0..<Int(TAP_STAMP_COUNT) {
                let offset = ring + 8 + slot * MemoryLayout<tap_stamp>.size
                let ordinal = scratch.first.load(fromByteOffset: offset, as: UInt64.self)
                // The kernel copies forwards, the ordinal before the time: one that changed meanwhile is another in the second.
                guard ordinal > known, ordinal == scratch.second.load(fromByteOffset: offset, as: UInt64.self) else {
                    continue
                }
                stamps.append((ordinal, scratch.first.load(fromByteOffset: offset + 8, as: UInt64.self)))
            }
            if !stamps.isEmpty { body(stage, stamps.sorted { $0.ordinal < $1.ordinal }) }
        }
    }

    /// The events written since the last call, oldest first, and how many were overwritten before they could be read.
    /// - Parameter last: the process is dead: an event that is still being written never will be whole.
    func events(
        _ scratch: Scratch, last: Bool, _ body: (UnsafePointer<tap_event>) -> Void
    ) throws(SegmentProblem) -> Int {
        let place = header.pointee.events
        let capacity = UInt64(place.capacity)
        let stride = Int(place.record_size)
        let written = header.pointee.events_written
        guard written > nextEvent, capacity > 0, stride >= MemoryLayout<tap_event>.size else { return 0 }
        var dropped: UInt64 = 0
        if written - nextEvent > capacity {
            dropped = written - nextEvent - capacity
            nextEvent = written - capacity
        }
        reading: while nextEvent < written {
            // Up to the end of the ring, then from its start.
            let slot = nextEvent % capacity
            let run = Int(min(written - nextEvent, capacity - slot))
            scratch.reserve(run * stride)
            let from = Int(place.offset) + Int(slot) * stride
            guard pread(descriptor, scratch.first, run * stride, from) == run * stride else { throw torn(.events) }
            for index in 0..<run {
                let record = UnsafePointer(
                    (scratch.first + index * stride).assumingMemoryBound(to: tap_event.self))
                if record.pointee.ordinal == nextEvent + 1 {
                    body(record)
                } else if record.pointee.ordinal > nextEvent + 1 || last {
                    dropped += 1
                } else {
                    break reading
                }
                nextEvent += 1
            }
        }
        return count(dropped)
    }
}

/// Room for copies of tables, shared by all segments.
final class Scratch {
    private(set) var first = UnsafeMutableRawPointer.allocate(byteCount: 65536, alignment: 64)
    private(set) var second = UnsafeMutableRawPointer.allocate(byteCount: 65536, alignment: 64)
    private var size = 65536

    func reserve(_ bytes: Int) {
        guard bytes > size else { return }
        first.deallocate()
        second.deallocate()
        size = bytes * 2
        first = .allocate(byteCount: size, alignment: 64)
        second = .allocate(byteCount: size, alignment: 64)
    }

    deinit {
        first.deallocate()
        second.deallocate()
    }
}
