import RunDirectory
import Telemetry

@testable import Dashboard

/// A made-up run of the inference topology: three clients, a scheduler, two engines of which one keeps failing, and an
/// injector. `seconds` is how long it has run; figures grow with it.
enum Fixture {
    static let frontend = "tcp://127.0.0.1:41873"
    static let backend = "ipc:///run/user/1000/zmqtop/inference-x7/backend"

    static let topology = ResolvedTopology(
        name: "inference", about: "Three clients, a scheduler, two engines; tokens stream back one by one.",
        nodes: (1...3).map { (index: Int) in
            ResolvedNode(
                name: "client-\(index)", group: "client", replica: index, program: .builtin(kind: "client"),
                sockets: [
                    ResolvedSocket(
                        name: "requests", type: "DEALER",
                        connects: [ResolvedConnect(endpoint: frontend, target: "scheduler.frontend")])
                ])
        } + [
            ResolvedNode(
                name: "scheduler", program: .builtin(kind: "scheduler"),
                sockets: [
                    ResolvedSocket(name: "frontend", type: "ROUTER", binds: [frontend]),
                    ResolvedSocket(name: "backend", type: "ROUTER", binds: [backend]),
                ])
        ]
            + (1...2).map { (index: Int) in
                ResolvedNode(
                    name: "engine-\(index)", group: "engine", replica: index, program: .builtin(kind: "engine"),
                    sockets: [
                        ResolvedSocket(
                            name: "work", type: "DEALER",
                            connects: [ResolvedConnect(endpoint: backend, target: "scheduler.backend")],
                            options: [
                                ResolvedOption(
                                    name: "routing_id", number: 5, value: .bytes(Array("engine-\(index)".utf8))),
                                ResolvedOption(name: "sndhwm", number: 23, value: .int(1000)),
                            ])
                    ])
            })

    static func snapshot(at seconds: Int = 192) -> Snapshot {
        var snapshot = Snapshot(
            session: "inference-x7", seq: seconds, time: "2026-11-22T09:03:12.000Z", elapsed: Double(seconds),
            topology: "inference")
        snapshot.nodes = nodes(at: seconds)
        snapshot.sockets = sockets(at: seconds)
        snapshot.links = links(at: seconds)
        snapshot.events = events(at: seconds)
        return snapshot
    }

    /// A rate that rises and falls, the same in every run.
    static func wave(_ seconds: Int, _ base: Double, _ swing: Double, _ shift: Int) -> Double {
        let shape = [0.0, 0.4, 0.7, 0.9, 1.0, 0.9, 0.6, 0.2, -0.2, -0.6, -0.9, -1.0, -0.8, -0.5, -0.3, -0.1]
        return base + swing * shape[(seconds + shift) % shape.count]
    }

    private static func nodes(at seconds: Int) -> [Snapshot.Node] {
        let clients = (1...3).map { (index: Int) in
            Snapshot.Node(
                name: "client-\(index)", kind: "client", group: "client", replica: index, source: .tap, state: .running,
                pid: 4700 + Int32(index), restarts: 0, cpu: 0.012, rss: 8_388_608,
                gauges: ["in_flight": 3, "latency": 0.412, "ttft": 0.031])
        }
        let scheduler = Snapshot.Node(
            name: "scheduler", kind: "scheduler", group: "scheduler", source: .tap, state: .running, pid: 4704,
            restarts: 0, cpu: 0.084, rss: 9_123_840, gauges: ["queued": 2, "engines": 1])
        let engine = Snapshot.Node(
            name: "engine-1", kind: "engine", group: "engine", replica: 1, source: .tap, state: .running, pid: 4705,
            restarts: 0, cpu: 0.031, rss: 8_912_896, gauges: ["running": 6, "waiting": 1, "tokens_per_second": 480.5])
        let failing = Snapshot.Node(
            name: "engine-2", kind: "engine", group: "engine", replica: 2, source: .tap,
            state: seconds < 180 ? .running : .backoff, pid: seconds < 180 ? 4706 : nil, restarts: 3,
            exit: .init(code: nil, signal: 9),
            reason: "engine-2 was killed by SIGKILL. Its last lines:\nloading weights\nbatch 6 of 8",
            nextStart: Double(seconds) + 1.5)
        let injector = Snapshot.Node(
            name: "inject-1", kind: "injector", group: "inject-1", source: .tap, state: .running, pid: 4801,
            restarts: 0,
            cpu: 0.001, rss: 7_340_032)
        return clients + [scheduler, engine, failing, injector]
    }

