// What a look costs: update, view and the difference of two pictures, for made-up sessions of several sizes. Processor
// time, for other programs have the cores too.
import Dashboard
import Glibc
import RunDirectory
import Telemetry
import TerminalUI

@main
struct Benchmark {
    static let size = Size(width: 200, height: 50)
    static let rounds = 200

    static func main() {
        print("\(size.width)x\(size.height), medians of \(rounds) looks, microseconds of processor time")
        for screen in ["1", "3", "4"] {
            var first: Double?
            for nodes in [10, 100, 1000] {
                let (update, view, diff) = measure(nodes, screen: Character(screen))
                let sum = update + view + diff
                let ratio = first.map { "  \(text(sum / $0)) of 10 nodes" } ?? ""
                first = first ?? sum
                print(
                    "screen \(screen), \(nodes) nodes: update \(text(update)), view \(text(view)), diff \(text(diff))\(ratio)"
                )
            }
        }
    }

    static func measure(_ nodes: Int, screen: Character) -> (update: Double, view: Double, diff: Double) {
        var state = DashboardState(
            topology: ResolvedTopology(name: "crowd", nodes: []), theme: .standard, glyphs: .unicode, size: size)
        _ = update(&state, .snapshot(crowd(nodes, seq: 0)))
        _ = update(&state, .input(.key(Key(screen))))
        var last = view(state, size: size).buffer
        var times: [[Double]] = [[], [], []]
        for seq in 1...rounds {
            let snapshot = crowd(nodes, seq: seq)
            let start = processorTime()
            _ = update(&state, .snapshot(snapshot))
            _ = update(&state, .tick(elapsed: .milliseconds(100 * seq)))
            let updated = processorTime()
            let frame = view(state, size: size)
            let viewed = processorTime()
            let changes = frame.buffer.diff(from: last)
            let done = processorTime()
            precondition(!changes.isEmpty)
            last = frame.buffer
            for (place, time) in [updated - start, viewed - updated, done - viewed].enumerated() {
                times[place].append(time * 1e6)
            }
        }
        let medians = times.map { $0.sorted()[rounds / 2] }
        return (medians[0], medians[1], medians[2])
    }

    /// Seconds of this process.
    static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Clients and engines around a scheduler, all of them busy.
    static func crowd(_ count: Int, seq: Int) -> Snapshot {
        var snapshot = Snapshot(
            session: "crowd", seq: seq, time: "", elapsed: Double(seq) / 10, topology: "crowd")
        func node(_ name: String, _ group: String, _ replica: Int?) {
            snapshot.nodes.append(
                .init(
                    name: name, kind: group, group: group, replica: replica, source: .tap, state: .running, pid: 4711,
                    cpu: 0.1, rss: 9_000_000, gauges: ["busy": Double(seq % 8)]))
        }
        func socket(_ node: String, _ name: String, _ type: String) {
            snapshot.sockets.append(
                .init(
                    id: "\(node).\(name)", node: node, name: name, type: type, declared: true, observed: true,
                    endpoints: ["tcp://127.0.0.1:5555"], sent: seq * 10, received: seq * 10, sendRate: 100,
                    receiveRate: 100, sendQueue: seq % 7, receiveQueue: 0, hwm: .init(send: 1000, receive: 1000)))
        }
        node("scheduler", "scheduler", nil)
        socket("scheduler", "frontend", "ROUTER")
        socket("scheduler", "backend", "ROUTER")
        for index in 1..<count {
            let isClient = index % 4 != 0
            let group = isClient ? "client" : "engine"
            let name = "\(group)-\(index)"
            node(name, group, index)
            socket(name, "work", "DEALER")
            let target = isClient ? "scheduler.frontend" : "scheduler.backend"
            snapshot.links.append(
                .init(
                    id: "\(name).work->\(target)", from: "\(name).work", to: target, endpoint: "tcp://127.0.0.1:5555",
                    transport: "tcp", state: .up,
                    out: .init(
                        sent: seq * 10, onWire: seq * 10, offWire: seq * 10, received: seq * 10,
                        rate: Double(index * seq % 500), bytes: seq * 1000, depth: seq % 50,
                        stages: .init(sendQueue: seq % 50, kernel: 0, receiveQueue: 0), lost: 0, discarded: 0),
                    back: .init(rate: 5, depth: 0, stages: .init(sendQueue: 0, kernel: 0, receiveQueue: 0), lost: 0)))
            if index % 100 == 0 {
                snapshot.events.append(
                    .init(
                        elapsed: snapshot.elapsed, node: name, socket: "work", event: "CONNECT_RETRIED",
                        endpoint: "tcp://127.0.0.1:5555", value: 183))
            }
        }
        return snapshot
    }

    static func text(_ value: Double) -> String {
        value < 10 ? String(Double(Int(value * 10)) / 10) : String(Int(value))
    }
}
