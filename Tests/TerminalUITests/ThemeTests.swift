import TerminalUI
import Testing

struct ThemeTests {
    @Test func looksAreRead() throws {
        let theme = try Theme(
            name: "test",
            entries: [
                "accent": "bold #89b4fa on #1e1e2e", "dim": "dim", "bad": "underline Red", "selection": "on 236",
                "border": "#abc", "key": "bright-blue on standard", "good": "gray",
            ])
        #expect(
            theme[.accent]
                == Style(foreground: .rgb(0x89, 0xB4, 0xFA), background: .rgb(0x1E, 0x1E, 0x2E), modifiers: .bold))
        #expect(theme[.dim] == Style(modifiers: .dim))
        #expect(theme[.bad] == Style(foreground: .indexed(1), modifiers: .underline))
        #expect(theme[.selection] == Style(background: .indexed(236)))
        #expect(theme[.border] == Style(foreground: .rgb(0xAA, 0xBB, 0xCC)))
        #expect(theme[.key] == Style(foreground: .indexed(12), background: .standard))
        #expect(theme[.good] == Style(foreground: .indexed(8)))
        #expect(theme[.warning] == Theme.standard[.warning])
        #expect(theme.name == "test")
    }

    @Test(arguments: [
        ("acent", "red", "did you mean 'accent'?"), ("nonsense-name", "red", "names: text dim"),
        ("good", "gren", "did you mean 'green'?"), ("good", "boldd", "did you mean 'bold'?"),
        ("good", "#12", "write #rrggbb or #rgb"), ("good", "#gggggg", "write #rrggbb or #rgb"),
        ("good", "256", "from 0 to 255"), ("good", "-1", "from 0 to 255"),
        ("good", "red blue", "write COLOUR on COLOUR"),
        ("good", "red on", "missing after 'on'"), ("good", "on red on blue", "'on' stands twice"),
        ("good", "", "in quotes"), ("good", "fuchsia-ish", "a name like bright-blue"),
    ])
    func errorsHaveARemedy(key: String, look: String, remedy: String) throws {
        let error = try #require(throws: ThemeError.self) { try Theme(name: "mine", entries: [key: look]) }
        #expect(error.problems.map(\.entry) == [key])
        #expect(error.description.contains(remedy), "\(error)")
        #expect(error.description.hasPrefix("theme mine: \(key): "))
    }

    @Test func allErrorsAreReportedAtOnce() throws {
        let error = try #require(throws: ThemeError.self) {
            try Theme(name: "mine", entries: ["text": "x1", "bad": "x2", "good": "green", "zz": "red"])
        }
        #expect(error.problems.map(\.entry) == ["bad", "text", "zz"])
    }

    @Test func withoutColoursStatesStillDiffer() {
        let theme = Theme.standard.adapted(to: .none)
        for role in Theme.Role.allCases {
            #expect(theme[role].foreground == nil && theme[role].background == nil)
        }
        #expect(theme[.selection] != theme[.text])
        for glyphs in [Glyphs.unicode, .ascii] {
            let states = [
                glyphs.up, glyphs.idle, glyphs.busy, glyphs.failed, glyphs.exited, glyphs.paused, glyphs.warning,
            ]
            #expect(Set(states).count == states.count)
            #expect(states.allSatisfy { TextWidth.of($0) == 1 && ($0.isASCII || glyphs.isUnicode) })
        }
    }
}

struct ColorTests {
    @Test(arguments: [
        (Color.rgb(0x89, 0xB4, 0xFA), UInt8(111)), (.rgb(255, 0, 0), 196), (.rgb(0, 0, 0), 16),
        (.rgb(255, 255, 255), 231),
        (.rgb(128, 128, 128), 244), (.rgb(8, 8, 8), 232), (.rgb(95, 135, 175), 67), (.indexed(3), 3),
    ])
    func nearestOf256(color: Color, index: UInt8) {
        #expect(color.degraded(to: .indexed256) == .indexed(index))
    }

    @Test(arguments: [
        (Color.rgb(255, 0, 0), UInt8(9)), (.rgb(120, 0, 0), 1), (.rgb(0xA6, 0xE3, 0xA1), 10),
        (.rgb(0xF3, 0x8B, 0xA8), 9),
        (.rgb(0x89, 0xB4, 0xFA), 12), (.rgb(0, 0, 0), 0), (.rgb(255, 255, 255), 15), (.rgb(100, 100, 100), 8),
        (.rgb(0x1E, 0x1E, 0x2E), 0),
        (.rgb(180, 180, 180), 7), (.rgb(0xCD, 0xD6, 0xF4), 7), (.rgb(0x7F, 0x84, 0x9C), 8), (.indexed(5), 5),
        (.indexed(196), 9), (.indexed(244), 8),
    ])
    func nearestOf16(color: Color, index: UInt8) {
        #expect(color.degraded(to: .sixteen) == .indexed(index))
    }

    @Test func trueColourStays() {
        #expect(Color.rgb(1, 2, 3).degraded(to: .trueColor) == .rgb(1, 2, 3))
        #expect(Color.standard.degraded(to: .sixteen) == .standard)
    }

    @Test func textNeverMeetsItsBackground() {
        let style = Style(foreground: .rgb(0x36, 0x3A, 0x54), background: .rgb(0x30, 0x34, 0x60))
        #expect(style.degraded(to: .sixteen) == Style(foreground: .indexed(15), background: .indexed(4)))
        let hidden = Style(foreground: .indexed(3), background: .indexed(3))
        #expect(hidden.degraded(to: .sixteen) == hidden)
    }

    @Test func withoutColoursModifiersStay() {
        let style = Style(foreground: .rgb(1, 2, 3), background: .indexed(4), modifiers: [.bold, .reverse])
        #expect(style.degraded(to: .none) == Style(modifiers: [.bold, .reverse]))
    }
}
