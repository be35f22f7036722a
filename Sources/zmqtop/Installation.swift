import Foundation
import Session
import Topology

/// Where zmqtop's own parts are: found from the executable's own place, whatever the working directory is.
///
/// Programs lie beside the executable. The tap lies beside it or in `../lib/zmqtop`; topologies and themes lie in the
/// build's resources beside it or in `../share/zmqtop`.
struct Installation {
    /// Folder of the running executable, symbolic links resolved.
    let binaries: URL

    init(executable: String = "/proc/self/exe") {
        binaries = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    var node: String { binaries.appendingPathComponent("zmqtop-node").path }
    var keeper: String { binaries.appendingPathComponent("zmqtop-keeper").path }

    /// nil when it is in none of its places.
    var tap: String? {
        ["libzmqtap.so", "../lib/zmqtop/libzmqtap.so"].map(path).first(where: isFile)
    }

    var topologies: String? { folder("topologies") }
    var themes: String? { folder("themes") }

    /// The programs that a session starts.
    ///
    /// - Throws: `Failure` that names what is missing and where it was looked for.
    func programs() throws -> ProgramPaths {
        for program in [node, keeper] where !isFile(program) {
            throw Failure(
                "\(program) is missing. The programs of zmqtop belong beside each other: build all of them with `swift build`."
            )
        }
        guard let tap else {
            throw Failure(
                "libzmqtap.so is neither beside \(binaries.path)/zmqtop nor in ../lib/zmqtop. Build it with `swift build`."
            )
        }
        return ProgramPaths(node: node, keeper: keeper, tap: tap)
    }

    /// The file that a TOPOLOGY argument means: a path when it holds a slash or ends in .yaml or .yml or names a file that is
    /// there, else the name of a bundled one or of a pattern.
    ///
    /// - Throws: `Failure` with the names that there are.
    func topology(_ argument: String) throws -> String {
        if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") { return argument }
        if let file = bundled(argument) { return file }
        if isFile(argument) { return argument }
        let names = bundledTopologies + patterns
        let near = nearest(to: argument, in: names).map { " Did you mean \($0)?" } ?? ""
        throw Failure(
            "There is no topology \"\(argument)\": neither a file nor one of the bundled ones ("
                + names.joined(separator: ", ") + "). Give a path, or one of these names.\(near)")
    }

    /// The file of a bundled topology or pattern; nil where there is none of that name.
    func bundled(_ name: String) -> String? {
        [topologies, patternFolder].compactMap { $0.map { "\($0)/\(name).yaml" } }.first(where: isFile)
    }

    var bundledTopologies: [String] { names(in: topologies) }

    /// Names of the small topologies, one a pattern, that `zmqtop new` copies.
    var patterns: [String] { names(in: patternFolder) }

    private var patternFolder: String? { topologies.map { $0 + "/patterns" } }

    private func names(in folder: String?) -> [String] {
        guard let folder, let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return entries.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    private func folder(_ name: String) -> String? {
        ["zmqtop_zmqtop.resources/\(name)", "../share/zmqtop/\(name)"].map(path).first { isFolder($0) }
    }

    private func path(_ relative: String) -> String {
        binaries.appendingPathComponent(relative).standardizedFileURL.path
    }

    private func isFile(_ path: String) -> Bool {
        var folder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &folder) && !folder.boolValue
    }

    private func isFolder(_ path: String) -> Bool {
        var folder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &folder) && folder.boolValue
    }
}
