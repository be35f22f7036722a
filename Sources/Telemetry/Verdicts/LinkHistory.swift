/// What the verdicts remember of a link.
struct LinkHistory {
    let id: String
    /// Each way: what had been delivered, and since when nothing more was while messages waited.
    var stalls = BothWays<(received: Int, since: Double)?>(nil)
    /// Each way: what had been delivered when that last grew, and when.
    var moved = BothWays<(received: Int, at: Double)?>(nil)
    private var received = BothWays<Int?>(nil)
    var drops = BothWays(DropWindow())
    var everUp = false
    /// Reconnects and when they were counted, over the last ten seconds.
    var reconnects: [(elapsed: Double, count: Int)] = []

    init(id: String) { self.id = id }

    /// Whether messages wait and nothing was delivered since the last snapshot.
    mutating func waits(_ way: Way, _ link: borrowing Snapshot.Link, _ elapsed: Double) -> Bool {
        let (known, delivered) =
            way == .out
            ? (link.out.stages.known, link.out.received) : (link.back.stages.known, link.back.received)
        if let delivered {
            if let before = received[way], delivered > before { moved[way] = (delivered, elapsed) }
            received[way] = delivered
        }
        guard known > 0, let delivered else {
            stalls[way] = nil
            return false
        }
        if let stall = stalls[way], stall.received == delivered { return true }
        stalls[way] = (delivered, elapsed)
        return false
    }

    /// How often within the last ten seconds.
    mutating func reconnected(_ count: Int, _ elapsed: Double) -> Int {
        // What was before the first snapshot was not seen to happen within ten seconds.
        if reconnects.last?.count != count { reconnects.append((elapsed, count)) }
        // The last one that is older than ten seconds is the count that the window begins with.
        while reconnects.count > 1, reconnects[1].elapsed <= elapsed - 10 { reconnects.removeFirst() }
        return count - reconnects[0].count
    }
}

extension Snapshot.Direction.Stages {
    /// What is known to wait.
    var known: Int { (sendQueue ?? 0) + (kernel ?? 0) + (receiveQueue ?? 0) }
}
