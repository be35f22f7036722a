import ArgumentParser
import Foundation
import Topology

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Begin a topology of your own with a copy of a pattern.",
        discussion: """
            Writes NAME.yaml into the current folder. Without --from it lists the patterns.
            Example: zmqtop new mine --from pub-sub
            """)

    @Argument(help: "The new topology's name: letters, digits, - and _.")
    var name: String

    @Option(help: "A pattern, or any bundled topology.")
    var from: String?

    func run() throws {
        print(try NewTopology(installation: Installation()).write(name, from: from), terminator: "")
    }
}

/// Copies of bundled files under new names.
struct NewTopology {
    let installation: Installation
    /// Where it is written.
    var folder = FileManager.default.currentDirectoryPath

    /// - Returns: what was done, and what to do next.
    /// - Throws: `Failure` when there is no such pattern, the name is none, or the file is there already.
    func write(_ argument: String, from pattern: String?) throws -> String {
        let name = argument.hasSuffix(".yaml") ? String(argument.dropLast(5)) : argument
        guard ModelReader.isName(name) else {
            throw Failure(
                "\"\(argument)\" cannot name a topology: a name is letters, digits, - and _, at most 32, and the file is "
                    + "written into the current folder.")
        }
        guard let pattern else { throw Failure("Say what to begin with, as in --from pub-sub:\n" + list) }
        guard let source = installation.bundled(pattern) else {
            let near = nearest(to: pattern, in: installation.patterns + installation.bundledTopologies)
            throw Failure("There is no pattern \"\(pattern)\"\(near.map { ": did you mean \($0)?" } ?? ":")\n" + list)
        }
        let text = try String(contentsOfFile: source, encoding: .utf8)
        let path = "\(folder)/\(name).yaml"
        do {
            try Data(Self.renamed(text, to: name).utf8).write(
                to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch CocoaError.fileWriteFileExists {
            throw Failure("\(name).yaml is there already, and is left as it is: choose another name, or remove it.")
        } catch {
            throw Failure("Cannot write \(path): \((error as NSError).localizedDescription)")
        }
        return "\(name).yaml is a copy of \(pattern).\n" + programs(beside: source)
            + "Edit it, then: zmqtop check \(name).yaml && zmqtop run \(name).yaml\n"
    }

    /// The name at the top; everything else stays, comments too.
    static func renamed(_ text: String, to name: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("name:") ? "name: \(name)" : String($0) }.joined(separator: "\n")
    }

    private var list: String {
        (["patterns"] + installation.patterns.map(installation.line) + ["topologies"]
            + installation.bundledTopologies.map(installation.line)).joined(separator: "\n")
    }

    /// What some topologies start lies in a folder of their name, and is not copied.
    private func programs(beside source: String) -> String {
        let programs = String(source.dropLast(".yaml".count))
        guard FileManager.default.fileExists(atPath: programs) else { return "" }
        return "The programs that it starts lie in \(programs): copy that folder too, or name your own.\n"
    }
}

extension Installation {
    /// A bundled topology in a list: its name, and what it is about.
    func line(_ name: String) -> String {
        let about = bundled(name).flatMap { try? TopologyFile(path: $0) }?.about ?? ""
        return "  " + name.padding(toLength: max(14, name.count), withPad: " ", startingAt: 0) + "  " + about
    }
}
