import Testing
import TerminalUI

struct BufferTests {
    private func filled(_ width: Int, _ height: Int = 1) -> Buffer {
        var buffer = Buffer(Size(width: width, height: height))
        buffer.fill(buffer.area, with: "x")
        return buffer
    }

    @Test func putWritesNothingElse() {
        var buffer = filled(6, 3)
        #expect(buffer.put("ab", at: Point(x: 2, y: 1)) == 2)
        #expect(buffer.lines == ["xxxxxx", "xxabxx", "xxxxxx"])
    }

    @Test func whatIsOutsideIsCutOff() {
        var buffer = filled(4, 2)
        #expect(buffer.put("abcdef", at: Point(x: 2, y: 0)) == 2)
        #expect(buffer.put("abc", at: Point(x: -1, y: 1)) == 3)
        #expect(buffer.put("no", at: Point(x: 0, y: 2)) == 0)
        #expect(buffer.put("no", at: Point(x: 0, y: -1)) == 0)
        #expect(buffer.put("no", at: Point(x: 9, y: 0)) == 0)
        #expect(buffer.put("no", at: Point(x: -9, y: 0)) == 2)
        #expect(buffer.put("no", at: Point(x: 0, y: 0), maxWidth: 0) == 0)
        #expect(buffer.put("no", at: Point(x: 0, y: 0), maxWidth: -3) == 0)
        #expect(buffer.lines == ["xxab", "bcxx"])
    }

    @Test func wideCharactersAreNeverHalved() {
        var buffer = filled(5)
        #expect(buffer.put("日本語", at: Point(x: 0, y: 0)) == 4)
        #expect(buffer.lines == ["日本x"])
        buffer.put("a", at: Point(x: 1, y: 0))
        #expect(buffer.lines == [" a本x"])
        buffer.put("b", at: Point(x: 2, y: 0))
        #expect(buffer.lines == [" ab x"])
        buffer.put("日", at: Point(x: 3, y: 0))
        buffer.fill(Rect(x: 4, y: 0, width: 1, height: 1), with: ".")
        #expect(buffer.lines == [" ab ."])
        buffer.put("日", at: Point(x: -1, y: 0))
        #expect(buffer.lines == [" ab ."])
        var other = filled(4)
        other.put("日本", at: Point(x: 0, y: 0))
        other.put("語", at: Point(x: 1, y: 0))
        #expect(other.lines == [" 語 "])
    }

    @Test func escapeCodesNeverStandInACell() {
        let attack =
            "\u{1B}[2J\u{1B}]0;title\u{7}a\u{9B}31mb\r\nc\u{8}\u{0}\u{7F}d\u{202E}e\u{2028}f\u{1B}\u{301}\te\u{200D}"
        var buffer = Buffer(Size(width: 60, height: 1))
        buffer.put(attack, at: Point(x: 0, y: 0))
        let scalars = buffer.lines[0].unicodeScalars
        for scalar in scalars {
            let category = scalar.properties.generalCategory
            #expect(category != .control && category != .lineSeparator && !(0x202A...0x202E).contains(scalar.value))
        }
        #expect(buffer.lines[0].hasPrefix("[2J]0;titlea31mb cde"))
    }

