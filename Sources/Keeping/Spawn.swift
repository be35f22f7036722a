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
    let error = program.executable.withCString { executable in
        program.workingDirectory.withCString { directory in
            program.standardOutput.withCString { output in
                program.standardError.withCString { standardError in
                    inheriting.withUnsafeBufferPointer { inherited in
                        var request = linux_program(
                            executable: executable, arguments: arguments, environment: environment,
                            directory: directory, output: output, error: standardError,
                            inherited: inherited.baseAddress, inherited_count: Int32(inherited.count),
                            own_session: ownSession ? 1 : 0)
                        return linux_spawn(&request, &pid)
                    }
                }
            }
        }
    }
    return error == 0 ? .success(pid) : .failure(SpawnFailure(errno: error))
}

/// Why there is no process.
public struct SpawnFailure: Error {
    public var errno: Int32
}

/// CLOCK_MONOTONIC in nanoseconds.
public func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
