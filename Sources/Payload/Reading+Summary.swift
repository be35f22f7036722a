extension Reading {
    /// One line that says what the frame holds.
    ///
    /// - Parameter columns: the most that it takes.
    /// - Returns: safe to print; empty where `columns` is 0.
    public func summary(columns: Int = 120) -> String {
        var end = ""
        if let problem { end += "; " + problem }
        if isCutOff { end += "; " + cutOffRemark(kept, of: size) }
        // What is missing matters more than the end of the data, but not more than all of it.
        let room = end.unicodeScalars.count <= columns / 2 ? columns - end.unicodeScalars.count : columns
        var line = Line(columns: room)
        for warning in warnings { line.put("! " + warning + "; ") }
        body(into: &line)
        var all = Line(columns: columns)
        all.put(line.text)
        all.put(end)
        return all.text
    }

    private func body(into line: inout Line) {
        switch format {
        case .empty: line.put("(empty)")
        case .word:
            if let item = items.first {
                line.put(item.value)
                if let remark = item.remark { line.put("  " + remark) }
            }
        case .text:
            if let item = items.first { line.put(item.value) }
        case .json, .messagePack, .protobuf: compact(items[...], into: &line)
        case .pickle: pickle(into: &line)
        case .integer: integers(into: &line)
        case .hex:
            guard case .bytes(let bytes)? = items.first?.value else { return }
            line.put("0x")
            for byte in bytes where !line.isFull { line.put(Visible.hex(CollectionOfOne(byte))) }
        }
    }

    /// `{"status": "HELLO", "local": true}`
    private func compact(_ items: ArraySlice<Item>, into line: inout Line) {
        /// Containers that are open: their depth, their closing bracket, and how many of their items are still to come.
        var open: [(depth: Int, close: String, left: Int?, isEmpty: Bool)] = []
        func close(_ line: inout Line) {
            guard let last = open.popLast() else { return }
            if let left = last.left, left > 0 { line.put(last.isEmpty ? "…" : ", …") }
            line.put(last.close)
        }
        /// What stands below a value that is no container is for the tree alone.
        var hidden = Int.max
        for item in items {
            if line.isFull { return }
            if item.depth > hidden { continue }
            hidden = .max
            while let last = open.last, item.depth <= last.depth { close(&line) }
            if let last = open.indices.last {
                if !open[last].isEmpty { line.put(", ") }
                open[last].isEmpty = false
                open[last].left = open[last].left.map { $0 - 1 }
            }
            switch item.label {
            case .index?, nil: break
            case let label?:
                line.put(label)
                if item.value != .nothing { line.put(": ") }
            }
            switch item.value {
            case .list(let count):
                line.put("[")
                open.append((item.depth, "]", count, true))
            case .map(let count):
                line.put("{")
                open.append((item.depth, "}", count, true))
            case .bytes(let bytes):
                if let remark = item.remark {
                    line.put("<\(remark), \(bytes.count) bytes>")
                } else {
                    line.put(item.value)
                }
                hidden = item.depth
            case .nothing: line.put("…")
            default: line.put(item.value)
            }
        }
        // Where the data ended early, what is open stays open.
        if isCutOff || problem != nil {
            if items.last?.value != .nothing { line.put("…") }
        } else {
            while !open.isEmpty { close(&line) }
        }
    }

    private func pickle(into line: inout Line) {
        guard let top = items.first else { return }
        line.put(top.remark ?? "")
        for (word, name) in [("globals", "globals"), ("strings", "strings")] {
            guard let start = items.firstIndex(where: { $0.depth == 1 && $0.label == .word(word) }) else { continue }
            let all = items[(start + 1)...].prefix { $0.depth > 1 }
            if all.isEmpty { continue }
            line.put("; \(name) ")
            for (index, item) in all.enumerated() where !line.isFull {
                if index > 0 { line.put(", ") }
                line.put(item.value)
            }
        }
    }

    private func integers(into line: inout Line) {
        let numbers = items.filter { $0.value != .map(count: 2) }
        for (index, item) in numbers.enumerated() {
            if index > 0 { line.put(", or ") }
            line.put(item.value)
            if case .word(let order)? = item.label { line.put(" " + order) }
            if let remark = item.remark { line.put(" (" + remark + ")") }
        }
    }
}
