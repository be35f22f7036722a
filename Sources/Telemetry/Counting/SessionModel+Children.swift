import RunDirectory

/// Which node a process is. A node's own process is the one that the session has started; every other one whose segment
/// bears the node's name descends from it, by fork or by exec, and is a child: `PARENT/NAME`. Its parent is the tapped
/// process that it was born of, else the node.
extension SessionModel {
    /// Finds a place for processes that were found together.
    /// - Parameter isLiving: whether the process of a pid that began before the given time still runs.
    func add(
        _ found: [TappedProcess], layout: RunLayout, surroundings: Surroundings, isLiving: (TappedProcess) -> Bool
    ) {
        func isOwn(_ process: TappedProcess) -> Bool {
            let own = node(named: process.node, layout: layout).own
            return own?.pid == process.pid && own?.incarnation == process.incarnation
        }
        // Names and places depend on who came before: a node's own process, then parents.
        let sorted = found.sorted { $0.started < $1.started }
        var rest = sorted.filter(isOwn) + sorted.filter { !isOwn($0) }
        while !rest.isEmpty {
            let next = rest.firstIndex { one in !rest.contains { $0.isParent(of: one) } } ?? 0
            let process = rest.remove(at: next)
            let root = node(named: process.node, layout: layout)
            let place = place(of: process, in: root, surroundings, isLiving)
            process.shownAs = place.name
            place.process = process
            if place === root { share(process, of: root) }
            processes.append(process)
        }
    }

    /// It is the process of every node that is a thread of it.
    private func share(_ process: TappedProcess, of node: SessionNode) {
        let sharers = node.resolved.map(topology.sharers(of:)) ?? []
        guard sharers.count > 1 else { return }
        process.players = sharers.map(\.name)
        for name in process.players { nodesByName[name]?.process = process }
    }

    private func place(
        of process: TappedProcess, in root: SessionNode, _ surroundings: Surroundings,
        _ isLiving: (TappedProcess) -> Bool
    ) -> SessionNode {
        let own = root.own?.incarnation == process.incarnation ? root.own?.pid : nil
        if own == process.pid { return root }
        let parent = root.tree.last { $0.process?.isParent(of: process) == true }
        // A fork has the program of its parent, and is one of its processes.
        if parent == nil, !process.forked, !root.isTaken(by: own, process, isLiving) {
            // The session has not told yet which process it has started, or never will: the first one is taken for it.
            guard let own else { return root }
            if isWrapper(own, of: process, surroundings) { return root }
        }
        return child(process, of: parent ?? root, surroundings, isLiving)
    }

    /// A `sh -c` or `uv run`: another program than the one it runs. One that runs itself again (a launcher of workers, in
    /// Python) is none: its processes are its children.
    private func isWrapper(_ own: Int32, of process: TappedProcess, _ surroundings: Surroundings) -> Bool {
        if let mine = surroundings.executable(own), let other = surroundings.executable(process.pid) {
            return mine != other
        }
        guard let mine = surroundings.programName(own), !process.program.isEmpty else { return false }
        return mine != process.program
    }

    /// The first of that name whose process is gone, so that short-lived ones are as many nodes as ever ran at once.
    private func child(
        _ process: TappedProcess, of parent: SessionNode, _ surroundings: Surroundings,
        _ isLiving: (TappedProcess) -> Bool
    ) -> SessionNode {
        let program = process.program.isEmpty ? surroundings.programName(process.pid) : process.program
        // A slash is what parts a child's name from its parent's.
        let own = String((program ?? String(process.pid)).map { $0 == "/" ? "_" : $0 })
        let base = "\(parent.name)/\(own)"
        var name = base
        var ordinal = 1
        while let taken = nodesByName[name], taken.process.map(isLiving) == true {
            ordinal += 1
            name = "\(base)-\(ordinal)"
        }
        if let known = nodesByName[name] { return known }
        let child = SessionNode(name: name, parent: parent, resolved: nil)
        parent.children.append(child)
        nodesByName[name] = child
        return child
    }
}

extension TappedProcess {
    fileprivate func isParent(of other: TappedProcess) -> Bool {
        self !== other && pid == other.parent && node == other.node && incarnation == other.incarnation
    }
}

extension SessionNode {
    /// A process of this incarnation is there already: its own, or one that stands for it and still runs.
    fileprivate func isTaken(by own: Int32?, _ other: TappedProcess, _ isLiving: (TappedProcess) -> Bool) -> Bool {
        guard let process, process.incarnation == other.incarnation else { return false }
        return own == nil || process.pid == own || isLiving(process)
    }
}
