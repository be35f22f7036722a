import CTapSegment
import Foundation
import Glibc
import RunDirectory

// The segments of two linked processes, of which words are overwritten, one of which may be shortened, between readings:
// whatever a process may have written, reading it ends, no number traps, and no stage is negative.
//
// Each 12 bytes of the input are one step: what to do, which record, which word of it (2 bytes), and the word.

private let capacity = 8

private final class Victim {
    let session: MadeUpSession
    let builders: [SegmentBuilder]
    let files: [CInt]
    let pristine: [[UInt8]]

    init() throws {
        session = try MadeUpSession(twoNodes(from: "DEALER", to: "ROUTER"))
        let from = session.start("sender", capacity: capacity)
        let to = session.start("receiver", capacity: capacity)
        builders = [from, to]
        let out = from.addSocket("DEALER")
        let input = to.addSocket("ROUTER")
        let connect = from.addEndpoint(out, "tcp://127.0.0.1:5000", connects: true)
        let bind = to.addEndpoint(input, "tcp://127.0.0.1:5000", connects: false)
        let near = from.addConnection(
            out, connect, accepted: false, local: "tcp://127.0.0.1:40000", peer: "tcp://127.0.0.1:5000",
            peerType: "ROUTER")
        let far = to.addConnection(
            input, bind, accepted: true, local: "tcp://127.0.0.1:5000", peer: "tcp://127.0.0.1:40000",
            peerType: "DEALER")
        from.socket(out).pointee.sent_messages = 10
        from.connection(near).pointee.out_messages = 9
        to.connection(far).pointee.in_messages = 8
        to.connection(far).pointee.delivered_messages = 7
        to.socket(input).pointee.received_messages = 7
        from.addEvent(1, socket: 0, endpoint: "tcp://127.0.0.1:5000", time: 2)
        from.addGauge("gauge", 1)
        for builder in builders {
            for slot in 0..<capacity { builder.addSample(UInt32(slot % 2 + 1), socket: 0, frames: [5, 0, 100]) }
            builder.addStamps(connection: 0, count: 20, from: session.now)
        }
        files = builders.map { open($0.path, O_RDWR | O_CLOEXEC) }
        pristine = builders.map { builder in Array(FileManager.default.contents(atPath: builder.path) ?? Data()) }
        guard files.allSatisfy({ $0 >= 0 }), pristine.allSatisfy({ !$0.isEmpty }) else { fatalError("no segments") }
    }

    func restore() {
        for (file, bytes) in zip(files, pristine) {
            guard ftruncate(file, bytes.count) == 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else {
                fatalError("cannot write: \(String(cString: strerror(errno)))")
            }
        }
        session.now = 2_000_000_000
        for builder in builders {
            session.processes[builder.pid] = ProcessSample(
                state: "S", cpuSeconds: 0, residentBytes: 4096, started: 1_000_000_000)
        }
    }

    /// One step of the input; nil: read now.
    func step(_ bytes: ArraySlice<UInt8>) -> Void? {
        let step = Array(bytes)
        let which = Int(step[0] & 1)
        let record = Int(step[1]) % capacity
        let place = Int(step[2]) | Int(step[3]) << 8
        let value = step[4..<12].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let header = builders[which].pristineHeader(pristine[which])
        let tables = [
            header.sockets, header.endpoints, header.connections, header.events, header.gauges, header.samples,
            header.stamps,
        ]
        switch step[0] >> 1 & 15 {
        case let table where table < 7:
            let table = tables[Int(table)]
            let offset = Int(table.offset) + record * Int(table.record_size) + place % Int(table.record_size)
            write(value, step[0] & 32 == 0 ? 8 : 4, at: offset & ~3, which)
        case 7, 8: write(value, step[0] & 32 == 0 ? 8 : 4, at: place % 640 & ~3, which)
        case 9: session.now &+= value % 30_000_000_000
        case 10: session.processes[builders[which].pid] = nil
        // The orders are mapped: they stay where they are, as long as their owner is of our user and means well.
        case 11: _ = ftruncate(files[which], max(Int(header.orders.offset) + 65536 * 9, place * 16))
        default: return nil
        }
        return ()
    }

    private func write(_ value: UInt64, _ size: Int, at offset: Int, _ which: Int) {
        withUnsafeBytes(of: value) { _ = pwrite(files[which], $0.baseAddress, size, offset) }
    }
}

extension SegmentBuilder {
    func pristineHeader(_ bytes: [UInt8]) -> tap_header {
        bytes.withUnsafeBytes { $0.loadUnaligned(as: tap_header.self) }
    }
}

nonisolated(unsafe) private var victim: Victim?

/// One run: the steps of the input, and a reading at the end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    if victim == nil {
        victim = try? Victim()
        atexit { victim = nil }
    }
    guard let victim else { fatalError("cannot make the run directory") }
    victim.restore()
    guard let collector = try? victim.session.collector() else { fatalError("cannot read the run directory") }
    let reader = SampleReader(collector, every: 0)
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    var readings = 0
    for start in stride(from: 0, to: max(0, size - 11), by: 12) where readings < 4 {
        if victim.step(input[start..<start + 12]) == nil {
            readings += 1
            read(collector, reader)
        }
    }
    read(collector, reader)
    return 0
}

private func read(_ collector: Collector, _ reader: SampleReader) {
    guard let snapshot = try? collector.collect() else { fatalError("collecting failed") }
    _ = snapshot.jsonLine()
    for link in snapshot.links {
        for direction in [link.out, link.back] {
            let stages = [direction.stages.sendQueue, direction.stages.kernel, direction.stages.receiveQueue]
            precondition((stages + [direction.depth]).allSatisfy { ($0 ?? 0) >= 0 }, "\(direction)")
        }
    }
    for message in reader.read() { precondition(message.frames.allSatisfy { $0.bytes.count <= Int(TAP_SAMPLE_BYTES) }) }
}

/// A collector lives as long as its program: the rows of its model refer to each other, and are not taken apart.
@_cdecl("__asan_default_options")
public func sanitizerOptions() -> UnsafePointer<UInt8> {
    let options: StaticString = "detect_leaks=0"
    return options.utf8Start
}
