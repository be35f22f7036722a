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

    @Test(.enabled(if: FileManager.default.fileExists(atPath: readme.path)))
    func theReadmeHasTheTable() throws {
        let text = try String(contentsOf: Self.readme, encoding: .utf8)
        #expect(text.contains(Keymap.markdownTable), "README.md's keys must be:\n\(Keymap.markdownTable)")
    }
}
