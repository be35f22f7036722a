import Dashboard
import Foundation
import RunDirectory
import Session

/// The sessions that run, as text: which, of what, since when, and how many of their nodes run.
enum SessionTable {
    /// - Parameter withDirectories: tells also where the run directories are, in a last column.
    /// - Returns: lines, each after two spaces; one that says so when there is no session.
    static func text(_ sessions: [SessionDirectory.Running], withDirectories: Bool = false) -> String {
        guard !sessions.isEmpty else { return "  none" }
        let columns = ["session", "topology", "pid", "nodes up", "since", "for"]
        let rows = sessions.map { session in
            let record = session.record
            return [
                record.id, record.topology, String(record.pid), nodes(session), time(record.startedWallClock),
                Format.seconds(session.age),
            ] + (withDirectories ? [session.layout.directory] : [])
        }
        return Summary.table(columns + (withDirectories ? ["run directory"] : []), rows)
            .split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    }

    /// `5/6`, as the dashboard's header has it: injectors are not counted.
    private static func nodes(_ session: SessionDirectory.Running) -> String {
        guard let nodes = session.statuses?.filter({ $0.kind != "injector" }) else { return Format.unknown }
        return "\(nodes.count { $0.state == .running })/\(nodes.count)"
    }

    /// In this machine's time zone, as a person reads it: `2026-11-23 09:04:31`.
    private static func time(_ secondsSince1970: Double) -> String {
        var seconds = time_t(secondsSince1970)
        var parts = tm()
        var text = [CChar](repeating: 0, count: 32)
        guard localtime_r(&seconds, &parts) != nil, strftime(&text, text.count, "%F %T", &parts) > 0 else {
            return Format.unknown
        }
        return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}
