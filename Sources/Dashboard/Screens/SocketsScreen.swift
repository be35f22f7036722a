import Telemetry
import TerminalUI

extension Canvas {
    /// One row a socket: what its owner sent and got, what lies in its queues, and whether a thread hangs in it.
    func socketsTable(_ rows: [Subject], head: String?) -> Table {
        let names = rows.map { if case .socket(let id) = $0 { TextWidth.of(id) } else { 0 } }
        let columns: [Table.Column] = [
            .init(head ?? "socket", .fixed(min(32, max(12, (names.max() ?? 0) + 2)))),
            .init("type", .fixed(6)),
            .init("sent/s", .fixed(6), alignment: .right, priority: 1),
            .init("recv/s", .fixed(6), alignment: .right, priority: 1),
            .init("sent", .fixed(6), alignment: .right, priority: 4),
            .init("recv", .fixed(6), alignment: .right, priority: 4),
            .init("out", .fixed(7), alignment: .right, priority: 8),
            .init("in", .fixed(7), alignment: .right, priority: 8),
            .init("send q", .fixed(6), alignment: .right, priority: 1),
            .init("recv q", .fixed(6), alignment: .right, priority: 1),
            .init("hwm", .fixed(9), alignment: .right, priority: 6),
            .init("EAGAIN", .fixed(6), alignment: .right, priority: 5),
            .init("lost", .fixed(5), alignment: .right, priority: 3),
            .init("discarded", .fixed(9), alignment: .right, priority: 9),
            .init("", .fixed(0), priority: 9),
            .init("blocked", .flexible(minimum: 16), priority: 2),
            .init("endpoint", .flexible(minimum: 21), priority: 7),
        ]
        return Table(columns: columns, count: rows.count, look: look) { index in
            guard case .socket(let id) = rows[index], let socket = shown.socket(id) else { return .init([]) }
            return socketRow(socket)
        }
    }

    private func socketRow(_ socket: Snapshot.Socket) -> Table.Row {
        let mark = socket.observed ? Span("\(glyphs.up) ", look[.good]) : Span("\(glyphs.idle) ", look[.dim])
        return .init([
            .spans([mark, Span(socket.id)]),
            .text(socket.type, look[.accent]),
            look.figure(Format.rate(socket.sendRate)),
            look.figure(Format.rate(socket.receiveRate)),
            look.figure(Format.count(socket.sent)),
            look.figure(Format.count(socket.received)),
            look.figure(Format.bytes(socket.sentBytes), look[.dim]),
            look.figure(Format.bytes(socket.receivedBytes), look[.dim]),
            look.figure(Format.count(socket.sendQueue)),
            look.figure(Format.count(socket.receiveQueue)),
            look.figure(
                Format.highWaterMarks(send: socket.hwm.send, receive: socket.hwm.receive), look[.dim]),
            look.trouble(socket.wouldBlock, .warning),
            look.trouble(socket.lost, .bad),
            look.trouble(socket.discarded, .warning),
            .spans([]),
            .spans(blockedSpans(socket)),
            .text(socket.endpoints.map(EndpointText.short).joined(separator: " "), look[.dim]),
        ])
    }

    /// `zmq_send 1.2 s`: the call that a thread is in, and since when.
    private func blockedSpans(_ socket: Snapshot.Socket) -> [Span] {
        guard let blocked = socket.blocked else { return [] }
        return [Span("\(blocked.call) \(Format.seconds(blocked.for))", look[.warning])]
    }
}
