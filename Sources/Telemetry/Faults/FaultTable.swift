import CTapSegment

/// One line of the table of faults in a segment (`struct tap_fault`).
package struct FaultLine: Equatable, Sendable {
    package var kind: UInt32
    /// The socket's ordinal in its process; 0: every one that fits the next two.
    package var socketID: UInt32 = 0
    /// libzmq's number; -1: any.
    package var socketType: Int32 = -1
    /// Another one makes counting begin anew.
    package var serial: UInt32
    /// Of the one accepted connection that it is about; 0: none.
    package var connection: UInt64 = 0
    package var value: UInt64
    package var seed: UInt64 = 0
    /// Whose sockets, where several nodes share the process (from 1); 0: any.
    package var player: UInt32 = 0
    /// Of the connect, or one that the socket has; empty: any.
    package var endpoint = ""

    package init(
        kind: UInt32, socketID: UInt32 = 0, socketType: Int32 = -1, serial: UInt32, connection: UInt64 = 0,
        value: UInt64 = 0, seed: UInt64 = 0, endpoint: String = ""
    ) {
        self.kind = kind
        self.socketID = socketID
        self.socketType = socketType
        self.serial = serial
        self.connection = connection
        self.value = value
        self.seed = seed
        self.endpoint = endpoint
    }

    fileprivate var record: tap_fault {
        var record = tap_fault()
        record.kind = kind
        record.socket_id = socketID
        record.socket_type = socketType
        record.serial = serial
        record.connection_id = connection
        record.value = value
        record.seed = seed
        record.node = player
        withUnsafeMutableBytes(of: &record.endpoint) { field in
            for (index, byte) in endpoint.utf8.prefix(field.count - 1).enumerated() { field[index] = byte }
        }
        return record
    }
}

/// The table of one process. Whoever holds it is the only one who writes there: the session.
package final class FaultTable {
    /// The most that a process can have.
    package static let capacity = Int(TAP_FAULT_CAPACITY)

    private let map: OrdersMap
    /// nil: what a file has left there, perhaps.
    private var lines: [FaultLine]?

    /// nil: the segment cannot be written to.
    init?(_ segment: SegmentFile) {
        guard let map = OrdersMap(segment) else { return nil }
        self.map = map
    }

    /// Says what is to be in force until then (CLOCK_MONOTONIC, nanoseconds). Lines beyond the capacity are left out.
    package func write(_ wanted: [FaultLine], until: UInt64) {
        let table = map.faults
        let wanted = Array(wanted.prefix(Self.capacity))
        guard wanted != lines else {
            tap_store64(table + Self.untilField, until)
            if !wanted.isEmpty { map.ask(UInt32(TAP_ATTENTION_FAULTS)) }
            return
        }
        lines = wanted
        let generation = tap_load32(table + Self.generationField)
        tap_store32(table + Self.generationField, generation | 1)
        tap_fence()
        let first = MemoryLayout<tap_faults>.offset(of: \.faults)!
        for (index, line) in wanted.enumerated() {
            let place = table + first + index * MemoryLayout<tap_fault>.stride
            place.assumingMemoryBound(to: tap_fault.self).pointee = line.record
        }
        tap_store32(table + Self.countField, UInt32(wanted.count))
        tap_store64(table + Self.untilField, until)
        tap_store32(table + Self.generationField, (generation | 1) &+ 1)
        map.ask(UInt32(TAP_ATTENTION_FAULTS))
    }

    /// The bytes of the file that a node's next process finds.
    package static func file(_ lines: [FaultLine]) -> [UInt8] {
        let head = MemoryLayout<tap_faults>.offset(of: \.faults)!
        var bytes = [UInt8](repeating: 0, count: head)
        bytes.withUnsafeMutableBytes { bytes in
            // Any but 0, which is that of a table without faults.
            bytes.storeBytes(of: 2, toByteOffset: generationField, as: UInt32.self)
            bytes.storeBytes(of: UInt32(min(lines.count, capacity)), toByteOffset: countField, as: UInt32.self)
        }
        for line in lines.prefix(capacity) { withUnsafeBytes(of: line.record) { bytes += $0 } }
        return bytes
    }

    private static let generationField = MemoryLayout<tap_faults>.offset(of: \.generation)!
    private static let countField = MemoryLayout<tap_faults>.offset(of: \.count)!
    private static let untilField = MemoryLayout<tap_faults>.offset(of: \.until_ns)!
}
