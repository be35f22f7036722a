import Glibc

/// A folder of ours with all that is in it.
public enum DirectoryTree {
    /// Removes the folder and its contents. Nothing outside of it is touched: a symbolic link is removed, never
    /// followed, and a folder that is a link itself or belongs to somebody else stays. A folder that does not exist is
    /// no error.
    /// - Returns: whether it is gone.
    @discardableResult
    public static func remove(_ path: String) -> Bool {
        // Again, in case somebody puts a file there meanwhile (a tapped program that is not ours).
        for _ in 0..<3 {
            let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard folder >= 0 else { return errno == ENOENT }
            var status = stat()
            guard fstat(folder, &status) == 0, status.st_uid == geteuid() else {
                close(folder)
                return false
            }
            empty(folder)
            if rmdir(path) == 0 { return true }
        }
        return false
    }

    /// Removes what is in a folder of ours, except for the names in `keeping`.
    public static func empty(_ path: String, keeping: Set<String>) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        empty(folder, keeping: keeping)
    }

    /// Closes the descriptor.
    private static func empty(_ folder: Int32, keeping: Set<String> = []) {
        guard let entries = fdopendir(folder) else {
            close(folder)
            return
        }
        defer { closedir(entries) }
        for name in names(entries) where !keeping.contains(name) {
            if unlinkat(folder, name, 0) == 0 { continue }
            let inner = openFolder(name, in: folder)
            guard inner >= 0 else { continue }
            empty(inner)
            unlinkat(folder, name, AT_REMOVEDIR)
        }
    }

    private static func openFolder(_ name: String, in folder: Int32) -> Int32 {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let inner = openat(folder, name, flags)
        guard inner < 0, errno == EACCES else { return inner }
        // A node may have made a folder that even its owner cannot read.
        guard fchmodat(folder, name, 0o700, 0) == 0 else { return -1 }
        return openat(folder, name, flags)
    }

    private static func names(_ entries: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
