import CTapSegment
import Glibc
import Keeping

/// Ends the processes of a session whose keeper was killed.
enum Orphans {
    /// Kills the groups of the nodes, and every process of this user whose environment names the session's segments
    /// (which finds those that made a group of their own).
    static func kill(groups: [Int32], segments: String) {
        for group in groups { Glibc.kill(-group, SIGKILL) }
        let mark = Array("\(TAP_ENV_DIRECTORY)=\(segments)".utf8)
        for process in ProcessTable.all() where process.pid != getpid() {
            let variables = ProcessTable.contents("/proc/\(process.pid)/environ", limit: 1 << 18)
            if variables.split(separator: 0).contains(where: { $0.elementsEqual(mark) }) {
                Glibc.kill(process.pid, SIGKILL)
            }
        }
    }
}
