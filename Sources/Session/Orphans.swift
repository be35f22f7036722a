import Glibc
import Keeping
import RunDirectory

/// Ends the processes of a session whose keeper was killed.
enum Orphans {
    /// In the environment of every process that a session has started: the run directory. (Not the tap's own variables:
    /// a program may be tapped for a session without being its to kill.)
    static let variable = "ZMQTOP_STARTED_BY"

    /// Kills the groups of the nodes, and every process that bears the session's mark, which finds those that made a
    /// group of their own.
    static func kill(groups: [Int32] = [], of layout: RunLayout) {
        for group in groups { Glibc.kill(-group, SIGKILL) }
        let mark = Array("\(variable)=\(layout.directory)".utf8)
        for process in ProcessTable.all() where process.pid != getpid() {
            let variables = ProcessTable.contents("/proc/\(process.pid)/environ", limit: 1 << 18)
            if variables.split(separator: 0).contains(where: { $0.elementsEqual(mark) }) {
                Glibc.kill(process.pid, SIGKILL)
            }
        }
    }
}
