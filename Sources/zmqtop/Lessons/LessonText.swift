import Scenarios

/// Lessons as text, in a language.
enum LessonText {
    /// A line a lesson: number, name, title, minutes, and whether it is done.
    static func list(_ items: [LessonShelf.Item], done: Set<String>, _ language: Language) -> String {
        let header = language == .english ? ["#", "lesson", "title", "min", ""] : ["#", "课程", "标题", "分钟", ""]
        let rows = items.map { item in
            [
                String(item.number), item.lesson.slug, item.lesson.title[language],
                item.lesson.minutes.map(String.init) ?? "—", done.contains(item.lesson.slug) ? "✔" : "",
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { TrialText.cells($0[column]) }.max() ?? 0 }
        return ([header] + rows).map { row in
            var line = ""
            for (column, cell) in row.enumerated() where !cell.isEmpty {
                let space = String(repeating: " ", count: max(0, widths[column] - TrialText.cells(cell)))
                let isFigure = column == 0 || column == 3
                line += (isFigure ? space + cell : cell + space) + "  "
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// All that a person is told in a lesson, step by step.
    static func text(_ opened: OpenedLesson) -> String {
        let language = opened.language
        var parts = ["# " + opened.lesson.title[language]]
        for (index, step) in opened.file.scenario.steps.enumerated() {
            parts.append("## \(index + 1)/\(opened.file.scenario.steps.count)")
            if let text = step.text { parts.append(text[language]) }
            if let predict = step.predict {
                let choices = predict.choices.enumerated().map { "\($0.offset + 1). \($0.element[language])" }
                parts.append(([predict.question[language]] + choices).joined(separator: "\n"))
            }
            if !step.deeds.isEmpty { parts.append(step.deeds.map { "    \($0.text)" }.joined(separator: "\n")) }
            if let hint = step.hint { parts.append("(\(hint[language].trimmingEnds))") }
            if let reveal = step.reveal { parts.append(reveal[language]) }
        }
        let text = parts.map(\.trimmingEnds).joined(separator: "\n\n")
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { TrialText.plain(String($0)) }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmingEnds: String {
        var text = self[...]
        while text.last?.isNewline == true || text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
