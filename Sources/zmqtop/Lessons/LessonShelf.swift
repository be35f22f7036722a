import Dashboard
import Foundation
import Scenarios
import Topology

/// The bundled lessons, in their order.
struct LessonShelf {
    /// A lesson that is in order.
    struct Item {
        /// That of its file's name, as people call it: 3 of `03-lockstep.yaml`.
        var number: Int
        var path: String
        var file: ScenarioFile
        var lesson: Lesson
    }

    let items: [Item]

    /// Reads all of them.
    /// - Throws: `Failure` with every error of every file.
    init(_ installation: Installation) throws {
        var items: [Item] = []
        var errors: [Diagnostic] = []
        for path in installation.bundledScenarios(in: "lessons") {
            do throws(TopologyErrors) {
                let file = try readScenario(path, installation)
                guard let lesson = file.lesson else { continue }
                let number = Self.number(of: path) ?? (items.last?.number ?? 0) + 1
                items.append(Item(number: number, path: path, file: file, lesson: lesson))
            } catch {
                errors += error.diagnostics
            }
        }
        guard errors.isEmpty else { throw Failure(diagnostics: errors) }
        self.items = items
    }

    /// The one that comes after a file's lesson; nil: it is the last one, or none of the shelf.
    func next(after path: String) -> Item? {
        items.firstIndex { $0.path == path }.flatMap { items.indices.contains($0 + 1) ? items[$0 + 1] : nil }
    }

    private static func number(of path: String) -> Int? {
        Int(URL(fileURLWithPath: path).lastPathComponent.prefix { $0.isNumber })
    }
}

/// A lesson that is about to begin: all that a dashboard needs of it.
struct OpenedLesson {
    /// The topology to be started, and the steps.
    let file: ScenarioFile
    let lesson: Lesson
    let language: Language
    /// Its place among all lessons; nil for a file of one's own.
    let place: (number: Int, count: Int)?
    /// The lesson that comes after it.
    let next: LessonShelf.Item?

    /// - Parameter argument: a lesson's number in the list, its name, or the path of a file with a lesson.
    /// - Throws: `Failure` with the lessons that there are, or with all errors of the file.
    init(_ argument: String, language: Language, _ installation: Installation) throws {
        if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") {
            let file: ScenarioFile
            do throws(TopologyErrors) {
                file = try readScenario(argument, installation)
            } catch {
                throw Failure(placed: error)
            }
            guard let lesson = file.lesson else { throw Failure("\(argument) has no `lesson:`: it is no lesson.") }
            self.init(file: file, lesson: lesson, language: language, place: nil, next: nil)
            return
        }
        let shelf = try LessonShelf(installation)
        let number = Int(argument)
        guard
            let item = shelf.items.first(where: {
                $0.number == number || $0.lesson.slug == argument || Installation.names(of: $0.path).contains(argument)
            })
        else {
            let names = shelf.items.map { "\($0.number) \($0.lesson.slug)" }
            throw Failure(
                "There is no lesson \"\(argument)\"."
                    + (names.isEmpty ? "" : " There are: \(names.joined(separator: ", ")).")
                    + " Give a number, a name, or a file's path.")
        }
        self.init(item, of: shelf, language: language)
    }

    /// One of the shelf.
    init(_ item: LessonShelf.Item, of shelf: LessonShelf, language: Language) {
        self.init(
            file: item.file, lesson: item.lesson, language: language,
            place: (item.number, shelf.items.last?.number ?? item.number), next: shelf.next(after: item.path))
    }

    private init(
        file: ScenarioFile, lesson: Lesson, language: Language, place: (number: Int, count: Int)?,
        next: LessonShelf.Item?
    ) {
        self.file = file
        self.lesson = lesson
        self.language = language
        self.place = place
        self.next = next
    }

    /// What the dashboard teaches.
    var plan: LessonPlan {
        LessonPlan(
            lesson: lesson, scenario: file.scenario, language: language, place: place, next: next?.lesson.title)
    }
}
