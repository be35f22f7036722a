/// What a proxy's control socket has said, in the words of zmq_proxy_steerable(3), and what has passed. No socket.
struct Steering {
    /// What has passed one way.
    struct Traffic: Equatable {
        var messages: UInt64 = 0
        var bytes: UInt64 = 0

        static func += (total: inout Traffic, passed: Traffic) {
            total.messages += passed.messages
            total.bytes += passed.bytes
        }
    }

    enum Outcome: Equatable {
        case done
        /// To be sent back on the control socket.
        case answer([[UInt8]])
        case unknown
    }

    private(set) var isPaused = false
    private(set) var isTerminated = false
    private var toBackend = Traffic()
    private var toFrontend = Traffic()

    mutating func passedToBackend(_ traffic: Traffic) { toBackend += traffic }
    mutating func passedToFrontend(_ traffic: Traffic) { toFrontend += traffic }

    mutating func obey(_ frames: [[UInt8]]) -> Outcome {
        switch frames.map({ String(decoding: $0, as: UTF8.self) }) {
        case ["PAUSE"]: isPaused = true
        case ["RESUME"]: isPaused = false
        case ["TERMINATE"]: isTerminated = true
        case ["STATISTICS"]: return .answer(statistics)
        default: return .unknown
        }
        return .done
    }

    /// Eight frames, each a `uint64_t` in the machine's order: of the frontend messages and bytes received, messages and
    /// bytes sent, then the same of the backend.
    private var statistics: [[UInt8]] {
        [toBackend, toFrontend, toFrontend, toBackend].flatMap { [$0.messages, $0.bytes] }.map { number in
            withUnsafeBytes(of: number) { Array($0) }
        }
    }
}