    private static func sockets(at seconds: Int) -> [Snapshot.Socket] {
        let clients = (1...3).map { (index: Int) in
            Snapshot.Socket(
                id: "client-\(index).requests", node: "client-\(index)", name: "requests", type: "DEALER",
                declared: true,
                observed: true, endpoints: [frontend], sent: 5 * seconds, received: 200 * seconds,
                sentBytes: 1300 * seconds, receivedBytes: 18000 * seconds, sendRate: 5,
                receiveRate: wave(seconds, 200, 60, index * 5), wouldBlock: 0, sendQueue: 0, receiveQueue: 0, lost: 0,
                discarded: 0, hwm: .init(send: 1000, receive: 1000))
        }
        let frontendSocket = Snapshot.Socket(
            id: "scheduler.frontend", node: "scheduler", name: "frontend", type: "ROUTER", declared: true,
            observed: true,
            endpoints: [frontend], sent: 600 * seconds, received: 15 * seconds, sentBytes: 54000 * seconds,
            receivedBytes: 3900 * seconds, sendRate: 600, receiveRate: 15, wouldBlock: 0, sendQueue: 3, receiveQueue: 0,
            lost: 0, discarded: 0, hwm: .init(send: 1000, receive: 1000))
        let backendSocket = Snapshot.Socket(
            id: "scheduler.backend", node: "scheduler", name: "backend", type: "ROUTER", declared: true, observed: true,
            endpoints: [backend], sent: 15 * seconds, received: 600 * seconds, sentBytes: 3900 * seconds,
            receivedBytes: 54000 * seconds, sendRate: 15, receiveRate: 600, wouldBlock: 12, sendQueue: 0,
            receiveQueue: 40, lost: 2, discarded: 0, hwm: .init(send: 1000, receive: 1000))
        let engine = Snapshot.Socket(
            id: "engine-1.work", node: "engine-1", name: "work", type: "DEALER", declared: true, observed: true,
            endpoints: [backend], sent: 600 * seconds, received: 15 * seconds, sentBytes: 54000 * seconds,
            receivedBytes: 3900 * seconds, sendRate: 600, receiveRate: 15, wouldBlock: 3, sendQueue: 37,
            receiveQueue: 1,
            lost: 0, discarded: 0, hwm: .init(send: 1000, receive: 500),
            blocked: .init(call: "zmq_send", for: 1.2, on: ["scheduler.backend"]),
            options: [
                .init(name: "linger", value: "200", late: false),
                .init(name: "routing_id", value: "engine-1", late: false),
                .init(name: "sndhwm", value: "500", late: false),
                .init(name: "heartbeat_ivl", value: "1000", late: true),
            ])
        let failing = Snapshot.Socket(
            id: "engine-2.work", node: "engine-2", name: "work", type: "DEALER", declared: true, observed: false,
            endpoints: [backend])
        let injector = Snapshot.Socket(
            id: "inject-1.DEALER#1", node: "inject-1", name: "DEALER#1", type: "DEALER", declared: false,
            observed: true,
            endpoints: [frontend], sent: 3, received: 41, sentBytes: 66, receivedBytes: 3690, sendRate: 1,
            receiveRate: 12, wouldBlock: 0, sendQueue: 0, receiveQueue: 0, lost: 0, discarded: 0,
            hwm: .init(send: 1000, receive: 1000))
        return clients + [frontendSocket, backendSocket, engine, failing, injector]
    }

