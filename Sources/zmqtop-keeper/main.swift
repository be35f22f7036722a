// zmqtop-keeper RUNDIR keep|remove
//
// Started by the session, with descriptor 3 connected to it (Keeping/KeeperMessage.swift) and descriptor 4 holding the
// lock of the run directory. It stays until end of file on descriptor 3; then nothing that it started stays either.
import Glibc

guard CommandLine.arguments.count == 3, ["keep", "remove"].contains(CommandLine.arguments[2]) else {
    let text = "zmqtop-keeper is started by zmqtop: it is of no use by itself\n"
    write(STDERR_FILENO, text, text.utf8.count)
    exit(2)
}
let keeper = Keeper(channel: 3, directory: CommandLine.arguments[1], keeps: CommandLine.arguments[2] == "keep")
keeper.run()
