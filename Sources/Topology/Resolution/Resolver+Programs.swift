extension Resolver {
    /// A command's words, the program's path made absolute where it has a slash; on a machine, it must exist.
    func command(
        _ words: [Located], in node: Int, directory: String, environment: [String: String]
    ) -> [String] {
        var result = words.compactMap { expand($0, in: node)?.text }
        guard let program = result.first, let place = words.first?.place else { return result }
        if program.contains("/") {
            let path = absolute(program)
            result[0] = path
            guard planner.checksMachine, !Machine.isExecutable(path) else { return result }
            let what = Machine.exists(path) ? "cannot be executed" : "does not exist"
            problems.reportOnce(
                place, "the program of \(nodes[node].spec.name.text) \(what): \(path)",
                help: Machine.exists(path)
                    ? "chmod +x \(path)" : "a path with a slash begins at the file's folder: \(folder)")
        } else if planner.checksMachine {
            let search = environment["PATH"] ?? planner.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
            let folders = search.split(separator: ":")
            guard !folders.contains(where: { Machine.isExecutable("\($0)/\(program)") }) else { return result }
            problems.reportOnce(
                place, "the program of \(nodes[node].spec.name.text), \"\(program)\", is in no folder of PATH",
                help: Machine.exists(folder + "/" + program)
                    ? "it is beside the file: write ./\(program)" : "install it, or write its path")
        }
        return result
    }

    /// Absolute; the file's folder without `working_dir:`.
    func workingDirectory(of node: Node, _ index: Int) -> String {
        guard let written = node.spec.workingDirectory, let text = expand(written, in: index) else { return folder }
        let path = absolute(text.text)
        if planner.checksMachine, !Machine.isFolder(path) {
            problems.reportOnce(
                written.place, "the working directory does not exist: \(path)",
                help: "a relative one begins at the file's folder: \(folder)")
        }
        return path
    }

    /// A path as the file means it: from its folder.
    private func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "." { return folder }
        return folder + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
    }
}
