import Testing
import TerminalUI

struct TextWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("日本語", 6), ("ｱ", 1), ("Ａ", 2), ("한글", 4), ("한", 2), ("e\u{301}", 1), ("é", 1),
        ("😀", 2), ("👨‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤", 1), ("❤\u{FE0F}", 2), ("⌚", 2), ("1\u{FE0F}\u{20E3}", 2),
        ("●✖▲▸━│╭⣿", 8), ("—…", 2), ("क्ष", 2), ("\u{200B}", 0), ("\u{301}", 0), ("\u{AD}", 0), ("𠀀", 2), ("〇", 2),
    ])
    func widths(text: String, width: Int) {
        #expect(TextWidth.of(text) == width, "\(text.debugDescription)")
    }

    @Test(arguments: ["\u{1B}", "\u{7F}", "\u{0}", "\u{9B}", "\u{85}", "\u{202E}", "\u{2066}", "\u{FEFF}", "\u{E0041}"])
    func controlsTakeNoColumn(text: String) {
        #expect(TextWidth.of(text) == 0)
        #expect(TextWidth.of("a" + text + "b") == 2)
    }

    @Test func widthIsWhatPutTakes() {
        let texts = [
            "tab\there", "line\r\nend", "\u{1B}[31mred", "a\u{202E}b", "日\u{200B}本", "x\u{301}\u{200D}y", "👍🏽🇩🇪❤️",
        ]
        for text in texts {
            var buffer = Buffer(Size(width: 40, height: 1))
            #expect(buffer.put(text, at: Point(x: 0, y: 0)) == TextWidth.of(text), "\(text.debugDescription)")
        }
    }
}
