import Topology

/// The topology that a scenario's file names, with what it changes in it.
struct TopologyReference {
    let root: Value
    /// Of the scenario's file.
    let path: String
    let problems: Problems
    let shapes: ModelReader
    /// Paths by name.
    let bundled: [String: String]
    let environment: [String: String]

    /// nil when it cannot be had; the reason has been reported.
    func read(_ found: inout Findings) -> TopologyFile? {
        guard let value = root["topology"] else {
            problems.report(
                root.place, "the file has neither `nodes:` nor `topology:`: there is nothing to run",
                help: "name a bundled topology, as in `topology: inference`, or a file")
            return nil
        }
        guard let name = shapes.text(value, "topology"), let file = file(name) else { return nil }
        let changes = changes()
        return found.gather { () throws(TopologyErrors) in
            do throws(TopologyErrors) {
                return try TopologyFile(
                    path: file, set: changes.map(\.argument), environment: environment)
            } catch {
                throw TopologyErrors(diagnostics: error.diagnostics.map { located($0, among: changes) })
            }
        }
    }

    private func file(_ name: Located) -> String? {
        let isPath = name.text.contains("/") || name.text.hasSuffix(".yaml") || name.text.hasSuffix(".yml")
        guard isPath else {
            if let file = bundled[name.text] { return file }
            problems.report(
                name.place, "there is no bundled topology \"\(name.text)\"",
                help: suggestion(for: name.text, in: bundled.keys.sorted(), label: "there are"))
            return nil
        }
        if name.text.hasPrefix("/") { return name.text }
        guard let slash = path.lastIndex(of: "/") else { return name.text }
        return path[...slash] + name.text
    }

    private struct Change {
        var argument: String
        var place: Place
    }

    /// `set:`, as the command line would have it.
    private func changes() -> [Change] {
        guard let set = root["set"] else { return [] }
        return shapes.entries(of: set, of: "a map, as in {nodes.engine.replicas: 3}").compactMap { entry in
            shapes.text(entry.value, entry.key).map {
                Change(argument: "\(entry.key)=\($0.text)", place: entry.keyPlace)
            }
        }
    }

    /// An error in a change is one of this file.
    private func located(_ diagnostic: Diagnostic, among changes: [Change]) -> Diagnostic {
        guard diagnostic.file == "--set",
            let change = changes.first(where: { $0.argument == diagnostic.sourceLine })
        else { return diagnostic }
        return problems.diagnostic(at: change.place, diagnostic.message, help: diagnostic.help)
    }
}
