import TerminalUI
import Testing

struct WidgetTests {
    private let unicode = Look(theme: .monochrome, glyphs: .unicode)
    private let ascii = Look(theme: .monochrome, glyphs: .ascii)

    @Test func curvesShowGapsAndZeros() {
        let values: [Double?] = [nil, 0, 1, nil, 4, 8, nil, nil]
        #expect(body(Sparkline(values, kind: .blocks), width: 8) == [" ▁▂ ▅█  "])
        #expect(body(Sparkline(values), width: 4) == ["⢀⡄⣾ "])
        #expect(body(Sparkline(values, unicode: false), width: 8) == [" _. -#  "])
        #expect(body(Sparkline([0, 0], kind: .blocks), width: 4) == ["  ▁▁"])
        #expect(body(Sparkline([1, 2, 3, 4], maximum: 4, kind: .blocks), width: 2) == ["▆█"])
        #expect(body(Sparkline([.infinity, .nan, -1], kind: .blocks), width: 3) == ["  ▁"])
        #expect(body(Sparkline([0, 50, 100], kind: .blocks), width: 3, height: 2) == [" ▁█", "▁██"])
    }

    @Test func barsSumToTheirShare() {
        #expect(StackedBar.lengths([3, 1], maximum: nil, width: 8) == [6, 2])
        #expect(StackedBar.lengths([30, 10], maximum: 80, width: 10) == [4, 1])
        #expect(StackedBar.lengths([1000, 1, 1], maximum: nil, width: 10) == [8, 1, 1])
        #expect(StackedBar.lengths([0, 0], maximum: 10, width: 10) == [0, 0])
        #expect(StackedBar.lengths([nil, 5], maximum: nil, width: 4) == [1, 3])
        #expect(StackedBar.lengths([5, 5, 5], maximum: nil, width: 2) == [1, 1, 0])
        for width in 1...30 {
            for values in [[7.0, 11, 13], [1, 0, 99], [0.1, 0.1, 0.1]] {
                #expect(StackedBar.lengths(values, maximum: nil, width: width).reduce(0, +) == width)
                let part = StackedBar.lengths(values, maximum: values.reduce(0, +) * 3, width: width)
                #expect(part.reduce(0, +) <= width)
            }
        }
    }

    @Test func partsOfBarsDifferWithoutColour() {
        let segments: [StackedBar.Segment] = [.init(2), .init(2), .init(nil)]
        #expect(body(StackedBar(segments, look: unicode), width: 5) == ["██▓▓?"])
        #expect(body(StackedBar(segments, separated: true, look: ascii), width: 7) == ["##|==|?"])
        #expect(body(StackedBar([.init(1)], maximum: 4, look: unicode), width: 8) == ["██xxxxxx"])
    }

