/// # What client, scheduler and engine say to each other
///
/// Every message is one frame of JSON behind its envelope: nothing on a DEALER, the empty delimiter frame on a REQ, and
/// in front of either the routing ids that ROUTERs add. An answer goes back behind the envelope of its request.
///
/// A **request**, from whoever wants tokens. Everything may be left out: any JSON object without `type` is a request,
/// and so is a payload that is no JSON object, which is taken as the prompt's text.
///
///     {"type":"request","id":"client-1.4711.3","prompt":"hello","prompt_tokens":230,"max_tokens":40,"stream":true}
///
/// - `id`: any text; it comes back in every answer. Default: one made up by the receiver.
/// - `prompt`: text, default empty. `prompt_tokens`: default the number of the prompt's words, at least 1.
/// - `max_tokens`: default what the engine's `tokens` behavior draws.
/// - `stream`: a message a token, or everything in one. Default: false behind an empty delimiter (a REQ takes one reply
///   a request), else true. A REP engine always answers with one message.
/// - `first`: from the scheduler, when an engine takes over: the tokens before this index are there already.
///
/// A **token**, `index` from 0 without gaps, then **done**; without streaming `done` alone, with `text`:
///
///     {"type":"token","id":"client-1.4711.3","index":0,"text":"the"}
///     {"type":"done","id":"client-1.4711.3","finish_reason":"stop","prompt_tokens":230,"tokens":31}
///
/// `finish_reason`: `stop` (the engine's own end), `length` (max_tokens) or `cancelled`. A **cancel** names an id of the
/// same sender; who asks for it gets the `done`:
///
///     {"type":"cancel","id":"client-1.4711.3"}
///
/// An **error** ends its request; `id` is absent when no request could be read. `code` is `overloaded` (refused, the
/// queue is full), `invalid` (not understood) or `misplaced` (understood, but not by this socket).
///
///     {"type":"error","id":"client-1.4711.3","code":"overloaded","message":"1000 requests are waiting already …"}
///
/// Between a scheduler's ROUTER backend and its DEALER engines: an engine says **ready** at once and every heartbeat; the
/// scheduler sends a **ping** every heartbeat, which tells how long that is in seconds. `incarnation` differs for every process:
/// another one under a known name says that all the old one had is gone. `capacity`: requests it takes, running and waiting.
///
/// `requests` names all that it holds, so that the scheduler notices what was lost on the way.
///
///     {"type":"ready","engine":"engine-1","incarnation":"4711","capacity":16,"running":1,"waiting":0,"requests":["17"]}
///     {"type":"ping","heartbeat":0.5}
enum Message: Equatable {
    case request(Request)
    case token(id: String, index: Int, text: String)
    case done(Completion)
    case cancel(id: String)
    case error(id: String?, code: ErrorCode, text: String)
    case ready(EngineReport)
    case ping(heartbeat: Seconds)
}

struct Request: Equatable {
    /// Nil: the receiver makes one up.
    var id: String?
    var prompt = ""
    var promptTokens: Int
    /// Nil: the engine draws a length, and stops there.
    var maxTokens: Int?
    /// Nil: as the envelope says.
    var stream: Bool?
    /// Tokens that are there already.
    var first = 0
}

struct Completion: Equatable {
    var id: String
    var reason: FinishReason
    var promptTokens: Int
    var tokens: Int
    /// All tokens, when they were not streamed.
    var text: String?
}

enum FinishReason: String { case stop, length, cancelled }

enum ErrorCode: String { case overloaded, invalid, misplaced }

struct EngineReport: Equatable {
    var engine: String
    var incarnation: String
    var capacity: Int
    var running: Int
    var waiting: Int
    /// Nil: the engine does not say.
    var requests: [String]?
}

/// A message that cannot be taken: the sentence for the error reply, and the id when that much could be read.
struct MessageError: Error, Equatable {
    var id: String?
    var text: String
}

