import Glibc
import Nodes

let files = Array(CommandLine.arguments.dropFirst())
guard !files.isEmpty, !files.contains(where: { $0.hasPrefix("-") }) else {
    NodeProcess.complain(
        "usage: zmqtop-node FILE…, where each FILE describes one node of a resolved topology, and several are threads of "
            + "one process; its kind is one of \(NodeProcess.kinds.joined(separator: ", "))\n")
    exit(2)
}
exit(NodeProcess.run(files: files))
