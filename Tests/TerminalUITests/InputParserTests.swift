import TerminalUI
import Testing

struct InputParserTests {
    private func events(_ text: String, flush: Bool = true) -> [InputEvent] {
        var parser = InputParser()
        let events = parser.feed(Array(text.utf8))
        return flush ? events + parser.flush() : events
    }

    @Test(arguments: [
        ("a", Key("a")), ("Ä", Key("Ä")), ("日", Key("日")), ("\r", Key(.enter)), ("\n", Key(.enter)), ("\t", Key(.tab)),
        ("\u{7F}", Key(.backspace)), ("\u{8}", Key(.backspace)), ("\u{1B}", Key(.escape)),
        ("\u{3}", Key("c", control: true)),
        ("\u{1A}", Key("z", control: true)), ("\u{0}", Key(" ", control: true)), ("\u{1B}x", Key("x", alt: true)),
        ("\u{1B}[A", Key(.up)), ("\u{1B}OB", Key(.down)), ("\u{1B}[1;5C", Key(.right, control: true)),
        ("\u{1B}[1;3D", Key(.left, alt: true)), ("\u{1B}[H", Key(.home)), ("\u{1B}[4~", Key(.end)),
        ("\u{1B}[5~", Key(.pageUp)),
        ("\u{1B}[6;5~", Key(.pageDown, control: true)), ("\u{1B}[3~", Key(.delete)), ("\u{1B}[Z", Key(.backTab)),
        ("\u{1B}OP", Key(.function(1))), ("\u{1B}[[E", Key(.function(5))), ("\u{1B}[24~", Key(.function(12))),
        ("\u{1B}[27;5;105~", Key("i", control: true)), ("\u{1B}[97;5u", Key("a", control: true)),
        ("\u{1B}[", Key("[", alt: true)),
        ("\u{1B}O", Key("O", alt: true)), ("\u{1B}]", Key("]", alt: true)), ("\u{1B}\r", Key(.enter, alt: true)),
    ])
    func keys(bytes: String, key: Key) {
        #expect(events(bytes) == [.key(key)], "\(bytes.debugDescription)")
    }

    /// However the bytes are cut, the events are the same.
    @Test func piecesMakeNoDifference() {
        let text =
            "a\u{1B}[1;5C日\u{1B}[<0;12;7M\u{1B}[<0;12;7m\u{1B}[200~x\r\ny\u{1B}[201~\u{1B}OPz\u{1B}]11;rgb:0/0/0\u{1B}\\q"
        let whole = events(text, flush: false)
        #expect(
            whole == [
                .key(Key("a")), .key(Key(.right, control: true)), .key(Key("日")),
                .mouse(MouseEvent(.press(0), at: Point(x: 11, y: 6))),
                .mouse(MouseEvent(.release(0), at: Point(x: 11, y: 6))),
                .paste("x\ny"), .key(Key(.function(1))), .key(Key("z")), .key(Key("q")),
            ])
        var parser = InputParser()
        check(Array(text.utf8).flatMap { parser.feed([$0]) } == whole)
    }

    @Test func anEscapeWaits() {
        var parser = InputParser()
        check(parser.feed([0x1B]).isEmpty && parser.isWaiting)
        check(parser.flush() == [.key(Key(.escape))] && !parser.isWaiting)
        check(parser.feed([0x1B, 0x1B]) == [.key(Key(.escape))] && parser.isWaiting)
        check(parser.feed(Array("[A".utf8)) == [.key(Key(.up))] && !parser.isWaiting)
    }

    @Test func halfACharacterWaitsForTheRest() {
        var parser = InputParser()
        let bytes = Array("日".utf8)
        check(parser.feed(bytes.prefix(2)).isEmpty && !parser.isWaiting && parser.flush().isEmpty)
        check(parser.feed(bytes.suffix(1)) == [.key(Key("日"))])
    }

    @Test func garbageIsDropped() {
        for text in [
            "\u{1B}[?1;2c", "\u{1B}[99~", "\u{1B}[I", "\u{1B}P1$r\u{1B}\\", "\u{1B}[<1;2M",
            "\u{1B}[999999999999999999999A1",
        ] {
            let keys = events(text + "k")
            #expect(keys.last == .key(Key("k")), "\(text.debugDescription)")
        }
        var parser = InputParser()
        check(parser.feed([0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xC2, 0x9B, 0x41]) == [.key(Key("A"))])
    }

    @Test func theWheel() {
        #expect(
            events("\u{1B}[<64;1;1M\u{1B}[<65;3;2M\u{1B}[<66;3;2M\u{1B}[<69;3;2M") == [
                .mouse(MouseEvent(.scrollUp, at: Point(x: 0, y: 0))),
                .mouse(MouseEvent(.scrollDown, at: Point(x: 2, y: 1))),
                .mouse(MouseEvent(.scrollLeft, at: Point(x: 2, y: 1))),
                .mouse(MouseEvent(.scrollRight, at: Point(x: 2, y: 1))),
            ])
    }

    /// Motion counts with the left button down, and with no other.
    @Test func theMouseIsDragged() {
        #expect(
            events("\u{1B}[<32;4;5M\u{1B}[<34;4;5M\u{1B}[<35;4;5M") == [
                .mouse(MouseEvent(.drag, at: Point(x: 3, y: 4)))
            ])
    }

    @Test func pastesAreWholeAndHarmless() {
        #expect(events("\u{1B}[200~\u{1B}[31mq\u{3}\u{1B}[201~") == [.paste("[31mq")])
        var parser = InputParser()
        check(parser.feed(Array("\u{1B}[200~half".utf8)).isEmpty)
        check(!parser.isWaiting && parser.flush().isEmpty)
        check(parser.feed(Array(" more\u{1B}[201~k".utf8)) == [.paste("half more"), .key(Key("k"))])
    }

    @Test func longPastesAreBounded() throws {
        var parser = InputParser()
        _ = parser.feed(Array("\u{1B}[200~".utf8))
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 18)
        for _ in 0..<6 { check(parser.feed(piece).isEmpty) }
        let events = parser.feed(Array("\u{1B}[201~k".utf8))
        guard case .paste(let text) = try #require(events.first) else { Issue.record("no paste: \(events)"); return }
        #expect(text.utf8.count == 1 << 20 && events.last == .key(Key("k")))
    }

    @Test func terminfoKnowsBetter() {
        var parser = InputParser(sequences: [Array("\u{1B}[7;;~".utf8): Key(.home), Array("\u{1B}OZ".utf8): Key(.end)])
        check(parser.feed(Array("\u{1B}[7;;~\u{1B}OZ".utf8)) == [.key(Key(.home)), .key(Key(.end))])
    }
}
