/// The JSON Schema of the file format (draft 2020-12), for editors; made from the tables that validation uses.
public enum TopologySchema {
    /// The schema, indented, with a newline at its end. Editors that know it complete and check keys, types, options
    /// and behaviours; references and endpoints are checked by zmqtop alone.
    public static var json: String { schema.text(indent: 0) + "\n" }

    private static var schema: JSON {
        // A file has its nodes, or is a scenario for a topology that it names.
        let own = Key.top.map(\.name)
        guard case .object(let members) = object(Key.top + Key.scenarioFile.filter { !own.contains($0.name) }) else {
            return .object([])
        }
        let forms: [JSON] = [["nodes"], ["topology", "scenario"]].map { names in
            .object([("required", .array(names.map { .text($0) }))])
        }
        return .object(
            [
                ("$schema", "https://json-schema.org/draft/2020-12/schema"),
                ("title", "zmqtop topology"),
            ] + members + [("oneOf", .array(forms))] + [("$defs", definitions)])
    }

    private static var definitions: JSON {
        .object(
            [("duration", pattern(#"^([0-9.]+ ?(ns|us|µs|ms|s|m|min|h))+$|^0$"#, "A time: 500ms, 3s, 1m30s."))]
                + Kind.all.map { ("behavior-\($0.name)", behavior(of: $0)) } + [("options", options)])
    }

    // MARK: Keys

    private static func object(_ keys: [Key]) -> JSON {
        .object([
            ("type", "object"),
            ("properties", .object(keys.map { ($0.name, described(shape($0.shape), $0.about)) })),
            ("patternProperties", .object([("^x-", .flag(true)), ("^<<$", .flag(true))])),
            ("additionalProperties", .flag(false)),
        ])
    }

    private static func described(_ schema: JSON, _ about: String) -> JSON {
        guard case .object(let members) = schema else { return schema }
        return .object([("description", .text(about))] + members)
    }

    private static func shape(_ shape: Key.Shape) -> JSON {
        switch shape {
        case .text: .object([("type", "string")])
        case .integer(let range): integer(range)
        case .flag: .object([("type", "boolean")])
        case .duration: .object([("$ref", "#/$defs/duration")])
        case .choice(let words): .object([("enum", .array(words.map { .text($0) }))])
        case .scalar: .object([("type", .array(["string", "number", "boolean", "null"]))])
        case .list(let item): .object([("type", "array"), ("items", self.shape(item))])
        case .oneOf(let shapes): .object([("anyOf", .array(shapes.map(self.shape)))])
        case .map(let value): .object([("type", "object"), ("additionalProperties", self.shape(value))])
        case .keys(let keys): keys.contains { $0.name == "kind" } ? node(keys) : object(keys)
        case .behavior: .object([("type", "object")])
        case .options: .object([("$ref", "#/$defs/options")])
        case .named(let value):
            .object([
                ("type", "object"),
                ("patternProperties", .object([("^x-", .flag(true))])),
                ("additionalProperties", self.shape(value)),
            ])
        }
    }

    /// A node's behaviour depends on its kind.
    private static func node(_ keys: [Key]) -> JSON {
        guard case .object(let members) = object(keys) else { return .object([]) }
        let perKind: [JSON] = Kind.all.map { kind in
            .object([
                (
                    "if",
                    .object([
                        ("properties", .object([("kind", .object([("const", .text(kind.name))]))])),
                        ("required", .array(["kind"])),
                    ])
                ),
                (
                    "then",
                    .object([
                        (
                            "properties",
                            .object([("behavior", .object([("$ref", .text("#/$defs/behavior-\(kind.name)"))]))])
                        )
                    ])
                ),
            ])
        }
        let programs: [JSON] = ["kind", "command", "external"].map {
            .object([("required", .array([.text($0)]))])
        }
        return .object(members + [("oneOf", .array(programs)), ("allOf", .array(perKind))])
    }

    // MARK: Behaviour and options

    private static func behavior(of kind: Kind) -> JSON {
        described(fields(kind.fields), kind.about)
    }

    private static func fields(_ fields: [Kind.Field]) -> JSON {
        .object([
            ("type", "object"),
            (
                "properties",
                .object(
                    fields.map { field in
                        let standard = field.standard.map { " Default: \($0)." } ?? ""
                        return (field.name, described(shape(of: field.shape), field.about + standard))
                    })
            ),
            ("patternProperties", .object([("^x-", .flag(true))])),
            ("additionalProperties", .flag(false)),
        ])
    }

    private static func shape(of shape: Kind.Field.Shape) -> JSON {
        switch shape {
        case .duration: .object([("$ref", "#/$defs/duration")])
        case .durations: pattern(#"^[0-9.]+ ?[a-zµ]*( ?\.\. ?[0-9.]+)? ?(ns|us|µs|ms|s|m|min|h)$|^0$"#, nil)
        case .rate(let orMax): pattern(#"^[0-9.]+ ?/(s|ms|m|min|h)$"# + (orMax ? "|^max$" : ""), nil)
        case .sizes:
            orTemplate(integer(0...Kind.largestSize), #"^[0-9.]+ ?[kKMG]?i?B?( ?\.\. ?[0-9.]+ ?[kKMG]?i?B?)?$"#)
        case .integer(let minimum): orTemplate(integer(minimum...Int.max), nil)
        case .integers(let minimum): orTemplate(integer(minimum...Int.max), #"^[0-9]+ ?\.\. ?[0-9]+$"#)
        case .choice(let words): .object([("enum", .array(words.map { .text($0) }))])
        case .flag: .object([("type", "boolean")])
        case .named(let fields):
            .object([
                ("type", "object"), ("minProperties", .number(1)),
                ("patternProperties", .object([("^x-", .flag(true))])),
                (
                    "additionalProperties",
                    .object([("anyOf", .array([self.fields(fields), .object([("type", "null")])]))])
                ),
            ])
        }
    }

    private static var options: JSON {
        let aliases = SocketOption.aliases.sorted { $0.key < $1.key }.compactMap { alias, name in
            SocketOption.byName[name].map { (alias, described(shape(of: $0.kind), "The older name of \(name).")) }
        }
        return .object([
            ("type", "object"),
            (
                "properties",
                .object(
                    SocketOption.all.map { option in
                        let types = option.types.map { " For \($0.spoken)." } ?? ""
                        return (
                            option.name, described(shape(of: option.kind), "ZMQ_\(option.name.uppercased()).\(types)")
                        )
                    } + aliases)
            ),
            ("patternProperties", .object([("^x-", .flag(true))])),
            ("additionalProperties", .flag(false)),
        ])
    }

    private static func shape(of kind: SocketOption.Kind) -> JSON {
        switch kind {
        case .flag: .object([("enum", .array([.flag(true), .flag(false), .number(0), .number(1)]))])
        case .integer(let range): orTemplate(integer(range), nil)
        case .size(let range): orTemplate(integer(range), #"^[0-9.]+ ?(B|kB|KB|KiB|MB|MiB|GB|GiB)$"#)
        case .milliseconds(let range), .seconds(let range):
            orTemplate(integer(range), #"^[0-9.]+ ?(ns|us|µs|ms|s|m|min|h)$"#)
        case .integer64(let range): orTemplate(integer(Int(range.lowerBound)...Int.max), #"^[0-9.]+ ?[KMG]?i?B$"#)
        case .text, .binary, .key: .object([("type", .array(["string", "number"]))])
        }
    }

    private static func integer(_ range: ClosedRange<Int>) -> JSON {
        var members: [(String, JSON)] = [("type", "integer"), ("minimum", .number(range.lowerBound))]
        if range.upperBound != .max { members.append(("maximum", .number(range.upperBound))) }
        return .object(members)
    }

    private static func pattern(_ pattern: String, _ about: String?) -> JSON {
        let members: [(String, JSON)] = [
            // A bare 0, and text that is filled in per replica.
            ("anyOf", .array([.object([("const", .number(0))]), text(pattern + #"|[{$]"#)]))
        ]
        return .object((about.map { [("description", .text($0))] } ?? []) + members)
    }

    private static func orTemplate(_ schema: JSON, _ pattern: String?) -> JSON {
        .object([("anyOf", .array([schema, text((pattern.map { $0 + "|" } ?? "") + #"[{$]"#)]))])
    }

    private static func text(_ pattern: String) -> JSON {
        .object([("type", "string"), ("pattern", .text(pattern))])
    }
}

/// Just enough JSON to write a schema whose keys keep their order.
private enum JSON: ExpressibleByStringLiteral {
    case text(String)
    case number(Int)
    case flag(Bool)
    case array([JSON])
    case object([(String, JSON)])

    init(stringLiteral value: String) { self = .text(value) }

    func text(indent: Int) -> String {
        let inner = String(repeating: "  ", count: indent + 1)
        let outer = String(repeating: "  ", count: indent)
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return String(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .array(let items):
            let isFlat = items.allSatisfy { item in
                switch item {
                case .array, .object: false
                default: true
                }
            }
            if isFlat { return "[" + items.map { $0.text(indent: 0) }.joined(separator: ", ") + "]" }
            return "[\n" + items.map { inner + $0.text(indent: indent + 1) }.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(indent: indent + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
