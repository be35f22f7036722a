import Foundation
import RunDirectory
import Telemetry

/// A message that a node's own socket sends for us, to one of its peers. To be used by the thread of its collector.
final class InjectionThroughTap {
    /// How far it has come: a sentence.
    enum Progress: Equatable {
        case waits(String, Duration)
        case sent(String)
        case failed(String)
    }

    /// Why it cannot be: one sentence.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
        /// 2: what was asked for is not there; 1: it is, and cannot.
        var status: Int32 = 2
    }

    /// What one should know of whom it goes to.
    private(set) var remark: String?
    private let from: String
    private let to: String
    private let timeout: Duration
    private let order: SocketOrder
    private let start = ContinuousClock.now

    /// Gives the order to the tap.
    /// - Parameters:
    ///   - collector: of the session; it has collected.
    ///   - from: `NODE.SOCKET`
    ///   - to: `NODE.SOCKET`, a node, or `hex:` and a routing id.
    ///   - timeout: seconds to wait for the socket's thread.
    init(
        _ collector: Collector, from: String, to: String, frames: [[UInt8]], timeout: Double
    ) throws(Refusal) {
        self.from = from
        self.to = to
        self.timeout = .seconds(timeout)
        let (message, remark) = try Self.addressed(collector, from: from, to: to, frames)
        self.remark = remark
        do throws(SocketOrder.Refusal) {
            order = try SocketOrder(collector, socket: from, frames: message)
        } catch {
            throw Refusal(description: error.description, status: 1)
        }
    }

    /// Where it stands, once the collector has collected.
    var progress: Progress {
        switch order.state {
        case .sent: return .sent("\(from) sent it to \(to)")
        case .gone: return .failed("\(from)'s process ended before it sent it.")
        case .failed(let number): return .failed(reason(number))
        case .waiting(let call, let seconds, let full):
            let waited = start.duration(to: .now)
            let why = describe(call, seconds, full)
            guard waited > timeout else { return .waits(why, waited) }
            return .failed(
                "nothing was sent in \(Self.text(timeout / .seconds(1))) s, and nothing will be: \(why).")
        }
    }

    private func describe(_ call: String?, _ seconds: Double, _ full: Int) -> String {
        if full > 0 { return "\(from)'s queue is full (tried \(full) times)" }
        guard let call else { return "the thread of \(from) has made no call on it since" }
        return
            "the thread of \(from) has been inside \(call) for \(Self.text(seconds)) s; it can send only when that returns"
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.1f", seconds) }

    private func reason(_ number: Int32) -> String {
        switch number {
        case 156_384_763:  // EFSM
            "\(from) takes turns with its peer (REQ, REP): a message between would break the program's next call."
        case EHOSTUNREACH: "\(from) knows no peer of that routing id."
        default: "\(from) could not send it: \(String(cString: strerror(number)))."
        }
    }

    /// The frames as zmq_send takes them: a ROUTER's begin with the peer's routing id.
    private static func addressed(
        _ collector: Collector, from: String, to: String, _ frames: [[UInt8]]
    ) throws(Refusal) -> (frames: [[UInt8]], remark: String?) {
        guard let (type, peers) = collector.peers(of: from) else {
            throw Refusal(description: "\(from) is no socket of a running, tapped node.")
        }
        if type == "ROUTER", to.hasPrefix("hex:") {
            do {
                return ([try decodeHex(String(to.dropFirst(4)))] + frames, nil)
            } catch {
                throw Refusal(description: "\(error)")
            }
        }
        let matching = peers.filter { $0.name == to || $0.name.hasPrefix(to + ".") }
        guard let peer = matching.first else {
            let names = peers.map(\.name)
            throw Refusal(
                description: "\(from) has no peer \(to)"
                    + (names.isEmpty ? ": it has none now." : "; its peers are \(names.joined(separator: ", ")).")
            )
        }
        if type == "ROUTER" {
            guard !peer.routingID.isEmpty else {
                throw Refusal(
                    description:
                        "the routing id of \(peer.name) is not known: \(from) made it up, and has received nothing from it yet.",
                    status: 1
                )
            }
            return ([peer.routingID] + frames, nil)
        }
        return (
            frames,
            peers.count > 1
                ? "\(from) has \(peers.count) peers, and ZeroMQ chooses which of them a \(type) sends to" : nil
        )
    }
}