    private static func direction(
        _ messages: Int, rate: Double, bytes: Int, _ stages: (Int, Int, Int) = (0, 0, 0), lost: Int = 0,
        p50: Double? = nil, p99: Double? = nil
    ) -> Snapshot.Direction {
        let depth = stages.0 + stages.1 + stages.2
        return Snapshot.Direction(
            sent: messages + depth + lost, onWire: messages + stages.1 + stages.2, offWire: messages + stages.2,
            received: messages, rate: rate, bytes: bytes, depth: depth,
            stages: .init(sendQueue: stages.0, kernel: stages.1, receiveQueue: stages.2), lost: lost, discarded: 0,
            latency: p50.flatMap { p50 in
                p99.map {
                    .init(
                        p50: p50, p90: $0 / 2, p99: $0, max: $0 * 2, samples: 58,
                        buckets: [0, 0, 0, 1, 3, 9, 14, 16, 8, 5, 2, 0, 0, 0, 0, 0])
                }
            })
    }

    private static func links(at seconds: Int) -> [Snapshot.Link] {
        let clients = (1...3).map { (index: Int) in
            Snapshot.Link(
                id: "client-\(index).requests->scheduler.frontend", from: "client-\(index).requests",
                to: "scheduler.frontend", endpoint: frontend, transport: "tcp", state: .up, since: 0.4,
                incarnation: .init(from: 1, to: 1), reconnects: 0, attempts: index == 1 ? 2 : 0,
                out: direction(5 * seconds, rate: 5, bytes: 1300 * seconds, p50: 0.00018, p99: 0.0011),
                back: direction(
                    200 * seconds, rate: wave(seconds, 200, 60, index * 5), bytes: 18000 * seconds,
                    (index == 2 ? 3 : 0, 0, 0), p50: 0.00021, p99: 0.0013))
        }
        let engine = Snapshot.Link(
            id: "engine-1.work->scheduler.backend", from: "engine-1.work", to: "scheduler.backend", endpoint: backend,
            transport: "ipc", state: .up, since: 41, incarnation: .init(from: 1, to: 1), reconnects: 2, attempts: 9,
            out: direction(
                600 * seconds, rate: wave(seconds, 600, 180, 0), bytes: 54000 * seconds, (37, 6, 40), lost: 2,
                p50: 0.0081, p99: 0.0412),
            back: direction(15 * seconds, rate: 15, bytes: 3900 * seconds, (0, 0, 1), p50: 0.0002, p99: 0.0009))
        let failing = Snapshot.Link(
            id: "engine-2.work->scheduler.backend", from: "engine-2.work", to: "scheduler.backend", endpoint: backend,
            transport: "ipc", state: seconds < 180 ? .up : .retrying, since: 180, incarnation: .init(from: 4, to: 1),
            reconnects: 3, attempts: 412, retryIn: 0.183)
        let injector = Snapshot.Link(
            id: "inject-1.DEALER#1->scheduler.frontend", from: "inject-1.DEALER#1", to: "scheduler.frontend",
            endpoint: frontend, transport: "tcp", state: .up, since: Double(seconds) - 3,
            incarnation: .init(from: 1, to: 1), reconnects: 0, attempts: 0,
            out: direction(3, rate: 1, bytes: 66), back: direction(41, rate: 12, bytes: 3690))
        return clients + [engine, failing, injector]
    }

    private static func events(at seconds: Int) -> [Snapshot.Event] {
        func event(_ node: String, _ socket: String, _ name: String, _ endpoint: String, _ value: Int) -> Snapshot.Event
        {
            .init(
                elapsed: Double(seconds) - 0.6, node: node, socket: socket, event: name, endpoint: endpoint,
                value: value)
        }
        switch seconds {
        case 150:
            return [
                event("scheduler", "frontend", "LISTENING", frontend, 9),
                event("client-1", "requests", "CONNECT_DELAYED", frontend, 115),
                event("client-1", "requests", "CONNECTED", frontend, 12),
                event("scheduler", "frontend", "ACCEPTED", frontend, 14),
                event("client-1", "requests", "HANDSHAKE_SUCCEEDED", frontend, 0),
                event("scheduler", "frontend", "HANDSHAKE_SUCCEEDED", frontend, 0),
            ]
        case 180: return [event("scheduler", "backend", "DISCONNECTED", backend, 17)]
        case 181...: return [event("engine-2", "work", "CONNECT_RETRIED", backend, 183)]
        default: return []
        }
    }

