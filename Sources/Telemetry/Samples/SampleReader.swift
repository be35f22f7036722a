import CTapSegment
import Glibc
import RunDirectory

/// Reads sampled messages of a session's sockets as they pass, and has them sampled for as long as it lives.
///
/// It asks the taps for samples by leases, which it renews at each `read` and which end a few seconds after the last:
/// a reader that dies asks for nothing more. To be used by one thread, the one of its collector.
public final class SampleReader {
    /// Samples that were overwritten before they could be read, so far.
    public private(set) var overwritten = 0

    /// How long a lease is good for without being renewed, in nanoseconds.
    private static let leaseTime: UInt64 = 3_000_000_000
    /// How long a sample may wait for its socket's name.
    private static let patience: UInt64 = 1_500_000_000

    private final class Source {
        let process: TappedProcess
        let segment: SegmentFile
        let map: OrdersMap?
        var next: UInt64
        var lease: UnsafeMutablePointer<tap_lease>?

        init(_ process: TappedProcess, _ segment: SegmentFile, next: UInt64) {
            self.process = process
            self.segment = segment
            self.next = next
            map = OrdersMap(segment)
        }

        deinit { release() }

        func release() {
            guard let lease else { return }
            tap_store64(UnsafeMutableRawPointer(lease) + MemoryLayout<tap_lease>.offset(of: \.until_ns)!, 0)
            tap_store32(UnsafeMutableRawPointer(lease), 0)
            self.lease = nil
        }

        /// - Returns: false when all places are taken.
        func renew(until: UInt64, interval: UInt64) -> Bool {
            guard let map else { return false }
            if lease == nil {
                lease = (0..<Int(TAP_LEASE_CAPACITY)).lazy.map { map.lease($0) }.first { OrdersMap.claim($0) }
            }
            guard let lease else { return false }
            let memory = UnsafeMutableRawPointer(lease)
            tap_store32(memory + MemoryLayout<tap_lease>.offset(of: \.socket_id)!, 0)
            tap_store64(memory + MemoryLayout<tap_lease>.offset(of: \.interval_ns)!, interval)
            tap_store64(memory + MemoryLayout<tap_lease>.offset(of: \.until_ns)!, until)
            map.ask(UInt32(TAP_ATTENTION_SAMPLES))
            return true
        }
    }

    private let collector: Collector
    private let interval: UInt64
    private let scratch = Scratch()
    private var sources: [String: Source] = [:]
    private var isFirst = true
    private var waiting: [(sample: Raw, source: Source, since: UInt64)] = []

    /// Wants samples of every socket of the session.
    /// - Parameters:
    ///   - collector: of the session.
    ///   - interval: least seconds between two samples of one socket and direction; 0 is every message.
    public init(_ collector: Collector, every interval: Double) {
        self.collector = collector
        self.interval = UInt64(max(0, interval) * 1e9)
    }

    /// The messages that have been sampled since the last call, in the order of their times. To be called after
    /// `Collector.collect`, which names the sockets. The first call asks for samples and finds none. Blocks for some
    /// microseconds a sample.
    public func read() -> [SampledMessage] {
        let now = collector.surroundings.monotonic()
        for process in collector.processes where sources[process.file] == nil {
            guard let segment = process.segment else { continue }
            // What was sampled before we came is nobody's news; a process that came after us is wholly new.
            sources[process.file] = Source(process, segment, next: isFirst ? segment.samplesWritten : 0)
        }
        isFirst = false
        for (file, source) in sources {
            let last = !source.process.alive
            if !last { _ = source.renew(until: now + Self.leaseTime, interval: interval) }
            do {
                try source.segment.refresh()
                overwritten += try source.segment.samples(from: &source.next, scratch, last: last) {
                    waiting.append((Raw($0), source, now))
                }
            } catch {
                // Truncated: there is nothing more to be had from it.
                sources[file] = nil
            }
            if last { sources[file] = nil }
        }
        var messages: [SampledMessage] = []
        waiting.removeAll { item in
            // A program's own monitor: nobody's business.
            if item.source.process.sockets[item.sample.socketID]?.row.hidden == true { return true }
            guard let message = name(item.sample, in: item.source, isLate: now > item.since + Self.patience) else {
                return false
            }
            messages.append(message)
            return true
        }
        return messages.sorted { $0.time < $1.time }
    }

    /// nil: its socket has no name yet.
    private func name(_ raw: Raw, in source: Source, isLate: Bool) -> SampledMessage? {
        let socket = source.process.sockets[raw.socketID]
        guard let id = socket?.socket?.id ?? (isLate ? "\(source.process.shownAs).socket#\(raw.socketID)" : nil) else {
            return nil
        }
        let pair = raw.connectionID == 0 ? nil : source.process.end(connection: raw.connectionID)?.pair
        let link = pair?.link
        let isFrom = link?.fromName == id
        return SampledMessage(
            socket: id, type: socket?.row.type.name ?? "unknown", direction: raw.isSent ? .sent : .received,
            time: raw.time, elapsed: seconds(from: collector.session.startedMonotonic, to: raw.time),
            ordinal: raw.ordinal, link: link?.id, peer: link.map { isFrom ? $0.toName : $0.fromName },
            frameCount: raw.frameCount, size: raw.size, frames: raw.frames,
            injected: raw.flags & UInt32(TAP_SAMPLE_INJECTED) != 0, lost: raw.flags & UInt32(TAP_SAMPLE_LOST) != 0)
    }
}

/// A sample, copied out of the ring.
private struct Raw {
    var socketID: UInt32
    var connectionID: UInt64
    var time: UInt64
    var ordinal: Int
    var isSent: Bool
    var flags: UInt32
    var frameCount: Int
    var size: Int
    var frames: [SampledMessage.Frame]

    init(_ record: UnsafePointer<tap_sample>) {
        socketID = record.pointee.socket_id
        connectionID = record.pointee.connection_id
        time = record.pointee.time_ns
        ordinal = count(record.pointee.message)
        isSent = record.pointee.direction == UInt32(TAP_DIRECTION_SENT)
        flags = record.pointee.flags
        frameCount = Int(record.pointee.frame_count)
        size = count(record.pointee.bytes)
        var offset = 0
        var frames: [SampledMessage.Frame] = []
        let listed = min(frameCount, Int(TAP_SAMPLE_FRAMES))
        withUnsafeBytes(of: record.pointee.data) { data in
            withUnsafeBytes(of: record.pointee.frames) { table in
                for index in 0..<listed {
                    let frame = table.load(
                        fromByteOffset: index * MemoryLayout<tap_sample_frame>.stride, as: tap_sample_frame.self)
                    let size = count(frame.size)
                    // Another process has written this: nothing of it is believed.
                    let kept = min(Int(frame.kept), data.count - offset, size)
                    frames.append(.init(size: size, bytes: Array(data[offset..<(offset + kept)])))
                    offset += kept
                }
            }
        }
        self.frames = frames
    }
}
