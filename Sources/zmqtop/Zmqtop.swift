import ArgumentParser
import Foundation
import RunDirectory
import Session

@main
struct Zmqtop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zmqtop",
        abstract:
            "A control room for ZeroMQ topologies: start them, watch every queue and link, inject, break, see it heal.",
        discussion: """
            Example: zmqtop run inference
            Exit status: 0 good, 1 a check failed, 2 wrong usage or file, 128+n ended by signal n.
            """,
        version: "zmqtop 0.1.0",
        subcommands: [
            RunCommand.self, CheckCommand.self, GraphCommand.self, InjectCommand.self, ControlCommand.self,
            DownCommand.self, AttachCommand.self, ExecCommand.self, TapCommand.self, ListCommand.self,
            NewCommand.self, SchemaCommand.self, InfoCommand.self,
            TestCommand.self, LessonCommand.self, DiscoverCommand.self, HostCommand.self,
        ], defaultSubcommand: DiscoverCommand.self)

    /// A slip in a command's name is not to be taken for an argument of the default one.
    private static func checkCommand() throws {
        guard let first = CommandLine.arguments.dropFirst().first, !first.hasPrefix("-") else { return }
        let names = configuration.subcommands.map { $0.configuration.commandName ?? "" } + ["help"]
        guard !names.contains(first) else { return }
        let near = names.map { ($0, editDistance($0, first)) }.filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
        throw Failure(
            "there is no command \"\(first)\"" + (near.map { ": did you mean \($0)?" } ?? "; zmqtop --help lists them.")
        )
    }

    /// Foundation names each thread that it starts by way of `String(validating:as:)`, whose metadata Swift 6.3's runtime
    /// makes at its first use. Where three threads come to that at once, they can wait for each other for ever (seen as a
    /// run that never drew its first frame, about once in forty): so it is made here, while there is one thread.
    @inline(never)
    private static func settleRuntime() {
        let text = String(validating: CommandLine.arguments[0].utf8.prefix(1).map { $0 & 0x7F }, as: UTF8.self)
        precondition(text != nil, "ASCII is UTF-8")
    }

    /// ArgumentParser's own exit status for wrong usage is 64; ours is 2.
    static func main() {
        Self.settleRuntime()
        do {
            try checkCommand()
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            complain(failure.description)
            Foundation.exit(failure.status)
        } catch let error as SessionError {
            complain("zmqtop: " + error.description)
            Foundation.exit(2)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code == .success {
                print(message)
                Foundation.exit(0)
            }
            complain(message)
            Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
        }
    }
}
