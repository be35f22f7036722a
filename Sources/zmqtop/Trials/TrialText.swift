import Foundation
import TerminalUI

/// Reports as text for people. What nodes wrote and files hold is data: control characters are left out.
enum TrialText {
    /// `✔ engine-dies  4.2 s  5 expectations`
    /// - Parameter width: of the longest name, in cells.
    static func line(_ report: TrialReport, width: Int) -> String {
        let mark =
            switch report.outcome {
            case .passed: "✔"
            case .failed: "✖"
            case .interrupted: "–"
            }
        let space = String(repeating: " ", count: max(0, width - cells(report.name)))
        let time = String(format: "%5.1f s", report.seconds)
        return "\(mark) \(plain(report.name))\(space)  \(time)  \(sentence(report))"
    }

    private static func sentence(_ report: TrialReport) -> String {
        let all = counted(report.expectations, "expectation")
        switch report.outcome {
        case .interrupted: return "interrupted"
        case .passed: return report.isInverted ? "\(all), each of them checks something" : all
        case .failed:
            if report.isInverted, !report.failures.isEmpty {
                return "\(report.failures.count) of \(all) \(report.failures.count == 1 ? "checks" : "check") nothing"
            }
            if let step = report.failures.first?.step ?? report.problems.first?.step { return "failed at step \(step)" }
            return "failed"
        }
    }

    /// What one must know of a failure; empty when there is none.
    static func details(_ report: TrialReport) -> [String] {
        guard report.outcome == .failed else { return [] }
        var lines: [String] = []
        for failure in report.failures {
            lines.append("step \(failure.step), \(report.path):\(failure.line)")
            lines.append("  expected  \(failure.expectation)")
            let time = failure.at.map { String(format: " (%.1f s after the beginning)", $0) } ?? ""
            lines.append("  but it    \(failure.reason)\(time)")
            for (index, reading) in failure.observed.enumerated() {
                lines.append("  \(index == 0 ? "seen" : "    ")      \(reading.field) = \(reading.value)")
            }
        }
        for problem in report.problems {
            let place = problem.step.map { "step \($0), \(report.path):\(problem.line ?? 0): " } ?? ""
            // Errors of a file have several lines.
            lines += "\(place)\(problem.sentence)".split(separator: "\n").map(String.init)
        }
        if !report.events.isEmpty {
            lines.append("last events")
            lines += report.events.map { String(format: "  %6.2f s  ", $0.at) + $0.text }
        }
        for node in report.nodes {
            lines.append("\(node.name) \(node.state)\(node.reason.map { ": \($0)" } ?? "")")
            lines += node.output.map { "  | \($0)" }
        }
        return lines.map { "    " + plain($0) }
    }

    /// The last line, where there are several scenarios.
    static func summary(_ reports: [TrialReport]) -> String {
        let (passed, failed) = (reports.count { $0.outcome == .passed }, reports.count { $0.outcome == .failed })
        let interrupted = reports.count - passed - failed
        return "\(passed) passed, \(failed) failed" + (interrupted > 0 ? ", \(interrupted) interrupted" : "")
    }

    private static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    static func cells(_ text: String) -> Int { TextWidth.of(text) }

    static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
