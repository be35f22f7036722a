import Foundation

/// Which lessons the person has finished: `$XDG_STATE_HOME/zmqtop/lessons.json`.
struct LessonProgress {
    /// The file; nil where there is no home for it.
    let path: String?

    /// What the file holds.
    private struct Contents: Codable {
        var version = 1
        /// When each lesson was last finished (ISO 8601), by its slug.
        var done: [String: String] = [:]
    }

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        // The specification of base directories: what is empty or relative counts as not set.
        let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        path = (state ?? environment["HOME"].map { $0 + "/.local/state" }).map { $0 + "/zmqtop/lessons.json" }
    }

    /// The slugs of the finished lessons, and a sentence when the file is there and cannot be understood.
    func load() -> (done: Set<String>, problem: String?) {
        guard let path, FileManager.default.fileExists(atPath: path) else { return ([], nil) }
        guard let contents = read(path) else {
            return ([], "\(path) cannot be understood: no lesson counts as done. The next one that is starts it anew.")
        }
        return (Set(contents.done.keys), nil)
    }

    /// Notes that a lesson is finished. What cannot be understood is moved aside, not lost.
    /// - Throws: `Failure` when the file cannot be written.
    func markDone(_ slug: String, now: Date = Date()) throws {
        guard let path else { throw Failure("there is no HOME to keep the progress in.") }
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            if FileManager.default.fileExists(atPath: path), read(path) == nil {
                try? FileManager.default.removeItem(atPath: path + ".broken")
                try FileManager.default.moveItem(atPath: path, toPath: path + ".broken")
            }
            // Read again: another terminal may have finished one meanwhile.
            var contents = read(path) ?? Contents()
            contents.done[slug] = ISO8601DateFormatter().string(from: now)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(contents).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private func read(_ path: String) -> Contents? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Contents.self, from: $0) }
    }
}