    /// A state that has seen the last minute of it.
    static func observation(until seconds: Int = 192) -> [Snapshot] {
        (130...seconds).map { snapshot(at: $0) }
    }

    /// A session of `count` nodes, each with a socket and a link to the first.
    static func crowd(_ count: Int, seq: Int = 1) -> Snapshot {
        var snapshot = Snapshot(
            session: "crowd", seq: seq, time: "", elapsed: Double(seq) / 10, topology: "crowd")
        for index in 0..<count {
            let name = "worker-\(index)"
            snapshot.nodes.append(
                .init(
                    name: name, kind: "worker", group: "worker", replica: index, source: .tap, state: .running,
                    pid: Int32(5000 + index), restarts: 0, cpu: 0.1, rss: 9_000_000, gauges: ["busy": 1]))
            snapshot.sockets.append(
                .init(
                    id: "\(name).in", node: name, name: "in", type: index == 0 ? "ROUTER" : "DEALER", declared: true,
                    observed: true, endpoints: [frontend], sent: seq, received: seq * index, sendRate: 10,
                    receiveRate: 10, sendQueue: index, receiveQueue: 0, hwm: .init(send: 1000, receive: 1000)))
            if index > 0 {
                snapshot.links.append(
                    .init(
                        id: "\(name).in->worker-0.in", from: "\(name).in", to: "worker-0.in", endpoint: frontend,
                        transport: "tcp", state: .up, reconnects: 0, attempts: 0,
                        out: direction(seq * 10, rate: Double(index), bytes: seq * 1000, (index, 0, 0)),
                        back: direction(seq * 10, rate: 1, bytes: seq * 100)))
            }
            snapshot.events.append(
                .init(
                    elapsed: snapshot.elapsed, node: name, socket: "in", event: "CONNECT_RETRIED", endpoint: frontend,
                    value: 100))
        }
        return snapshot
    }
}

extension Fixture {
    private static func message(
        _ ordinal: Int, _ socket: String, _ type: String, _ direction: SampledMessage.Direction, _ peer: String?,
        _ frames: [[UInt8]], lost: Bool = false, injected: Bool = false
    ) -> SampledMessage {
        SampledMessage(
            socket: socket, type: type, direction: direction, time: UInt64(ordinal) * 1_000_000,
            elapsed: 191 + Double(ordinal) / 1000, ordinal: ordinal,
            link: peer.map { "\($0)->\(socket)" }, peer: peer, frameCount: frames.count,
            size: frames.reduce(0) { $0 + $1.count }, frames: frames.map { .init(size: $0.count, bytes: $0) },
            injected: injected, lost: lost)
    }

    /// One of each kind, the last with what would steer a terminal, if one let it.
    static let messages: [SampledMessage] = [
        message(
            1, "client-1.requests", "DEALER", .sent, "scheduler.frontend",
            [Array("{\"type\": \"request\", \"id\": \"c1-7\", \"max_tokens\": 16}".utf8)]),
        message(
            2, "scheduler.frontend", "ROUTER", .received, "client-1.requests",
            [[0, 0x6B, 0x8B, 0x45, 0x67], Array("{\"type\": \"request\", \"id\": \"c1-7\", \"max_tokens\": 16}".utf8)]),
        message(
            3, "scheduler.backend", "ROUTER", .sent, "engine-1.work",
            [Array("engine-1".utf8), [0x93, 0x01, 0xC0, 0xA3, 0x61, 0x62, 0x63]]),
        message(
            4, "scheduler.backend", "ROUTER", .sent, nil, [Array("engine-9".utf8), Array("nobody home".utf8)],
            lost: true),
        message(
            5, "engine-1.work", "DEALER", .received, "scheduler.backend",
            [Array("\u{1B}[2J\u{1B}]0;owned\u{7}\u{9B}31m日本語".utf8)], injected: true),
    ]
}
