import Foundation
import Scenarios
import Telemetry

/// How a scenario went. As JSON (`zmqtop test --json`) it has the names of its properties.
struct TrialReport: Encodable, Sendable {
    enum Outcome: String, Encodable, Sendable { case passed, failed, interrupted }

    /// An expectation that was not fulfilled; in an inverted run one that checks nothing.
    struct Failure: Encodable, Sendable {
        struct Reading: Encodable, Sendable {
            var field: String
            var value: String
        }

        /// From 1.
        var step: Int
        var line: Int
        /// As it was written.
        var expectation: String
        var reason: String
        /// Seconds after the beginning; nil when it was not judged.
        var at: Double?
        var observed: [Reading]
    }

    struct Problem: Encodable, Sendable {
        /// From 1; nil where it is about no step.
        var step: Int?
        var line: Int?
        var sentence: String
    }

    struct Event: Encodable, Sendable {
        /// Seconds after the beginning.
        var at: Double
        var text: String
    }

    /// A node that had failed in the end.
    struct Node: Encodable, Sendable {
        var name: String
        var state: String
        var reason: String?
        /// The last lines that it wrote.
        var output: [String]
    }

    var name: String
    var path: String
    var isLesson: Bool
    var isInverted: Bool
    var outcome = Outcome.passed
    /// From before the session's start to after its end.
    var seconds = 0.0
    /// How many there are.
    var expectations = 0
    /// Those that were not fulfilled.
    var failures: [Failure] = []
    /// What went wrong beside them.
    var problems: [Problem] = []
    /// The last ones before the failure.
    var events: [Event] = []
    var nodes: [Node] = []

    init(name: String, path: String, isLesson: Bool, isInverted: Bool) {
        self.name = name
        self.path = path
        self.isLesson = isLesson
        self.isInverted = isInverted
    }

    mutating func take(_ player: ScenarioPlayer) {
        outcome = player.outcome == .passed ? .passed : .failed
        expectations = player.judgements.count
        problems += player.problems.map { .init(step: $0.step + 1, line: $0.line, sentence: $0.sentence) }
        failures = (isInverted ? player.idle : player.failures).map { judgement in
            Failure(
                step: judgement.step + 1, line: judgement.expectation.line, expectation: judgement.expectation.text,
                reason: judgement.failure?.reason
                    ?? (judgement.isFulfilled
                        ? "held before the step did anything, as all that the step expects" : "was never judged"),
                at: judgement.failure?.at,
                observed: (judgement.failure?.readings ?? player.readings(of: judgement)).map {
                    .init(field: $0.field, value: $0.value)
                })
        }
    }

    /// One line of JSON.
    func json() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