extension Message {
    /// The frame that goes on the wire.
    var payload: [UInt8] { json.bytes }

    private var json: JSON {
        func object(_ type: String, _ members: [(String, JSON?)]) -> JSON {
            .object([("type", .string(type))] + members.compactMap { key, value in value.map { (key, $0) } })
        }
        func whole(_ value: Int?) -> JSON? { value.map { .integer(Int64($0)) } }
        switch self {
        case .request(let request):
            return object(
                "request",
                [
                    ("id", request.id.map { .string($0) }),
                    ("prompt", request.prompt.isEmpty ? nil : .string(request.prompt)),
                    ("prompt_tokens", whole(request.promptTokens)),
                    ("max_tokens", whole(request.maxTokens)),
                    ("stream", request.stream.map { .bool($0) }),
                    ("first", request.first == 0 ? nil : whole(request.first)),
                ])
        case .token(let id, let index, let text):
            return object("token", [("id", .string(id)), ("index", whole(index)), ("text", .string(text))])
        case .done(let completion):
            return object(
                "done",
                [
                    ("id", .string(completion.id)),
                    ("finish_reason", .string(completion.reason.rawValue)),
                    ("prompt_tokens", whole(completion.promptTokens)),
                    ("tokens", whole(completion.tokens)),
                    ("text", completion.text.map { .string($0) }),
                ])
        case .cancel(let id): return object("cancel", [("id", .string(id))])
        case .error(let id, let code, let text):
            return object(
                "error",
                [("id", id.map { .string($0) }), ("code", .string(code.rawValue)), ("message", .string(text))])
        case .ready(let report):
            return object(
                "ready",
                [
                    ("engine", .string(report.engine)), ("incarnation", .string(report.incarnation)),
                    ("capacity", whole(report.capacity)), ("running", whole(report.running)),
                    ("waiting", whole(report.waiting)),
                    ("requests", report.requests.map { .array($0.map { .string($0) }) }),
                ])
        case .ping(let heartbeat): return object("ping", [("heartbeat", .number(heartbeat))])
        }
    }

    /// Reads a frame that anybody may have sent.
    init(payload: [UInt8]) throws(MessageError) {
        guard let json = try? JSON(parsing: payload), case .object = json else {
            guard let prompt = String(validating: payload, as: UTF8.self) else {
                throw MessageError(text: "a payload is a JSON object or a text, and this is neither: it is not UTF-8")
            }
            self = .request(Request(prompt: prompt))
            return
        }
        let fields = Fields(json: json, id: json["id"]?.text)
        switch try fields.text("type") ?? "request" {
        case "request":
            let prompt = try fields.text("prompt") ?? ""
            var request = Request(prompt: prompt)
            request.id = try fields.text("id")
            request.promptTokens = try fields.count("prompt_tokens") ?? request.promptTokens
            request.maxTokens = try fields.whole("max_tokens", from: 1)
            request.stream = try fields.flag("stream")
            request.first = try fields.count("first") ?? 0
            self = .request(request)
        case "token":
            self = .token(
                id: try fields.needed("id", fields.text), index: try fields.needed("index", fields.count),
                text: try fields.text("text") ?? "")
        case "done":
            let reason = try fields.needed("finish_reason", fields.text)
            guard let finish = FinishReason(rawValue: reason) else {
                throw fields.error("'finish_reason' is stop, length or cancelled")
            }
            self = .done(
                Completion(
                    id: try fields.needed("id", fields.text), reason: finish,
                    promptTokens: try fields.count("prompt_tokens") ?? 0,
                    tokens: try fields.count("tokens") ?? 0, text: try fields.text("text")))
        case "cancel": self = .cancel(id: try fields.needed("id", fields.text))
        case "error":
            self = .error(
                id: try fields.text("id"), code: try fields.text("code").flatMap(ErrorCode.init(rawValue:)) ?? .invalid,
                text: try fields.text("message") ?? "")
        case "ready":
            self = .ready(
                EngineReport(
                    engine: try fields.text("engine") ?? "", incarnation: try fields.text("incarnation") ?? "",
                    capacity: try fields.whole("capacity", from: 1) ?? 16, running: try fields.count("running") ?? 0,
                    waiting: try fields.count("waiting") ?? 0, requests: try fields.texts("requests")))
        case "ping": self = .ping(heartbeat: json["heartbeat"]?.double ?? 0.5)
        case let type:
            throw fields.error("there is no message of type '\(type)'; a request looks like {\"prompt\":\"hello\"}")
        }
    }

