import Foundation
import RunDirectory
import Session
import Telemetry

/// A message that a node's own socket sends for us, to one of its peers.
struct InjectionThroughTap {
    /// `NODE.SOCKET`
    let from: String
    /// `NODE.SOCKET`, a node, or `hex:` and a routing id.
    let to: String
    let frames: [[UInt8]]
    /// Seconds to wait for the socket's thread.
    let timeout: Double

    /// Blocks until it is sent, or the time is over.
    /// - Throws: `Failure` that says why it was not sent.
    func run(_ running: SessionDirectory.Running) throws {
        let collector = try Collector(layout: running.layout)
        _ = try collector.collect()
        let message = try addressed(collector)
        let order: SocketOrder
        do {
            order = try SocketOrder(collector, socket: from, frames: message)
        } catch {
            throw Failure("\(error)", status: 1)
        }
        let start = ContinuousClock.now
        var told = false
        while true {
            switch order.state {
            case .sent: return complain("\(from) sent it to \(to)")
            case .gone: throw Failure("\(from)'s process ended before it sent it.", status: 1)
            case .failed(let number): throw Failure(Self.reason(number, from), status: 1)
            case .waiting(let call, let seconds, let full):
                let waited = start.duration(to: .now)
                if waited > .seconds(timeout) {
                    throw Failure(
                        "nothing was sent in \(Self.text(timeout)) s, and nothing will be: \(describe(call, seconds, full)).",
                        status: 1)
                }
                if !told, waited > .milliseconds(300) {
                    told = true
                    complain("waits: \(describe(call, seconds, full))")
                }
            }
            usleep(20_000)
            _ = try? collector.collect()
        }
    }

    private func describe(_ call: String?, _ seconds: Double, _ full: Int) -> String {
        if full > 0 { return "\(from)'s queue is full (tried \(full) times)" }
        guard let call else { return "the thread of \(from) has made no call on it since" }
        return
            "the thread of \(from) has been inside \(call) for \(Self.text(seconds)) s; it can send only when that returns"
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.1f", seconds) }

    private static func reason(_ number: Int32, _ from: String) -> String {
        switch number {
        case 156_384_763:  // EFSM
            "\(from) takes turns with its peer (REQ, REP): a message between would break the program's next call."
        case EHOSTUNREACH: "\(from) knows no peer of that routing id."
        default: "\(from) could not send it: \(String(cString: strerror(number)))."
        }
    }

    /// The frames as zmq_send takes them: a ROUTER's begin with the peer's routing id.
    private func addressed(_ collector: Collector) throws -> [[UInt8]] {
        guard let (type, peers) = collector.peers(of: from) else {
            throw Failure("\(from) is no socket of a running, tapped node.")
        }
        if type == "ROUTER", to.hasPrefix("hex:") { return [try decodeHex(String(to.dropFirst(4)))] + frames }
        let matching = peers.filter { $0.name == to || $0.name.hasPrefix(to + ".") }
        guard let peer = matching.first else {
            let names = peers.map(\.name)
            throw Failure(
                "\(from) has no peer \(to)"
                    + (names.isEmpty ? ": it has none now." : "; its peers are \(names.joined(separator: ", "))."))
        }
        if type == "ROUTER" {
            guard !peer.routingID.isEmpty else {
                throw Failure(
                    "the routing id of \(peer.name) is not known: \(from) made it up, and has received nothing from it yet.",
                    status: 1)
            }
            return [peer.routingID] + frames
        }
        if peers.count > 1 {
            complain("\(from) has \(peers.count) peers, and ZeroMQ chooses which of them a \(type) sends to")
        }
        return frames
    }
}
