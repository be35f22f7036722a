public import Scenarios
import Telemetry

/// A lesson that is taken in the dashboard.
public struct LessonPlan: Sendable {
    /// Its title and name.
    public var lesson: Lesson
    /// Its steps.
    public var scenario: Scenario
    /// Which of its texts are shown.
    public var language: Language
    /// Its place among all lessons, from 1, and how many there are; nil for a file of one's own.
    public var place: (number: Int, count: Int)?
    /// The title of the lesson that comes after it; nil: it is the last one.
    public var next: LocalizedText?

    /// A lesson, in a language.
    public init(
        lesson: Lesson, scenario: Scenario, language: Language, place: (number: Int, count: Int)? = nil,
        next: LocalizedText? = nil
    ) {
        self.lesson = lesson
        self.scenario = scenario
        self.language = language
        self.place = place
        self.next = next
    }
}

/// What a person wants after, or in the middle of, a lesson.
public enum LessonOrder: Equatable, Sendable {
    /// The same one, from its beginning, with a session of its own.
    case again
    /// The one that comes after it.
    case next
}

/// Where one is in a lesson.
struct LessonState: Equatable, Sendable {
    /// What of a step the pane shows.
    enum Page: Equatable, Sendable {
        /// What is told and asked.
        case task
        /// What came of it, when it is done.
        case reveal
    }

    let plan: LessonPlan
    private(set) var player: ScenarioPlayer
    var page = Page.task
    var showsHint = false
    /// Lines scrolled out above.
    var offset = 0
    /// The person was told that the step is not done, and goes on all the same the next time.
    var isWarned = false
    /// Changes whenever something else does: a player has no equality of its own.
    private var revision = 0

    init(_ plan: LessonPlan) {
        self.plan = plan
        player = ScenarioPlayer(plan.scenario, mode: .taught)
    }

    static func == (one: LessonState, other: LessonState) -> Bool {
        one.revision == other.revision && one.page == other.page && one.showsHint == other.showsHint
            && one.offset == other.offset && one.isWarned == other.isWarned
    }

    /// The step that is shown.
    var step: Step { plan.scenario.steps[player.current] }

    /// The question of the step that is shown waits for its answer.
    var isAsking: Bool { step.predict != nil && player.answer(of: player.current) == nil }

    /// Everything that the step asks for is done.
    var isDone: Bool { player.isSettled && !isAsking }

    var isOver: Bool { player.outcome != nil }

    /// Whether the step has something to tell when it is done.
    var hasReveal: Bool { step.reveal != nil || step.predict != nil }

    /// Whether that is told at once: not where nothing was asked for, and the text may not have been read yet.
    private var tellsAtOnce: Bool { hasReveal && (step.predict != nil || !step.deeds.isEmpty) }

    var words: LessonWords { LessonWords(plan.language) }

    mutating func play(_ change: (inout ScenarioPlayer) -> Void) {
        let step = player.current
        let wasDone = isDone
        change(&player)
        revision += 1
        if player.current != step {
            page = isDone && hasReveal && player.current < step ? .reveal : .task
            (offset, showsHint, isWarned) = (0, false, false)
        } else if !wasDone, isDone, tellsAtOnce {
            (page, offset) = (.reveal, 0)
        }
    }
}

/// The pane's own words.
struct LessonWords: Sendable {
    let lesson: String, step: String, waits: String, done: String, skipped: String, hint: String
    let rightly: String, wrongly: String, next: String, back: String, more: String, reset: String, answer: String
    let over: String, nextLesson: String, last: String, now: String, notYet: String, again: String, noHint: String
    let look: String, anew: String

    init(_ language: Language) {
        switch language {
        case .english:
            (lesson, step, waits, done, skipped, hint) = ("lesson", "step", "waiting for", "done", "skipped", "Hint")
            (rightly, wrongly) = ("You were right: ", "It came differently. You said: ")
            (next, back, more, reset, answer) = ("next", "back", "more", "from the start", "answer")
            over = "That was the lesson."
            (nextLesson, last) = ("The next one: ", "It was the last one.")
            now = "now"
            notYet = "What this step waits for has not happened yet."
            again = "goes on without it."
            noHint = "This step has no hint."
            look = "look around first"
            anew = "Begin the lesson anew?"
        case .simplifiedChinese:
            (lesson, step, waits, done, skipped, hint) = ("课程", "步骤", "等待", "完成", "已跳过", "提示")
            (rightly, wrongly) = ("你猜对了：", "结果不一样。你选的是：")
            (next, back, more, reset, answer) = ("继续", "返回", "更多", "从头开始", "回答")
            over = "本课结束。"
            (nextLesson, last) = ("下一课：", "这是最后一课。")
            now = "现在"
            notYet = "这一步等待的事情还没有发生。"
            again = "跳过它继续。"
            noHint = "这一步没有提示。"
            look = "先看看"
            anew = "重新开始这一课？"
        }
    }
}
