import CLinux
import Glibc
import Keeping
import Telemetry

/// A process that has libzmq mapped.
package struct FoundProcess: Equatable {
    package var pid: Int32
    /// CLOCK_MONOTONIC nanoseconds when it began: tells it from a later one with the same pid.
    package var started: UInt64
    /// The short name of its program.
    package var program: String
    /// The letter of /proc/PID/stat.
    package var state: Character
    package var cpuSeconds: Double
    package var residentBytes: Int
    /// The tap is in it too.
    package var isTapped: Bool
    /// Its connections are in the tables that we can read.
    package var sharesOurNetwork: Bool
    /// Inodes of its sockets, by descriptor.
    package var inodes: [(descriptor: Int32, inode: UInt32)]

    package static func == (one: FoundProcess, other: FoundProcess) -> Bool {
        one.pid == other.pid && one.started == other.started
    }
}

/// A listening socket or one end of a connection, as the kernel shows it.
package struct KernelStream: Equatable {
    package enum Phase: Equatable { case listening, connecting, established, closing }

    /// `tcp` or `ipc`.
    package var transport: String
    package var phase: Phase
    package var inode: UInt32
    /// ipc: the other end's inode.
    package var peerInode: UInt32
    /// Bytes.
    package var sendQueue: Int
    /// Bytes.
    package var receiveQueue: Int
    /// `127.0.0.1:5555`, a path, `@name`; empty: none.
    package var local: String
    /// tcp: `127.0.0.1:41234`.
    package var peer: String
}

/// What the survey asks the machine for; a test gives its own.
package struct Machine {
    /// What was found, and whom one may not look at.
    package var processes: () -> (found: [FoundProcess], forbidden: Int)
    /// The kernel's tables, and whether they are whole.
    package var streams: () throws -> (streams: [KernelStream], complete: Bool)
    /// CLOCK_MONOTONIC, nanoseconds.
    package var monotonic: () -> UInt64
    /// Seconds since 1970.
    package var wallClock: () -> Double

    package init(
        processes: @escaping () -> (found: [FoundProcess], forbidden: Int),
        streams: @escaping () throws -> (streams: [KernelStream], complete: Bool),
        monotonic: @escaping () -> UInt64, wallClock: @escaping () -> Double
    ) {
        self.processes = processes
        self.streams = streams
        self.monotonic = monotonic
        self.wallClock = wallClock
    }

    /// This machine.
    package static var system: Machine {
        let scan = ProcessScan()
        let surroundings = Surroundings.system
        return Machine(
            processes: { scan.look(surroundings) }, streams: readStreams, monotonic: surroundings.monotonic,
            wallClock: surroundings.wallClock)
    }
}

/// Why this machine cannot be surveyed.
public struct SurveyError: Error, Equatable, CustomStringConvertible {
    /// One sentence.
    public let description: String
}

private func readStreams() throws -> (streams: [KernelStream], complete: Bool) {
    var items: UnsafeMutablePointer<linux_stream>?
    var count = 0
    var complete: Int32 = 0
    guard linux_streams(&items, &count, &complete) == 0 else {
        throw SurveyError(
            description: "The kernel's tables of connections cannot be read: \(String(cString: strerror(errno))).")
    }
    defer { free(items) }
    let streams = UnsafeBufferPointer(start: items, count: count).map { item in
        KernelStream(
            transport: item.transport == LINUX_TCP ? "tcp" : "ipc", phase: phase(item),
            inode: item.inode, peerInode: item.peer_inode, sendQueue: Int(item.send_queue),
            receiveQueue: Int(item.receive_queue), local: text(item.local), peer: text(item.peer))
    }
    return (streams, complete != 0)
}

private func phase(_ stream: linux_stream) -> KernelStream.Phase {
    if stream.listening != 0 { return .listening }
    switch UInt32(stream.state) {
    case UInt32(TCP_ESTABLISHED): return .established
    case UInt32(TCP_SYN_SENT): return .connecting
    default: return .closing
    }
}

/// The text in a fixed array of C.
private func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// Looks through /proc for processes that have libzmq mapped.
private final class ProcessScan {
    private struct Known {
        var started: UInt64
        var hasLibrary: Bool
        var isTapped: Bool
        var lookedAt: UInt64
    }
    private var known: [Int32: Known] = [:]

    /// A program may load libzmq long after it began, so one without it is looked at again after this time.
    private let nextLook: UInt64 = 3_000_000_000

    func look(_ surroundings: Surroundings) -> (found: [FoundProcess], forbidden: Int) {
        let now = surroundings.monotonic()
        let own = getpid()
        let ourNetwork = link("/proc/self/ns/net")
        var forbidden = 0
        var seen: [Int32: Known] = [:]
        var found: [FoundProcess] = []
        for pid in ProcessTable.all().map(\.pid) where pid != own {
            guard let sample = surroundings.process(pid) else { continue }
            var entry = known[pid]
            if entry?.started != sample.started { entry = nil }
            if entry == nil || entry?.hasLibrary == false && now > entry!.lookedAt + nextLook {
                guard let mapped = libraries(of: pid) else {
                    forbidden += 1
                    continue
                }
                entry = Known(started: sample.started, hasLibrary: mapped.zmq, isTapped: mapped.tap, lookedAt: now)
            }
            guard let entry else { continue }
            seen[pid] = entry
            guard entry.hasLibrary, let inodes = socketInodes(of: pid) else { continue }
            found.append(
                FoundProcess(
                    pid: pid, started: sample.started, program: surroundings.programName(pid) ?? "process",
                    state: sample.state, cpuSeconds: sample.cpuSeconds, residentBytes: sample.residentBytes,
                    isTapped: entry.isTapped,
                    sharesOurNetwork: link("/proc/\(pid)/ns/net").map { $0 == ourNetwork } ?? true, inodes: inodes))
        }
        known = seen
        return (found.sorted { $0.pid < $1.pid }, forbidden)
    }

    /// nil: it is another user's, and we may not look.
    private func libraries(of pid: Int32) -> (zmq: Bool, tap: Bool)? {
        let path = "/proc/\(pid)/maps"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return errno == EACCES || errno == EPERM ? nil : (false, false) }
        close(file)
        let maps = ProcessTable.contents(path, limit: 4 << 20) + [0]
        // libzmq.so.5, libzmq-915d4c6f.so.5.2.4 of a Python wheel; a kernel thread has no maps at all.
        return (contains(maps, "/libzmq.so") || contains(maps, "/libzmq-"), contains(maps, "/libzmqtap.so"))
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        bytes.withUnsafeBytes { strstr($0.assumingMemoryBound(to: CChar.self).baseAddress!, text) != nil }
    }

    private func socketInodes(of pid: Int32) -> [(descriptor: Int32, inode: UInt32)]? {
        guard let folder = opendir("/proc/\(pid)/fd") else { return nil }
        defer { closedir(folder) }
        var inodes: [(descriptor: Int32, inode: UInt32)] = []
        while let entry = readdir(folder) {
            let name = text(entry.pointee.d_name)
            guard let descriptor = Int32(name), let target = link("/proc/\(pid)/fd/\(name)"),
                target.hasPrefix("socket:["), let inode = UInt32(target.dropFirst(8).dropLast())
            else { continue }
            inodes.append((descriptor, inode))
        }
        return inodes.sorted { $0.descriptor < $1.descriptor }
    }

    private func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = readlink(path, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }
}
