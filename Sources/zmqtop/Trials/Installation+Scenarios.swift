import Foundation
import Scenarios
import Topology

extension Installation {
    /// Paths of the bundled topologies, by name: for `topology: NAME` of a scenario.
    var topologyPaths: [String: String] {
        Dictionary(
            (bundledTopologies + patterns).compactMap { name in (try? topology(name)).map { (name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// The bundled files with a scenario: those of a folder below the topologies (`scenarios`, `lessons`), or of all.
    func bundledScenarios(in folder: String? = nil) -> [String] {
        guard let topologies else { return [] }
        if let folder { return Self.scenarios(in: topologies + "/" + folder) }
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: topologies)) ?? []
        return Self.scenarios(in: topologies)
            + folders.sorted().filter { !$0.hasPrefix(".") }.flatMap { Self.scenarios(in: topologies + "/" + $0) }
    }

    /// Files of a folder that have a scenario, by name; not those of folders in it.
    static func scenarios(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { folder + "/" + $0 }.filter
        {
            (try? String(contentsOfFile: $0, encoding: .utf8)).map(ScenarioFile.hasScenario) ?? false
        }
    }

    /// What an argument of `zmqtop test` means: a file, a folder, or the name of a bundled scenario, lesson or folder of
    /// them.
    ///
    /// - Throws: `Failure` with the names that there are.
    func scenarios(_ argument: String) throws -> [String] {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder)
        let isPath = argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml")
        if !isPath {
            let folder = bundledScenarios(in: argument)
            if !folder.isEmpty { return folder }
            let named = bundledScenarios().filter { Self.names(of: $0).contains(argument) }
            if !named.isEmpty { return named }
        }
        if exists, isFolder.boolValue {
            let files = Self.scenarios(in: argument)
            guard files.isEmpty else { return files }
            throw Failure("\(argument): no file in this folder has a `scenario:`.")
        }
        if isPath || exists { return [argument] }
        let names = bundledScenarios().compactMap { Self.names(of: $0).last }
        throw Failure(
            "There is no scenario \"\(argument)\": neither a file nor one of the bundled ones ("
                + names.joined(separator: ", ") + "). Give a path, or one of these names.")
    }

    /// `…/lessons/03-hwm.yaml` is `03-hwm`, and `hwm`.
    static func names(of path: String) -> [String] {
        let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let digits = stem.prefix { $0.isNumber }
        guard !digits.isEmpty, stem.dropFirst(digits.count).first == "-" else { return [stem] }
        return [stem, String(stem.dropFirst(digits.count + 1))]
    }
}

/// Reads and checks a scenario's file and its topology.
///
/// - Throws: `TopologyErrors` with every error of both.
func readScenario(_ path: String, _ installation: Installation) throws(TopologyErrors) -> ScenarioFile {
    try ScenarioFile(
        path: path, bundled: installation.topologyPaths, environment: ProcessInfo.processInfo.environment)
}
