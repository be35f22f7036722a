import Telemetry
import TerminalUI

extension DashboardState {
    /// What is wrong now, and what will bite.
    var allFindings: [Finding] { shown.verdicts + topology.findings }

    /// Seconds for which the line of verdicts tells that one is over, and at the beginning of the lints.
    private static let notice = Duration.seconds(8)

    /// What stands on the line of verdicts: the most important one; else, for a while, the one that has just ended, or
    /// what was found in the file when it was loaded.
    var headline: Finding? {
        if let first = shown.headline { return first }
        if let ended, ended.until > now { return ended.finding }
        return now < Self.notice && shown.snapshot != nil ? topology.findings.first : nil
    }

    /// Whether what stands on the line of verdicts changes by the time alone.
    mutating func settleHeadline() -> Bool {
        if let ended, ended.until <= now {
            self.ended = nil
            return true
        }
        guard !hasToldLints, now >= Self.notice else { return false }
        hasToldLints = true
        return !topology.findings.isEmpty
    }

    /// Takes a snapshot in, and notes whether the verdict that stood there has ended with it.
    mutating func noteEnd(of before: Finding?) {
        guard var before, let since = before.since, let snapshot = live.snapshot else { return }
        if live.headline != nil {
            ended = nil
        } else {
            before.lasted = max(0, snapshot.elapsed - since)
            ended = (Ended(finding: before, until: now + Self.notice))
        }
    }

    mutating func openFindings() {
        let all = allFindings
        guard !all.isEmpty else {
            say("Nothing is wrong, as far as can be seen.")
            return
        }
        findings.open(all)
        overlay = .findings
    }

    mutating func goThroughFindings(_ key: Key) {
        let last = findings.entries.count - 1
        switch keymap.command(for: key, in: [.verdicts, .moving]) {
        case .verdict: findings.selected = findings.selected == last ? 0 : findings.selected + 1
        case .down: findings.selected = min(last, findings.selected + 1)
        case .up: findings.selected = max(0, findings.selected - 1)
        case .first, .pageUp: findings.selected = 0
        case .last, .pageDown: findings.selected = last
        case .open: goToFinding()
        case .back: overlay = nil
        default: break
        }
    }

    /// Selects what the finding is about, and opens it.
    mutating func goToFinding() {
        guard let finding = findings.current else { return }
        guard let name = finding.subject, let subject = subject(named: name) else {
            if finding.isLint {
                say("\(finding.rule) is about line \(finding.line ?? 1) of the file.")
            } else {
                say("\(finding.subject ?? finding.rule) is gone.")
            }
            return
        }
        overlay = nil
        reveal(subject)
        detail = subject
        detailOffset = 0
    }

    private func subject(named name: String) -> Subject? {
        if shown.link(name) != nil { return .link(name) }
        if shown.socket(name) != nil { return .socket(name) }
        return shown.node(name) == nil ? nil : .node(name)
    }

    /// A press of the mouse while the list of verdicts is there: selects, a second time on the same one goes there;
    /// outside closes.
    mutating func clickFinding(_ point: Point) {
        let canvas = Canvas(state: self, size: size)
        guard canvas.findingsArea.contains(point) else {
            overlay = nil
            return
        }
        guard let index = canvas.finding(at: point) else { return }
        if findings.selected == index { goToFinding() } else { findings.selected = index }
    }
}
