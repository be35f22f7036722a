import Scenarios
import Telemetry
import TerminalUI

extension DashboardState {
    /// A look at the session, for the lesson: what it wants done now.
    mutating func teach(_ snapshot: Snapshot) -> [Effect] {
        guard var lesson else { return [] }
        var orders: [ScenarioPlayer.Order] = []
        lesson.play { orders = $0.take(snapshot, at: snapshot.elapsed) }
        self.lesson = lesson
        return orders.map { .deed($0) }
    }

    mutating func finishDeed(_ id: Int, problem: String?) {
        lesson?.play { $0.finished(id, problem: problem) }
        if let problem { say(problem, isProblem: true) }
    }

    mutating func obeyLesson(_ command: Command) -> [Effect] {
        guard let lesson else { return [] }
        switch command {
        case .lessonOn: return goOn(lesson)
        case .lessonBack: goBack(lesson)
        case .lessonHint:
            if lesson.step.hint == nil { say(lesson.words.noHint) } else { self.lesson?.showsHint.toggle() }
        case .lessonReset:
            overlay = .lessonReset
        default: break
        }
        return []
    }

    /// First what does not fit on the page, then what came of it, then the next step.
    private mutating func goOn(_ lesson: LessonState) -> [Effect] {
        if lesson.isOver { return lesson.plan.next == nil ? [] : [.lesson(.next)] }
        let hidden = lessonOverflow
        if lesson.offset < hidden {
            let offset = min(hidden, lesson.offset + max(1, lessonPageHeight - 1))
            self.lesson?.offset = offset
            return []
        }
        if lesson.page == .task, lesson.isDone, lesson.hasReveal {
            self.lesson?.page = .reveal
            self.lesson?.offset = 0
            return []
        }
        if lesson.isAsking {
            overlay = .prediction(0)
            return []
        }
        guard lesson.isDone || lesson.isWarned || lesson.player.current != lesson.player.active else {
            self.lesson?.isWarned = true
            say("\(lesson.words.notYet) \(keymap.key(for: .lessonOn)) \(lesson.words.again)")
            return []
        }
        self.lesson?.play { $0.next() }
        if self.lesson?.isOver == true { return [.lessonDone] }
        ask()
        return []
    }

    private mutating func goBack(_ lesson: LessonState) {
        if lesson.offset > 0 {
            let offset = max(0, lesson.offset - max(1, lessonPageHeight - 1))
            self.lesson?.offset = offset
        } else if lesson.page == .reveal {
            self.lesson?.page = .task
        } else {
            self.lesson?.play { $0.back() }
        }
    }

    /// A question is asked at once when its text is in sight as a whole.
    private mutating func ask() {
        if let lesson, lesson.isAsking, overlay == nil, lessonOverflow == 0 { overlay = .prediction(0) }
    }

    mutating func predict(_ key: Key, _ row: Int) -> [Effect] {
        guard let lesson, let predict = lesson.step.predict else {
            overlay = nil
            return []
        }
        let last = predict.choices.count - 1
        func answer(_ choice: Int) {
            guard choice <= last else { return }
            overlay = nil
            self.lesson?.play { $0.answer(choice) }
        }
        switch keymap.command(for: key, in: [.prediction, .moving]) {
        case .choose:
            if case .character(let digit) = key.code, let number = digit.wholeNumberValue { answer(number - 1) }
        case .open: answer(row)
        case .up: overlay = .prediction(row == 0 ? last : row - 1)
        case .down: overlay = .prediction(row == last ? 0 : row + 1)
        case .back: overlay = nil
        // A question that fills the pane is no trap: a lesson is left as it is everywhere.
        default: return keymap.command(for: key, in: [.looking]) == .quit ? [.quit] : []
        }
        return []
    }

    mutating func answerReset(_ key: Key) -> [Effect] {
        switch keymap.command(for: key, in: [.question]) {
        case .yes: return [.lesson(.again)]
        case .no:
            overlay = nil
            return []
        default: return []
        }
    }

    private var lessonPageHeight: Int {
        guard let area = Layout(self, size: size).lesson else { return 1 }
        return Canvas(state: self, size: size).lessonText(area).height
    }

    /// Lines of the page that are still out of sight when it is at its top.
    private var lessonOverflow: Int {
        guard let area = Layout(self, size: size).lesson else { return 0 }
        let canvas = Canvas(state: self, size: size)
        return max(0, canvas.lessonLines(width: canvas.lessonText(area).width).count - canvas.lessonText(area).height)
    }

    /// Nothing is scrolled out further than there is.
    mutating func settleLesson() {
        guard let lesson else { return }
        let offset = min(lesson.offset, lessonOverflow)
        if offset != lesson.offset { self.lesson?.offset = offset }
    }
}
