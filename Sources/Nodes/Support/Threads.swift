import Glibc

/// Starts a thread, which ends when the body returns; `pthread_join` it.
///
/// Throws a `NodeError` when the system gives none.
func startThread(_ body: @escaping () -> Void) throws -> pthread_t {
    final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
    guard error == 0 else {
        work.release()
        throw NodeError("a thread cannot be started: \(String(cString: strerror(error)))")
    }
    return thread
}
