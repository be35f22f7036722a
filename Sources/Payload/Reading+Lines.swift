/// One line of a tree.
public struct TreeLine: Equatable, Sendable {
    /// Levels to indent, from 0.
    public var depth: Int
    /// Safe to print.
    public var text: String
}

extension Reading {
    /// The whole reading, one line an item: what is wrong first, then the tree, then what is missing.
    ///
    /// - Parameters:
    ///   - columns: the most that the text of a line takes, without its indentation.
    ///   - limit: the most lines.
    public func lines(columns: Int = 120, limit: Int = 1000) -> [TreeLine] {
        var lines: [TreeLine] = []
        for warning in warnings {
            lines.append(TreeLine(depth: 0, text: Visible.clip("! " + warning, columns: columns)))
        }
        let (body, more) = body(columns, limit: max(limit - warnings.count - 1, 1))
        lines += body
        var ends: [String] = []
        if more + omitted > 0 { ends.append("\(more + omitted) more are not shown") }
        if let problem { ends.append(problem) }
        if isCutOff { ends.append(cutOffRemark(kept, of: size)) }
        if !ends.isEmpty {
            lines.append(TreeLine(depth: 0, text: Visible.clip("… " + ends.joined(separator: "; "), columns: columns)))
        }
        return Array(lines.prefix(max(limit, 0)))
    }

    /// - Returns: the lines, and how many more there would be.
    private func body(_ columns: Int, limit: Int) -> ([TreeLine], more: Int) {
        switch format {
        case .empty: return ([TreeLine(depth: 0, text: Visible.clip("(empty)", columns: columns))], 0)
        case .hex: return hexLines(columns, limit)
        case .text: return textLines(columns, limit)
        default:
            return (items.prefix(limit).map { $0.line(columns: columns) }, max(0, items.count - limit))
        }
    }

    /// A text keeps its lines.
    private func textLines(_ columns: Int, _ limit: Int) -> ([TreeLine], more: Int) {
        guard case .text(let bytes)? = items.first?.value else { return ([], 0) }
        var lines: [TreeLine] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A)
            if lines.count == limit { return (lines, rest.count { $0 == 0x0A } + (rest.last == 0x0A ? 0 : 1)) }
            lines.append(TreeLine(depth: 0, text: Visible.text(rest[..<(end ?? rest.endIndex)], columns: columns)))
            rest = end.map { rest[($0 + 1)...] } ?? []
        }
        return (lines, 0)
    }

    /// `00000010  68 65 6c 6c 6f                                    hello`
    private func hexLines(_ columns: Int, _ limit: Int) -> ([TreeLine], more: Int) {
        guard case .bytes(let bytes)? = items.first?.value else { return ([], 0) }
        let count = (bytes.count + 15) / 16
        let lines = (0..<min(count, limit)).map { row in
            let part = bytes[(row * 16)..<min(row * 16 + 16, bytes.count)]
            var text = Visible.hex(row * 16, digits: 8) + " "
            for column in 0..<16 {
                if column == 8 { text += " " }
                text += column < part.count ? " " + Visible.hex(CollectionOfOne(part[row * 16 + column])) : "   "
            }
            text +=
                "  " + String(decoding: part.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
            return TreeLine(depth: 0, text: Visible.clip(text, columns: columns))
        }
        return (lines, count - lines.count)
    }
}

extension Item {
    /// Label, value and remark in one line.
    func line(columns: Int) -> TreeLine {
        var line = Line(columns: columns)
        if let label {
            line.put(label)
            if value != .nothing { line.put(": ") }
        }
        switch value {
        case .list(let count): line.put(count.map { "list of \($0)" } ?? "list")
        case .map(let count): line.put(count.map { "map of \($0)" } ?? "map")
        default: line.put(value)
        }
        if let remark { line.put(label == nil && value == .nothing ? remark : "  (" + remark + ")") }
        return TreeLine(depth: depth, text: line.text)
    }
}

extension Line {
    mutating func put(_ label: Label) {
        switch label {
        case .index(let index): put("[\(index)]")
        case .key(let value): put(value)
        case .field(let number): put(String(number))
        case .opcode(let at, let name): put("\(at) \(name)")
        case .word(let word): put(word)
        }
    }

    /// A value that stands by itself.
    mutating func put(_ value: Value) {
        switch value {
        case .null: put("null")
        case .boolean(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .unsigned(let value): put(String(value))
        case .number(let value): put(value.description)
        case .literal(let text): put(text)
        case .text(let bytes): put(bytes, quoted: true)
        case .bytes(let bytes):
            put("0x" + Visible.hex(bytes.prefix(32)))
            if bytes.count > 32 { put("… \(bytes.count) bytes") }
        case .list: put("[")
        case .map: put("{")
        case .nothing: break
        }
    }
}
