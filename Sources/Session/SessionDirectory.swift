import Glibc
import Keeping
public import RunDirectory

/// Where the run directories of this user lie, and who runs in them.
///
/// A run directory holds two files more than `RunLayout` tells of: `lock`, which the session and its keeper hold
/// locked for as long as either lives, and `keep`, a mark that the directory is to stay when the session has ended.
public enum SessionDirectory {
    /// A session that runs on this machine.
    public struct Running: Equatable, Sendable {
        /// What it says of itself.
        public var record: SessionRecord
        /// Where its files lie.
        public var layout: RunLayout

        /// Its nodes as they are now, read from the run directory; nil when they cannot be read.
        public var statuses: [NodeStatus]? { readJSON([NodeStatus].self, layout.status) }

        /// Seconds since it began, by a clock that nobody sets.
        public var age: Double {
            let now = monotonicNanoseconds()
            return now > record.startedMonotonic ? Double(now - record.startedMonotonic) / 1e9 : 0
        }

        /// Waits until the session, which somebody has told to end, is over: no process of it is left, and no run
        /// directory unless it is to be kept. Blocks.
        /// - Parameter seconds: how long at most; a session takes two.
        /// - Returns: false when it was not over by then.
        public func waitForEnd(atMost seconds: Double) -> Bool {
            let deadline = monotonicNanoseconds() + seconds.nanoseconds
            while !isOver(layout) {
                if monotonicNanoseconds() > deadline { return false }
                usleep(10_000)
            }
            return true
        }
    }

    /// The sessions of this user that run now, by id. Those with a run directory of their own choice
    /// (`--run-dir`) are not among them: `session(at:)` finds them.
    public static func sessions() -> [Running] {
        bases().flatMap { base in names(in: base).compactMap { session(at: base + "/" + $0) } }
            .sorted { $0.record.id < $1.record.id }
    }

    /// A file for those who look for a session and make it when there is none: to be locked meanwhile.
    /// - Throws: `SessionError` when this user has no folder for sessions.
    public static func commonLock() throws -> String { try makeBase() + "/.lock" }

    /// The session that runs in a directory, or nil when there is none.
    public static func session(at directory: String) -> Running? {
        let layout = RunLayout(directory: absolute(directory))
        guard let record = readJSON(SessionRecord.self, layout.session), isLocked(layout), kill(record.pid, 0) == 0
        else { return nil }
        return Running(record: record, layout: layout)
    }

    /// A run directory made for a session.
    struct Made {
        var id: String
        var layout: RunLayout
        /// The lock's descriptor.
        var lock: Int32
    }

    /// Makes a run directory, or takes the one that is asked for, and locks it.
    static func make(name: String, runDirectory: String?) throws -> Made {
        let stem = String(
            name.unicodeScalars.prefix(24).map { scalar in
                let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                return isPlain || scalar == "_" || scalar == "-" ? Character(scalar) : "-"
            })
        if let runDirectory { return try take(absolute(runDirectory), id: stem + "-" + suffix()) }
        let base = try makeBase()
        removeDead(in: base)
        for _ in 0..<100 {
            let id = stem + "-" + suffix()
            let directory = base + "/" + id
            if mkdir(directory, 0o700) == 0 { return try furnish(RunLayout(directory: directory), id: id) }
            guard errno == EEXIST else {
                throw SessionError("cannot make the run directory \(directory)", errno: errno)
            }
        }
        throw SessionError("cannot find a free name for a run directory in \(base)")
    }

    // MARK: - One directory

    private static func take(_ directory: String, id: String) throws -> Made {
        let layout = RunLayout(directory: directory)
        guard mkdir(directory, 0o700) != 0 else { return try furnish(layout, id: id) }
        guard errno == EEXIST else { throw SessionError("cannot make the run directory \(directory)", errno: errno) }
        try checkOurs(directory)
        let isUsed = readJSON(SessionRecord.self, layout.session) != nil
        if !isUsed, let name = names(in: directory).first {
            throw SessionError(
                "the run directory \(directory) holds something else (\(name)): name a new or an empty folder")
        }
        guard let lock = lock(layout, creating: true) else {
            throw SessionError("another session runs in \(directory): end it first, or name another run directory")
        }
        close(lock)
        DirectoryTree.empty(directory, keeping: [])
        return try furnish(layout, id: id)
    }

