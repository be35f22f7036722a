import Telemetry
import TerminalUI

extension Lists {
    /// One row a socket: what its owner sent and got, what lies in its queues, and whether a thread hangs in it.
    static let sockets = ListDefinition<Snapshot.Socket>(
        columns: [
            ListColumn(
                "socket", "socket", help: "node and socket", { .fixed(min(32, max(12, $0.nameWidth + 2))) },
                .text { row, _ in row.id }
            ) { row, scene in
                let glyphs = scene.look.glyphs
                let mark =
                    row.observed ? Span("\(glyphs.up) ", scene.look[.good]) : Span("\(glyphs.idle) ", scene.look[.dim])
                return .spans([mark, Span(row.id)])
            },
            ListColumn(
                "type", "type", help: "ZeroMQ's socket type", { _ in .fixed(6) }, .text { row, _ in row.type }
            ) { row, scene in .text(row.type, scene.look[.accent]) },
            ListColumn(
                "history", "", help: "messages over the window, w changes it",
                { _ in .flexible(minimum: 8, weight: 1) }, priority: 3, isDefault: false, isHistory: true
            ) { row, scene in
                .widget(
                    History(
                        series: scene.shown.socketRates[row.id], window: scene.canvas.state.window, look: scene.look))
            },
            .figure(
                "sent/s", "sent/s", help: "messages a second that send accepted", 6, priority: 1, isSummed: true,
                .rate { row, _ in row.sendRate }),
            .figure(
                "recv/s", "recv/s", help: "messages a second that receive gave", 6, priority: 1, isSummed: true,
                .rate { row, _ in row.receiveRate }),
            .figure(
                "sent", "sent", help: "messages sent in all", 6, priority: 4, isSummed: true,
                .count { row, _ in row.sent }),
            .figure(
                "recv", "recv", help: "messages received in all", 6, priority: 4, isSummed: true,
                .count { row, _ in row.received }),
            .figure(
                "out", "out", help: "bytes sent in all", 7, priority: 8, isSummed: true, tone: .dim,
                .bytes { row, _ in row.sentBytes }),
            .figure(
                "in", "in", help: "bytes received in all", 7, priority: 8, isSummed: true, tone: .dim,
                .bytes { row, _ in row.receivedBytes }),
            .figure(
                "sendq", "send q", help: "messages in its send queues", 6, priority: 1, isSummed: true,
                .count { row, _ in row.sendQueue }),
            .figure(
                "recvq", "recv q", help: "messages that wait to be received", 6, priority: 1, isSummed: true,
                .count { row, _ in row.receiveQueue }),
            ListColumn(
                "hwm", "hwm", help: "high-water marks: send/receive", { _ in .fixed(9) }, align: .right, priority: 6,
                .count { row, _ in row.hwm.send }
            ) { row, scene in
                scene.look.figure(
                    Format.highWaterMarks(send: row.hwm.send, receive: row.hwm.receive), scene.look[.dim])
            },
            .figure(
                "eagain", "EAGAIN", help: "sends that would have blocked", 6, priority: 5, isSummed: true,
                tone: .warning,
                .count { row, _ in row.wouldBlock }),
            .figure(
                "lost", "lost", help: "messages lost at the socket", 5, priority: 3, isSummed: true, tone: .bad,
                .count { row, _ in row.lost }),
            .figure(
                "discarded", "discarded", help: "messages that came and were never received", 9, priority: 9,
                isSummed: true, tone: .warning, .count { row, _ in row.discarded }),
            ListColumn(
                "blocked", "blocked", help: "the call that a thread hangs in", { _ in .flexible(minimum: 16) },
                priority: 2, .seconds { row, _ in row.blocked?.for }
            ) { row, scene in
                guard let blocked = row.blocked else { return .spans([]) }
                return .text("\(blocked.call) \(Format.seconds(blocked.for))", scene.look[.warning])
            },
            ListColumn(
                "endpoint", "endpoint", help: "where it is bound or connected", { _ in .flexible(minimum: 21) },
                priority: 7, .texts { row, _ in row.endpoints }
            ) { row, scene in
                .text(row.endpoints.map(EndpointText.short).joined(separator: " "), scene.look[.dim])
            },
        ],
        fields: [
            ListField("node", .text { row, _ in row.node }),
            ListField("name", .text { row, _ in row.id }),
            ListField("rate", .rate { row, _ in row.rate }),
            ListField(
                "depth",
                .count { row, _ in row.sendQueue.flatMap { send in row.receiveQueue.map { send + $0 } } }),
        ],
        words: { [$0.id, $0.type] + $0.endpoints },
        rows: { $0.shown.sockets },
        subject: { .socket($0.id) },
        row: { subject, shown in if case .socket(let id) = subject { shown.socket(id) } else { nil } },
        scene: { $0.scene(of: .sockets, nameWidth: $0.shown.nameWidths.socket) },
        isSummed: { row, shown in shown.node(row.node)?.kind != "injector" },
        leavesGaps: { $0.observed })
}

extension Snapshot.Socket {
    /// Messages a second, both ways; nil when neither is known.
    var rate: Double? {
        guard let sendRate else { return receiveRate }
        return sendRate + (receiveRate ?? 0)
    }
}
