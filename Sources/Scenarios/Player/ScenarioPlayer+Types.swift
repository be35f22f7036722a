extension ScenarioPlayer {
    /// Who does the deeds.
    public enum Mode: Equatable, Sendable {
        /// The player has them done, and expectations have a time limit.
        case unattended
        /// A person does what a step's `do` says, and goes on by `next`; expectations wait as long as it takes.
        /// `prepare` is still done by the player.
        case taught
    }

    /// A deed that is to be carried out now.
    public struct Order: Equatable, Sendable {
        /// For `finished`.
        public var id: Int
        /// Index of the step.
        public var step: Int
        /// What to do; never `.wait`, which the player does itself.
        public var deed: StepDeed
    }

    /// What went wrong beside an expectation.
    public struct Problem: Equatable, Sendable {
        /// Index of the step.
        public var step: Int
        /// Of the file, from 1.
        public var line: Int
        /// Seconds after the beginning.
        public var at: Double
        /// One sentence.
        public var sentence: String
    }

    /// How far a step has come.
    public enum Stage: Equatable, Sendable {
        /// Not there yet.
        case closed
        /// Its `prepare` is being done.
        case preparing
        /// Its `at` or `wait` has not passed.
        case waiting
        /// Its deeds are being done.
        case doing
        /// Its expectations wait.
        case judging
        /// Everything it expects has come to hold.
        case done
        /// It did not turn out as expected.
        case failed
        /// The person went on without it.
        case skipped
    }

    /// How the whole ended.
    public enum Outcome: Equatable, Sendable { case passed, failed }
}
