import RunDirectory
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct RemapTests {
    private func remapped(_ remaps: [(String, [String])]) -> (keymap: Keymap, problems: [Keymap.RemapProblem]) {
        Keymap.standard.remapped(
            remaps.map { .init(name: $0.0, keys: $0.1.map { Key(named: $0) ?? Key(.function(99)) }) })
    }

    private func state(_ keymap: Keymap) -> DashboardState {
        var state = DashboardState(topology: Fixture.topology, theme: .monochrome, glyphs: .unicode, keymap: keymap)
        _ = update(&state, .snapshot(Fixture.snapshot()))
        return state
    }

    @Test func namesAreUnique() {
        #expect(Set(Keymap.names).count == Keymap.bindings.count, "two bindings of one command in one context are one")
        #expect(Keymap.names.contains("screen-links"))
        #expect(Keymap.names.contains("left") && Keymap.names.contains("composer.left"))
        #expect(Keymap.names.contains("previous-theme") && Keymap.names.contains("question.yes"))
    }

    @Test(arguments: [
        ("x", Key("x")), ("X", Key("X")), ("?", Key("?")), ("ö", Key("ö")), ("space", Key(" ")),
        ("Esc", Key(.escape)), ("ctrl-x", Key("x", control: true)), ("Ctrl-X", Key("x", control: true)),
        ("alt-x", Key("x", alt: true)), ("alt-X", Key("X", alt: true)), ("F5", Key(.function(5))),
        ("shift-tab", Key(.backTab)), ("pgdn", Key(.pageDown)), ("ctrl-left", Key(.left, control: true)),
        ("-", Key("-")),
        ("ctrl--", Key("-", control: true)),
        ("shift-left", Key(.left, shift: true)),
    ])
    func keysAreRead(_ name: String, _ key: Key) {
        #expect(Key(named: name) == key)
    }

    @Test(arguments: ["", "xx", "f13", "ctrl-", "hyper-x", "ctrl-ctrl-x", "shift-x", "\u{1b}", "\n"])
    func whatIsNoKey(_ name: String) { #expect(Key(named: name) == nil) }

    /// Labels of the table are those that a remap would get, in the main.
    @Test func labelsAreTheKeys() {
        for binding in Keymap.bindings {
            #expect(binding.label.contains(binding.keys[0].label), "\(binding.label)")
        }
    }

    @Test func aRemapHoldsEverywhere() {
        let (keymap, problems) = remapped([
            ("stop", ["%", "f5"]), ("quit", ["ctrl-q"]), ("help", ["h"]), ("left", ["left"]),
        ])
        #expect(problems == [])
        var state = state(keymap)
        #expect(state.type("x") == [], "the old key means nothing")
        #expect(state.type("%") == [.command(.node(.stop, node: "client-1"))])
        #expect(state.press([Key(.function(5))]) == [.command(.node(.stop, node: "client-1"))])
        #expect(state.type("q") == [])
        #expect(state.press([Key("q", control: true)]) == [.quit])
        let wide = Size(width: 200, height: 60)
        let hints = view(state, size: wide).buffer.lines.joined(separator: "\n")
        state.type("?")
        #expect(state.overlay == nil)
        state.message = nil
        let quiet = view(state, size: wide).buffer.lines.joined(separator: "\n")
        #expect(quiet.contains("% F5 stop") && quiet.contains("h help"), "\(hints)")
        state.type("h")
        let help = view(state, size: wide).buffer.lines.joined(separator: "\n")
        #expect(help.contains("% F5") && help.contains("Ctrl-Q"))
        state.press([Key(.escape)])
        state.type(":stop")
        #expect(state.choices.first?.keys == "% F5")
    }

    /// Sentences name the keys that there are.
    @Test func sentencesNameTheKeys() {
        var state = state(remapped([("start", ["f9"])]).keymap)
        state.type(":pause engine-2\r")
        guard case .palette(let palette) = state.overlay else { Issue.record("done"); return }
        #expect(palette.problem?.contains("F9 starts it") == true, "\(palette.problem ?? "")")
    }

    @Test func twoMaySwap() {
        let (keymap, problems) = remapped([("stop", ["s"]), ("start", ["x"])])
        #expect(problems == [])
        #expect(keymap.command(for: Key("s"), in: [.acting]) == .stop)
        #expect(keymap.command(for: Key("x"), in: [.acting]) == .start)
    }

    @Test func aCommandMayHaveNoKey() {
        let (keymap, problems) = remapped([("kill", [])])
        #expect(problems == [])
        var state = state(keymap)
        #expect(state.type("X") == [] && state.overlay == nil)
        #expect(view(state, size: Size(width: 120, height: 36)).buffer.lines.last?.contains("kill") == false)
        state.type(":kill\r")
        guard case .question = state.overlay else { Issue.record("the palette does not know it"); return }
    }

    @Test(arguments: [
        ("stopp", ["z"], "there is no command \"stopp\"; did you mean \"stop\"?"),
        ("nonsense", ["z"], "there is no command"),
        ("stop", ["s"], "s is also the key of \"start\" there"), ("stop", ["ctrl-c"], "the key of \"interrupt\""),
        ("stop", ["tab"], "the key of \"next-screen\""), ("interrupt", ["q"], "Ctrl-C always quits"),
        ("back", [], "needs a key"), ("composer.send", [], "needs a key"), ("composer.send", ["s"], "is typed there"),
        ("palette.run", ["x"], "is typed there"), ("composer.send", ["tab"], "the key of \"composer.next-field\""),
    ])
    func whatCannotBeIsSaid(_ name: String, _ keys: [String], _ sentence: String) {
        let (keymap, problems) = remapped([("filter", ["f3"]), (name, keys)])
        #expect(problems.map(\.index) == [1])
        #expect(problems.first?.text.contains(sentence) == true, "\(problems)")
        #expect(keymap == remapped([("filter", ["f3"])]).keymap, "the rest holds")
    }
}
