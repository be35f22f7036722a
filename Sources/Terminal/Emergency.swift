import CNcurses
import Glibc

/// Gives the terminal back when the program cannot do so in order: at a crash, or at an `exit` past all cleaning up.
///
/// A signal handler may not call ncurses. All that it needs is made ready here before, and the handler only writes
/// bytes, sets the terminal's modes and hands the signal on to whoever handled it before.
enum Emergency {
    private struct State {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        /// How many of the bytes are for an orderly exit; the rest is the crash's note.
        var quietCount = 0
        var modes = termios()
        var armed: sig_atomic_t = 0
    }

    /// Never freed: a handler may need it at any moment.
    nonisolated(unsafe) private static let state: UnsafeMutablePointer<State> = {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State())
        return state
    }()

    nonisolated(unsafe) private static let earlier: UnsafeMutablePointer<sigaction> = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: signals.count)
        actions.initialize(repeating: sigaction(), count: signals.count)
        return actions
    }()

    private static let signals: [Int32] = [SIGSEGV, SIGABRT, SIGILL, SIGBUS, SIGFPE, SIGTRAP]

    /// Makes ready to give the terminal back with these bytes and these modes; `note` is written after a crash.
    static func arm(bytes: [UInt8], note: String, modes: termios) {
        let all = bytes + Array(note.utf8)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, all.count))
        copy.initialize(from: all, count: all.count)
        // The earlier bytes of a process that opens its screen twice are left: a few hundred, for safety.
        state.pointee = State(bytes: copy, count: all.count, quietCount: bytes.count, modes: modes, armed: 1)
        _ = registered
        useOwnStack()
        for (index, signal) in signals.enumerated() {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { Emergency.crashed($0) }
            // SA_ONSTACK, for the stack may be what ran out.
            action.sa_flags = SA_ONSTACK
            sigaction(signal, &action, earlier + index)
        }
    }

    /// The terminal has been given back in order.
    static func disarm() {
        guard state.pointee.armed != 0 else { return }
        state.pointee.armed = 0
        for (index, signal) in signals.enumerated() { sigaction(signal, earlier + index, nil) }
    }

    private static let registered: Void = {
        atexit { Emergency.giveBack(count: Emergency.state.pointee.quietCount) }
        return ()
    }()

    private static func crashed(_ signal: Int32) {
        giveBack(count: state.pointee.count)
        for index in 0..<6 where signals[index] == signal { sigaction(signal, earlier + index, nil) }
        // Blocked while we are here, so it arrives when this returns, at the handler of before.
        raise(signal)
    }

    private static func giveBack(count: Int) {
        guard state.pointee.armed != 0 else { return }
        state.pointee.armed = 0
        var written = 0
        while written < count {
            let result = write(STDOUT_FILENO, state.pointee.bytes! + written, count - written)
            if result <= 0 { break }
            written += result
        }
        tcsetattr(STDIN_FILENO, TCSANOW, &state.pointee.modes)
    }

    /// A stack for the handlers of this thread, if it has none.
    private static func useOwnStack() {
        var current = stack_t()
        guard sigaltstack(nil, &current) == 0, current.ss_flags & Int32(SS_DISABLE) != 0 else { return }
        let size = 64 * 1024
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        stack.ss_size = size
        sigaltstack(&stack, nil)
    }
}
