import Foundation

/// Reports as JUnit writes them, which every CI reads.
enum JUnitFile {
    /// The file's text: one suite, a case a scenario.
    static func text(_ reports: [TrialReport]) -> String {
        let failed = reports.count { $0.outcome == .failed }
        let skipped = reports.count { $0.outcome == .interrupted }
        let time = reports.reduce(0) { $0 + $1.seconds }
        let counts = "tests=\"\(reports.count)\" failures=\"\(failed)\" errors=\"0\" skipped=\"\(skipped)\""
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuites name=\"zmqtop\" \(counts) time=\"\(number(time))\">",
            "  <testsuite name=\"zmqtop\" \(counts) time=\"\(number(time))\">",
        ]
        for report in reports { lines += testCase(report) }
        return (lines + ["  </testsuite>", "</testsuites>", ""]).joined(separator: "\n")
    }

    private static func testCase(_ report: TrialReport) -> [String] {
        let kind = report.isLesson ? "lesson" : "scenario"
        let head =
            "    <testcase name=\"\(escaped(report.name))\" classname=\"\(kind)\" file=\"\(escaped(report.path))\""
            + " time=\"\(number(report.seconds))\""
        switch report.outcome {
        case .passed: return [head + "/>"]
        case .interrupted: return [head + ">", "      <skipped message=\"interrupted\"/>", "    </testcase>"]
        case .failed:
            let message =
                report.failures.first.map { "\($0.expectation): \($0.reason)" }
                ?? report.problems.first?.sentence ?? "failed"
            return [
                head + ">",
                "      <failure message=\"\(escaped(message))\">"
                    + escaped(TrialText.details(report).joined(separator: "\n")) + "</failure>",
                "    </testcase>",
            ]
        }
    }

    private static func number(_ seconds: Double) -> String { String(format: "%.3f", seconds) }

    /// Safe in text and in attributes; what XML cannot hold at all is replaced.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t", "\r": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
