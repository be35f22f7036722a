import Glibc
import RunDirectory
import ZeroMQ

/// Kind `requester`: asks, and measures how it is answered.
///
/// A REQ is in lockstep: it takes one request, then one reply. When a reply does not come the request is given up after
/// `timeout`, and the next one is tried at its time all the same: without `req_relaxed` zmq_send refuses it with EFSM, for
/// ever, unless the late reply comes after all. The gauge `efsm` counts that. What helps is what helps any program: a new
/// socket (restart the node), or `req_relaxed` and `req_correlate`.
///
/// A DEALER sends the empty delimiter in front, as a REQ does out of sight, so that a REP can answer.
struct RequesterNode: NodeProgram {
    private let port: Port
    private let isREQ: Bool
    private var requests: Requests
    private var messages: Production
    /// Requests in flight at most.
    private let limit: Int
    /// After a refusal: when the next attempt is due.
    private var retryAt: Seconds?
    private var refused = 0
    private var gauges = Gauges()

    init(_ node: ResolvedNode, context: Context) throws {
        var behavior = Behavior(node)
        let socket = try DeclaredSockets(node).only(["REQ", "DEALER"])
        isREQ = socket.type == "REQ"
        messages = try Production(&behavior, rate: 5, orMax: false, sender: node.name)
        let inFlight = try behavior.whole("in_flight", minimum: 1, default: 16)
        limit = isREQ ? 1 : inFlight
        requests = Requests(timeout: try behavior.seconds("timeout", default: 5))
        try behavior.finish()
        port = try Port(socket, context: context)
        try port.open()
    }

    mutating func run() throws {
        while !Signals.mustStop {
            var left = 256
            while left > 0, let frames = try port.receive() {
                requests.received(frames.last ?? [], now: Clock.now)
                left -= 1
            }
            let now = Clock.now
            if left > 0 { requests.expire(now: now) }
            let isQuiet = Signals.isQuiet
            messages.note(quiet: isQuiet, now: now)
            let nextRequest = isQuiet ? nil : try send(now: now)
            gauges.touch(now: now)
            gauges.publish(now: now) {
                let figures: [(String, Double?)] = [
                    ("in_flight", Double(requests.inFlight)), ("replies", Double(requests.replies)),
                    ("timeouts", Double(requests.timeouts)), ("late", Double(requests.late)),
                    ("rtt_p50", requests.roundTrips.median),
                    isREQ ? ("efsm", Double(refused)) : ("out_of_order", Double(requests.outOfOrder)),
                ]
                return (figures, false)
            }
            guard left > 0 else { continue }
            let deadline = [nextRequest, requests.nextExpiry, gauges.due].compactMap { $0 }.min()
            let waitsForRoom = messages.isHeld && retryAt == nil && !isQuiet
            try Port.wait([(port, waitsForRoom ? [.input, .output] : .input)], until: deadline)
        }
    }

    /// Sends what is due; gives the time of the next attempt, or nil when something else must happen before.
    private mutating func send(now: Seconds) throws -> Seconds? {
        while requests.inFlight < limit {
            if let retryAt, retryAt > now { return retryAt }
            retryAt = nil
            switch messages.next(now: now) {
            case .over: return nil
            case .at(let due): return due
            case .message(let request):
                do throws(ZeroMQError) {
                    guard try port.trySend(isREQ ? [request] : [[], request]) else { return nil }
                } catch {
                    guard error.isWrongState else { throw error }
                    refused += 1
                    // As often as it would have asked; what was due meanwhile is not asked later.
                    retryAt = now + 1 / (messages.rate ?? 5)
                    messages.resume(now: now)
                    continue
                }
                requests.sent(request, now: now)
                messages.taken()
            }
        }
        return nil
    }
}
