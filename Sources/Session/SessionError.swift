/// Why a session cannot do what it was asked to: a sentence that says what, on which subject, why, and what to do
/// about it.
public struct SessionError: Error, CustomStringConvertible, Equatable, Sendable {
    /// The sentence.
    public let description: String

    package init(_ description: String) { self.description = description }

    /// With the system's words for an error number: "…: No space left on device".
    init(_ description: String, errno: Int32) {
        self.description = "\(description): \(systemReason(errno))"
    }
}