    @Test func blocks() {
        #expect(
            body(Block("events", look: unicode), width: 14, height: 3) == [
                "╭ events ────╮", "│xxxxxxxxxxxx│", "╰────────────╯",
            ])
        #expect(body(Block("t", covers: true, look: ascii), width: 7, height: 3) == ["+ t --+", "|     |", "+-----+"])
        #expect(body(Block("too long for it", look: unicode), width: 10, height: 2) == ["╭ too l… ╮", "╰────────╯"])
        for width in 1..<9 {
            for height in 1..<4 {
                #expect(body(Block("title", look: unicode), width: width, height: height).count == height)
            }
        }
    }

    @Test func aLineIsCutAnywhere() {
        let bold = Style(modifiers: .bold)
        let pieces = Paragraph.cut([Span("one "), Span("two日本", bold)], width: 5)
        #expect(pieces.map { $0.map(\.text) } == [["one ", "t"], ["wo日"], ["本"]])
        #expect(pieces[0][1].style == bold)
        #expect(Paragraph.cut([], width: 5).count == 1)
        #expect(Paragraph.cut([Span("a日b")], width: 1).map { $0.map(\.text).joined() } == ["a", "b"])
    }

    @Test(arguments: [
        ("the quick brown fox", 10, ["the quick", "brown fox"]), ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("日本語です", 5, ["日本", "語で", "す"]), ("a\n\nb", 5, ["a", "", "b"]),
        ("  indented text", 10, ["  indented", "text"]),
        ("ab  cd", 2, ["ab", "cd"]), ("日a", 1, ["a"]), ("", 3, [""]), ("\u{1B}[1mbold", 9, ["[1mbold"]),
        ("exactly ten", 11, ["exactly ten"]), ("消息不是字节。边界", 12, ["消息不是字", "节。边界"]),
        ("一（二）三", 4, ["一", "（二", "）三"]), ("看 zmq_send 的返回", 12, ["看 zmq_send", "的返回"]),
        ("用zmq_send发送", 10, ["用zmq_send", "发送"]), ("word averylongwordhere", 6, ["word", "averyl", "ongwor", "dhere"]),
    ])
    func paragraphsWrapByWidth(text: String, width: Int, lines: [String]) {
        let wrapped = Paragraph(text).wrapped(to: width).map { $0.map(\.text).joined() }
        #expect(wrapped == lines)
        #expect(wrapped.allSatisfy { TextWidth.of($0) <= width })
    }

    @Test func paragraphsKeepStylesAndScroll() {
        let bold = Style(modifiers: .bold)
        let paragraph = Paragraph(lines: [[Span("one "), Span("two", bold), Span(" three")]], offset: 1)
        #expect(paragraph.wrapped(to: 7) == [[Span("one "), Span("two", bold)], [Span("three")]])
        #expect(body(paragraph, width: 7, height: 2) == ["threexx", "xxxxxxx"])
    }

    @Test func listsFollowTheEnd() {
        let list = ListView(count: 9, offset: .max, look: unicode) { [Span("line \($0)")] }
        #expect(body(list, width: 8, height: 3) == ["line 6x│", "line 7x│", "line 8x┃"])
        #expect(list.line(at: Point(x: 0, y: 2), in: Rect(x: 0, y: 0, width: 8, height: 3)) == 8)
        let empty = ListView(count: 0, look: unicode) { _ in [] }
        #expect(body(empty, width: 3, height: 2) == ["xxx", "xxx"])
    }

    @Test func tabsShortenWhereItIsNarrow() {
        let tabs = Tabs([("1", "Topology"), ("2", "Nodes"), ("3", "Links")], selected: 1, look: unicode)
        #expect(body(tabs, width: 33) == [" 1 Topology  2 Nodes  3 Links xxx"])
        #expect(body(tabs, width: 20) == [" 1  2 Nodes  3 xxxxx"])
        #expect(tabs.tab(atColumn: 13, width: 33) == 1)
        #expect(tabs.tab(atColumn: 12, width: 20) == 2)
        #expect(tabs.tab(atColumn: 32, width: 33) == nil)
    }

    @Test func hintsThatDoNotFitAreLeftOut() {
        let hints = KeyHints([("i", "inject"), ("x", "stop"), ("q", "quit")], look: unicode)
        #expect(body(hints, width: 20) == ["i injectxxx stopxxxx"])
    }

    @Test func fieldsFollowTheCursor() {
        var input = TextInput("日本語")
        #expect(TextField(input, look: unicode).cursor(in: Rect(x: 2, y: 1, width: 20, height: 1)) == Point(x: 8, y: 1))
        _ = input.handle(Key(.left))
        #expect(TextField(input, look: unicode).cursor(in: Rect(x: 2, y: 1, width: 20, height: 1)) == Point(x: 6, y: 1))
        #expect(body(TextField(TextInput("abcdefgh"), look: unicode), width: 5) == ["fgh  "])
        #expect(body(TextField(TextInput(), placeholder: "name", look: unicode), width: 6) == ["name  "])
        for width in 1..<8 {
            let field = TextField(TextInput("日本語 and more"), look: unicode)
            let area = Rect(x: 0, y: 0, width: width, height: 1)
            #expect(area.contains(field.cursor(in: area)))
            #expect(body(field, width: width).count == 1)
        }
    }

    @Test func typing() {
        var input = TextInput()
        for character in "hello world" { check(input.handle(Key(character))) }
        check(input.handle(Key("w", control: true)))
        #expect(input.text == "hello ")
        check(input.handle(Key(.home)) && input.handle(Key(.delete)) && input.handle(Key("J")))
        #expect(input.text == "Jello " && input.cursor == 1)
        check(input.handle(Key(.backspace)) && input.handle(Key(.backspace)))
        #expect(input.text == "ello ")
        check(input.handle(Key("k", control: true)))
        #expect(input.text.isEmpty)
        input.insert("a\u{1B}[31m\nb\u{9B}")
        #expect(input.text == "a[31m b")
        check(input.handle(Key("u", control: true)))
        #expect(input == TextInput())
        check(!input.handle(Key(.enter)) && !input.handle(Key(.up)) && !input.handle(Key("x", alt: true)))
        for scalar in ["e", "\u{301}", "👍", "\u{1F3FD}"] { input.insert(scalar) }
        #expect(input.text == "e\u{301}👍\u{1F3FD}" && input.cursor == 2)
    }
}
