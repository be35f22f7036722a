import Dashboard
import Foundation

/// Where the columns and orders of the lists are kept between runs: `$XDG_STATE_HOME/zmqtop/columns.json`.
struct ListChoicesFile {
    let path: String?

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let state = environment["XDG_STATE_HOME"] ?? environment["HOME"].map { $0 + "/.local/state" }
        path = state.map { $0 + "/zmqtop/columns.json" }
    }

    /// What was kept, as an action; nil where nothing was.
    func load() -> Action? {
        guard let path, let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return .lists(try JSONDecoder().decode(ListChoices.self, from: data))
        } catch {
            return .problem("\(path) cannot be understood: the lists are as at first.")
        }
    }

    /// Keeps them for the next run; gives a sentence when that cannot be done.
    func keep(_ choices: ListChoices) -> Action? {
        guard let path else { return nil }
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(choices).write(to: URL(fileURLWithPath: path), options: .atomic)
            return nil
        } catch {
            return .problem("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
