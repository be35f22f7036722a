import CLinux
import Glibc

/// Starts a program: see `linux_spawn` in CLinux.h for what it gets and what it does not.
///
/// - Parameter inheriting: descriptors that the program finds as 3, 4, …: at most two.
/// - Returns: the process id, or the errno that says why there is none.
public func spawn(
    _ program: KeeperRequest.Program, inheriting: [Int32] = [], ownSession: Bool = false
) -> Result<Int32, SpawnFailure> {
    let arguments = program.arguments.map { strdup($0) } + [nil]
    let environment = program.environment.map { strdup($0) } + [nil]
    defer {
        for text in arguments + environment { free(text) }
    }
    var pid: pid_t = 0
    let error = withCStrings(program) { executable, directory, output, standardError in
        arguments.withUnsafeBufferPointer { arguments in
            environment.withUnsafeBufferPointer { environment in
                inheriting.withUnsafeBufferPointer { inherited in
                    var request = linux_program(
                        executable: executable, arguments: arguments.baseAddress,
                        environment: environment.baseAddress, directory: directory, output: output,
                        error: standardError, inherited: inherited.baseAddress,
                        inherited_count: Int32(inherited.count), own_session: ownSession ? 1 : 0)
                    return linux_spawn(&request, &pid)
                }
            }
        }
    }
    return error == 0 ? .success(pid) : .failure(SpawnFailure(errno: error))
}

private func withCStrings(
    _ program: KeeperRequest.Program,
    _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
) -> Int32 {
    program.executable.withCString { executable in
        program.workingDirectory.withCString { directory in
            program.standardOutput.withCString { output in
                program.standardError.withCString { body(executable, directory, output, $0) }
            }
        }
    }
}

/// Why there is no process.
public struct SpawnFailure: Error {
    /// As posix_spawn(3) returns it.
    public var errno: Int32
}

/// CLOCK_MONOTONIC in nanoseconds.
public func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
