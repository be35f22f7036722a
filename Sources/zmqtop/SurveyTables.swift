import Dashboard
import RunDirectory
import Telemetry

/// A survey as text.
enum SurveyTables {
    static func text(_ snapshot: Snapshot) -> String {
        guard !snapshot.nodes.isEmpty else {
            return "No process on this machine has libzmq mapped. Start one, or try `zmqtop run inference`."
        }
        let nodes = Summary.table(
            ["process", "source", "state", "pid", "cpu", "rss", "listens on"],
            snapshot.nodes.map { node in
                let listening = snapshot.sockets.filter { socket in
                    socket.node == node.name
                        && (socket.name.hasPrefix("bind#") || snapshot.links.contains { $0.to == socket.id })
                }
                return [
                    node.name, node.source.rawValue, node.state.rawValue,
                    node.pid.map(String.init) ?? Format.unknown, Format.percent(node.cpu), Format.bytes(node.rss),
                    listening.flatMap(\.endpoints).joined(separator: " "),
                ]
            })
        let links = Summary.table(
            ["link", "endpoint", "source", "state", "depth", "in kernel", "depth back", "in kernel"],
            snapshot.links.map { link in
                [
                    link.id, link.endpoint, link.source.rawValue, link.state.rawValue, Format.count(link.out.depth),
                    Format.bytes(link.out.kernelBytes), Format.count(link.back.depth),
                    Format.bytes(link.back.kernelBytes),
                ]
            })
        return snapshot.links.isEmpty ? nodes : nodes + "\n\n" + links
    }
}
