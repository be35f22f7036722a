import Glibc

/// What /proc says of a process.
package struct ProcessSample: Equatable {
    /// The letter of /proc/PID/stat: `T` is stopped.
    package var state: Character
    /// User and system time since it began.
    package var cpuSeconds: Double
    package var residentBytes: Int
    /// CLOCK_MONOTONIC when it began: tells a process from a later one with the same pid.
    package var started: UInt64

    /// By a signal, or by who traces it.
    package var isStopped: Bool { state == "T" || state == "t" }

    package init(state: Character, cpuSeconds: Double, residentBytes: Int, started: UInt64) {
        self.state = state
        self.cpuSeconds = cpuSeconds
        self.residentBytes = residentBytes
        self.started = started
    }
}

/// What the collector asks the machine for; a test gives its own.
package struct Surroundings {
    /// CLOCK_MONOTONIC, nanoseconds.
    package var monotonic: () -> UInt64
    /// Seconds since 1970.
    package var wallClock: () -> Double
    /// nil: there is no such process, or it is a zombie.
    package var process: (Int32) -> ProcessSample?
    /// User and system time of a thread (pid, tid) since it began, in seconds; nil: there is none such.
    package var threadTime: (Int32, Int32) -> Double?
    /// The short name of its program.
    package var programName: (Int32) -> String?
    /// The file that it executes; nil when we may not know.
    package var executable: (Int32) -> String?

    package init(
        monotonic: @escaping () -> UInt64, wallClock: @escaping () -> Double,
        process: @escaping (Int32) -> ProcessSample?, programName: @escaping (Int32) -> String?,
        executable: @escaping (Int32) -> String?, threadTime: @escaping (Int32, Int32) -> Double? = { _, _ in nil }
    ) {
        self.monotonic = monotonic
        self.wallClock = wallClock
        self.process = process
        self.programName = programName
        self.executable = executable
        self.threadTime = threadTime
    }

    /// The machine itself.
    package static var system: Surroundings {
        let table = ProcessTable()
        return Surroundings(
            monotonic: { clock(CLOCK_MONOTONIC) }, wallClock: { Double(clock(CLOCK_REALTIME)) / 1e9 },
            process: { table.sample(.init(pid: $0)) }, programName: { ProcessTable.programName($0) },
            executable: { ProcessTable.executable($0) },
            threadTime: { table.sample(.init(pid: $0, thread: $1))?.cpuSeconds })
    }
}

private func clock(_ id: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(id, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Reads /proc/PID/stat, and those of threads, keeping them open: half the cost of opening them anew, and never another
/// process's.
private final class ProcessTable {
    /// A process, or a thread of one.
    struct Subject: Hashable {
        var pid: Int32
        var thread: Int32?

        var path: String { "/proc/\(pid)/\(thread.map { "task/\($0)/" } ?? "")stat" }
    }

    private var descriptors: [Subject: CInt] = [:]
    /// So many may be open before it is looked which of them have ended: nobody asks for those any more.
    private var sweepsAt = ProcessTable.fewest
    private static let fewest = 64
    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private let pageSize = sysconf(Int32(_SC_PAGESIZE))
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 8)

    deinit {
        for descriptor in descriptors.values { close(descriptor) }
        buffer.deallocate()
    }

    func sample(_ subject: Subject) -> ProcessSample? {
        guard subject.pid > 0, subject.thread ?? 1 > 0 else { return nil }
        if let descriptor = descriptors[subject] {
            if let sample = read(descriptor) { return sample }
            close(descriptor)
            descriptors[subject] = nil
        }
        let descriptor = open(subject.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard let sample = read(descriptor) else {
            close(descriptor)
            return nil
        }
        if descriptors.count >= sweepsAt { sweep() }
        descriptors[subject] = descriptor
        return sample
    }

    private func sweep() {
        for (subject, descriptor) in descriptors where read(descriptor) == nil {
            close(descriptor)
            descriptors[subject] = nil
        }
        sweepsAt = max(ProcessTable.fewest, 2 * descriptors.count)
    }

    private func read(_ descriptor: CInt) -> ProcessSample? {
        let length = pread(descriptor, buffer.baseAddress, buffer.count, 0)
        guard length > 0 else { return nil }
        let bytes = buffer[..<length]
        // The name in parentheses may hold anything, parentheses and spaces too: count from the last one.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")), end + 2 < length else { return nil }
        let fields = bytes[(end + 2)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 21, let state = fields[0].first, state != UInt8(ascii: "Z"), state != UInt8(ascii: "X")
        else { return nil }
        func number(_ index: Int) -> Double { Double(String(decoding: fields[index], as: UTF8.self)) ?? 0 }
        // Field 22, counted from boot; the monotonic clock does not count the time asleep.
        let asleep = Double(clock(CLOCK_BOOTTIME)) / 1e9 - Double(clock(CLOCK_MONOTONIC)) / 1e9
        return ProcessSample(
            state: Character(UnicodeScalar(state)), cpuSeconds: (number(11) + number(12)) / ticksPerSecond,
            residentBytes: Int(number(21)) * pageSize,
            started: UInt64(max(0, number(19) / ticksPerSecond - asleep) * 1e9))
    }

    static func programName(_ pid: Int32) -> String? {
        let descriptor = open("/proc/\(pid)/comm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let length = Glibc.read(descriptor, &bytes, bytes.count)
        guard length > 1 else { return nil }
        return String(decoding: bytes[..<(length - 1)], as: UTF8.self)
    }

    static func executable(_ pid: Int32) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/\(pid)/exe", &bytes, bytes.count)
        return length > 0 ? String(decoding: bytes[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
