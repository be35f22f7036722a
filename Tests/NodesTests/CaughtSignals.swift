import Foundation

/// Whether a process comes to have a handler for a signal, which would end it before: at most 60 s, for the machine may
/// be busy. SessionTests has this file by a link.
func processCatches(_ signal: Int32, _ pid: Int32) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let caught = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        if caught >> UInt64(signal - 1) & 1 == 1 { return true }
        usleep(5000)
    }
    return false
}
