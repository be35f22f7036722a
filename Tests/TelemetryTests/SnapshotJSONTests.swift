import Foundation
import RunDirectory
import Testing

@testable import Telemetry

@Suite struct SnapshotJSONTests {
    private var snapshot: Snapshot {
        Snapshot(
            session: "inference-x7", seq: 12, time: timestamp(1_795_338_000.0015), elapsed: 1, topology: "inference",
            nodes: [
                .init(
                    name: "engine-1", kind: "engine", group: "engine", replica: 1, source: .tap, state: .running,
                    pid: 4711,
                    cpu: 0.0300000004, rss: 8_388_608, gauges: ["running": 3, "batch": 0.5]),
                .init(
                    name: "engine-2", kind: "engine", group: "engine", state: .failed, restarts: 1,
                    exit: .init(code: nil, signal: 9), reason: "say \"no\"\n\u{1b}[2J\u{7f}é",
                    process: .init(name: "all", cpu: 0.5)),
            ],
            sockets: [
                .init(
                    id: "engine-1.work", node: "engine-1", name: "work", type: "DEALER", declared: true, observed: true,
                    endpoints: ["ipc:///run/backend"], sent: 120, received: 14, sentBytes: 9000, receivedBytes: 2000,
                    sendRate: 60, receiveRate: .nan, wouldBlock: 0, sendQueue: 0, receiveQueue: 0, lost: 0,
                    discarded: 0,
                    hwm: .init(send: 1000, receive: nil),
                    blocked: .init(call: "zmq_send", for: 1.2, on: ["sink.in"]),
                    options: [.init(name: "sndhwm", value: "10", late: true)])
            ],
            links: [
                .init(
                    id: "engine-1.work->scheduler.backend", from: "engine-1.work", to: "scheduler.backend",
                    endpoint: "ipc:///run/backend", transport: "ipc", state: .up, since: 0.9,
                    incarnation: .init(from: 1, to: nil), attempts: 2,
                    out: .init(
                        sent: 120, onWire: 120, offWire: 118, received: 118, rate: 60, bytes: 9000, depth: 2,
                        stages: .init(sendQueue: 0, kernel: 2, receiveQueue: 0), lost: 0, discarded: 0,
                        latency: .init(
                            p50: 0.00021, p90: 0.0006, p99: 0.0011, max: 0.004, samples: 58, buckets: [58, 0])))
            ],
            events: [
                .init(
                    elapsed: 0.4, node: "engine-1", socket: nil, event: "CONNECT_RETRIED",
                    endpoint: "ipc:///run/backend",
                    value: 183)
            ],
            verdicts: [.init(rule: "stalled-link", subject: "a->b", since: 8.1, text: "It stalls.")])
    }

    @Test func `the line is the contract's, byte by byte`() throws {
        let golden = """
            {"version":1,"session":"inference-x7","seq":12,"final":false,"time":"2026-11-22T09:00:00.001Z","elapsed":1.0,\
            "topology":"inference","nodes":[{"name":"engine-1","kind":"engine","group":"engine","replica":1,"parent":null,\
            "source":"tap","state":"running","pid":4711,"restarts":0,"exit":null,"cpu":0.03,"rss":8388608,\
            "gauges":{"batch":0.5,"running":3.0},"reason":null,"nextStart":null,"faults":[],"process":null},\
            {"name":"engine-2","kind":"engine",\
            "group":"engine","replica":null,"parent":null,"source":"none","state":"failed","pid":null,"restarts":1,\
            "exit":{"code":null,"signal":9},"cpu":null,"rss":null,"gauges":{},\
            "reason":"say \\"no\\"\\n\\u001b[2J\\u007fé","nextStart":null,"faults":[],\
            "process":{"name":"all","cpu":0.5,"rss":null}}],"sockets":[{"id":"engine-1.work",\
            "node":"engine-1","name":"work","type":"DEALER","declared":true,"observed":true,\
            "endpoints":["ipc:///run/backend"],"sent":120,"received":14,"sentBytes":9000,"receivedBytes":2000,\
            "sendRate":60.0,"receiveRate":null,"wouldBlock":0,"sendQueue":0,"receiveQueue":0,"lost":0,"discarded":0,\
            "hwm":{"send":1000,"receive":null},"blocked":{"call":"zmq_send","for":1.2,"on":["sink.in"]},\
            "options":[{"name":"sndhwm","value":"10","late":true}],"faults":[]}],\
            "links":[{"id":"engine-1.work->scheduler.backend","from":"engine-1.work","to":"scheduler.backend",\
            "endpoint":"ipc:///run/backend","transport":"ipc","source":"tap","state":"up","since":0.9,\
            "incarnation":{"from":1,"to":null},"reconnects":0,"attempts":2,"retryIn":null,"faults":[],\
            "out":{"sent":120,"onWire":120,"offWire":118,"received":118,"rate":60.0,"bytes":9000,"depth":2,\
            "stages":{"sendQueue":0,"kernel":2,"receiveQueue":0},"lost":0,"lostEstimated":false,"discarded":0,"matched":null,\
            "latency":{"p50":0.00021,"p90":0.0006,"p99":0.0011,"max":0.004,"samples":58,"buckets":[58,0]},\
            "deliveryLatency":null,"kernelBytes":null},\
            "back":{"sent":null,"onWire":null,"offWire":null,"received":null,"rate":null,"bytes":null,"depth":null,\
            "stages":{"sendQueue":null,"kernel":null,"receiveQueue":null},"lost":null,"lostEstimated":false,\
            "discarded":null,"matched":null,"latency":null,"deliveryLatency":null,"kernelBytes":null}}],\
            "events":[{"elapsed":0.4,"node":"engine-1","socket":null,"event":"CONNECT_RETRIED",\
            "endpoint":"ipc:///run/backend","value":183}],"eventsDropped":0,"verdicts":[{"rule":"stalled-link",\
            "subject":"a->b","since":8.1,"text":"It stalls."}]}
            """
        #expect(snapshot.jsonLine() == golden)
    }

    @Test func `what was written can be read`() throws {
        var known = snapshot
        known.sockets[0].receiveRate = nil
        known.nodes[0].cpu = 0.03
        let read = try JSONDecoder().decode(Snapshot.self, from: Data(known.jsonLine().utf8))
        #expect(read == known)
    }
}
