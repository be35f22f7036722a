import Telemetry

/// A link's two ways as one figure each. A way that the pattern never uses (PUSH to PULL: back) does not count.
struct LinkFlow: Equatable, Sendable {
    let link: Snapshot.Link
    let carriesOut: Bool
    let carriesBack: Bool

    /// A link between sockets of these types; nil where they are not known.
    init(_ link: Snapshot.Link, from: String?, to: String?) {
        self.link = link
        carriesOut = !Self.onlyReceives(from) && !Self.onlySends(to)
        carriesBack = !Self.onlySends(from) && !Self.onlyReceives(to)
    }

    private static func onlySends(_ type: String?) -> Bool { type == "PUSH" || type == "PUB" || type == "XPUB" }
    private static func onlyReceives(_ type: String?) -> Bool { type == "PULL" || type == "SUB" || type == "XSUB" }

    /// Messages a second, both ways; nil when neither is known.
    var rate: Double? {
        let out = carriesOut ? link.out.rate : nil
        let back = carriesBack ? link.back.rate : nil
        guard let out else { return back }
        return out + (back ?? 0)
    }

    /// The ways that carry messages, and whether it is the one from the connecting end.
    var ways: [(direction: Snapshot.Direction, isOut: Bool)] {
        (carriesOut ? [(link.out, true)] : []) + (carriesBack ? [(link.back, false)] : [])
    }

    var sendQueue: Int? { sum { $0.stages.sendQueue } }
    var kernel: Int? { sum { $0.stages.kernel } }
    var receiveQueue: Int? { sum { $0.stages.receiveQueue } }
    var depth: Int? { sum(\.depth) }
    var lost: Int? { sum(\.lost) }
    /// Where only the kernel's tables tell.
    var kernelBytes: Int? { link.source == .kernel ? sum(\.kernelBytes) : nil }
    var discarded: Int? { sum(\.discarded) }
    /// Delivered so far, by the ways of which that is known; nil when it is of none.
    var received: Int? {
        let out = carriesOut ? link.out.received : nil
        let back = carriesBack ? link.back.received : nil
        guard let out else { return back }
        return out + (back ?? 0)
    }
    /// Whether what it does not tell is a gap in a sum: before it ever carried anything, and when its connection is gone,
    /// there is nothing to tell.
    var leavesGaps: Bool { link.state != .declared && link.state != .connecting && link.state != .retrying }

    /// Of the slower way.
    var latency: Snapshot.Direction.Latency? {
        let out = carriesOut ? link.out.latency : nil
        let back = carriesBack ? link.back.latency : nil
        guard let out, let back else { return out ?? back }
        return back.p99 >= out.p99 ? back : out
    }

    /// A sum is known only when every term is.
    private func sum(_ figure: (Snapshot.Direction) -> Int?) -> Int? {
        switch (carriesOut, carriesBack) {
        case (false, false): return nil
        case (true, false): return figure(link.out)
        case (false, true): return figure(link.back)
        case (true, true):
            guard let out = figure(link.out), let back = figure(link.back) else { return nil }
            return out + back
        }
    }
}
