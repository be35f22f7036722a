import Glibc
import Nodes

let arguments = CommandLine.arguments.dropFirst()
guard let file = arguments.first, arguments.count == 1, !file.hasPrefix("-") else {
    NodeProcess.complain(
        "usage: zmqtop-node FILE, where FILE describes one node of a resolved topology; its kind is one of "
            + "\(NodeProcess.kinds.joined(separator: ", "))\n")
    exit(2)
}
exit(NodeProcess.run(file: file))
