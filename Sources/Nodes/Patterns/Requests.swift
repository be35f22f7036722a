/// A requester's requests in flight, and what came of all that it ever made. No clock and no socket.
struct Requests {
    private struct Open {
        /// Nil where the size leaves no room for a number.
        let tag: Tag?
        let sentAt: Seconds
    }

    /// In the order in which they were sent.
    private var open: [Open] = []
    let timeout: Seconds

    private(set) var replies = 0
    private(set) var timeouts = 0
    /// Replies to what was given up before, or to nothing that was asked.
    private(set) var late = 0
    /// Replies that came before that of an older request.
    private(set) var outOfOrder = 0
    /// Seconds from a request to its reply.
    private(set) var roundTrips = Recent()

    init(timeout: Seconds) {
        self.timeout = timeout
    }

    var inFlight: Int { open.count }

    mutating func sent(_ payload: [UInt8], now: Seconds) {
        open.append(Open(tag: Tag(payload), sentAt: now))
    }

    /// A reply. One in other words than ours answers the oldest request.
    mutating func received(_ payload: [UInt8], now: Seconds) {
        var tag = Tag(payload)
        // A number, but not one that we have signed.
        if let sender = tag?.sender, sender.isEmpty, open.first?.tag?.sender.isEmpty == false { tag = nil }
        let isOnly = open.count == 1
        let index = tag.map { tag in open.firstIndex { $0.tag == tag } } ?? open.indices.first
        guard let index else {
            late += 1
            return
        }
        if index > 0 { outOfOrder += 1 }
        replies += 1
        // Which one was answered is certain by its number, or when there is but one.
        if tag != nil || isOnly { roundTrips.add(now - open[index].sentAt) }
        open.remove(at: index)
    }

    /// When `expire` has something to do, unless a reply comes before.
    var nextExpiry: Seconds? { open.first.map { $0.sentAt + timeout } }

    /// Gives up what has waited too long. Call it after everything that had arrived was handed in.
    mutating func expire(now: Seconds) {
        let expired = open.prefix { now - $0.sentAt >= timeout }.count
        open.removeFirst(expired)
        timeouts += expired
    }
}
