public import Telemetry

/// How an expectation stands.
public struct Judgement: Sendable {
    /// Where it has come to.
    public enum State: Equatable, Sendable {
        /// Its step has not come that far.
        case notYet
        /// It does not hold, and may still come to.
        case waits
        /// It holds since so many seconds after the beginning, and must go on to.
        case holds(since: Double)
        /// It came to hold as was asked, so many seconds after the beginning.
        case held(at: Double)
        case failed(Failure)
        /// The person went on without it.
        case skipped
    }

    /// Why an expectation was not fulfilled.
    public struct Failure: Equatable, Sendable {
        /// Seconds after the beginning.
        public var at: Double
        /// One sentence without a subject: `did not come to hold within 5 s`.
        public var reason: String
        /// What its fields were at that moment.
        public var readings: [Condition.Reading]
    }

    /// Index of its step.
    public let step: Int
    /// What is expected.
    public let expectation: Expectation
    /// It must hold to the end.
    public let isAlways: Bool
    /// Where it has come to.
    public internal(set) var state = State.notYet
    /// It was seen to be true at least once.
    public internal(set) var wasTrue = false
    /// It was true before the deeds of its step were done.
    public internal(set) var wasTrueBefore = false
    /// Where `rise(…)` counts from.
    var base: Snapshot?
    /// Seconds after the beginning since when it is judged.
    var from = 0.0

    init(step: Int, expectation: Expectation, isAlways: Bool) {
        self.step = step
        self.expectation = expectation
        self.isAlways = isAlways
    }

    /// It is over: fulfilled, failed, or skipped.
    public var isSettled: Bool {
        switch state {
        case .held, .failed, .skipped: true
        case .notYet, .waits, .holds: false
        }
    }

    /// Why it was not fulfilled, if so.
    public var failure: Failure? {
        if case .failed(let failure) = state { failure } else { nil }
    }

    /// It came to hold as was asked.
    public var isFulfilled: Bool {
        if case .held = state { true } else { false }
    }
}

/// How much time an expectation gets.
struct Patience {
    /// A person is not hurried.
    var isEndless: Bool
    /// Slow machines get more.
    var factor: Double
}

extension Judgement {
    /// Looks once more.
    /// - Parameter now: seconds after the beginning.
    mutating func look(at snapshot: Snapshot, now: Double, _ patience: Patience) {
        guard !isSettled, state != .notYet else { return }
        let truth = expectation.condition.truth(in: snapshot, since: base)
        if truth == true { wasTrue = true }
        if isAlways {
            if truth == false { fail("did not hold any more", snapshot, now) }
            return
        }
        switch state {
        case .waits where truth == true:
            state = (expectation.lasting ?? 0) > 0 ? .holds(since: now) : .held(at: now)
        case .waits:
            let limit = expectation.within ?? Expectation.standardPatience
            if !patience.isEndless, now - from >= limit * patience.factor {
                fail("did not come to hold within \(seconds(limit * patience.factor))", snapshot, now)
            }
        case .holds(let since):
            let lasting = expectation.lasting ?? 0
            if truth != true {
                if patience.isEndless {
                    state = .waits
                } else {
                    let end = truth == nil ? "was not known any more" : "did not hold any more"
                    fail("\(end) after \(seconds(now - since)), and was to for \(seconds(lasting))", snapshot, now)
                }
            } else if now - since >= lasting {
                state = .held(at: now)
            }
        default: break
        }
    }

    /// The end has come: what must always hold has, if it ever was known to.
    mutating func conclude(_ snapshot: Snapshot, now: Double) {
        guard isAlways, !isSettled, state != .notYet else { return }
        if wasTrue { state = .held(at: now) } else { fail("was never known to hold", snapshot, now) }
    }

    mutating func fail(_ reason: String, _ snapshot: Snapshot, _ now: Double) {
        state = .failed(
            Failure(
                at: now, reason: reason, readings: expectation.condition.readings(in: snapshot, since: base)))
    }
}

/// `0.5 s`, `12 s`: as people read it.
func seconds(_ seconds: Double) -> String {
    let rounded = (seconds * 100).rounded() / 100
    return (Int(exactly: rounded).map(String.init) ?? "\(rounded)") + " s"
}
