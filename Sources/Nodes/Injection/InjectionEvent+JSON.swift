import RunDirectory

extension InjectionEvent {
    /// In the form that Foundation's JSONEncoder gives it.
    var json: JSON {
        switch self {
        case .joined(let node, let type, let endpoint):
            object("joined", [("node", .string(node)), ("type", .string(type)), ("endpoint", .string(endpoint))])
        case .sent(let messages): object("sent", [("messages", whole(messages))])
        case .reply(let frames, let seconds):
            object(
                "reply",
                [("frames", .array(frames.map { .array($0.map { whole(Int($0)) }) })), ("seconds", .number(seconds))])
        case .finished(let sent, let replies): object("finished", [("sent", whole(sent)), ("replies", whole(replies))])
        case .failed(let reason): object("failed", [("reason", .string(reason))])
        }
    }

    private func object(_ name: String, _ members: [(key: String, value: JSON)]) -> JSON {
        .object([(name, .object(members))])
    }

    private func whole(_ value: Int) -> JSON { .integer(Int64(value)) }
}
