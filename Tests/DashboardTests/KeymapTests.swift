import Foundation
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct KeymapTests {
    @Test(arguments: Keymap.together)
    func noKeyMeansTwoThings(_ contexts: [Keymap.Context]) {
        var seen: [Key: String] = [:]
        for binding in Keymap.bindings where contexts.contains(binding.context) {
            for key in binding.keys {
                #expect(seen[key] == nil, "\(binding.label) is bound to '\(seen[key] ?? "")' and '\(binding.help)'")
                seen[key] = binding.help
            }
        }
    }

    @Test func everyBindingIsExplained() {
        for binding in Keymap.bindings {
            #expect(!binding.keys.isEmpty && !binding.label.isEmpty && !binding.help.isEmpty)
            #expect(!binding.help.contains("|") && !binding.label.contains("|"), "it would break the table")
        }
    }

    /// Help is made from the table: every binding stands in it once, whatever the size.
    @Test(arguments: [Size(width: 80, height: 24), Size(width: 160, height: 60)])
    func helpShowsThemAll(_ size: Size) {
        var state = DashboardState.fixture(size: size)
        state.type("?")
        var seen: Set<String> = []
        for _ in 0..<100 {
            seen.formUnion(view(state, size: size).buffer.lines)
            state.type("j")
        }
        let text = seen.joined(separator: "\n")
        for binding in Keymap.bindings { #expect(text.contains(binding.help), "help lacks '\(binding.help)'") }
    }

    @Test func theTableHasARowABinding() {
        let rows = Keymap.markdownTable.split(separator: "\n")
        #expect(rows.count == Keymap.bindings.count + 2)
        for binding in Keymap.bindings {
            #expect(rows.contains { $0.contains("`\(binding.label)`") && $0.contains(binding.help) })
        }
    }

    static let readme = URL(filePath: #filePath).appending(path: "../../../README.md").standardizedFileURL

    /// A table that differs is written anew, and the test that writes fails, as with golden screens.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: readme.path)))
    func theReadmeHasTheTable() throws {
        let text = try String(contentsOf: Self.readme, encoding: .utf8)
        guard !text.contains(Keymap.markdownTable) else { return }
        let start = try #require(text.range(of: "| key | where |")).lowerBound
        let end = try #require(text.range(of: "|\n\n", range: start..<text.endIndex)).lowerBound
        let next = text[..<start] + Keymap.markdownTable.dropLast(2) + text[end...]
        try String(next).write(to: Self.readme, atomically: true, encoding: .utf8)
        Issue.record("README.md's table of keys was another one, and is written anew.")
    }
}
