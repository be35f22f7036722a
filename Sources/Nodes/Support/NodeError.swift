/// Why a node cannot run: one sentence that says what, on which subject, why, and what to do about it.
public struct NodeError: Error, Equatable, CustomStringConvertible {
    /// The sentence, without the node's name and without a full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Time in seconds: a point of the monotonic clock, or a length.
typealias Seconds = Double
