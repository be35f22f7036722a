import TerminalUI
import Testing

struct TableTests {
    private let columns: [Table.Column] = [
        .init("name", .flexible(minimum: 6)), .init("rate", .fixed(5), alignment: .right),
        .init("curve", .fixed(6), priority: 2), .init("lost", .fixed(4), alignment: .right, priority: 1),
    ]

    private func table(
        count: Int = 3, selected: Int? = nil, offset: Int = 0, made: @escaping (Int) -> Void = { _ in }
    ) -> Table {
        Table(columns: columns, count: count, selected: selected, offset: offset, look: Look(theme: .monochrome)) {
            made($0)
            return .init([.text("client-\($0)"), .text("\($0 * 10)/s"), .text("~~~~"), .text("\($0)")])
        }
    }

    // Cells that the table leaves alone show the x beneath.

    @Test func flexibleColumnsTakeWhatIsLeft() {
        #expect(
            body(table(), width: 28, height: 5) == [
                "name      x ratexcurve xlost", "client-0xxxxx0/sx~~~~xxxxxx0", "client-1xxxx10/sx~~~~xxxxxx1",
                "client-2xxxx20/sx~~~~xxxxxx2", "xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            ])
    }

    @Test func narrowTablesHideColumnsByPriority() {
        #expect(body(table(), width: 23, height: 2) == ["name       x ratexlostx", "client-0xxxxxx0/sxxxx0┃"])
        #expect(body(table(), width: 17, height: 2) == ["name      x ratex", "client-0xxxxx0/s┃"])
        #expect(body(table(), width: 12, height: 2) == ["name  xratex", "clien…xx0/s┃"])
        #expect(body(table(), width: 7, height: 2) == ["name xx", "clie…x┃"])
        for width in 1..<40 { #expect(body(table(), width: width, height: 3).count == 3) }
    }

    @Test func theSelectionStaysInSight() {
        #expect(
            body(table(count: 9, selected: 7), width: 20, height: 4) == [
                "name    x ratexlostx", "client-5xx50/sxxxx5│", "client-6xx60/sxxxx6┃", "client-7xx70/sxxxx7│",
            ])
        let scrolled = table(count: 9, selected: 2, offset: 5)
        #expect(scrolled.firstRow(visible: 3) == 2)
        #expect(table(count: 9, offset: 100).firstRow(visible: 3) == 6)
        #expect(table(count: 2, offset: 1).firstRow(visible: 3) == 0)
    }

    @Test func onlyRowsInSightAreMade() {
        var made: [Int] = []
        let big = Table(columns: columns, count: 100_000, offset: 500, look: Look()) {
            made.append($0)
            return .init([])
        }
        _ = picture(big, width: 30, height: 4)
        #expect(made == [500, 501, 502])
    }

    @Test func theSelectionLiesOverTheWholeRow() {
        var buffer = Buffer(Size(width: 20, height: 3))
        buffer.draw(table(selected: 1), in: buffer.area)
        for x in 0..<20 {
            #expect(buffer[x, 2].style.modifiers.contains(.reverse))
            #expect(!buffer[x, 1].style.modifiers.contains(.reverse))
        }
    }

    @Test func theMouseFindsRows() {
        let area = Rect(x: 2, y: 3, width: 20, height: 4)
        let table = table(count: 9, offset: 4)
        #expect(table.row(at: Point(x: 5, y: 3), in: area) == nil)
        #expect(table.row(at: Point(x: 5, y: 4), in: area) == 4)
        #expect(table.row(at: Point(x: 5, y: 6), in: area) == 6)
        #expect(table.row(at: Point(x: 1, y: 6), in: area) == nil)
    }
}
