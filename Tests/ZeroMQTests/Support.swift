import Glibc
import Synchronization
import ZeroMQ

extension Context {
    /// A socket that never hangs a test: no call blocks for more than 20 s, and nothing lingers.
    func testSocket(_ type: SocketType) throws -> sending Socket {
        let socket = try socket(type)
        try socket.set(.linger, .zero)
        try socket.set(.sndtimeo, .seconds(20))
        try socket.set(.rcvtimeo, .seconds(20))
        return socket
    }

    /// A bound and a connected socket that speak over loopback TCP.
    func testPair(_ bound: SocketType, _ connected: SocketType) throws -> (bound: Socket, connected: Socket) {
        let first = try testSocket(bound)
        try first.bind("tcp://127.0.0.1:*")
        let second = try testSocket(connected)
        try second.connect(first.lastEndpoint)
        return (first, second)
    }
}

extension Array where Element == UInt8 {
    init(_ text: String) { self = Array(text.utf8) }
}

/// A thread of the operating system: a test's own thread must not block on what another one has to do.
final class OSThread: Sendable {
    private let id: pthread_t
    private let isDone: Flag

    /// Set by one thread, read by another.
    final class Flag: Sendable {
        private let value = Atomic<Bool>(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        let isDone: Flag

        init(_ body: @escaping @Sendable () -> Void, _ isDone: Flag) {
            self.body = body
            self.isDone = isDone
        }
    }

    init(_ body: @escaping @Sendable () -> Void) {
        let isDone = Flag()
        let start = Unmanaged.passRetained(Start(body, isDone))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { start in
                let start = Unmanaged<Start>.fromOpaque(start!).takeRetainedValue()
                start.body()
                start.isDone.set()
                return nil
            }, start.toOpaque())
        precondition(result == 0)
        id = thread
        self.isDone = isDone
    }

    func join() { pthread_join(id, nil) }

    /// Sends a signal again and again until the thread has ended: it may not block yet when the first one comes.
    func signalUntilDone(_ signal: Int32) {
        while !isDone.isSet {
            pthread_kill(id, signal)
            usleep(1000)
        }
        join()
    }
}
