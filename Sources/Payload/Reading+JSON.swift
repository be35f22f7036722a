extension Reading {
    /// The reading as a JSON object: `format`, `confidence`, `reason`, `value`, and where there are any `problem`,
    /// `warnings` and `omitted`.
    ///
    /// Maps whose keys are texts, each once, are objects; others are arrays of `{"key": …, "value": …}`, fields of
    /// Protobuf of `{"field": …, "value": …}`, opcodes of `{"at": …, "opcode": …, "value": …}`. Bytes, and texts that are
    /// not UTF-8, are `{"hex": …}`. What has a remark, or holds more than itself, is
    /// `{"value": …, "remark": …, "contains": [ … ]}`. A reading as hex has no `value`.
    public func write(to json: inout JSONWriter) {
        json.open("{")
        json.key("format")
        json.string(format.rawValue)
        json.key("confidence")
        json.string(confidence.rawValue)
        json.key("reason")
        json.string(reason)
        if let problem {
            json.key("problem")
            json.string(problem)
        }
        if !warnings.isEmpty {
            json.key("warnings")
            json.open("[")
            for warning in warnings { json.string(warning) }
            json.close("]")
        }
        if omitted > 0 {
            json.key("omitted")
            json.number(omitted)
        }
        if format != .hex, format != .empty, !items.isEmpty {
            json.key("value")
            // The remark on a text's or a word's only item is the reason again.
            let isPlain = format == .text || format == .word
            var tree = TreeWriter(items: items, format: format, isCutOff: isCutOff, json: json)
            // As a new owner: two would copy the text at each step.
            json = JSONWriter()
            if isPlain { tree.bare(0) } else { tree.item(0) }
            json = tree.json
        }
        json.close("}")
    }

    /// The same, as text.
    public var json: String {
        var json = JSONWriter()
        write(to: &json)
        return json.text
    }
}

/// Writes the items of a tree; goes as deep as the tree does, which the reading's limits bound.
private struct TreeWriter {
    let items: [Item]
    let format: Format
    let isCutOff: Bool
    var json: JSONWriter

    /// It is no list or map, and yet there is more below it: a pickle in bytes.
    private func holdsMore(_ index: Int) -> Bool {
        !items[index].value.isContainer && index + 1 < items.count && items[index + 1].depth > items[index].depth
    }

    private func children(of index: Int) -> [Int] {
        var children: [Int] = []
        var next = index + 1
        while next < items.count, items[next].depth > items[index].depth {
            if items[next].depth == items[index].depth + 1 { children.append(next) }
            next += 1
        }
        return children
    }

    /// The item with what belongs to it.
    mutating func item(_ index: Int) {
        guard items[index].remark != nil || holdsMore(index) else { return bare(index) }
        json.open("{")
        members(index)
        json.close("}")
    }

    /// Value, remark and contents as members of an object that is open.
    private mutating func members(_ index: Int) {
        let item = items[index]
        if item.value != .nothing {
            json.key("value")
            bare(index)
        }
        if let remark = item.remark {
            json.key("remark")
            json.string(remark)
        }
        if holdsMore(index) {
            json.key("contains")
            json.open("[")
            for child in children(of: index) { entry(child) }
            json.close("]")
        }
    }

    /// The value alone.
    mutating func bare(_ index: Int) {
        switch items[index].value {
        case .list:
            json.open("[")
            for child in children(of: index) {
                if case .opcode? = items[child].label { entry(child) } else { item(child) }
            }
            json.close("]")
        case .map:
            let children = children(of: index)
            if let names = names(children) {
                json.open("{")
                for (child, name) in zip(children, names) {
                    json.key(name)
                    item(child)
                }
                json.close("}")
            } else {
                json.open("[")
                for child in children { entry(child) }
                json.close("]")
            }
        case .null, .nothing: json.raw("null")
        case .boolean(let value): json.boolean(value)
        case .integer(let value): json.number(value)
        case .unsigned(let value): json.number(value)
        case .number(let value): json.number(value)
        case .literal(let text): if format == .json { json.raw(text) } else { json.string(text) }
        case .text(let bytes): string(bytes)
        case .bytes(let bytes): hex(bytes)
        }
    }

    /// The item with its label as members of one object.
    private mutating func entry(_ index: Int) {
        json.open("{")
        switch items[index].label {
        case .key(let key)?:
            json.key("key")
            scalar(key)
        case .field(let number)?:
            json.key("field")
            json.number(number)
        case .opcode(let at, let name)?:
            json.key("at")
            json.number(at)
            json.key("opcode")
            json.string(name)
        case .word(let word)?:
            json.key("name")
            json.string(word)
        case .index?, nil: break
        }
        members(index)
        json.close("}")
    }

    /// Names of the members, when they are texts and each is there once.
    private func names(_ children: [Int]) -> [String]? {
        var seen: Set<String> = []
        var names: [String] = []
        // A word of ours beside a key of theirs could not be told from it.
        var words = 0
        for child in children {
            let name: String?
            switch items[child].label {
            case .key(.text(let bytes))?: name = String(validating: bytes, as: UTF8.self)
            case .word(let word)?:
                words += 1
                name = word
            default: name = nil
            }
            guard words == 0 || words == names.count + 1 else { return nil }
            guard let name, seen.insert(name).inserted else { return nil }
            names.append(name)
        }
        return names
    }

    private mutating func scalar(_ value: Value) {
        switch value {
        case .text(let bytes): string(bytes)
        case .bytes(let bytes): hex(bytes)
        case .boolean(let value): json.boolean(value)
        case .integer(let value): json.number(value)
        case .unsigned(let value): json.number(value)
        case .number(let value): json.number(value)
        case .literal(let text): json.string(text)
        case .null, .nothing, .list, .map: json.raw("null")
        }
    }

    private mutating func string(_ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) { return json.string(text) }
        // The cut may have gone through a character.
        if isCutOff {
            for length in 1...3 where bytes.count >= length {
                if let text = String(validating: bytes.dropLast(length), as: UTF8.self) { return json.string(text) }
            }
        }
        hex(bytes)
    }

    private mutating func hex(_ bytes: [UInt8]) {
        json.open("{")
        json.key("hex")
        json.string(Visible.hex(bytes))
        json.close("}")
    }
}

extension Value {
    /// Its items follow.
    fileprivate var isContainer: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }
}
