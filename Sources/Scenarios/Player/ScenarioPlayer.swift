public import Telemetry

/// Plays a scenario: given looks at the session and the time, it says what is to be done now, and judges what is expected.
/// It has no clock and does nothing itself, so `zmqtop test` and the dashboard play the same way.
///
/// After each look: hand it what has become of its deeds (`finished`), then the look (`take`), and carry out what that
/// returns. The look must have been taken after the deeds that are reported as finished.
public struct ScenarioPlayer: Sendable {
    /// What is played.
    public let scenario: Scenario
    /// Who does the deeds.
    public let mode: Mode
    /// Each expectation is to fail, and a failure does not end it: see `idle`.
    public let isInverted: Bool

    /// Index of the step that is shown; in taught mode the person moves it.
    public private(set) var current = 0
    /// Index of the step that has come furthest; what is expected of it is judged.
    public private(set) var active = 0
    /// All expectations, in the order of the steps; of one step first those of `expect`.
    public private(set) var judgements: [Judgement]
    /// What went wrong beside expectations: a deed that could not be done, the time being over.
    public private(set) var problems: [Problem] = []
    /// nil while it goes on.
    public private(set) var outcome: Outcome?

    private let patience: Patience
    private var stages: [Stage]
    private var answers: [Int: Int] = [:]
    private var started: Double?
    /// Seconds after the beginning.
    private var now = 0.0
    private var last: Snapshot?
    /// Deeds of the active step that are still to come.
    private var queue: [StepDeed] = []
    /// The order of the first of them, until it is reported as finished.
    private var pending: Int?
    /// The first of them has been handed out.
    private var isOrdered = false
    private var waitsUntil: Double?
    private var nextID = 1

    /// - Parameters:
    ///   - mode: who does the deeds
    ///   - isInverted: nothing that is expected ends the scenario, whether it holds or not; `idle` then tells which
    ///     expectations check nothing
    ///   - timeFactor: slow machines get so many times the time limits of the file
    public init(_ scenario: Scenario, mode: Mode, isInverted: Bool = false, timeFactor: Double = 1) {
        self.scenario = scenario
        self.mode = mode
        self.isInverted = isInverted
        patience = Patience(isEndless: mode == .taught, factor: timeFactor)
        stages = scenario.steps.map { _ in .closed }
        judgements = scenario.steps.enumerated().flatMap { index, step in
            step.expectations.map { Judgement(step: index, expectation: $0, isAlways: false) }
                + step.always.map { Judgement(step: index, expectation: $0, isAlways: true) }
        }
    }

    // MARK: What is seen

    /// Seconds since the first look.
    public var elapsed: Double { now }

    /// How far a step has come.
    public func stage(of step: Int) -> Stage { stages.indices.contains(step) ? stages[step] : .closed }

    /// The expectations of a step.
    public func judgements(of step: Int) -> [Judgement] { judgements.filter { $0.step == step } }

    /// What the fields of an expectation are now; empty before the first look.
    public func readings(of judgement: Judgement) -> [Condition.Reading] {
        last.map { judgement.expectation.condition.readings(in: $0, since: judgement.base) } ?? []
    }

    /// Expectations that check nothing, for an inverted run: what they expect did not come about, so their negation
    /// holds; or a step does something, and all that it expects was true before: the deeds could be left out.
    public var idle: [Judgement] { judgements.filter { !$0.isFulfilled || isNeedless($0.step) && !$0.isAlways } }

    private func isNeedless(_ step: Int) -> Bool {
        guard mode == .unattended, !scenario.steps[step].deeds.isEmpty else { return false }
        return judgements.allSatisfy { $0.step != step || $0.isAlways || $0.wasTrueBefore }
    }

    /// Everything that did not turn out as expected.
    public var failures: [Judgement] { judgements.filter { $0.failure != nil } }

    // MARK: What happens

    /// A deed has been carried out, or could not be.
    /// - Parameter problem: why it could not, as one sentence.
    public mutating func finished(_ id: Int, problem: String? = nil) {
        guard pending == id else { return }
        pending = nil
        guard let problem, outcome == nil else { return }
        report("“\(queue.first?.text ?? "")” could not be done: \(problem)", line: queue.first?.line)
        if mode == .unattended { end(.failed) }
    }

    /// Takes a look at the session.
    /// - Parameter time: seconds by any clock that never goes back; the first look is the beginning.
    /// - Returns: what is to be carried out now; each order once.
    public mutating func take(_ snapshot: Snapshot, at time: Double) -> [Order] {
        now = time - (started ?? time)
        started = started ?? time
        last = snapshot
        guard outcome == nil, !scenario.steps.isEmpty else {
            if scenario.steps.isEmpty, mode == .unattended { end(.passed) }
            return []
        }
        judgeAlways(snapshot)
        var orders: [Order] = []
        while outcome == nil, advance(snapshot, &orders) {}
        checkTime(snapshot)
        return orders
    }

    // MARK: What the person does

    /// Whether the step that is shown asks for nothing more.
    public var isSettled: Bool { [.done, .failed, .skipped].contains(stage(of: current)) }

    /// Whether `back` would go anywhere.
    public var canGoBack: Bool { current > 0 }

    /// The choice that was made at a step's question, from 0; nil before.
    public func answer(of step: Int) -> Int? { answers[step] }

    /// Notes what the person predicts at the step that is shown; the first choice stays.
    public mutating func answer(_ choice: Int) {
        guard scenario.steps.indices.contains(current), let predict = scenario.steps[current].predict,
            predict.choices.indices.contains(choice)
        else { return }
        answers[current] = answers[current] ?? choice
    }

