extension Kind {
    /// The kinds that show one pattern of ZeroMQ each.
    static let patterns: [Kind] = [
        Kind(
            name: "requester", about: "Asks, and measures how it is answered.",
            roles: [Role(name: "requests", types: [.req, .dealer])],
            fields: [
                Field(name: "rate", shape: .rate(orMax: false), standard: "5/s", about: "Requests per second."),
                size,
                Field(
                    name: "in_flight", shape: .integer(from: 1), standard: "1 (DEALER: 16)",
                    about: "The most requests without a reply at one time; a REQ has one."),
                Field(
                    name: "timeout", shape: .duration, standard: "5s",
                    about: "How long a request waits before it is given up."),
            ] + generating(["constant", "poisson", "closed"])),
        Kind(
            name: "replier", about: "Answers each request with the same bytes, after a while.",
            roles: [Role(name: "replies", types: [.rep, .router])],
            fields: [
                Field(
                    name: "service_time", shape: .durations, standard: "1..5ms", about: "Time that a request takes."),
                Field(
                    name: "parallel", shape: .integer(from: 1), standard: "1 (ROUTER: 4)",
                    about: "Requests worked on at one time; a REP has one."),
                seed,
            ]),
        Kind(
            name: "publisher", about: "Sends numbered messages under topics: topic and payload, two frames.",
            roles: [Role(name: "out", types: [.pub, .xpub])],
            fields: [
                Field(
                    name: "topics",
                    shape: .named([
                        Field(
                            name: "rate", shape: .rate(orMax: true), standard: "5/s",
                            about: "Messages of the topic per second, or `max`: as fast as they are taken."),
                        size,
                    ]), standard: "{news: {rate: 5/s, size: 100}}", about: "What it publishes, by topic.")
            ] + generating(["constant", "poisson"])),
        Kind(
            name: "subscriber", about: "Takes topics, and counts what is missing between their numbers.",
            roles: [Role(name: "in", types: [.sub, .xsub])],
            fields: [
                Field(name: "service_time", shape: .durations, standard: "0s", about: "Time that a message takes."),
                seed,
            ]),
        Kind(
            name: "proxy", about: "Passes messages on between two sockets, both ways, as zmq_proxy does.",
            roles: [
                Role(name: "frontend", types: proxied), Role(name: "backend", types: proxied),
                Role(name: "capture", types: [.pub, .push, .pair, .dealer], isOptional: true),
                Role(name: "control", types: [.pair, .pull, .sub], isOptional: true),
            ],
            fields: [seed], pairs: proxyPairs),
        Kind(
            name: "pair", about: "Sends numbered messages to its only peer, and takes what that sends.",
            roles: [Role(name: "peer", types: [.pair])],
            fields: [
                Field(
                    name: "rate", shape: .rate(orMax: true), standard: "5/s",
                    about: "Messages per second, or `max`: as fast as they are taken."),
                size,
            ] + generating(["constant", "poisson"])),
    ]

    /// What goes in on one side of a proxy and can go out on the other. The rest starts and then does nothing, or
    /// fails: what a ROUTER prepends, only a DEALER can bring back; a REP takes no second request.
    private static let proxyPairs: [(SocketType, SocketType)] = [
        (.router, .dealer), (.xsub, .xpub), (.pull, .push), (.sub, .pub), (.dealer, .dealer), (.pair, .pair),
    ]

    private static let proxied: [SocketType] = [.router, .dealer, .xsub, .xpub, .pull, .push, .sub, .pub, .pair]
}
