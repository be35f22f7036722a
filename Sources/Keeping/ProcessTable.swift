import Glibc

/// What /proc tells of processes.
public enum ProcessTable {
    /// A process at the moment it was looked at.
    public struct Entry: Equatable, Sendable {
        /// Its own id.
        public var pid: Int32
        /// Its parent's id.
        public var parent: Int32
        /// Its process group's id.
        public var group: Int32
    }

    /// Every process that is a child of `ancestor`, a child of such a child, and so on.
    public static func descendants(of ancestor: Int32) -> [Entry] {
        var children: [Int32: [Entry]] = [:]
        for entry in all() { children[entry.parent, default: []].append(entry) }
        var found: [Entry] = []
        var open = [ancestor]
        while let parent = open.popLast() {
            // Taken out, so that ids reused while /proc was read make no circle.
            for child in children.removeValue(forKey: parent) ?? [] {
                found.append(child)
                open.append(child.pid)
            }
        }
        return found
    }

    /// Every process that can be seen.
    public static func all() -> [Entry] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = Int32(name), let found = read(pid) { entries.append(found) }
        }
        return entries
    }

    /// Whether there is such a process, and it is no zombie.
    public static func isRunning(_ pid: Int32) -> Bool {
        let text = contents("/proc/\(pid)/stat", limit: 1024)
        guard let end = text.lastIndex(of: UInt8(ascii: ")")), end + 2 < text.count else { return false }
        return text[end + 2] != UInt8(ascii: "Z") && text[end + 2] != UInt8(ascii: "X")
    }

    /// One process, or nil when there is none.
    public static func read(_ pid: Int32) -> Entry? {
        // pid (name) state ppid pgrp …; the name may hold anything, parentheses and spaces included.
        let text = contents("/proc/\(pid)/stat", limit: 1024)
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 2, let parent = number(fields[1]), let group = number(fields[2]) else { return nil }
        return Entry(pid: pid, parent: parent, group: group)
    }

    /// The first bytes of a file; none when it cannot be read.
    public static func contents(_ path: String, limit: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = Glibc.read(file, buffer.baseAddress! + count, limit - count)
                guard got > 0 else { break }
                count += got
            }
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
        Int32(String(decoding: digits, as: UTF8.self))
    }
}
