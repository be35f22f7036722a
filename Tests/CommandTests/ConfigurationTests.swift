import Dashboard
import Foundation
import TerminalUI
import Testing

@testable import zmqtop

@Suite struct ConfigurationTests {
    private func read(_ text: String) throws -> Configuration { try Configuration(text: text, path: "config.yaml") }

    @Test(arguments: ["", "# nothing yet\n", "---\n"])
    func nothingIsAsItComes(_ text: String) throws {
        #expect(try read(text) == Configuration())
    }

    @Test func everythingIsRead() throws {
        let configuration = try read(
            """
            theme: gruvbox
            refresh: 500ms
            ascii: true
            mouse: false
            keys:
              stop: ctrl-x
              quit: [q, f10]
              kill: []
            """)
        #expect(configuration.theme == "gruvbox")
        #expect(configuration.refresh == 0.5)
        #expect(configuration.ascii && !configuration.mouse)
        let expected = Keymap.standard.remapped([
            .init(name: "stop", keys: [Key("x", control: true)]),
            .init(name: "quit", keys: [Key("q"), Key(.function(10))]),
            .init(name: "kill", keys: []),
        ])
        #expect(expected.problems == [])
        #expect(configuration.keymap == expected.keymap)
    }

    @Test(arguments: [
        ("thema: night\n", "config.yaml:1:1: error: there is no setting \"thema\"", "did you mean \"theme\"?"),
        ("nonsense: 1\n", "config.yaml:1:1", "there are: theme, refresh, ascii, mouse, keys"),
        ("refresh: fast\n", "config.yaml:1:10: error: expected a time from 20ms to 1m", "^~~~"),
        ("refresh: 1ms\n", "config.yaml:1:10", "20ms"), ("ascii: yes\n", "config.yaml:1:8", "expected true or false"),
        ("theme: [a]\n", "config.yaml:1:8", "the name of a theme"), ("- a\n", "config.yaml:1:1", "a list of settings"),
        ("theme: night\nkeys: x\n", "config.yaml:2:7", "commands and their keys"),
        ("keys:\n  stopp: z\n", "config.yaml:2:3: error: there is no command \"stopp\"", "did you mean \"stop\"?"),
        ("keys:\n  stop: entr\n", "config.yaml:2:9: error: there is no key \"entr\"", "did you mean \"enter\"?"),
        ("keys:\n  stop: [q]\n", "config.yaml:2:9", "q is also the key of \"quit\""),
        ("keys: { composer.send: s }\n", "config.yaml:1:24", "is typed there"),
        ("keys:\n  interrupt: f1\n", "config.yaml:2:14", "Ctrl-C always quits"),
        ("theme: night\ntheme: day\n", "config.yaml:", "twice"), ("theme: [\n", "config.yaml:", "this is no YAML"),
        ("keys:\n  stop: {a: b}\n", "config.yaml:2:9", "expected a key, or a list of keys"),
    ])
    func errorsHavePlaceAndRemedy(_ text: String, _ place: String, _ remedy: String) throws {
        let failure = try #require(throws: Failure.self) { try read(text) }
        #expect(failure.description.contains(place), "\(failure)")
        #expect(failure.description.contains(remedy), "\(failure)")
        #expect(failure.status == 2)
    }

    @Test func allErrorsAreReportedAtOnce() throws {
        let failure = try #require(throws: Failure.self) { try read("thema: x\nrefresh: 0\nkeys: {stop: q}\n") }
        #expect(failure.description.hasSuffix("3 errors"), "\(failure)")
        for line in 1...3 { #expect(failure.description.contains("config.yaml:\(line):")) }
    }

    @Test func controlCharactersAreData() throws {
        let failure = try #require(throws: Failure.self) { try read("\"\\e[2J\": 1\n") }
        #expect(!failure.description.contains("\u{1b}"))
    }
}

@Suite struct ShotTests {
    @Test func sizes() {
        #expect(ShotSize(argument: "120x36")?.size == Size(width: 120, height: 36))
        for wrong in ["", "120", "x", "0x5", "12x-3", "1x1x1", "2000x10"] { #expect(ShotSize(argument: wrong) == nil) }
    }

    @Test func keys() {
        #expect(
            ShotKeys(argument: "3j<enter><Ctrl-s>")?.keys == [Key("3"), Key("j"), Key(.enter), Key("s", control: true)])
        #expect(ShotKeys(argument: "<")?.keys == [Key("<")])
        #expect(ShotKeys(argument: "<nonsense>") == nil)
    }
}

/// Themes in folders of their own.
@Suite struct ThemesTests {
    private let folder: String
    private let installation: Installation

    init() throws {
        folder = NSTemporaryDirectory() + "zmqtop-themes-\(UUID().uuidString)"
        let themes = folder + "/zmqtop_zmqtop.resources/themes"
        try FileManager.default.createDirectory(atPath: themes, withIntermediateDirectories: true)
        for (name, colour) in [("a", "red"), ("b", "green"), ("c", "blue")] {
            try "text: \(colour)\n".write(toFile: "\(themes)/\(name).yaml", atomically: true, encoding: .utf8)
        }
        try Data().write(to: URL(filePath: folder + "/zmqtop"))
        installation = Installation(executable: folder + "/zmqtop")
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(
            toFile: "\(folder)/zmqtop_zmqtop.resources/themes/\(name).yaml", atomically: true, encoding: .utf8)
    }

    @Test func theyGoRoundBothWays() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var themes = try Themes("a", installation: installation)
        #expect(themes.names.filter { $0.count == 1 } == ["a", "b", "c"])
        #expect(try themes.step(by: 1).name == "b")
        #expect(try themes.step(by: -1).name == "a")
        #expect(try themes.choose(named: "c").name == "c")
        let failure = #expect(throws: Failure.self) { try themes.choose(named: "zz") }
        #expect(failure?.description.contains("There are: a, b, c") == true)
        #expect(themes.current.name == "c")
    }

    @Test func anEditedFileIsReadAgain() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var themes = try Themes("a", installation: installation)
        #expect(try themes.reload() == nil)
        try write("a", "text: blue\n")
        #expect(try themes.reload()?[.text] == Style(foreground: .indexed(4)))
        #expect(try themes.reload() == nil)
        // An error is told once, and the theme stays.
        try write("a", "text: blau\nbadd: red\n")
        let failure = #expect(throws: Failure.self) { try themes.reload() }
        #expect(failure?.description.contains("a.yaml:1:1: text: 'blau'") == true, "\(String(describing: failure))")
        #expect(failure?.description.contains("a.yaml:2:1: badd: no style") == true, "\(String(describing: failure))")
        #expect(try themes.reload() == nil)
        #expect(themes.current[.text] == Style(foreground: .indexed(4)))
        try write("a", "text: red\n")
        #expect(try themes.reload()?[.text] == Style(foreground: .indexed(1)))
        // An editor may take it away for a moment.
        try FileManager.default.removeItem(atPath: "\(folder)/zmqtop_zmqtop.resources/themes/a.yaml")
        #expect(try themes.reload() == nil)
    }

    @Test func aBrokenOneIsGonePast() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("b", "nonsense\n")
        var themes = try Themes("a", installation: installation)
        #expect(throws: Failure.self) { try themes.step(by: 1) }
        #expect(themes.current.name == "a")
        #expect(try themes.step(by: 1).name == "c")
    }
}
