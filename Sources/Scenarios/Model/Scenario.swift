public import RunDirectory
public import Telemetry

/// What is done to a running topology, step by step, and what is expected of it.
public struct Scenario: Sendable {
    /// The file's `name`, or the file's own name without its ending.
    public var name: String
    /// One sentence on what it shows; may be empty.
    public var about: String
    /// The file, as its path was given.
    public var path: String
    /// Seconds that the whole may take.
    public var timeout: Double
    /// In their order; never empty in what was read from a file.
    public var steps: [Step]

    /// A scenario; 60 seconds by default.
    public init(name: String, about: String = "", path: String = "", timeout: Double = 60, steps: [Step]) {
        self.name = name
        self.about = about
        self.path = path
        self.timeout = timeout
        self.steps = steps
    }
}

/// One step: what is told, asked, done and expected, in this order: `prepare`, `at` and `wait`, `predict`, `deeds`,
/// `expectations`, `reveal`.
public struct Step: Sendable {
    /// Of the file, from 1.
    public var line: Int
    /// What the person is told. Markdown-light: paragraphs, `code`, **bold**, lists with `-`.
    public var text: LocalizedText?
    /// Done by the scenario itself when the step opens, for a person too.
    public var prepare: [StepDeed]
    /// A question to be answered before the deeds.
    public var predict: Prediction?
    /// The step waits until so many seconds after the scenario's beginning.
    public var at: Double?
    /// Seconds that the step waits.
    public var wait: Double?
    /// Done by `zmqtop test`; in a lesson by the person.
    public var deeds: [StepDeed]
    /// How a person does them.
    public var hint: LocalizedText?
    /// All of them must come to hold after the deeds.
    public var expectations: [Expectation]
    /// Each must hold from this step to the end.
    public var always: [Expectation]
    /// Told when the expectations hold.
    public var reveal: LocalizedText?

    /// A step; what is left out is not in it.
    public init(
        line: Int = 0, text: LocalizedText? = nil, prepare: [StepDeed] = [], predict: Prediction? = nil,
        at: Double? = nil, wait: Double? = nil, deeds: [StepDeed] = [], hint: LocalizedText? = nil,
        expectations: [Expectation] = [], always: [Expectation] = [], reveal: LocalizedText? = nil
    ) {
        self.line = line
        self.text = text
        self.prepare = prepare
        self.predict = predict
        self.at = at
        self.wait = wait
        self.deeds = deeds
        self.hint = hint
        self.expectations = expectations
        self.always = always
        self.reveal = reveal
    }
}

/// Something that is done to the session.
public enum Deed: Equatable, Sendable {
    case control(SessionCommand)
    case inject(InjectionOrder)
    /// Nothing, for so many seconds; a player does it by itself.
    case wait(seconds: Double)
}

/// A deed as it stands in a file.
public struct StepDeed: Equatable, Sendable {
    /// As it was written.
    public var text: String
    /// Of the file, from 1.
    public var line: Int
    /// What is to be done.
    public var deed: Deed

    /// A deed and where it stands.
    public init(text: String, line: Int = 0, deed: Deed) {
        self.text = text
        self.line = line
        self.deed = deed
    }
}

/// A condition, and when it must hold.
public struct Expectation: Sendable {
    /// As it was written, with `within` and `for`.
    public var text: String
    /// Of the file, from 1.
    public var line: Int
    /// What must hold.
    public var condition: Condition
    /// Seconds in which it must come to hold; nil: not said (`standardPatience`).
    public var within: Double?
    /// Seconds for which it must then stay true, in every look that is taken.
    public var lasting: Double?

    /// Seconds, where the file does not say it.
    public static let standardPatience = 5.0

    /// An expectation; by default it must come to hold in five seconds.
    public init(text: String, line: Int = 0, condition: Condition, within: Double? = nil, lasting: Double? = nil) {
        self.text = text
        self.line = line
        self.condition = condition
        self.within = within
        self.lasting = lasting
    }
}

/// A question to be answered before something is done.
public struct Prediction: Equatable, Sendable {
    /// What is asked.
    public var question: LocalizedText
    /// Two to four answers.
    public var choices: [LocalizedText]
    /// Which of them is right, from 0.
    public var answer: Int

    /// A question with its choices, and the right one's index.
    public init(question: LocalizedText, choices: [LocalizedText], answer: Int) {
        self.question = question
        self.choices = choices
        self.answer = answer
    }
}

/// What makes a lesson of a scenario.
public struct Lesson: Equatable, Sendable {
    /// The file's `name`: progress is kept by it.
    public var slug: String
    /// Shown in lists.
    public var title: LocalizedText
    /// How long it takes; nil where the file does not say it.
    public var minutes: Int?

    /// A lesson's name, title and length.
    public init(slug: String, title: LocalizedText, minutes: Int? = nil) {
        self.slug = slug
        self.title = title
        self.minutes = minutes
    }
}
