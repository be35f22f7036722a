import Scenarios
import Telemetry
import TerminalUI

/// The pane of a lesson.
extension Canvas {
    /// The room for the text in the pane; the keys stand in its lower edge.
    func lessonText(_ area: Rect) -> Rect { area.inset(left: 2, top: 1, right: 2, bottom: 1) }

    mutating func drawLesson(_ area: Rect) {
        guard let lesson = state.lesson else { return }
        let fitted = Buffer.fitted(
            lessonTitle(lesson, width: area.width - 6), width: max(0, area.width - 6), ellipsis: glyphs.ellipsis)
        buffer.draw(Block(title: fitted, focused: true, covers: true, look: look), in: area)
        let text = lessonText(area)
        let lines = lessonLines(width: text.width)
        for (row, line) in lines.dropFirst(lesson.offset).prefix(text.height).enumerated() {
            buffer.put(line, at: text.row(row).origin, maxWidth: text.width)
        }
        if lines.count > text.height {
            buffer.draw(
                Scrollbar(count: lines.count, visible: text.height, offset: lesson.offset, look: look),
                in: Rect(x: area.right - 1, y: text.y, width: 1, height: text.height))
        }
        drawLessonKeys(
            lesson, area.row(area.height - 1).inset(left: 2, right: 2),
            isMore: lesson.offset + text.height < lines.count)
    }

    /// Place, title and step, in as many words as there is room for.
    private func lessonTitle(_ lesson: LessonState, width: Int) -> [Span] {
        let words = lesson.words
        let step = "\(lesson.player.current + 1)/\(lesson.plan.scenario.steps.count)"
        let place = lesson.plan.place.map { "\($0.number)/\($0.count)" }
        let titles = [
            (place.map { "\(words.lesson) \($0)  " } ?? "", "  \(words.step) \(step)"),
            (place.map { "\($0)  " } ?? "", "  \(words.step) \(step)"), ("", "  \(words.step) \(step)"),
            ("", "  \(step)"),
        ].map { before, after in
            [
                Span(before, look[.dim]), Span(lesson.plan.lesson.title[lesson.plan.language], look[.title]),
                Span(after, look[.dim]),
            ]
        }
        return titles.first { $0.reduce(0) { $0 + TextWidth.of($1.text) } <= width } ?? titles[titles.count - 1]
    }

    private mutating func drawLessonKeys(_ lesson: LessonState, _ line: Rect, isMore: Bool) {
        let words = lesson.words
        let on = state.keymap.key(for: .lessonOn)
        var hints: [(key: String, label: String)] = []
        if case .prediction = state.overlay {
            let count = lesson.step.predict?.choices.count ?? 0
            hints = [("1-\(count)", words.answer), (state.keymap.key(for: .back, in: .prediction), words.look)]
        } else {
            if isMore {
                hints.append((on, words.more))
            } else if !lesson.isOver || lesson.plan.next != nil {
                hints.append((on, lesson.isAsking ? words.answer : words.next))
            }
            if lesson.player.canGoBack || lesson.page == .reveal || lesson.offset > 0 {
                hints.append((state.keymap.key(for: .lessonBack), words.back))
            }
            if lesson.step.hint != nil, !lesson.isDone {
                hints.append((state.keymap.key(for: .lessonHint), words.hint))
            }
            hints.append((state.keymap.key(for: .lessonReset), words.reset))
        }
        let width = hints.reduce(0) { $0 + TextWidth.of($1.key) + TextWidth.of($1.label) + 3 }
        let place = Rect(x: line.x, y: line.y, width: min(width + 1, line.width), height: 1)
        buffer.fill(place, style: look[.text])
        buffer.draw(KeyHints(hints, look: look), in: place.inset(left: 1))
    }

    /// What the pane shows, folded to a width.
    func lessonLines(width: Int) -> [[Span]] {
        guard let lesson = state.lesson, width > 0 else { return [] }
        var blocks: [[[Span]]] = []
        if lesson.isOver {
            blocks.append([[Span("\(glyphs.up) \(lesson.words.over)", look[.good])]])
            let next = lesson.plan.next.map { lesson.words.nextLesson + $0[lesson.plan.language] }
            blocks.append([[Span(next ?? lesson.words.last)]])
        } else if lesson.page == .reveal {
            blocks += checks(lesson)
            if let answer = answer(lesson) { blocks.append([answer]) }
            if let reveal = lesson.step.reveal { blocks += marked(reveal[lesson.plan.language]) }
        } else {
            if let text = lesson.step.text { blocks += marked(text[lesson.plan.language]) }
            if let predict = lesson.step.predict { blocks.append(question(predict, lesson)) }
            if lesson.showsHint, let hint = lesson.step.hint {
                blocks += marked("**\(lesson.words.hint):** " + hint[lesson.plan.language])
            }
            if !lesson.isAsking { blocks += checks(lesson) }
        }
        let folded = blocks.map { Paragraph(lines: $0).wrapped(to: width) }.filter { !$0.isEmpty }
        return Array(folded.joined(separator: [[]]))
    }

