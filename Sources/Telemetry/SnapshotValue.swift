import RunDirectory

/// A Snapshot as a tree of named values: what its JSON is written from, and what conditions look fields up in, so that
/// both have the same names.
enum SnapshotValue: Equatable, Sendable {
    case null
    case flag(Bool)
    case int(Int)
    case number(Double)
    case text(String)
    case list([SnapshotValue])
    /// In the contract's order.
    case object([(String, SnapshotValue)])

    static func == (one: SnapshotValue, other: SnapshotValue) -> Bool { one.json == other.json }

    init(_ value: Int?) { self = value.map { .int($0) } ?? .null }
    init(_ value: Int32?) { self = value.map { .int(Int($0)) } ?? .null }
    init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
    init(_ value: String?) { self = value.map { .text($0) } ?? .null }

    subscript(field: String) -> SnapshotValue? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.0 == field }?.1
    }

    var json: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    fileprivate func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .flag(let flag): bytes += (flag ? "true" : "false").utf8
        case .int(let int): bytes += String(int).utf8
        case .number(let number): bytes += SnapshotValue.short(number).utf8
        case .text(let text): SnapshotValue.write(text, to: &bytes)
        case .list(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                SnapshotValue.write(field.0, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                field.1.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Microseconds are as fine as anything here is known; JSON has no NaN and no infinity.
    static func short(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        let rounded = abs(number) < 1e9 ? (number * 1e6).rounded() / 1e6 : number
        return String(rounded == 0 ? 0 : rounded)
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 0..<0x20, 0x7f: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension Snapshot {
    /// The snapshot as one line of JSON, without a newline: the keys of the contract in its order, `null` for what is
    /// unknown, numbers to six decimals.
    public func jsonLine() -> String { value.json }

    var value: SnapshotValue {
        .object([
            ("version", .int(version)), ("session", .text(session)), ("seq", .int(seq)), ("final", .flag(final)),
            ("time", .text(time)), ("elapsed", .number(elapsed)), ("topology", .text(topology)),
            ("nodes", .list(nodes.map(\.value))), ("sockets", .list(sockets.map(\.value))),
            ("links", .list(links.map(\.value))), ("events", .list(events.map(\.tree))),
            ("eventsDropped", .int(eventsDropped)), ("verdicts", .list(verdicts.map(\.value))),
        ])
    }
}

extension Snapshot.Node {
    var value: SnapshotValue {
        .object([
            ("name", .text(name)), ("kind", .text(kind)), ("group", .text(group)), ("replica", .init(replica)),
            ("parent", .init(parent)), ("source", .text(source.rawValue)), ("state", .text(state.rawValue)),
            ("pid", .init(pid)), ("restarts", .int(restarts)),
            ("exit", exit.map { .object([("code", .init($0.code)), ("signal", .init($0.signal))]) } ?? .null),
            ("cpu", .init(cpu)), ("rss", .init(rss)),
            ("gauges", .object(gauges.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
            ("reason", .init(reason)), ("nextStart", .init(nextStart)), ("faults", .list(faults.map { .text($0) })),
            (
                "process",
                process.map { .object([("name", .text($0.name)), ("cpu", .init($0.cpu)), ("rss", .init($0.rss))]) }
                    ?? .null
            ),
        ])
    }
}

extension Snapshot.Socket {
    var value: SnapshotValue {
        .object([
            ("id", .text(id)), ("node", .text(node)), ("name", .text(name)), ("type", .text(type)),
            ("declared", .flag(declared)), ("observed", .flag(observed)),
            ("endpoints", .list(endpoints.map { .text($0) })), ("sent", .init(sent)), ("received", .init(received)),
            ("sentBytes", .init(sentBytes)), ("receivedBytes", .init(receivedBytes)), ("sendRate", .init(sendRate)),
            ("receiveRate", .init(receiveRate)), ("wouldBlock", .init(wouldBlock)), ("sendQueue", .init(sendQueue)),
            ("receiveQueue", .init(receiveQueue)), ("lost", .init(lost)), ("discarded", .init(discarded)),
            ("hwm", .object([("send", .init(hwm.send)), ("receive", .init(hwm.receive))])),
            ("blocked", blocked?.value ?? .null),
            ("options", options.map { .list($0.map(\.tree)) } ?? .null),
            ("faults", .list(faults.map { .text($0) })),
        ])
    }
}

extension Snapshot.Socket.Option {
    var tree: SnapshotValue { .object([("name", .text(name)), ("value", .text(value)), ("late", .flag(late))]) }
}

extension Snapshot.Socket.Blocked {
    var value: SnapshotValue {
        .object([("call", .text(call)), ("for", .number(self.for)), ("on", .list(on.map { .text($0) }))])
    }
}

extension Snapshot.Link {
    var value: SnapshotValue {
        .object([
            ("id", .text(id)), ("from", .text(from)), ("to", .text(to)), ("endpoint", .text(endpoint)),
            ("transport", .text(transport)), ("source", .text(source.rawValue)), ("state", .text(state.rawValue)),
            ("since", .init(since)),
            ("incarnation", .object([("from", .init(incarnation.from)), ("to", .init(incarnation.to))])),
            ("reconnects", .int(reconnects)), ("attempts", .int(attempts)), ("retryIn", .init(retryIn)),
            ("faults", .list(faults.map { .text($0) })), ("out", out.value), ("back", back.value),
        ])
    }
}

extension Snapshot.Direction {
    var value: SnapshotValue {
        .object([
            ("sent", .init(sent)), ("onWire", .init(onWire)), ("offWire", .init(offWire)),
            ("received", .init(received)), ("rate", .init(rate)), ("bytes", .init(bytes)), ("depth", .init(depth)),
            (
                "stages",
                .object([
                    ("sendQueue", .init(stages.sendQueue)), ("kernel", .init(stages.kernel)),
                    ("receiveQueue", .init(stages.receiveQueue)),
                ])
            ), ("lost", .init(lost)), ("lostEstimated", .flag(lostEstimated)), ("discarded", .init(discarded)),
            ("matched", .init(matched)), ("latency", latency?.value ?? .null),
            ("deliveryLatency", deliveryLatency?.value ?? .null), ("kernelBytes", .init(kernelBytes)),
        ])
    }
}

extension Snapshot.Direction.Latency {
    var value: SnapshotValue {
        .object([
            ("p50", .number(p50)), ("p90", .number(p90)), ("p99", .number(p99)), ("max", .number(max)),
            ("samples", .int(samples)), ("buckets", buckets.map { .list($0.map { .int($0) }) } ?? .null),
        ])
    }
}

extension Snapshot.Event {
    var tree: SnapshotValue {
        .object([
            ("elapsed", .number(elapsed)), ("node", .text(node)), ("socket", .init(socket)), ("event", .text(event)),
            ("endpoint", .text(endpoint)), ("value", .int(self.value)),
        ])
    }
}

extension Snapshot.Verdict {
    var value: SnapshotValue {
        .object([
            ("rule", .text(rule)), ("subject", .text(subject)), ("since", .number(since)), ("text", .text(text)),
        ])
    }
}
