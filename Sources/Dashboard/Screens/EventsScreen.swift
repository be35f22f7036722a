import TerminalUI

extension Canvas {
    /// What happened, the newest at the bottom.
    func eventsTable(_ rows: [Subject], head: String?) -> Table {
        let entries = rows.compactMap { if case .event(let id) = $0 { shown.log.entry(id) } else { nil } }
        let subject = entries.suffix(100).map { TextWidth.of($0.subject) }.max() ?? 0
        let columns: [Table.Column] = [
            .init(head ?? "elapsed", .fixed(10)),
            .init("where", .fixed(min(28, max(14, subject)))),
            .init("event", .fixed(25)),
            .init("", .flexible(minimum: 12), priority: 1),
            .init("endpoint", .flexible(minimum: 15, weight: 3), priority: 2),
        ]
        return Table(columns: columns, count: entries.count, look: look) { index in
            let entry = entries[index]
            let style = look.style(EventMeaning.severity(entry))
            return .init([
                .text(Format.moment(entry.elapsed), look[.dim]),
                .text(entry.subject),
                .text(EventMeaning.title(entry), style),
                .text(EventMeaning.detail(entry), look[.dim]),
                .text(EndpointText.short(entry.endpoint), look[.dim]),
            ])
        }
    }
}