    /// What the step waits for, and how it stands.
    private func checks(_ lesson: LessonState) -> [[[Span]]] {
        let judgements = lesson.player.judgements(of: lesson.player.current).filter { !$0.isAlways }
        guard !judgements.isEmpty else { return [] }
        let lines = judgements.flatMap { judgement -> [[Span]] in
            let text = judgement.expectation.condition.text
            switch judgement.state {
            case .held: return [[Span("\(glyphs.up) ", look[.good]), Span(text, look[.dim])]]
            case .skipped:
                return [[Span("\(glyphs.exited) ", look[.dim]), Span("\(lesson.words.skipped): \(text)", look[.dim])]]
            case .notYet, .waits, .holds, .failed:
                var line = [
                    Span("\(glyphs.busy) ", look[.busy]), Span("\(lesson.words.waits) ", look[.dim]),
                    Span(text, look[.accent]),
                ]
                let readings = lesson.player.readings(of: judgement)
                // One alone needs no name.
                if readings.count == 1 {
                    line.append(Span("  \(lesson.words.now) \(readings[0].value)", look[.dim]))
                    return [line]
                }
                return [line]
                    + readings.prefix(2).map { [Span("  \(lesson.words.now) \($0.field) = \($0.value)", look[.dim])] }
            }
        }
        return [lines]
    }

    private func question(_ predict: Prediction, _ lesson: LessonState) -> [[Span]] {
        let language = lesson.plan.language
        var marked = -1
        if case .prediction(let row) = state.overlay { marked = row }
        let chosen = lesson.player.answer(of: lesson.player.current)
        let style = look[.warning]
        let question = spans(predict.question[language]).map { Span($0.text, $0.style.adding(.bold)) }
        return [[Span("? ", style)] + question]
            + predict.choices.enumerated().map { index, choice in
                let mark = index == marked ? glyphs.right : index == chosen ? glyphs.up : " "
                let text =
                    [Span("\(mark) ", look[.focus]), Span("\(index + 1)", look[.key]), Span(" ")]
                    + spans(choice[language])
                return index == marked ? text.map { Span($0.text, $0.style.adding(.bold)) } : text
            }
    }

    /// Whether the person was right.
    private func answer(_ lesson: LessonState) -> [Span]? {
        guard let predict = lesson.step.predict, let chosen = lesson.player.answer(of: lesson.player.current) else {
            return nil
        }
        let isRight = chosen == predict.answer
        let language = lesson.plan.language
        return [
            Span(
                isRight ? "\(glyphs.up) \(lesson.words.rightly)" : "\(glyphs.exited) \(lesson.words.wrongly)",
                isRight ? look[.good] : look[.warning])
        ] + spans(predict.choices[chosen][language])
    }

    /// Markdown-light: paragraphs parted by empty lines, lists with `-`, `code` and **bold**.
    func marked(_ text: String) -> [[[Span]]] {
        var blocks: [[String]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(line.drop { $0 == " " })
            if line.isEmpty {
                blocks.append([])
            } else if line.hasPrefix("- ") || blocks[blocks.count - 1].isEmpty {
                blocks[blocks.count - 1].append(line)
            } else {
                // The end of a line in the file is a blank, but not between characters that need none.
                let block = blocks.count - 1
                let before = blocks[block].removeLast()
                let glue = Self.standsTogether(before, line) ? "" : " "
                blocks[block].append(before + glue + line)
            }
        }
        return blocks.filter { !$0.isEmpty }.map { lines in
            lines.map { line in
                line.hasPrefix("- ")
                    ? [Span(glyphs.isUnicode ? "• " : "- ", look[.dim])] + spans(String(line.dropFirst(2)))
                    : spans(line)
            }
        }
    }

    /// Whether two lines of a text need no blank between them: wide characters, or punctuation that is wide.
    private static func standsTogether(_ one: String, _ other: String) -> Bool {
        func isMark(_ character: Character) -> Bool { character == "`" || character == "*" }
        guard let last = one.last(where: { !isMark($0) }), let first = other.first(where: { !isMark($0) }) else {
            return false
        }
        let (before, after) = (TextWidth.of(last) == 2, TextWidth.of(first) == 2)
        return before && after || before && last.isPunctuation || after && first.isPunctuation
    }

    private enum Mark { case plain, code, bold }

    private func spans(_ line: String) -> [Span] {
        var spans: [Span] = []
        var mark = Mark.plain
        var text = ""
        func turn(to next: Mark) {
            let style: Style =
                switch mark {
                case .plain: .plain
                case .code: look[.accent]
                case .bold: Style(modifiers: .bold)
                }
            if !text.isEmpty { spans.append(Span(text, style)) }
            (text, mark) = ("", next)
        }
        var rest = line[...]
        while let character = rest.first {
            if character == "`", mark == .code || rest.dropFirst().contains("`") {
                turn(to: mark == .code ? .plain : .code)
            } else if mark != .code, rest.hasPrefix("**"), mark == .bold || rest.dropFirst(2).contains("**") {
                turn(to: mark == .bold ? .plain : .bold)
                rest = rest.dropFirst()
            } else {
                text.append(character)
            }
            rest = rest.dropFirst()
        }
        turn(to: .plain)
        return spans
    }
}
