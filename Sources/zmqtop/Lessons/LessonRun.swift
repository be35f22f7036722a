import Dashboard
import Scenarios
import Session
import Topology

/// Lessons in the terminal, one after the other: each in a session of its own.
struct LessonRun {
    let installation: Installation
    let ending: Ending
    let screen: Screen

    /// Blocks until the person quits, or zmqtop is asked to end; nothing of a session is left then. The terminal stays
    /// taken over.
    /// - Returns: the exit status.
    func take(_ first: OpenedLesson) throws -> Int32 {
        var lesson = first
        while true {
            // Before the session is up: that takes a while.
            screen.greet(lesson.file.topology.preview(), lesson.plan)
            let session = try makeSession(
                lesson.file.topology, installation, runDirectory: nil, keep: false, seed: nil,
                onDown: { [ending] in ending.ask(.down) })
            defer { session.stop() }
            switch try play(lesson, in: session) {
            case .ended(let status): return status
            case .lesson(.again), .detached, .over: break
            case .lesson(.next):
                guard let next = lesson.next else { break }
                lesson = OpenedLesson(next, of: try LessonShelf(installation), language: lesson.language)
            }
            screen.greet(lesson.file.topology.preview(), lesson.plan)
        }
    }

    private func play(_ lesson: OpenedLesson, in session: Session) throws -> DashboardRun.Outcome {
        try DashboardRun(
            scene: try OwnScene(session), ending: ending, screen: screen, readOnly: false,
            every: screen.configuration.refresh ?? 0.25, duration: nil,
            cannotDetach: "A lesson needs its screen: q ends it.", lesson: lesson.plan,
            progress: { try LessonProgress().markDone(lesson.lesson.slug) }
        ).run()
    }
}