    @Test(arguments: 0..<256)
    func noControlScalarGetsIn(value: Int) throws {
        let character = Character(try #require(Unicode.Scalar(value)))
        var buffer = Buffer(Size(width: 1, height: 1))
        buffer.put(String(character), at: Point(x: 0, y: 0))
        buffer.fill(buffer.area, with: character)
        let text = try #require(buffer.lines[0].unicodeScalars.first)
        #expect(text.properties.generalCategory != .control)
    }

    @Test func fittedEndsInAnEllipsis() {
        #expect(Buffer.fitted("abcdef", width: 6) == "abcdef")
        #expect(Buffer.fitted("abcdef", width: 4) == "abc…")
        #expect(Buffer.fitted("日本語", width: 4) == "日…")
        #expect(Buffer.fitted("abcdef", width: 4, ellipsis: "..") == "ab..")
        #expect(Buffer.fitted("abcdef", width: 1, ellipsis: "..") == ".")
        #expect(Buffer.fitted("abcdef", width: 0) == "")
        let spans = Buffer.fitted([Span("ab"), Span("日本")], width: 5)
        #expect(spans.map(\.text).joined() == "ab日…")
    }

    @Test func alignmentFillsTheWidth() {
        for (alignment, expected) in [(Alignment.left, "ab   x"), (.right, "   abx"), (.center, " ab  x")] {
            var buffer = filled(6)
            buffer.put("ab", at: Point(x: 0, y: 0), width: 5, alignment: alignment)
            #expect(buffer.lines == [expected])
        }
    }

    @Test func stylesLieOverEachOther() {
        var buffer = Buffer(Size(width: 2, height: 1), style: Style(background: .indexed(1)))
        buffer.put("a", at: Point(x: 0, y: 0), style: Style(foreground: .indexed(2), modifiers: .bold))
        buffer.patch(buffer.area, style: Style(background: .indexed(3), modifiers: .dim))
        #expect(
            buffer[0, 0].style
                == Style(foreground: .indexed(2), background: .indexed(3), modifiers: [.bold, .dim]))
        buffer.fill(buffer.area)
        #expect(buffer[0, 0].style == .plain)
    }

    @Test func diffIsMinimal() {
        var before = filled(8, 3)
        before.put("日", at: Point(x: 2, y: 2))
        #expect(before.diff(from: before).isEmpty)
        var after = before
        after.put("ab", at: Point(x: 1, y: 0))
        after.put("c", at: Point(x: 6, y: 0))
        after.patch(Rect(x: 0, y: 1, width: 1, height: 1), style: Style(modifiers: .bold))
        after.patch(Rect(x: 3, y: 2, width: 1, height: 1), style: Style(modifiers: .bold))
        #expect(
            after.diff(from: before).map { "\($0.y): \($0.columns)" } == [
                "0: 1..<3", "0: 6..<7", "1: 0..<1", "2: 2..<4",
            ])
        let small = Buffer(Size(width: 2, height: 2))
        #expect(small.diff(from: before).map { "\($0.y): \($0.columns)" } == ["0: 0..<2", "1: 0..<2"])
    }

    @Test func widgetsAreCutToTheBuffer() {
        struct Probe: Widget {
            func draw(in area: Rect, into buffer: inout Buffer) { buffer.fill(area, with: "p") }
        }
        var buffer = filled(3, 2)
        buffer.draw(Probe(), in: Rect(x: 2, y: 1, width: 9, height: 9))
        buffer.draw(Probe(), in: Rect(x: 7, y: 7, width: 9, height: 9))
        #expect(buffer.lines == ["xxx", "xxp"])
    }
}

struct GeometryTests {
    @Test func splitsSumToTheWhole() {
        let area = Rect(x: 3, y: 5, width: 10, height: 7)
        let rows = area.rows(.fixed(1), .flexible(), .flexible(weight: 2), .fixed(1))
        #expect(rows.map(\.y) == [5, 6, 7, 11])
        #expect(rows.map(\.height) == [1, 1, 4, 1])
        let columns = area.columns(.flexible(), .flexible(), .flexible(), gap: 1)
        #expect(columns.map(\.width).reduce(0, +) == 8)
        #expect(columns.last?.right == area.right)
    }

    @Test func splitsOfTooLittleRoomStayInside() {
        for height in 0..<8 {
            let area = Rect(x: 0, y: 0, width: 4, height: height)
            for part in area.rows(.fixed(3), .flexible(minimum: 2), .fixed(2), gap: 1) {
                #expect(part.isEmpty || area.intersection(part) == part)
            }
        }
    }

    @Test func insetsAreNeverNegative() {
        #expect(Rect(x: 0, y: 0, width: 3, height: 1).inset(1).isEmpty)
        #expect(Rect(x: 0, y: 0, width: 3, height: 3).inset(5).size == Size(width: 0, height: 0))
        #expect(
            Rect(x: 0, y: 0, width: 10, height: 6).centered(Size(width: 4, height: 99))
                == Rect(x: 3, y: 0, width: 4, height: 6))
    }
}