    private static func furnish(_ layout: RunLayout, id: String) throws -> Made {
        do {
            guard unixAddress(layout.control) != nil else {
                throw SessionError(
                    "the run directory's path is too long: \(layout.control) has \(layout.control.utf8.count) bytes, "
                        + "and Linux takes 107 for a socket; choose a shorter one with --run-dir")
            }
            for folder in [layout.nodes, layout.output, layout.segments, layout.ipc] {
                guard mkdir(folder, 0o700) == 0 else { throw SessionError("cannot make \(folder)", errno: errno) }
            }
            guard let lock = lock(layout, creating: true) else {
                throw SessionError("cannot lock \(layout.lock)", errno: errno)
            }
            return Made(id: id, layout: layout, lock: lock)
        } catch {
            DirectoryTree.remove(layout.directory)
            throw error
        }
    }

    /// A folder that others could write to, or have put there, is not ours to use.
    private static func checkOurs(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SessionError("cannot use \(path)", errno: errno) }
        let remedy = "remove it, or choose another place with --run-dir"
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SessionError("\(path) is not a folder (a symbolic link is not followed there): \(remedy)")
        }
        guard status.st_uid == geteuid() else {
            throw SessionError("\(path) belongs to another user (uid \(status.st_uid)): \(remedy)")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o7777, radix: 8)
            throw SessionError("\(path) is open to other users (mode \(mode)): chmod 700 it, \(remedy)")
        }
    }

    // MARK: - The lock

    /// The lock belongs to the open file, which session and keeper share: it is free once both are gone.
    /// - Returns: a descriptor that holds it, or nil when somebody else does, or there is no such file.
    private static func lock(_ layout: RunLayout, creating: Bool) -> Int32? {
        let file = open(layout.lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC | (creating ? O_CREAT : 0), 0o600)
        guard file >= 0 else { return nil }
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
        close(file)
        return nil
    }

    private static func isLocked(_ layout: RunLayout) -> Bool {
        let file = open(layout.lock, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        // Shared, so that two who look do not take each other for the session.
        return flock(file, LOCK_SH | LOCK_NB) != 0
    }

    /// A lock that has gone is one of a directory that is just being removed: the lock is let go of after that.
    private static func isOver(_ layout: RunLayout) -> Bool {
        !isLocked(layout) && (access(layout.lock, F_OK) == 0 || access(layout.directory, F_OK) != 0)
    }

    // MARK: - The folder above

    /// `$XDG_RUNTIME_DIR/zmqtop` when that is a folder of ours, else `/tmp/zmqtop-UID`.
    private static func makeBase() throws -> String {
        let base = bases()[0]
        guard mkdir(base, 0o700) == 0 || errno == EEXIST else {
            throw SessionError("cannot make \(base) for run directories", errno: errno)
        }
        try checkOurs(base)
        return base
    }

    /// Where sessions of ours may lie, the place for new ones first.
    private static func bases() -> [String] {
        let fallback = "/tmp/zmqtop-\(geteuid())"
        guard let value = getenv("XDG_RUNTIME_DIR").map({ String(cString: $0) }), value.hasPrefix("/") else {
            return [fallback]
        }
        var status = stat()
        guard stat(value, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            status.st_mode & 0o022 == 0
        else { return [fallback] }
        return [trimmed(value) + "/zmqtop", fallback]
    }

    /// Removes what sessions left that were killed together with their keepers, processes included.
    private static func removeDead(in base: String) {
        for name in names(in: base) {
            let layout = RunLayout(directory: base + "/" + name)
            // Without a record it may be one that is just being made.
            guard readJSON(SessionRecord.self, layout.session) != nil, access(layout.keep, F_OK) != 0,
                let lock = lock(layout, creating: false)
            else { continue }
            Orphans.kill(of: layout)
            DirectoryTree.remove(layout.directory)
            close(lock)
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func suffix() -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return String((0..<4).map { _ in letters.randomElement()! })
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return trimmed(path) }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let folder = getcwd(&buffer, buffer.count).map { String(cString: $0) } ?? ""
        return trimmed(folder + "/" + path)
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}

extension RunLayout {
    var lock: String { directory + "/lock" }
    var keep: String { directory + "/keep" }
    /// A link to the tap, for a place that LD_PRELOAD cannot name.
    var tapLink: String { directory + "/libzmqtap.so" }
}
