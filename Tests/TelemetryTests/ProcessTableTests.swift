import Foundation
import Glibc
import Synchronization
import Testing

@testable import Telemetry

/// What is read in /proc.
@Suite struct ProcessTableTests {
    /// Files about threads that this process has open.
    private func openFiles() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.contains("/task/")
                == true
        }
    }

    @Test func `threads that have ended leave no file open`() throws {
        let surroundings = Surroundings.system
        for _ in 0..<300 {
            let (isThere, wasRead) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let number = Mutex<Int32>(0)
            Thread.detachNewThread {
                let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
                number.withLock { $0 = name?.split(separator: "/").last.flatMap { Int32($0) } ?? 0 }
                isThere.signal()
                wasRead.wait()
            }
            isThere.wait()
            let time = surroundings.threadTime(getpid(), number.withLock { $0 })
            wasRead.signal()
            #expect(time != nil)
        }
        #expect(try openFiles() < 200)
    }
}
