import Foundation
import Topology

/// A sentence for the person at the terminal: what, on which subject, why, and what to do about it.
struct Failure: Error, CustomStringConvertible {
    let description: String
    /// Exit status of zmqtop: 1 a check failed, 2 wrong usage or file.
    let status: Int32

    init(_ sentence: String, status: Int32 = 2) {
        description = "zmqtop: " + sentence
        self.status = status
    }

    /// Errors of a file, which begin with their place: editors read them.
    init(placed errors: TopologyErrors) {
        self.init(diagnostics: errors.diagnostics)
    }

    /// Errors of a file, at least one.
    init(diagnostics: [Diagnostic]) {
        let count = diagnostics.count > 1 ? ["\(diagnostics.count) errors"] : []
        description = (diagnostics.map(\.description) + count).joined(separator: "\n")
        status = 2
    }
}

/// Diagnostics go to standard error, data to standard output.
func complain(_ sentence: String) {
    FileHandle.standardError.write(Data((sentence + "\n").utf8))
}

/// Writes one line of data to standard output.
///
/// - Returns: false when nobody reads any more (`| head`): the run is then over.
func printLine(_ line: String) -> Bool {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
        if written < 0 {
            if errno == EINTR { continue }
            return false
        }
        bytes = bytes.dropFirst(written)
    }
    return true
}
