/// The last lines that a node wrote, as read from its files in the run directory.
public struct NodeOutput: Equatable, Sendable {
    /// Name of the node.
    public var node: String
    /// Of its standard output, oldest first.
    public var lines: [String]
    /// Of its standard error, oldest first.
    public var errors: [String]

    /// Lines as they were written; what in them is no text is dropped where they are drawn.
    public init(node: String, lines: [String], errors: [String]) {
        self.node = node
        self.lines = lines
        self.errors = errors
    }
}
