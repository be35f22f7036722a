import Foundation
import TerminalUI
import Yams

/// The themes that there are, bundled ones and the user's own (`$XDG_CONFIG_HOME/zmqtop/themes`), and which is on.
struct Themes {
    private(set) var current: Theme
    /// Paths, in the order in which `next` goes through them.
    private let files: [String]
    private var index: Int?

    /// - Parameter name: a theme's name, or the path of a file.
    /// - Throws: `Failure` with the names that there are, or with what is wrong in the file.
    init(_ name: String, installation: Installation) throws {
        let environment = ProcessInfo.processInfo.environment
        let config = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }
        let folders = [installation.themes, config.map { $0 + "/zmqtop/themes" }].compactMap { $0 }
        files = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
                .filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
        }
        if name.contains("/") {
            current = try Self.load(name)
        } else if let index = files.lastIndex(where: { Self.name(of: $0) == name }) {
            // The user's own one goes before a bundled one of the same name.
            self.index = index
            current = try Self.load(files[index])
        } else {
            throw Failure(
                "There is no theme \"\(name)\". There are: \(files.map(Self.name).joined(separator: ", ")); a path works too."
            )
        }
    }

    /// Goes on to the next one.
    ///
    /// - Throws: `Failure` with what is wrong in its file; the one after it comes next.
    mutating func next() throws -> Theme {
        guard !files.isEmpty else { return current }
        let next = ((index ?? -1) + 1) % files.count
        index = next
        current = try Self.load(files[next])
        return current
    }

    private static func name(of path: String) -> String {
        (path as NSString).lastPathComponent.replacingOccurrences(of: ".yaml", with: "")
    }

    private static func load(_ path: String) throws -> Theme {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure("The theme \(path) cannot be read.")
        }
        do {
            guard let mapping = try Yams.compose(yaml: text)?.mapping else {
                throw Failure("The theme \(path) is empty: it takes lines like  accent: \"bold #89b4fa\"")
            }
            var entries: [String: String] = [:]
            for (key, value) in mapping {
                guard let key = key.string, let value = value.scalar?.string else {
                    let place = value.mark.map { ":\($0.line):\($0.column)" } ?? ""
                    throw Failure("\(path)\(place): a theme's entry is a name and a look: accent: \"bold #89b4fa\"")
                }
                entries[key] = value
            }
            return try Theme(name: name(of: path), entries: entries)
        } catch let error as YamlError {
            throw Failure("\(path): \(error)")
        } catch let error as ThemeError {
            throw Failure("\(path): \(error)")
        }
    }
}
