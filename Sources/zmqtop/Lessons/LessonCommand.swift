public import ArgumentParser
import Foundation
public import Scenarios

struct LessonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "List the lessons, or take one.",
        discussion: """
            Examples:
              zmqtop lesson                        (the list, and which are done)
              zmqtop lesson 6                      (in the terminal; ] goes on, H tells how it is done, q ends)
              zmqtop lesson 6 --lang zh-Hans
              zmqtop lesson 6 --print
            zmqtop test plays each lesson by itself.
            """)

    @Argument(help: "A lesson's number or name, or a file's path.")
    var lesson: String?

    @Option(help: ArgumentHelp("en or zh-Hans. (default: by LC_ALL, LC_MESSAGES, LANG)", valueName: "language"))
    var lang: Language?

    @Flag(help: "Print the lesson's text: nothing is started.")
    var print = false

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        if print && lesson == nil { throw ValidationError("--print takes a lesson: zmqtop lesson 6 --print.") }
    }

    func run() throws {
        let installation = Installation()
        let language = lang ?? Language(environment: ProcessInfo.processInfo.environment)
        guard let lesson else { return try list(installation, language) }
        if print {
            _ = printLine(LessonText.text(try OpenedLesson(lesson, language: language, installation)))
            return
        }
        // Before any thread is there.
        let ending = Ending()
        let opened = try OpenedLesson(lesson, language: language, installation)
        let screen = try Screen(
            drawing, installation,
            instead: "read it with `zmqtop lesson \(lesson) --print`, or let `zmqtop test` play it")
        defer { screen.restore() }
        let status = try LessonRun(installation: installation, ending: ending, screen: screen).take(opened)
        screen.restore()
        throw ExitCode(status)
    }

    private func list(_ installation: Installation, _ language: Language) throws {
        let items = try LessonShelf(installation).items
        let (done, problem) = LessonProgress().load()
        if let problem { complain(problem) }
        _ = printLine(LessonText.list(items, done: done, language))
    }
}

extension Language: ExpressibleByArgument {}
