import Dashboard
import RunDirectory
import Telemetry

/// A snapshot as text, for a headless run without --json.
enum Summary {
    /// One line a tick.
    static func line(_ observation: Observation) -> String {
        let totals = observation.totals
        let links = observation.links
        return [
            Format.clock(observation.snapshot?.elapsed),
            "nodes \(totals.running)/\(totals.nodes)",
            "links \(links.filter { $0.state == .up }.count)/\(links.count)",
            "\(Format.rate(totals.messageRate)) msg/s",
            "\(Format.bytes(totals.byteRate))/s",
            "depth \(totals.depth.text)",
            "reconnects \(Format.count(totals.reconnects))",
            "lost \(totals.lost.text)",
        ].joined(separator: "  ")
    }

    /// The tables at the end.
    static func tables(_ snapshot: Snapshot) -> String {
        let nodes = table(
            ["node", "kind", "state", "restarts", "cpu", "rss", "gauges"],
            snapshot.nodes.map { node in
                [
                    node.name, node.kind, node.state.rawValue, Format.count(node.restarts), Format.percent(node.cpu),
                    Format.bytes(node.rss),
                    node.gauges.sorted { $0.key < $1.key }.map { "\($0.key) \(Format.gauge($0.value))" }
                        .joined(separator: ", "),
                ]
            })
        let links = table(
            [
                "link", "state", "sent", "received", "depth", "lost", "sent back", "received back", "depth back",
                "lost back", "reconnects", "attempts",
            ],
            snapshot.links.map { link in
                [link.id, link.state.rawValue]
                    + [link.out, link.back].flatMap { way in
                        [way.sent, way.received, way.depth, way.lost].map(exact)
                    } + [exact(link.reconnects), exact(link.attempts)]
            })
        return "\n" + nodes + "\n\n" + links
    }

    private static func exact(_ value: Int?) -> String { value.map(String.init) ?? Format.unknown }

    /// Columns as wide as their widest cell; figures stand right.
    static func table(_ header: [String], _ rows: [[String]]) -> String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        let isFigure = header.indices.map { column in
            rows.allSatisfy { $0[column].first.map { $0.isNumber || $0 == "—" } ?? true }
        }
        return ([header] + rows).map { row in
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return isFigure[column] ? space + row[column] : row[column] + space
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
