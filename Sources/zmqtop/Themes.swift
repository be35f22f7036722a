import Foundation
import TerminalUI
import Yams

/// The themes that there are, bundled ones and the user's own (`$XDG_CONFIG_HOME/zmqtop/themes`), and which is on.
struct Themes {
    private(set) var current: Theme
    private let folders: [String]
    /// The current one's file.
    private var path: String
    /// What the file was when it was read.
    private var stamp: Stamp?

    /// The names of all themes: bundled ones and the person's own.
    static func names(_ installation: Installation) -> [String] { files(in: folders(installation)).map(name) }

    /// - Parameter name: a theme's name, or the path of a file.
    /// - Throws: `Failure` with the names that there are, or with what is wrong in the file.
    init(_ name: String, installation: Installation) throws {
        folders = Self.folders(installation)
        path = try Self.file(name, in: folders)
        stamp = Stamp(path)
        current = try Self.load(path)
    }

    /// In the order in which one goes through them; the user's own stand behind the bundled ones, or in place of one.
    var names: [String] { Self.files(in: folders).map(Self.name) }

    /// Goes on to another one. Where its file is wrong the current one stays, but the next step goes past it.
    ///
    /// - Throws: `Failure` with what is wrong, or that there is none of that name.
    mutating func step(by step: Int) throws -> Theme {
        let files = Self.files(in: folders)
        guard !files.isEmpty else { return current }
        let place = files.firstIndex(of: path).map { $0 + step } ?? (step > 0 ? 0 : files.count - 1)
        return try choose(files[(place + files.count) % files.count])
    }

    /// Takes the one of that name, or in that file.
    ///
    /// - Throws: as `step`.
    mutating func choose(named name: String) throws -> Theme {
        try choose(try Self.file(name, in: folders))
    }

    /// Reads the current one again where its file has changed since it was read; nil: it has not.
    ///
    /// - Throws: `Failure` with what is wrong in the file, once a change; the theme stays as it was.
    mutating func reload() throws -> Theme? {
        let now = Stamp(path)
        // An editor may take the old file away before the new one is there.
        guard let now, now != stamp else { return nil }
        stamp = now
        let read = try Self.load(path)
        guard read != current else { return nil }
        current = read
        return read
    }

    private mutating func choose(_ file: String) throws -> Theme {
        path = file
        stamp = Stamp(file)
        current = try Self.load(file)
        return current
    }

    /// What changes when a file is saved.
    private struct Stamp: Equatable {
        private var inode: ino_t
        private var size: off_t
        private var seconds: Int
        private var nanoseconds: Int

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            inode = status.st_ino
            size = status.st_size
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    private static func folders(_ installation: Installation) -> [String] {
        [installation.themes, ConfigurationFolder.path.map { $0 + "/themes" }].compactMap { $0 }
    }

    private static func files(in folders: [String]) -> [String] {
        var files: [String] = []
        for folder in folders {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for entry in entries.sorted() where entry.hasSuffix(".yaml") {
                let path = folder + "/" + entry
                if let place = files.firstIndex(where: { name(of: $0) == name(of: path) }) {
                    files[place] = path
                } else {
                    files.append(path)
                }
            }
        }
        return files
    }

    private static func file(_ name: String, in folders: [String]) throws -> String {
        if name.contains("/") { return name }
        let files = files(in: folders)
        if let file = files.first(where: { Self.name(of: $0) == name }) { return file }
        throw Failure(
            "There is no theme \"\(name)\". There are: \(files.map(Self.name).joined(separator: ", ")); a path works too."
        )
    }

    private static func name(of path: String) -> String {
        let file = (path as NSString).lastPathComponent
        return file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
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
            var places: [String: String] = [:]
            for (name, value) in mapping {
                guard let key = name.string, let value = value.scalar?.string else {
                    let place = value.mark.map { ":\($0.line):\($0.column)" } ?? ""
                    throw Failure("\(path)\(place): a theme's entry is a name and a look: accent: \"bold #89b4fa\"")
                }
                entries[key] = value
                places[key] = name.mark.map { ":\($0.line):\($0.column)" }
            }
            do {
                return try Theme(name: name(of: path), entries: entries)
            } catch let error as ThemeError {
                throw Failure(
                    error.problems.map { "\(path)\(places[$0.entry] ?? ""): \($0.entry): \($0.reason)" }
                        .joined(separator: "\n"))
            }
        } catch let error as YamlError {
            throw Failure("\(path): \(error)")
        }
    }
}
