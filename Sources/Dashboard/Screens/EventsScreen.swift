import Telemetry
import TerminalUI

extension Lists {
    /// What happened, the newest at the bottom. Repeats are one row, which Enter unfolds.
    static let events = ListDefinition<EventLog.Entry>(
        columns: [
            ListColumn(
                "elapsed", "elapsed", help: "when it happened, at first", { _ in .fixed(10) },
                .seconds { row, _ in row.first }
            ) { row, scene in
                // Of a part minutes and seconds: the hour is that of the row above it.
                let moment = Format.moment(row.first)
                return .text(row.isPart ? "└  \(moment.suffix(7))" : moment, scene.look[.dim])
            },
            ListColumn(
                "where", "where", help: "the socket, or the node", { .fixed(min(28, max(14, $0.nameWidth))) },
                .text { row, _ in row.subject }
            ) { row, scene in .text(row.subject, row.isPart ? scene.look[.dim] : .plain) },
            ListColumn(
                "event", "event", help: "what happened, and how often", { _ in .fixed(25) },
                .text { row, _ in EventMeaning.name(row) }
            ) { row, scene in .text(EventMeaning.title(row), scene.look.style(EventMeaning.severity(row))) },
            ListColumn(
                "last", "last", help: "when it happened the last time", { _ in .fixed(10) }, priority: 3,
                isDefault: false,
                .seconds { row, _ in row.elapsed }
            ) { row, scene in .text(Format.moment(row.elapsed), scene.look[.dim]) },
            .figure(
                "count", "times", help: "how often it happened", 5, priority: 3, isDefault: false,
                .count { row, _ in row.count }),
            ListColumn(
                "detail", "", help: "its value in words, and the last of several", { _ in .flexible(minimum: 12) },
                priority: 1, .text { row, _ in EventMeaning.detail(row) }
            ) { row, scene in .text(scene.eventDetail(row), scene.look[.dim]) },
            ListColumn(
                "endpoint", "endpoint", help: "the address", { _ in .flexible(minimum: 15, weight: 3) }, priority: 2,
                .text { row, _ in row.endpoint }
            ) { row, scene in .text(EndpointText.short(row.endpoint), scene.look[.dim]) },
        ],
        fields: [
            ListField("node", .text { row, _ in row.node }),
            ListField("socket", .text { row, _ in row.subject }),
            ListField(
                "severity",
                .text { row, _ in EventMeaning.severity(row).rawValue }),
            ListField(
                "link",
                .texts { row, shown in shown.links(at: row.subject).map(\.id) }),
        ],
        words: { [$0.subject, EventMeaning.title($0), $0.endpoint] },
        rows: { state in
            guard let subject = state.eventsOf else { return state.shown.log.entries }
            return state.shown.log.entries.filter { state.concerns($0, subject) }
        },
        subject: { .event($0.id) },
        parts: { row, state in state.unfolded.contains(row.id) ? row.parts.map { .event($0.id) } : [] },
        row: { subject, shown in if case .event(let id) = subject { shown.log.entry(id) } else { nil } },
        scene: { canvas in
            let newest = canvas.shown.log.entries.suffix(100)
            return canvas.scene(of: .events, nameWidth: newest.map { TextWidth.of($0.subject) }.max() ?? 0)
        })
}

extension ListScene {
    /// `in 183 ms, last 03:11`: of several the newest value, and when that was.
    fileprivate func eventDetail(_ entry: EventLog.Entry) -> String {
        let detail = EventMeaning.detail(entry)
        guard entry.count > 1 else { return detail }
        let last = "last \(Format.shortClock(entry.elapsed))"
        if canvas.state.unfolded.contains(entry.id), entry.parts.count < entry.count {
            return "\(last), the newest \(entry.parts.count) below"
        }
        return detail.isEmpty ? last : "\(detail), \(last)"
    }
}

extension DashboardState {
    /// Whether an event happened at what a person asked for.
    func concerns(_ entry: EventLog.Entry, _ subject: Subject) -> Bool {
        switch subject {
        case .node(let name): entry.node == name
        case .group(let name): shown.node(entry.node)?.group == name
        case .socket(let id): entry.subject == id
        case .link(let id):
            shown.link(id).map { [$0.from, $0.to].contains(entry.subject) && $0.endpoint == entry.endpoint } ?? false
        case .edge, .event, .message: false
        }
    }
}