    private struct Fields {
        let json: JSON
        let id: String?

        func error(_ text: String) -> MessageError { MessageError(id: id, text: text) }

        func text(_ key: String) throws(MessageError) -> String? {
            guard let value = json[key], value != .null else { return nil }
            guard let text = value.text else { throw error("'\(key)' is a text") }
            return text
        }

        func texts(_ key: String) throws(MessageError) -> [String]? {
            guard let value = json[key], value != .null else { return nil }
            guard case .array(let elements) = value else { throw error("'\(key)' is a list of texts") }
            let texts = elements.compactMap(\.text)
            guard texts.count == elements.count else { throw error("'\(key)' is a list of texts") }
            return texts
        }

        func flag(_ key: String) throws(MessageError) -> Bool? {
            guard let value = json[key], value != .null else { return nil }
            guard let flag = value.flag else { throw error("'\(key)' is true or false") }
            return flag
        }

        func whole(_ key: String, from minimum: Int) throws(MessageError) -> Int? {
            guard let value = json[key], value != .null else { return nil }
            guard let whole = value.int, whole >= minimum, whole <= Message.largestNumber else {
                throw error("'\(key)' is a whole number from \(minimum) to \(Message.largestNumber)")
            }
            return whole
        }

        func count(_ key: String) throws(MessageError) -> Int? { try whole(key, from: 0) }

        func needed<Value>(
            _ key: String, _ read: (String) throws(MessageError) -> Value?
        ) throws(MessageError) -> Value {
            guard let value = try read(key) else { throw error("'\(key)' is missing") }
            return value
        }
    }

    /// Of any count in a message: whoever asks for more is mistaken, and sums stay far from an overflow.
    static let largestNumber = 1_000_000_000
}

extension Request {
    init(prompt: String) {
        self.prompt = prompt
        promptTokens = max(1, prompt.split(whereSeparator: \.isWhitespace).count)
    }
}

/// A message as it came: the frames to put before the answer, and the payload.
struct Enveloped {
    /// Routing ids, and the empty delimiter where there is one.
    var envelope: [[UInt8]]
    var payload: [UInt8]

    /// There is an empty delimiter: the sender is a REQ, or behaves like one.
    var isDelimited: Bool { envelope.last?.isEmpty == true }

    /// - Parameter identities: routing ids that the receiving socket put in front: 1 for a ROUTER, else 0.
    ///
    /// Throws a `MessageError` for a message without payload, or with several frames of it; the envelope is then to be
    /// had from `Enveloped.envelope`.
    init(frames: [[UInt8]], identities: Int) throws(MessageError) {
        envelope = Enveloped.envelope(frames: frames, identities: identities)
        let payload = frames.dropFirst(envelope.count)
        guard payload.count == 1, let first = payload.first else {
            throw MessageError(text: "a payload is one frame, and this message has \(payload.count)")
        }
        self.payload = first
    }

    /// Everything up to and with the empty delimiter, else the routing ids of the receiving socket.
    static func envelope(frames: [[UInt8]], identities: Int) -> [[UInt8]] {
        if let delimiter = frames.dropFirst(identities).firstIndex(of: []), delimiter < frames.count - 1 {
            return Array(frames[...delimiter])
        }
        return Array(frames.prefix(identities))
    }
}
