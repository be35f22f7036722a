/// A built-in kind of node: what it needs and what can be said about its behaviour. One table serves validation and
/// the schema.
struct Kind: Sendable {
    /// A socket that the kind uses. Sockets are found by type; by `name` only where two roles share a type.
    struct Role: Sendable {
        var name: String
        var types: [SocketType]
        /// The node does without it; then it is found by its name alone.
        var isOptional = false
    }

    struct Field: Sendable {
        enum Shape: Sendable {
            /// A time above zero.
            case duration
            /// A time, zero included, or a uniform range of times.
            case durations
            /// Per second, above zero; `max` where that is allowed.
            case rate(orMax: Bool)
            /// Bytes of a message, up to `largestSize`, or a uniform range of them.
            case sizes
            case integer(from: Int)
            /// A whole number or a uniform range of them.
            case integers(from: Int)
            case choice([String])
            case flag
            /// A map from names, which are free, to maps with these fields.
            indirect case named([Field])
        }

        var name: String
        var shape: Shape
        /// As it would be written; nil where there is none.
        var standard: String?
        var about: String
    }

    var name: String
    var about: String
    var roles: [Role]
    var fields: [Field]
    /// Where the first two roles go together only in some pairs of types: which, in either order.
    var pairs: [(SocketType, SocketType)] = []

    /// 1 GiB: a node makes such a message in memory.
    static let largestSize = 1 << 30

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    static let names = all.map(\.name)

    static let seed = Field(
        name: "seed", shape: .integer(from: 0), about: "Makes the node's random choices repeatable.")
    static let size = Field(name: "size", shape: .sizes, standard: "100", about: "Bytes of a message.")
    static func generating(_ arrivals: [String]) -> [Field] {
        [
            Field(name: "count", shape: .integer(from: 1), about: "Messages in all; no limit without it."),
            Field(name: "for", shape: .duration, about: "How long it generates; for ever without it."),
            Field(
                name: "arrival", shape: .choice(arrivals), standard: "constant",
                about: "constant: evenly spaced; poisson: at random moments"
                    + (arrivals.contains("closed") ? "; closed: the next one when one is done." : ".")),
            seed,
        ]
    }

    static let all: [Kind] = inference + stream + patterns

    private static let inference: [Kind] = [
        Kind(
            name: "client", about: "Sends requests and takes the tokens that stream back.",
            roles: [Role(name: "requests", types: [.req, .dealer])],
            fields: [
                Field(name: "rate", shape: .rate(orMax: false), standard: "5/s", about: "Requests per second."),
                Field(
                    name: "in_flight", shape: .integer(from: 1), standard: "64 (closed: 8)",
                    about: "The most requests without a final reply at one time."),
                Field(
                    name: "prompt_tokens", shape: .integers(from: 0), standard: "100..400",
                    about: "Length of a prompt."),
                Field(
                    name: "max_tokens", shape: .integers(from: 1), standard: "16..64",
                    about: "The most tokens that a request asks for."),
                Field(
                    name: "timeout", shape: .duration, standard: "10s",
                    about: "How long a request waits before it counts as failed."),
            ] + generating(["constant", "poisson", "closed"])),
        Kind(
            name: "scheduler", about: "Spreads requests of clients over engines, and takes replies back.",
            roles: [Role(name: "frontend", types: [.router]), Role(name: "backend", types: [.router, .dealer])],
            fields: [
                Field(
                    name: "policy", shape: .choice(["least-loaded", "round-robin"]), standard: "least-loaded",
                    about: "Which engine gets the next request."),
                Field(
                    name: "queue_limit", shape: .integer(from: 0), standard: "1000",
                    about: "Waiting requests; what comes beyond is refused."),
                Field(
                    name: "heartbeat", shape: .duration, standard: "500ms",
                    about: "How often engines are asked for a sign of life."),
                seed,
            ]),
        Kind(
            name: "engine", about: "Answers requests in batches, one message a token.",
            roles: [Role(name: "work", types: [.dealer, .router, .rep])],
            fields: [
                Field(
                    name: "max_batch", shape: .integer(from: 1), standard: "8", about: "Requests worked on at one time."
                ),
                Field(
                    name: "prefill", shape: .durations, standard: "20ms",
                    about: "Time from a request to its first token."
                ),
                Field(name: "per_token", shape: .durations, standard: "10ms", about: "Time of a step of the batch."),
                Field(
                    name: "tokens", shape: .integers(from: 1), standard: "16..64",
                    about: "Length of an answer, where the request allows it."),
                seed,
            ]),
    ]

    private static let stream: [Kind] = [
        Kind(
            name: "source", about: "Sends numbered messages.",
            roles: [Role(name: "out", types: [.push, .pub, .dealer, .pair])],
            fields: [
                Field(
                    name: "rate", shape: .rate(orMax: true), standard: "100/s",
                    about: "Messages per second, or `max`: as fast as they are taken."),
                size,
                Field(
                    name: "zero_copy", shape: .flag, standard: "false",
                    about: "true: libzmq sends the message's own memory (zmq_msg_init_data) instead of a copy."),
            ] + generating(["constant", "poisson", "closed"])),
        Kind(
            name: "worker", about: "Takes a message, works, and passes it on.",
            roles: [Role(name: "in", types: [.pull]), Role(name: "out", types: [.push])],
            fields: [
                Field(name: "service_time", shape: .durations, standard: "1ms", about: "Time that a message takes."),
                seed,
            ]),
        Kind(
            name: "sink", about: "Takes messages.",
            roles: [Role(name: "in", types: [.pull, .sub, .dealer, .pair])],
            fields: [
                Field(name: "service_time", shape: .durations, standard: "0s", about: "Time that a message takes."),
                seed,
            ]),
    ]
}
