import Telemetry

/// A link's two ways as one figure each. A way that the pattern never uses (PUSH to PULL: back) does not count.
struct LinkFlow: Equatable, Sendable {
    let link: Snapshot.Link
    /// The ways that carry messages, `out` first.
    let ways: [Snapshot.Direction]
    let carriesOut: Bool
    let carriesBack: Bool

    init(_ link: Snapshot.Link, in observation: Observation) {
        self.link = link
        let from = observation.socket(link.from)?.type
        let to = observation.socket(link.to)?.type
        carriesOut = !Self.onlyReceives(from) && !Self.onlySends(to)
        carriesBack = !Self.onlySends(from) && !Self.onlyReceives(to)
        ways = (carriesOut ? [link.out] : []) + (carriesBack ? [link.back] : [])
    }

    private static func onlySends(_ type: String?) -> Bool { type == "PUSH" || type == "PUB" || type == "XPUB" }
    private static func onlyReceives(_ type: String?) -> Bool { type == "PULL" || type == "SUB" || type == "XSUB" }

    /// Messages a second, both ways; nil when neither is known.
    var rate: Double? {
        let known = ways.compactMap(\.rate)
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    var sendQueue: Int? { sum { $0.stages.sendQueue } }
    var kernel: Int? { sum { $0.stages.kernel } }
    var receiveQueue: Int? { sum { $0.stages.receiveQueue } }
    var depth: Int? { sum(\.depth) }
    var lost: Int? { sum(\.lost) }
    /// Where only the kernel's tables tell.
    var kernelBytes: Int? { link.source == .kernel ? sum(\.kernelBytes) : nil }
    var discarded: Int? { sum(\.discarded) }
    /// Whether what it does not tell is a gap in a sum: before it ever carried anything, and when its connection is gone,
    /// there is nothing to tell.
    var leavesGaps: Bool { link.state != .declared && link.state != .connecting && link.state != .retrying }

    /// Of the slower way.
    var latency: Snapshot.Direction.Latency? { ways.compactMap(\.latency).max { $0.p99 < $1.p99 } }

    /// A sum is known only when every term is.
    private func sum(_ figure: (Snapshot.Direction) -> Int?) -> Int? {
        var total = 0
        for way in ways {
            guard let term = figure(way) else { return nil }
            total += term
        }
        return ways.isEmpty ? nil : total
    }
}
