public import RunDirectory

/// What `zmqtop graph` writes: nodes by group (`client ×3`), and an arrow from who connects to who binds.
public enum GraphFormat: String, CaseIterable, Sendable {
    /// For reading.
    case text
    /// A flowchart for Markdown.
    case mermaid
    /// For Graphviz.
    case dot
}

extension TopologyFile {
    /// The topology as the file has it, before any port is chosen; ends with a newline.
    public func graph(_ format: GraphFormat) -> String { preview().graph(format) }
}

extension ResolvedTopology {
    /// Drawn from what is declared; ends with a newline.
    public func graph(_ format: GraphFormat) -> String {
        let graph = TopologyGraph(self)
        return switch format {
        case .text: graph.text
        case .mermaid: graph.mermaid
        case .dot: graph.dot
        }
    }
}

/// Groups of nodes and the links between their sockets.
private struct TopologyGraph {
    struct Group {
        var name: String
        var kind: String
        var count: Int
        /// Of its first replica.
        var sockets: [ResolvedSocket]
        /// The one that all of them are threads of.
        var process: String?

        var title: String { count > 1 ? "\(name) ×\(count)" : name }
    }

    struct Edge {
        var from: String
        var fromSocket: ResolvedSocket
        var to: String
        var toSocket: ResolvedSocket
        var transport: String
        /// How many connections the groups make of it.
        var count: Int

        var label: String { "\(fromSocket.type) → \(toSocket.type), \(transport)" + (count > 1 ? " ×\(count)" : "") }
    }

    let topology: ResolvedTopology
    var groups: [Group] = []
    var edges: [Edge] = []
    /// Endpoints that no node binds, and who connects to them.
    var outside: [(group: String, socket: ResolvedSocket, endpoint: String)] = []

    init(_ topology: ResolvedTopology) {
        self.topology = topology
        var sockets: [String: (group: String, socket: ResolvedSocket)] = [:]
        var groupIndex: [String: Int] = [:]
        for node in topology.nodes {
            for socket in node.sockets { sockets["\(node.name).\(socket.name)"] = (node.group, socket) }
            if let index = groupIndex[node.group] {
                groups[index].count += 1
                if groups[index].process != node.process { groups[index].process = nil }
            } else {
                groupIndex[node.group] = groups.count
                groups.append(
                    Group(
                        name: node.group, kind: node.kind, count: 1, sockets: node.sockets, process: node.process))
            }
        }
        var edgeIndex: [String: Int] = [:]
        var seenOutside: Set<String> = []
        for node in topology.nodes {
            for socket in node.sockets {
                for connect in socket.connects {
                    guard let target = connect.target, let (group, bound) = sockets[target] else {
                        if seenOutside.insert("\(node.group).\(socket.name) \(connect.endpoint)").inserted {
                            outside.append((node.group, socket, connect.endpoint))
                        }
                        continue
                    }
                    let key = "\(node.group).\(socket.name) \(group).\(bound.name)"
                    if let index = edgeIndex[key] {
                        edges[index].count += 1
                    } else {
                        edgeIndex[key] = edges.count
                        let transport = connect.endpoint.firstPlace(of: "://").map {
                            String(connect.endpoint[..<$0.lowerBound])
                        }
                        edges.append(
                            Edge(
                                from: node.group, fromSocket: socket, to: group, toSocket: bound,
                                transport: transport ?? "", count: 1))
                    }
                }
            }
        }
    }

    var text: String {
        var lines = [topology.about.isEmpty ? topology.name : "\(topology.name): \(topology.about)"]
        for group in groups {
            lines.append("")
            var facts = group.title == group.kind ? [] : [group.kind]
            if let process = group.process { facts.append("in the process \(process)") }
            lines.append(facts.isEmpty ? group.title : "\(group.title)  (\(facts.joined(separator: ", ")))")
            let width = group.sockets.map(\.name.count).max() ?? 0
            for socket in group.sockets {
                let name = socket.name + String(repeating: " ", count: width - socket.name.count)
                let type = socket.type + String(repeating: " ", count: max(0, 6 - socket.type.count))
                for endpoint in socket.binds { lines.append("  \(name)  \(type)  binds \(endpoint)") }
                for edge in edges where edge.from == group.name && edge.fromSocket.name == socket.name {
                    lines.append(
                        "  \(name)  \(type)  ──▸ \(edge.to).\(edge.toSocket.name)  \(edge.toSocket.type), \(edge.transport)"
                            + (edge.count > 1 ? " ×\(edge.count)" : ""))
                }
                for end in outside where end.group == group.name && end.socket.name == socket.name {
                    lines.append("  \(name)  \(type)  ──▸ \(end.endpoint)  (outside)")
                }
            }
        }
        return (lines.joined(separator: "\n") + "\n").withoutControlCharactersInLines
    }

    /// The groups in their order, those of one process together.
    private var byProcess: [(process: String?, groups: [Group])] {
        var result: [(process: String?, groups: [Group])] = []
        for group in groups {
            if let process = group.process, let index = result.firstIndex(where: { $0.process == process }) {
                result[index].groups.append(group)
            } else {
                result.append((group.process, [group]))
            }
        }
        return result
    }

    var mermaid: String {
        var lines = ["flowchart LR"]
        for (process, members) in byProcess {
            if let process { lines.append("    subgraph p_\(id(process))[\"process \(process)\"]") }
            for group in members {
                lines.append(
                    "    \(id(group.name))[\"\(mermaidText(group.title))<br/><small>\(mermaidText(group.kind))</small>\"]"
                )
            }
            if process != nil { lines.append("    end") }
        }
        for edge in edges { lines.append("    \(id(edge.from)) -->|\"\(mermaidText(edge.label))\"| \(id(edge.to))") }
        for (index, end) in outside.enumerated() {
            lines.append("    outside\(index)([\"\(mermaidText(end.endpoint))\"])")
            lines.append("    \(id(end.group)) -->|\"\(end.socket.type)\"| outside\(index)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var dot: String {
        var lines = ["digraph \(quoted(topology.name)) {", "    rankdir=LR;", "    node [shape=box];"]
        for (process, members) in byProcess {
            if let process {
                lines.append("    subgraph \(quoted("cluster_" + process)) {")
                lines.append("    label=\(quoted("process " + process));")
            }
            for group in members {
                let kind = group.kind == group.title ? "" : "\\n\(group.kind)"
                lines.append("    \(quoted(group.name)) [label=\(quoted(group.title).dropLast())\(kind)\"];")
            }
            if process != nil { lines.append("    }") }
        }
        for edge in edges {
            lines.append("    \(quoted(edge.from)) -> \(quoted(edge.to)) [label=\(quoted(edge.label))];")
        }
        for end in outside {
            lines.append("    \(quoted(end.endpoint)) [shape=ellipse];")
            lines.append("    \(quoted(end.group)) -> \(quoted(end.endpoint)) [label=\(quoted(end.socket.type))];")
        }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    /// `end` and the like mean something to Mermaid; a prefix keeps names apart from its words.
    private func id(_ name: String) -> String { "n_" + name.map { $0 == "-" ? "_" : String($0) }.joined() }

    private func mermaidText(_ text: String) -> String {
        text.withoutControlCharacters.map { character in
            switch character {
            case "\"": "#quot;"
            case "<": "#lt;"
            case ">": "#gt;"
            default: String(character)
            }
        }.joined()
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.withoutControlCharacters.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}

extension String {
    fileprivate var withoutControlCharactersInLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).withoutControlCharacters }
            .joined(separator: "\n")
    }
}