    /// Shows the next step; what is left of the last opened one is skipped. After the last step the lesson is over.
    public mutating func next() {
        guard outcome == nil, !scenario.steps.isEmpty else { return }
        guard current == active else {
            current += 1
            return
        }
        if !isSettled { skip() }
        if active + 1 < scenario.steps.count {
            active += 1
            current = active
        } else if let last {
            for index in judgements.indices { judgements[index].conclude(last, now: now) }
            end(.passed)
        }
    }

    /// Shows the step before. Nothing is undone, and what comes after stays as it is.
    public mutating func back() {
        if canGoBack { current -= 1 }
    }

    /// Has the deeds of the active step done for the person.
    public mutating func demonstrate() {
        guard mode == .taught, [.doing, .judging].contains(stage(of: active)), queue.isEmpty else { return }
        queue = scenario.steps[active].deeds
        stages[active] = .doing
    }

    // MARK: How it goes on

    private var stopsAtFailure: Bool { mode == .unattended && !isInverted }

    private mutating func judgeAlways(_ snapshot: Snapshot) {
        for index in judgements.indices where judgements[index].isAlways {
            judgements[index].look(at: snapshot, now: now, patience)
            if judgements[index].failure != nil, stopsAtFailure { end(.failed) }
        }
    }

    /// One move of the active step.
    /// - Returns: whether there may be another one.
    private mutating func advance(_ snapshot: Snapshot, _ orders: inout [Order]) -> Bool {
        let step = scenario.steps[active]
        switch stages[active] {
        case .closed:
            queue = step.prepare
            stages[active] = .preparing
        case .preparing:
            guard work(&orders) else { return false }
            waitsUntil = max(step.at ?? 0, step.wait.map { now + $0 } ?? 0)
            stages[active] = .waiting
        case .waiting:
            guard now >= waitsUntil ?? 0 else { return false }
            waitsUntil = nil
            for index in judgements.indices where judgements[index].step == active {
                judgements[index].base = snapshot
                let condition = judgements[index].expectation.condition
                judgements[index].wasTrueBefore = condition.truth(in: snapshot, since: snapshot) == true
                if judgements[index].isAlways { judgements[index].state = .waits }
            }
            judgeAlways(snapshot)
            queue = mode == .unattended ? step.deeds : []
            stages[active] = .doing
        case .doing:
            guard work(&orders) else { return false }
            for index in judgements.indices
            where judgements[index].step == active && judgements[index].state == .notYet {
                judgements[index].state = .waits
                judgements[index].from = now
            }
            stages[active] = .judging
        case .judging:
            return judge(snapshot)
        case .done, .failed, .skipped:
            return goOn(snapshot)
        }
        return true
    }

    /// Does what is in the queue, one after the other.
    /// - Returns: whether all is done.
    private mutating func work(_ orders: inout [Order]) -> Bool {
        while let deed = queue.first {
            if case .wait(let seconds) = deed.deed {
                let end = waitsUntil ?? now + seconds
                waitsUntil = end
                guard now >= end else { return false }
                waitsUntil = nil
            } else if !isOrdered {
                orders.append(Order(id: nextID, step: active, deed: deed))
                pending = nextID
                isOrdered = true
                nextID += 1
                return false
            } else if pending != nil {
                return false
            }
            isOrdered = false
            queue.removeFirst()
        }
        return true
    }

    private mutating func judge(_ snapshot: Snapshot) -> Bool {
        var isSettled = true
        var hasFailed = false
        for index in judgements.indices where judgements[index].step == active && !judgements[index].isAlways {
            judgements[index].look(at: snapshot, now: now, patience)
            isSettled = isSettled && judgements[index].isSettled
            hasFailed = hasFailed || judgements[index].failure != nil
        }
        if hasFailed, stopsAtFailure {
            stages[active] = .failed
            end(.failed)
            return false
        }
        guard isSettled else { return false }
        stages[active] = hasFailed ? .failed : .done
        return true
    }

    private mutating func goOn(_ snapshot: Snapshot) -> Bool {
        guard mode == .unattended else { return false }
        if active + 1 < scenario.steps.count {
            active += 1
            current = active
            return true
        }
        for index in judgements.indices { judgements[index].conclude(snapshot, now: now) }
        end(isInverted ? idle.isEmpty && problems.isEmpty : failures.isEmpty)
        return false
    }

    private mutating func skip() {
        for index in judgements.indices
        where judgements[index].step == active && !judgements[index].isAlways && !judgements[index].isSettled {
            judgements[index].state = .skipped
        }
        stages[active] = .skipped
        queue = []
        pending = nil
        isOrdered = false
        waitsUntil = nil
    }

    private mutating func checkTime(_ snapshot: Snapshot) {
        let limit = scenario.timeout * patience.factor
        guard outcome == nil, mode == .unattended, now >= limit else { return }
        for index in judgements.indices where judgements[index].step == active && !judgements[index].isSettled {
            judgements[index].fail(
                "had not come to hold when the time of the scenario was over", snapshot, now)
        }
        report("the scenario did not end within \(seconds(limit)): it had come to step \(active + 1)", line: nil)
        stages[active] = .failed
        end(.failed)
    }

    private mutating func report(_ sentence: String, line: Int?) {
        problems.append(
            Problem(step: active, line: line ?? scenario.steps[active].line, at: now, sentence: sentence))
    }

    private mutating func end(_ passed: Bool) { end(passed ? .passed : .failed) }

    private mutating func end(_ outcome: Outcome) { self.outcome = self.outcome ?? outcome }
}
